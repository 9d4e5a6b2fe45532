"""The file of offerings, the dated rules and the database's settings."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from sqlalchemy import Engine, func, select, text
from sqlalchemy.schema import CreateTable

from catalog.cells import read_clock, read_date, read_day, read_flag, read_week_times
from catalog.database import make_engine, read_url, reading, writing
from catalog.offerings import DATA, Catalog, load_offerings
from catalog.rules import doses_on, load_dated, rules_hash, rules_on, weights_on
from catalog.tables import Indicator, Leg, Offering, Rule, Site, TargetGroup
from scheduler.tables import Base

FILE = yaml.safe_load((DATA / "offerings.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_engine(f"sqlite:///{tmp_path}/igang.db")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def test_the_file_of_offerings_comes_in_whole_and_twice_the_same(engine: Engine) -> None:
    for _ in range(2):
        with writing(engine) as session:
            load_offerings(session)
    with reading(engine) as session:
        for table, name in (
            (Offering, "offerings"),
            (Leg, "legs"),
            (Indicator, "indicators"),
            (TargetGroup, "target_groups"),
        ):
            assert session.scalar(select(func.count()).select_from(table)) == len(FILE[name])
        sleep = session.get_one(Offering, "soevn")
        assert (sleep.earliest_min, sleep.leg_id, sleep.intake) == (660, "krop", "cohort")
        meeting = session.get_one(Offering, "stepup")
        assert (meeting.people_min, meeting.people_max, meeting.meetings_per_week) == (3, 8, 0.2)
        assert session.get_one(Offering, "praktik").prerequisites[0]["any"][0] == "skaanehensyn"
        monday = dt.date(2026, 11, 23)
        assert rules_on(session, monday)["opening", "close_min"] == 960
        assert doses_on(session, monday)["krop"] == 60
        assert doses_on(session, dt.date(2025, 12, 31)) == {}


def test_every_individual_offering_has_a_contact_role_among_its_staff() -> None:
    for offering in Catalog.model_validate(FILE).offerings:
        if offering.kind == "individual":
            assert offering.contact_role in offering.staff, offering.id


def test_a_neutral_name_gives_nothing_of_health_or_abuse_away() -> None:
    telling = ("smerte", "angst", "depression", "stress", "adhd", "autisme", "alkohol", "rusmid", "gæld", "psykolog")
    for offering in FILE["offerings"]:
        assert not [word for word in telling if word in offering["neutral_da"].lower()], offering["id"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("leg", "sjæl", "one of the legs"),
        ("group_size", [9, 8], "at least min_size 9"),
        ("intake", "every_0_weeks", "expected rolling, cohort or every_N_weeks"),
        ("prerequisites", [{"any": ["ridning"]}], "an offering's id or a test"),
        ("trains", {"main": ["mod"]}, "an indicator"),
        ("builds_on", ["ridning"], "words of strengths"),
        ("meeting_min", 0, "greater than or equal to 1"),
        ("kind", "party", "open_group"),
        ("valid_to", "2025-01-01", "on or after valid_from"),
        ("colour", "blue", "Extra inputs"),
        ("id", "gaahold", "each offering's id once"),
    ],
)
def test_a_wrong_field_of_an_offering_is_named(field: str, value: Any, message: str) -> None:
    changed = deepcopy(FILE)
    changed["offerings"][0][field] = value
    with pytest.raises(ValidationError, match=message):
        Catalog.model_validate(changed)


def test_rules_and_weights_hold_between_their_days_and_the_last_begun_wins(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(
        """
rules:
  - {slug: energy, key: step, value: 1, valid_from: 2026-01-01}
  - {slug: energy, key: step, value: 2, valid_from: 2026-11-01, valid_to: 2026-11-30}
weights:
  - {key: leg, points: 400, valid_from: 2026-01-01, valid_to: 2026-11-22}
  - {key: leg, points: 500, valid_from: 2026-11-23}
