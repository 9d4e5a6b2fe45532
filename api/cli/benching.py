"""`igang bench`: what towns of several sizes take to be planned, and two such runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table

from api.cli.bench_live import Progress, bench_progress, said
from api.cli.shared import InputError, Json, err, out, print_json
from api.pages.texts import words_of
from scheduler.bench.cell import Row
from scheduler.bench.compared import Comparison, compare
from scheduler.bench.groups import Group, grouped
from scheduler.bench.plan import Benchmark, Cell, read_benchmark
from scheduler.bench.rows import Rows, newest, read_rows, writing_rows
from scheduler.bench.running import CellFailedError, run
from scheduler.runs import code_version
from scheduler.texts import LANGUAGES

FAILED, STOPPED = 1, 130
Found = dict[Cell, Row]


def bench(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Sizes, tightness, seeds and times.")],
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the rows and the page go.")] = Path(),
    compared: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="OLD NEW", help="Two files of rows, or two versions: measures nothing."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Of the page: da or en.")] = "en",
    as_json: Json = False,
) -> None:
    """Plan made towns of several sizes and write a page with the results; the same command goes on after a stop."""
    if language not in LANGUAGES:
        raise InputError(f"--language: expected one of {', '.join(LANGUAGES)}, found {language!r}")
    if not folder.is_dir():
        raise InputError(f"--out: expected a folder that is there, found {folder}")
    benchmark = read_benchmark(file)
    target = folder / f"{file.stem}.jsonl"
    if compared:
        _compare(benchmark, target, compared, language, as_json)
    else:
        _measure(benchmark, target, language, as_json)


def _measure(benchmark: Benchmark, target: Path, language: str, as_json: bool) -> None:
    page = target.with_suffix(".html")
    with writing_rows(target) as rows:
        kept, version = read_rows(target), code_version()
        wanted = set(benchmark.cells)
        done = {cell: row for cell, row in newest(kept, version).items() if cell in wanted}
        _say_what_is_there(benchmark, kept, done, target)
        try:
            failed = _run_the_rest(benchmark, done, rows, page, language)
        except KeyboardInterrupt:
            there = f"{len(done)} of {len(benchmark.cells)} measurements are kept"
            err.print(f"Stopped: {there}; the same command goes on.")
            raise typer.Exit(STOPPED) from None
    _write_page(benchmark, done, page, language)
    if as_json:
        print_json({"rows": list(done.values()), "failed": failed, "page": str(page)})
    else:
        _show_results(benchmark, done)
        out.print(f"Page: [bold]{page}[/], rows: {target}", soft_wrap=True)
    if failed:
        raise typer.Exit(FAILED)


def _say_what_is_there(benchmark: Benchmark, kept: Sequence[Row], done: Found, target: Path) -> None:
    if done:
        err.print(f"{len(done)} of {len(benchmark.cells)} are in {target} already and are skipped.", soft_wrap=True)
    if other := len(kept) - len(done):
        err.print(f"{other} rows there are of other cells or versions, or older: they stay and are not shown.")


def _run_the_rest(benchmark: Benchmark, done: Found, rows: Rows, page: Path, language: str) -> list[str]:
    """Measure what is missing; the page is written anew after each. Returns what failed."""
    failed = []
    with bench_progress(err, Progress(benchmark.cells, done)) as show:
        for cell in [cell for cell in benchmark.cells if cell not in done]:
            show(cell, None)
            try:
                row = run(cell, partial(show, cell))
            except CellFailedError as error:
                failed.append(f"{said(cell)}: {error}")
                err.print(failed[-1], style="red", markup=False, soft_wrap=True)
                continue
            rows.append(row)
            done[cell] = row
            _write_page(benchmark, done, page, language)
    return failed


def _write_page(benchmark: Benchmark, done: Found, page: Path, language: str) -> None:
    from api.pages.bench_page import results_page  # Loads all that pages need, which takes a while.

    page.write_text(results_page(benchmark, done, language), encoding="utf-8")


def _show_results(benchmark: Benchmark, done: Found) -> None:
    table = Table(title=f"{benchmark.name}: the middle of the seeds", title_justify="left", box=SIMPLE, padding=0)
    near = f"s to {benchmark.near_percent:g} %"
    names = ("citizens", "tightness", "s", "seeds", "under way", "below hours", "unmet wishes", near, "gap %", "MB")
    for name in names:
        table.add_column(name, justify="right", overflow="fold", min_width=max(map(len, name.split())))
    for group in grouped(done):
        table.add_row(*_cells(group, benchmark.near_percent))
    out.print(table)


def _cells(group: Group, near_percent: float) -> list[str]:
    near, reached = group.near(near_percent)
    return [
        f"{group.citizens:,}", f"{group.tightness:g}", f"{group.seconds:g}", str(len(group.rows)),
        *(f"{group.middle(figure):,.0f}" for figure in ("under_way", "below_minimum", "wishes_unmet")),
        f"in {reached} of {len(group.rows)}" if near is None else f"{near:.1f}",
        f"{group.middle('gap_percent'):.3f}", f"{group.middle('peak_mb'):,.0f}",
    ]  # fmt: skip


def _compare(benchmark: Benchmark, target: Path, sides: tuple[str, str], language: str, as_json: bool) -> None:
    from api.pages.bench_page import comparison_page

    old, new = (_side(name, target) for name in sides)
    found = compare(old, new, benchmark.near_percent)
    page = target.with_name(f"{target.stem}-compared.html")
    page.write_text(comparison_page(benchmark.name, found, (old, new), benchmark.near_percent, language), "utf-8")
    if as_json:
        print_json({"pairs": [asdict(pair) for pair in found.pairs], "page": str(page)})
        return
    _show_comparison(found, benchmark.near_percent)
    out.print(f"Page: [bold]{page}[/]", soft_wrap=True)


def _side(name: str, target: Path) -> Found:
    """The rows of a file, of its newest version, or those of a version in this benchmark's file.

    Raises
    ------
    InputError
        There are none.
    """
    if Path(name).is_file():
        rows = read_rows(Path(name))
        if not rows:
            raise InputError(f"--compare: expected a file with rows of igang bench, found none in {name}")
        return newest(rows, rows[-1]["version"])
    rows = read_rows(target)
    versions = sorted({row["version"] for row in rows})
    fitting = [version for version in versions if name and (version == name or version.split("+")[-1].startswith(name))]
    if len(fitting) != 1:
        there = ", ".join(versions) or "none"
        raise InputError(f"--compare: expected a file, or one of the versions in {target} ({there}), found {name!r}")
    return newest(rows, fitting[0])


def _show_comparison(found: Comparison, near_percent: float) -> None:
    words = words_of("en")
    for pair in found.pairs:
        title = f"{pair.citizens:,} citizens, tightness {pair.tightness:g}, {pair.seconds:g} s: means of {pair.towns}"
        table = Table(title=title, title_justify="left")
        for name in ("", "before", "after", "95 % interval of the difference", "judged"):
            table.add_column(name, justify="right" if name else "left")
        for each in pair.differences:
            name = "near" if each.figure == "near_seconds" else each.figure
            low_high = "-" if each.low is None else f"{each.low:+,.3f} to {each.high:+,.3f}"
            values = ("-" if value is None else f"{value:,.3f}" for value in (each.old, each.new))
            told = words(f"bench_{name}", near=f"{near_percent:g}"), *values, low_high
            table.add_row(*told, words(f"bench_verdict_{each.verdict}"))
        out.print(table)
    for text, cells in (
        ("only before", found.only_old), ("only after", found.only_new), ("other towns by version", found.other_towns),
    ):  # fmt: skip
        if cells:
            out.print(f"Not compared, {text}: {len(cells)}")
    out.print(f"Of {found.judged} figures judged, about {found.judged / 20:.1f} look changed by chance.")
