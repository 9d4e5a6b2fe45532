"""A centre's own files through every command of `igang`, on a real database."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from api import cli
from catalog.database import make_engine, writing
from scheduler.accounts import Rights, create_account
from scheduler.approval import approve
from scheduler.places import Why, change_plan, hold_plan
from scheduler.publishing import publish
from scheduler.supplies import move
from tests.unit.import_centre import centre, write_xlsx

WEEK = "2026-W48"
FIGURES = {
    "run", "week", "citizens", "groups", "objective", "bound", "gap_percent", "first_come_objective", "closed_percent",
    "seconds", "peak_mb", "termination", "below_minimum", "violations",
}  # fmt: skip


class Igang:
    """The command line in a folder of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Run a command; give its exit code and what it wrote to stdout and stderr."""
        self._monkeypatch.setattr(sys, "argv", ["igang", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        written = self._capsys.readouterr()
        assert isinstance(end.value.code, int | None)
        return end.value.code or 0, written.out, written.err

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        """The document of a command, which is all that it writes to stdout."""
        found, text, errors = self(*words, "--json")
        assert found == code, errors
        document = json.loads(text)
        assert isinstance(document, dict)
        return document


@pytest.fixture
def igang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Igang:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IGANG_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    return Igang(monkeypatch, capsys)


@pytest.fixture(scope="session")
def planned_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database of a centre whose week is planned, made once."""
    folder = tmp_path_factory.mktemp("planned")
    write_xlsx(folder / "centre.xlsx", centre())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("IGANG_DATABASE_URL", raising=False)
        for words in (["init"], ["import", "centre.xlsx"], ["weeks", "create", WEEK], ["plan", WEEK, "--rounds", "5"]):
            patch.setattr(sys, "argv", ["igang", *words])
            with pytest.raises(SystemExit) as end:
                cli.main()
            assert not end.value.code
    return folder


@pytest.fixture
def planned(igang: Igang, planned_folder: Path, tmp_path: Path) -> Igang:
    """The planned centre, in a folder of its own."""
    shutil.copytree(planned_folder, tmp_path, dirs_exist_ok=True)
    return igang


def test_every_command_answers_with_one_document(igang: Igang, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "centre.xlsx", centre())
    assert igang.json("init")["offerings"] == 47
    assert igang.json("import", "centre.xlsx")["rows"]["citizens"] == 2
    assert igang.json("weeks", "create", WEEK)["groups"] == 4
    run = igang.json("plan", WEEK, "--rounds", "5")
    assert run.keys() >= FIGURES
    assert (run["week"], run["citizens"], run["groups"], run["violations"]) == (WEEK, 2, 4, [])
    assert run["objective"] <= run["bound"]
    assert [found["run"] for found in igang.json("runs")["runs"]] == [run["run"]]
    assert igang.json("verify", "1").keys() >= FIGURES
    assert igang.json("replay", "1")["same_plan"]
    assert igang.json("show", "B2")["meetings"][0]["group"] == "gåtur"
    assert igang.json("show", "gåtur")["participants"][0]["citizen"] == "B2"
    assert igang.json("export", "1", "plan.csv")["rows"]["groups"] == 4


def test_a_citizens_week_is_a_grid_of_days(planned: Igang) -> None:
    _, text, _ = planned("show", "B2", WEEK)
    assert "Wed 25/11" in text
    assert "13:00" in text
    assert "Søndre" in text