"""
    )
    with writing(engine) as session:
        file = load_dated(session, path)
        assert (len(file.rules), len(file.weights)) == (2, 2)
        load_dated(session, path)
    with reading(engine) as session:
        days = [dt.date(2025, 12, 31), dt.date(2026, 10, 31), dt.date(2026, 11, 22), dt.date(2026, 11, 23)]
        assert [rules_on(session, day).get(("energy", "step")) for day in [*days, dt.date(2026, 12, 1)]] == [
            None,
            1,
            2,
            2,
            1,
        ]
        assert [weights_on(session, day).get("leg") for day in days] == [None, 400, 400, 500]
        assert len({rules_hash(session, day) for day in days}) == 4
        assert rules_hash(session, days[3]) == rules_hash(session, dt.date(2026, 11, 30))


@pytest.mark.parametrize(
    "line",
    [
        "rules: [{slug: energy, key: step, valid_from: 2026-01-01}]",
        "weights: [{key: leg, points: many, valid_from: 2026-01-01}]",
        "weights: [{key: leg, points: 1, valid_from: 2026-01-02, valid_to: 2026-01-01}]",
    ],
)
def test_a_rule_or_weight_without_its_parts_is_refused(engine: Engine, tmp_path: Path, line: str) -> None:
    (tmp_path / "points.yaml").write_text(line)
    with pytest.raises(ValidationError), writing(engine) as session:
        load_dated(session, tmp_path / "points.yaml")
    with reading(engine) as session:
        assert session.scalars(select(Rule)).all() == []


def test_the_database_loses_nothing_holds_references_and_lets_writers_wait(engine: Engine) -> None:
    with reading(engine) as session:
        settings = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("synchronous", "foreign_keys")}
    assert settings == {"synchronous": 2, "foreign_keys": 1}


def test_two_writers_follow_each_other_and_a_reader_waits_for_neither(engine: Engine) -> None:
    order: list[str] = []

    def write_second() -> None:
        with writing(engine) as session:
            order.append("second")
            session.add(Site(id="syd", name="Søndre"))

    other = threading.Thread(target=write_second)
    with writing(engine) as session:
        session.add(Site(id="nord", name="Nordre"))
        session.flush()
        other.start()
        with reading(engine) as reader:
            assert reader.scalars(select(Site.id)).all() == []
        other.join(timeout=0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    with reading(engine) as session:
        assert session.scalars(select(Site.id).order_by(Site.id)).all() == ["nord", "syd"]


def test_an_error_leaves_nothing_of_a_transaction(engine: Engine) -> None:
    def stop_halfway() -> None:
        with writing(engine) as session:
            session.add(Site(id="nord", name="Nordre"))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_halfway()
    with reading(engine) as session:
        assert session.scalars(select(Site)).all() == []


def test_a_postgresql_url_works_without_naming_its_driver_and_others_stay() -> None:
    assert read_url("postgresql://igang@localhost/igang").drivername == "postgresql+psycopg"
    assert read_url("sqlite:///igang.db").render_as_string() == "sqlite:///igang.db"


def test_postgresql_takes_every_table_and_keeps_sums_in_eight_bytes() -> None:
    words = {
        table.name: str(CreateTable(table).compile(dialect=read_url("postgresql://").get_dialect()()))
        for table in Base.metadata.sorted_tables
    }
    assert "objective BIGINT" in words["run"]
    assert "input BYTEA" in words["run"]


TIMES = [("9", 540), ("9:30", 570), ("09.30", 570), ("24:00", 1440), (570, 570), (0.5, 720), (dt.time(9, 30), 570)]
TIMES += [("9:30:00", 570), (dt.timedelta(hours=9), 540), (1.0, 1440)]


@pytest.mark.parametrize(("value", "minutes"), TIMES)
def test_times_are_read_as_people_and_spreadsheets_write_them(value: Any, minutes: int) -> None:
    assert read_clock(value) == minutes


@pytest.mark.parametrize("value", ["24:15", "9:60", "-1", "middag", "", True, 1441])
def test_what_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="expected a time of day"):
        read_clock(value)


def test_days_dates_and_flags_are_read_in_danish_and_english() -> None:
    assert [read_day(day) for day in ("man", "Tirsdag", "wed", "søn.")] == [0, 1, 2, 6]
    assert {read_date(date) for date in ("2026-11-23", "23-11-2026", "23.11.2026", dt.datetime(2026, 11, 23, 9))} == {
        dt.date(2026, 11, 23)
    }
    assert [read_flag(flag) for flag in ("ja", "Nej", 1.0, True, "x")] == [True, False, True, True, True]
    assert read_week_times("tor 13-15; man 9:00–10:30") == [(0, 540, 630), (3, 780, 900)]
