"""A whole centre comes in from XLSX, CSV and YAML, once and again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine, select

from catalog.database import reading, writing
from catalog.offerings import DATA
from catalog.tables import (
    Base,
    Group,
    GroupStaff,
    Meeting,
    Offering,
    Series,
    SeriesMeeting,
    SeriesStaff,
    SiteTravel,
    StaffHours,
)
from catalog.weeks import create_groups
from scheduler.importer import ImportReport, import_files
from scheduler.tables import (
    Agreement,
    AvailabilityBlock,
    Citizen,
    CitizenLeg,
    CitizenSite,
    Contact,
    KeepApart,
    Lock,
    Wish,
)
from tests.unit.import_centre import CENTRE, Sheets, centre, engine, offered, write_csv, write_xlsx

__all__ = ["engine", "offered"]


def _import(engine: Engine, *paths: Path) -> ImportReport:
    with writing(engine) as session:
        return import_files(session, paths)


def _snapshot(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    tables: list[type[Base]] = [Series, SeriesMeeting, SeriesStaff, Group, Meeting, GroupStaff, SiteTravel, StaffHours]
    tables += [Citizen, CitizenLeg, CitizenSite, AvailabilityBlock, Wish, Contact, Lock, Agreement, KeepApart]
    with engine.connect() as connection:
        return {
            table.__tablename__: sorted(
                tuple(value for name, value in row._mapping.items() if name != "id" or table is Series)
                for row in connection.execute(select(table.__table__))
            )
            for table in tables
        }


def test_a_workbook_brings_a_whole_centre(engine: Engine, tmp_path: Path) -> None:
    report = _import(engine, write_xlsx(tmp_path / "centre.xlsx", CENTRE))
    assert report.rows["citizens"] == 2
    assert report.files == ("centre.xlsx",)
    with reading(engine) as session:
        ali, bo = session.scalars(select(Citizen).order_by(Citizen.external_id))
        assert (ali.min_minutes, ali.max_minutes, bo.min_minutes) == (600, 1200, 450)
        assert ali.joined == dt.date(2026, 1, 5)
        legs = {
            leg.leg_id: leg.most_pressing for leg in session.scalars(select(CitizenLeg).filter_by(citizen_id=ali.id))
        }
        assert legs == {"krop": True, "sind": False}
        coaching = session.get_one(Series, "coach-1")
        assert (coaching.appointment, coaching.valid_to) == (True, dt.date(2026, 12, 31))
        assert session.get_one(Series, "motion-1").appointment is False
        times = select(SeriesMeeting.day, SeriesMeeting.start_min, SeriesMeeting.end_min).filter_by(
            series_id="motion-1"
        )
        assert sorted(map(tuple, session.execute(times))) == [(0, 540, 600), (3, 540, 600)]
        assert session.scalar(select(SiteTravel.minutes).filter_by(from_site_id="syd", to_site_id="nord")) == 20
        wish = session.get_one(Wish, (bo.id, "coaching"))
        assert (wish.strength, wish.refused) == (-5, True)
        assert session.scalars(select(KeepApart.first_citizen_id)).all() == [ali.id]
        group = session.scalars(select(Group)).one()
        assert session.scalars(select(Lock.group_id)).all() == [group.id]
        assert session.scalars(select(Meeting.date)).all() == [dt.date(2026, 11, 25)]
        assert create_groups(session, "2026-W48") == 3


@pytest.mark.parametrize("delimiter", [";", ","])
def test_csv_files_bring_the_same_as_the_workbook(engine: Engine, tmp_path: Path, delimiter: str) -> None:
    _import(engine, write_xlsx(tmp_path / "centre.xlsx", CENTRE))
    workbook = _snapshot(engine)
    _import(engine, *write_csv(tmp_path, CENTRE, delimiter))
    assert _snapshot(engine) == workbook


def test_a_second_import_changes_what_is_there_and_doubles_nothing(engine: Engine, tmp_path: Path) -> None:
    _import(engine, write_xlsx(tmp_path / "centre.xlsx", CENTRE))
    first = _snapshot(engine)
    _import(engine, write_xlsx(tmp_path / "centre.xlsx", CENTRE))
    assert _snapshot(engine) == first
    changed = centre(wishes=[["citizen", "offering", "strength"], ["B1", "gaahold", 3]])
    changed["citizens"][1][5] = 25
    changed["series"][1][6] = 12
    _import(engine, write_xlsx(tmp_path / "centre.xlsx", changed))
    with reading(engine) as session:
        ali = session.scalars(select(Citizen).filter_by(external_id="B1")).one()
        assert ali.max_minutes == 1500
        assert session.scalars(select(Wish.offering_id).filter_by(citizen_id=ali.id)).all() == ["gaahold"]
        assert session.get_one(Series, "motion-1").seats == 12


def test_danish_names_of_sheets_and_columns_are_understood(engine: Engine, tmp_path: Path) -> None:
    sheets: Sheets = {
        "Steder": [["Id", "Navn"], ["nord", "Nordre"]],
        "Borgere": [
            ["id", "hjemsted", "startet", "mindste timer", "højeste timer", "energi", "møder pr. dag"],
            ["B1", "nord", "05-01-2026", 10, 20, 8, 2],
        ],
        "Ønsker": [["borger", "tilbud", "styrke"], ["B1", "motion", 4]],
    }
    assert _import(engine, write_xlsx(tmp_path / "center.xlsx", sheets)).rows == {
        "sites": 1,
        "citizens": 1,
        "wishes": 1,
    }


def test_yaml_brings_sheets_and_whole_catalogs(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    rows = {name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for name, rows in CENTRE.items()}
    path.write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    report = _import(engine, DATA / "offerings.yaml", path)
    assert report.rows["citizens"] == 2
    assert report.rows["offerings"] == len(
        yaml.safe_load((DATA / "offerings.yaml").read_text(encoding="utf-8"))["offerings"]
    )


def test_a_sheet_of_offerings_is_as_good_as_the_file(engine: Engine, tmp_path: Path) -> None:
    head = ["id", "nr", "da", "en", "neutral_da", "leg", "kind", "job_oriented", "meeting_min", "meetings_per_week"]
    head += ["min_size", "max_size", "weeks", "intake", "load", "room", "trains_main", "prerequisites", "valid_from"]
    dance = ["dans", 48, "Dans", "Dance", "Dans", "krop", "open_group", "nej", 60, 1, 4, 12, 10, "rolling", 1, "sal"]
    dance += ["helbred, social", "motion | test:dansk>=2", "2026-11-01"]
    _import(engine, write_xlsx(tmp_path / "nye tilbud.xlsx", {"offerings": [head, dance]}))
    with reading(engine) as session:
        offering = session.get_one(Offering, "dans")
    assert offering.prerequisites == [{"any": ["motion", "test:dansk>=2"]}]
    assert offering.trains == {"main": ["helbred", "social"], "side": []}