def test_a_plan_draws_the_week_and_says_what_was_gained(planned: Igang, tmp_path: Path) -> None:
    _, text, _ = planned("plan", WEEK, "--rounds", "5", "--warm-from", "1")
    assert "this is the best plan there is" in text
    assert "without idle penalty" in text
    assert (tmp_path / f"igang-{WEEK}.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_what_if_is_shown_beside_the_week_as_planned_and_nothing_is_stored(planned: Igang, tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("name: Four citizens\ncitizens: 4\n", encoding="utf-8")
    before = (tmp_path / "igang.db").read_bytes()
    found = planned.json("what-if", "more.yaml", "--time-limit", "3")
    assert (found["base"]["citizens"], found["what_if"]["citizens"], found["people"]["new"]) == (2, 4, 2)
    assert found["what_if"]["points"] <= found["what_if"]["bound"]
    assert (tmp_path / "more.svg").read_text(encoding="utf-8").startswith("<svg")
    code, text, _ = planned("what-if", "more.yaml", "--time-limit", "3")
    assert code == 0
    assert "Four citizens" in text
    assert (tmp_path / "igang.db").read_bytes() == before
    (tmp_path / "bad.yaml").write_text("close_groups: [motion-99]\n", encoding="utf-8")
    code, _, errors = planned("what-if", "bad.yaml")
    assert code == 2
    assert "bad.yaml: close_groups: found 'motion-99', expected a group of the week" in " ".join(errors.split())


def test_a_roll_out_says_what_growing_takes_and_nothing_is_stored(planned: Igang, tmp_path: Path) -> None:
    (tmp_path / "grow.yaml").write_text("name: Two more\nweeks: 2\nintake: 1\nstep_percent: 50\n", encoding="utf-8")
    before = (tmp_path / "igang.db").read_bytes()
    found = planned.json("roll-out", "grow.yaml")
    assert [each["citizens"] for each in found["weeks"]] == [2, 3, 4]
    assert [each["planned"] for each in found["weeks"]] == [True, False, True]
    last = found["weeks"][-1]
    assert all((last["shown"]["figures"][each["name"]] >= each["limit"]) == each["at_least"] for each in found["kept"])
    assert last["kroner"]["total"] == pytest.approx(sum(v for k, v in last["kroner"].items() if k != "total"))
    assert found["costs_are_examples"]
    assert (tmp_path / "grow.svg").read_text(encoding="utf-8").startswith("<svg")
    code, text, errors = planned("roll-out", "grow.yaml", "--all-weeks")
    assert (code, "Two more" in text, "invented examples" in text) == (0, True, True)
    assert "Week 2 of 2, 4 citizens" in errors
    assert (tmp_path / "igang.db").read_bytes() == before
    (tmp_path / "bad.yaml").write_text("{weeks: 2, citizens: 1}\n", encoding="utf-8")
    code, _, errors = planned("roll-out", "bad.yaml")
    assert code == 2
    assert "bad.yaml: citizens: found 1, expected at least 2" in " ".join(errors.split())


def test_prices_are_shown_by_what_is_asked_for_and_whole_as_json(planned: Igang) -> None:
    found = planned.json("prices", "1")
    assert (found["run"], found["week"]) == (1, WEEK)
    assert sum(line["seats"] for line in found["groups"]) == sum(line["seats"] for line in found["offerings"])
    code, text, _ = planned("prices", "1", "--by", "hours", "--most", "1")
    assert (code, "One more seat in week" in text, "--most" in text) == (0, True, True)
    assert planned("prices", "1", "--by", "rooms")[1].strip() == "Run 1: nothing is short by rooms."
    code, _, errors = planned("prices", "9")
    assert (code, "there is no run 9" in errors) == (2, True)


def test_groups_are_suggested_with_what_was_confirmed_and_nothing_is_stored(planned: Igang, tmp_path: Path) -> None:
    before = (tmp_path / "igang.db").read_bytes()
    found = planned.json("suggest", "--groups", "2", "--week", WEEK)
    assert (found["run"], found["week"], found["asked_for"]) == (1, WEEK, 2)
    assert found["total"] == pytest.approx(sum(one["confirmed"] for one in found["groups"]))
    assert {"groups", "total"} <= found["greedy"].keys()
    code, text, _ = planned("suggest", "--groups", "1")
    assert code == 0
    assert "as a planner would add it by hand" in text
    assert (tmp_path / "igang.db").read_bytes() == before


def test_a_workbook_holds_every_meeting_as_text(planned: Igang, tmp_path: Path) -> None:
    planned("export", "1", "plan.xlsx")
    planned("export", "1", "plan.csv")
    book = CalamineWorkbook.from_path(tmp_path / "plan.xlsx")
    assert book.sheet_names == ["meetings", "groups", "below their hours"]
    with (tmp_path / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [[str(cell) for cell in row] for row in book.get_sheet_by_name("meetings").to_python()] == rows
    assert ["B2", "2026-11-25", "13:00", "14:00"] in [row[:4] for row in rows]


def test_two_databases_lie_side_by_side(planned: Igang) -> None:
    assert planned.json("init", "--database", "sqlite:///other.db")["citizens"] == 0
    assert planned.json("init")["citizens"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan", "2026-W54"], "2026-W54"),
        (["plan", "2026-W40"], "igang weeks create 2026-W40"),
        (["show", "nobody"], "nobody"),
        (["verify", "99"], "99"),
        (["replay", "99"], "99"),
        (["plan", WEEK, "--warm-from", "99"], "99"),
        (["export", "1", "plan.txt"], "plan.txt"),
        (["export", "1", "missing/plan.csv"], "missing"),
        (["plan", WEEK, "--time-limit", "0"], "--time-limit"),
        (["suggest", "--groups", "0"], "--groups"),
        (["suggest", "--run", "99"], "99"),
        (["suggest", "--week", "2026-W40"], "2026-W40"),
        (["suggest", "--week", "2026-W40", "--run", "1"], f"expected {WEEK}, the week of run 1"),
        (["runs", "--database", "nonsense"], "nonsense"),
        (["runs", "--database", "sqlite:///nowhere.db"], "igang init"),
    ],
)
def test_bad_input_ends_with_code_two_and_says_what_to_do(planned: Igang, words: list[str], said: str) -> None:
    code, text, errors = planned(*words)
    assert code == 2
    assert said in errors
    assert not text


def test_a_bad_workbook_is_refused_whole_with_every_place(igang: Igang, tmp_path: Path) -> None:
    sheets = centre()
    sheets["wishes"][1][1] = "no such offering"
    sheets["series"][1][6] = -1
    write_xlsx(tmp_path / "bad.xlsx", sheets)
    igang("init")
    errors = igang.json("import", "bad.xlsx", code=2)["errors"]
    assert {(error["file"], error["sheet"], error["row"], error["column"]) for error in errors} == {
        ("bad.xlsx", "wishes", 2, "offering"),
        ("bad.xlsx", "series", 2, "seats"),
    }
    assert igang.json("init")["citizens"] == 0


def test_an_empty_town_is_refused(igang: Igang) -> None:
    igang("init")
    code, _, errors = igang("plan", WEEK)
    assert (code, "no citizens" in errors) == (2, True)


def test_a_demo_never_replaces_a_centres_own_citizens(planned: Igang) -> None:
    code, _, errors = planned("demo", "--citizens", "10", "--time-limit", "1")
    assert (code, "no demo made" in errors) == (2, True)
    assert planned.json("init")["citizens"] == 2


def test_a_published_week_is_shown_as_it_stands_and_leads_to_the_next_one(planned: Igang) -> None:
    assert "no week is published" in planned("next-week")[2]
    assert "is not published" in planned("print", WEEK, "--out", "sheets.pdf")[2]
    engine, now = make_engine("sqlite:///igang.db"), dt.datetime.now(dt.UTC)
    with writing(engine) as session:
        leader = create_account(session, "leder", "Lone", Rights("staff", "centre"), now).id
        approve(session, 1, "", leader, now, "as it should be")
        publish(session, 1, leader, now)
    assert planned.json("show", "B2", WEEK)["meetings"] != []
    assert planned.json("print", WEEK, "--out", "sheets.pdf")["sheets"] == 1  # Who has something in the week.
    assert Path("sheets.pdf").read_bytes().startswith(b"%PDF")
    assert "cannot be written" in planned("print", WEEK, "--out", "sheets.pdf")[2]
    with writing(engine) as session:
        before = hold_plan(session, 2, WEEK)
        move(session, (), before.groups)
        change_plan(session, 2, WEEK, before, (), Why("request", leader, now))
    engine.dispose()
    assert planned.json("show", "B2", WEEK)["meetings"] == []
    assert planned.json("show", "gåtur", WEEK)["participants"] == []
    planned.json("export", "1", "week.csv")
    assert "B2" not in Path("week.csv").read_text(encoding="utf-8")
    found = planned.json("next-week", "--rounds", "3")
    assert found.keys() >= FIGURES
    assert (found["week"], found["citizens"], found["violations"]) == ("2026-W49", 2, [])
    assert found["moved"] + found["unchanged"] == 2
    assert sum(found["moved_by_reason"].values()) == found["moved"]
    assert "have the same week" in planned("next-week", WEEK, "--rounds", "3")[1]
