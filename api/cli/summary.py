"""A run in the words of a tired member of staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Summary = Mapping[str, Any]

WHY_STOPPED = {
    "optimal": "this is the best plan there is",
    "gap": "the gap that was asked for is reached",
    "limit": "the {limit} limit is reached",
    "stopped": "somebody stopped it; the best plan so far is kept",
    "finished": "nothing more to gain was found",
}


def print_summary(console: Console, summary: Summary) -> None:
    """Print what a run gave, and what it cost."""
    table = Table(
        title=f"Week {summary['week']}, run {summary['run']}", title_justify="left", show_header=False, box=None
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, text in _lines(summary):
        table.add_row(name, text)
    console.print()
    console.print(table)


def print_below(console: Console, summary: Summary, most: int = 10) -> None:
    """List the first of those below their hours; `--json` has everybody."""
    people: Sequence[Summary] = summary["below_minimum"]
    if not people:
        return
    table = Table(title="Below their hours", title_justify="left")
    for name in ("citizen", "short of", "why", "rule", "exchange tried"):
        table.add_column(name, justify="right" if name == "short of" else "left")
    for person in people[:most]:
        table.add_row(
            person["citizen"], f"{person['minutes']} min", person["reason"], person["slug"], person["exchange"]
        )
    console.print(table)
    if len(people) > most:
        console.print(f"and {len(people) - most} more: add --json, or igang export {summary['run']} plan.xlsx")


def _lines(summary: Summary) -> Iterator[tuple[str, str]]:
    figures = summary["figures"]
    yield "Under way", _of(figures["under_way"], summary["citizens"], "citizens have something that helps them")
    yield "Below their hours", _below(summary)
    yield (
        "Wishes",
        f"{_of(figures['wishes_met'], figures['wishes'], 'met')}; {figures['wishers_met']:,} of "
        f"{figures['wishers']:,} citizens with a wish have at least one",
    )
    yield (
        "Legs",
        _of(figures["legs_covered"], figures["legs"], "needed legs covered") + _by_slug(summary["uncovered_legs"]),
    )
    yield "Seats", _of(figures["seats_used"], figures["seats"], "used")
    yield "Groups", f"{figures['groups_running']:,} of {figures['groups']:,} run"
    if summary["exceptions"]:
        yield (
            "Exceptions",
            f"{len(summary['exceptions'])} citizens got their locks, which break a rule"
            + _by_slug(summary["exceptions"]),
        )
    yield (
        "Violations",
        "none: every rule was counted again" if not summary["violations"] else f"{len(summary['violations'])}",
    )
    yield "Value", _value(summary)
    yield "  without idle penalty", _value(summary["without_idle_penalty"])
    yield "Stopped", _why_stopped(summary["termination"])
    yield "Cost", f"{summary['seconds']:.1f} s, {summary['rounds']} rounds, {summary['peak_mb']:,.0f} MB at most"
    yield "Reproduce", f"seed {summary['seed']}, rules {summary['rules_hash']}, code {summary['code_version']}"


def _value(part: Summary) -> str:
    closed = part["closed_percent"]
    text = f"{part['objective']:,.0f} points, at most {part['bound']:,.0f} possible: "
    text += f"gap [bold]{part['gap_percent']:.3f} %[/]"
    if closed is None:
        return text
    return f"{text}, closed [bold]{closed:.2f} %[/] (first come, first served: {part['first_come_objective']:,.0f})"


def _below(summary: Summary) -> str:
    people, count = summary["below_minimum"], summary["figures"]["below_minimum"]
    if not people:
        return f"{count:,} citizens"
    parts = []
    for reason, meaning in (
        ("alone", "not even an empty centre could give more"),
        ("crowded", "only by pushing somebody else below"),
    ):
        found = [person for person in people if person["reason"] == reason]
        if found:
            parts.append(f"{len(found):,} {reason} ({meaning}{_by_slug(found).replace(' (', '; ').rstrip(')')})")
    return f"{count:,} citizens: " + ", ".join(parts)


def _by_slug(entries: Sequence[Summary]) -> str:
    counts = Counter(entry["slug"] for entry in entries)
    return f" ({', '.join(f'{slug} {count:,}' for slug, count in counts.most_common(4))})" if counts else ""


def _why_stopped(termination: Summary) -> str:
    text = WHY_STOPPED[termination["reason"]].format(limit=termination["limit"])
    return f"{text}; proved: {termination['proved']}"


def _of(part: int, whole: int, what: str) -> str:
    share = f" ({100 * part / whole:.1f} %)" if whole else ""
    return f"{part:,} of {whole:,} {what}{share}"
