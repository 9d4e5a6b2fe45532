"""Everybody's sheets of a published week: one each, made by a worker, kept for a week, gone with whoever is erased."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from catalog.database import make_engine, reading, writing
from catalog.tables import Meeting
from scheduler import printing
from scheduler.erasure import erase
from scheduler.life import ClosedRunError, NotPublishedError
from scheduler.migrations import upgrade
from scheduler.printing import PRINTS_KEPT, document_of, drop_prints, make_prints, newest_print
from scheduler.publishing import withdraw
from scheduler.sheet_setting import SheetError, encode, set_apart, set_sheets
from scheduler.stored import NotFoundError
from scheduler.tables import Citizen, WeekPrint
from scheduler.week_sheets import read_sheets
from tests.unit.plan_town import NOW, WEEK, PlanTown, minutes


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type/Page\b", pdf))


@pytest.fixture
def sent(database_url: str) -> Iterator[tuple[Engine, int]]:
    """A town in which three of four have something this week, and the run that says so."""
    upgrade(database_url)
    made = make_engine(database_url)
    with writing(made) as session:
        run_id = PlanTown(session).published({1: ["motion", "dansk"], 2: ["motion"], 3: ["kor"]}).run_id
    yield made, run_id
    made.dispose()


def _do(engine: Engine, do: Callable[[Any], object]) -> None:
    with writing(engine) as session:
        do(session)


def test_everybody_with_something_in_the_week_has_one_sheet_in_neutral_words(sent: tuple[Engine, int]) -> None:
    engine, run_id = sent
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(1)))
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(2)))
    with reading(engine) as session:
        waiting = newest_print(session, run_id)
        assert waiting is not None
        assert (waiting.asked_at, waiting.done_at) == (minutes(1), None)
        with pytest.raises(NotFoundError):
            document_of(session, run_id)
    assert (make_prints(engine), make_prints(engine)) == (1, 0)
    with reading(engine) as session:
        made, pdf, sheets = newest_print(session, run_id), document_of(session, run_id), read_sheets(session, WEEK)
    assert made is not None
    assert (made.sheets, made.error, made.changed, pages_of(pdf)) == (3, "", 0, 3)
    assert [(one["contact"], one["name"]) for one in sheets["citizens"]] == [
        ("Ann", "Name 1"), ("Ann", "Name 2"), ("Bo", "Name 3"),
    ]  # fmt: skip
    hers = [sheets["meetings"][at] for at in sheets["citizens"][0]["days"][0]]
    assert hers == [("9.00-10.00", "Aktivitet 6", "Nordre"), ("11.00-12.00", "Aktivitet 5", "Nordre")]
    assert sheets["days"][0] == {"name": "Mandag 23. november", "closed": ""}
    assert "motion" not in json.dumps(sheets)  # Its own name may say something about her health.


def test_what_has_changed_since_is_counted_and_is_on_the_next_sheets(sent: tuple[Engine, int]) -> None:
    engine, run_id = sent
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(1)))
    make_prints(engine)
    _do(engine, lambda session: PlanTown(session, 1).change(4, "kor", now=minutes(5)))
    with reading(engine) as session:
        made = newest_print(session, run_id)
    assert made is not None
    assert made.changed == 1
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(6)))
    make_prints(engine)
    with reading(engine) as session:
        made = newest_print(session, run_id)
        assert made is not None
        assert (made.changed, made.sheets, pages_of(document_of(session, run_id))) == (0, 4, 4)


def test_an_erasure_a_week_and_a_withdrawal_take_the_sheets_away(sent: tuple[Engine, int], tmp_path: Path) -> None:
    engine, run_id = sent
    for take in (
        lambda session: erase(session, 2, tmp_path / "erased.jsonl", NOW),
        lambda session: drop_prints(session, minutes(2) + PRINTS_KEPT),
    ):
        _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(1)))
        make_prints(engine)
        with reading(engine) as session:
            assert document_of(session, run_id)
        _do(engine, take)
        with reading(engine) as session:
            assert newest_print(session, run_id) is None
            with pytest.raises(NotFoundError):
                document_of(session, run_id)
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(1)))
    make_prints(engine)
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(2)))
    _do(engine, lambda session: withdraw(session, WEEK, 1, minutes(3)))
    assert make_prints(engine) == 1
    with reading(engine) as session:
        refused = newest_print(session, run_id)
        assert refused is not None
        assert "not published" in refused.error
        for ask in (document_of, lambda session, key: printing.ask_print(session, key, 1, minutes(4))):
            with pytest.raises(ClosedRunError):
                ask(session, run_id)
        with pytest.raises(NotPublishedError):
            read_sheets(session, WEEK)


def test_a_print_that_is_taken_away_while_it_is_made_is_kept_nowhere(
    sent: tuple[Engine, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, run_id = sent
    _do(engine, lambda session: printing.ask_print(session, run_id, 1, minutes(1)))

    def set_late(sheets: bytes, fonts: Path | None) -> bytes:
        _do(engine, lambda session: drop_prints(session, minutes(2) + PRINTS_KEPT))
        return set_sheets(sheets, fonts)

    monkeypatch.setattr(printing, "set_apart", set_late)
    assert make_prints(engine) == 0
    with reading(engine) as session:
        assert session.get(WeekPrint, 1) is None


def test_a_week_with_far_too_many_meetings_still_takes_one_sheet(sent: tuple[Engine, int]) -> None:
    engine, _ = sent
    with writing(engine) as session:
        session.execute(update(Citizen).where(Citizen.id == 1).values(name="Et meget langt navn " * 5))
        groups = PlanTown(session, 1).groups("motion", "dansk")
        for at in range(40):
            times = {"start_min": 480 + 10 * at, "end_min": 490 + 10 * at, "date": dt.date(2026, 11, 24)}
            session.add(Meeting(group_id=groups[at % 2], day=1 + at % 4, **times))  # type: ignore[arg-type]  # A dict of mixed values.
        session.flush()
        sheets = read_sheets(session, WEEK)
    sizes = [(sum(map(len, one["days"])), one["size"]) for one in sheets["citizens"]]
    assert sizes == [(42, "list"), (21, "list"), (1, "large")]
    assert pages_of(set_apart(encode(sheets))) == 3


def test_what_cannot_be_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(SheetError):
        set_sheets(b"{}")
    with pytest.raises(SheetError, match="ended with 1"):
        set_apart(b"no sheets", tmp_path)
