"""A citizen can have a copy of her data and be erased: nothing tells of her afterwards, and everything else stands."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from catalog.tables import Group, Leg, Meeting, Offering, StaffMember
from scheduler.archive import Archive, ArchiveError, pack
from scheduler.audit import Entry, record, verify_chain, who_looked
from scheduler.citizen_reading import _present
from scheduler.erasure import ErasedListError, erase, erase_again, read_list
from scheduler.messages import queue
from scheduler.personal import copy_of, personal_columns
from scheduler.points import load_points
from scheduler.problem import build_problem
from scheduler.replay import recount
from scheduler.stored import NotFoundError, participants
from scheduler.stripping import remove_inputs
from scheduler.tables import (
    Account,
    Base,
    CalendarFeed,
    Citizen,
    CitizenLeg,
    Contact,
    KeepApart,
    LoginAttempt,
    LoginSession,
    PlanAnswer,
    PlanEntry,
    Pseudonym,
    Representation,
    Run,
    StoredAnswer,
)
from tests.unit.records import NOW, either, engine

__all__ = ["either", "engine"]

WEEK, MONDAY = "2026-W48", dt.date(2026, 11, 23)
SECRET_WORDS = ("B1", "Name of B1", "bodil", "tired of it", "cookie", "feed-secret")


def _live(engine: Engine) -> None:
    """Let B1 (citizen 1) leave traces everywhere, and B2 a few."""
    with writing(engine) as session:
        session.add_all(
            [Leg(id="krop", da="krop", en="body"), StaffMember(id="s", name="Sanne", role="x", site_id="nord")]
        )
        session.flush()
        session.add(_offering())
        session.add(Account(username="bodil", name="Name of B1", role="citizen", citizen_id=1, created_at=NOW))
        session.flush()
        group = Group(week=WEEK, code="A", offering_id="motion", site_id="nord", seats=5, minimum=1)
        run = Run(week=WEEK, state="proposed", seed=1, lottery_seed=1, created_at=NOW)
        session.add_all([group, run])
        session.flush()
        session.add(Meeting(group_id=group.id, day=0, start_min=540, end_min=600, date=MONDAY))
        session.add_all(PlanEntry(run_id=run.id, citizen_id=who, group_id=group.id) for who in (1, 2))
        session.add(PlanAnswer(run_id=run.id, citizen_id=1, answer="change", text="tired of it", account_id=2, at=NOW))
        session.add_all([CitizenLeg(citizen_id=1, leg_id="krop"), Contact(citizen_id=1, role="x", staff_id="s")])
        session.add(KeepApart(first_citizen_id=1, second_citizen_id=3))
        session.add(LoginSession(token_hash="cookie", account_id=2, form_token="f", created_at=NOW, seen_at=NOW))
        session.add(LoginAttempt(username="bodil", address="::1", at=NOW))
        session.add(CalendarFeed(token_hash="feed-secret", citizen_id=1, created_at=NOW))
        session.add(Representation(citizen_id=1, account_id=1, may="see", until=MONDAY, granted_by=2, granted_at=NOW))
        for key, body in (
            ("a", b'{"citizen_id":1,"x":2}'),
            ("b", b'{"name":"Name of B1"}'),
            ("c", b'{"citizen_id":12}'),
        ):
            session.add(StoredAnswer(account_id=1, key=key, request_hash="r", status=200, body=body, at=NOW))
        queue(session, 1, "sms", "plan_published", {"week": 48}, NOW)
        record(session, [_entry(1), _entry(2)])


def _offering() -> Offering:
    return Offering(
        id="motion", nr=1, da="Motion", en="Exercise", neutral_da="Møde", leg_id="krop", kind="open_group",
        job_oriented=False, health_skill=True, meeting_min=60, meetings_per_week=1.0, min_size=1, max_size=9, weeks=10,
        intake="rolling", load=1, room_type="sal", valid_from=dt.date(2026, 1, 1),
    )  # fmt: skip


def _entry(citizen: int) -> Entry:
    return Entry(
        account_id=1, role="staff", purpose="week", citizen_id=citizen, action="week.read", outcome="done",
        request_id="r", at=NOW,
    )  # fmt: skip


def _everything(session: Session) -> str:
    """Every text and byte in the database."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            found += [str(value) for value in row.values()]
    return "\n".join(found)


def test_nothing_tells_of_an_erased_citizen(either: Engine, tmp_path: Path) -> None:
    _live(either)
    with reading(either) as session:
        before = _everything(session)
        assert all(word in before for word in SECRET_WORDS)
    with writing(either) as session:
        assert erase(session, 1, tmp_path / "erased", NOW).external_id == "B1"
    with reading(either) as session:
        after = _everything(session)
    assert [word for word in SECRET_WORDS if word in after] == []
    assert "Name of B2" in after


def test_what_is_left_refers_to_the_tombstone_only_in_counts_and_accounts(engine: Engine, tmp_path: Path) -> None:
    _live(engine)
    with writing(engine) as session:
        erase(session, 1, tmp_path / "erased", NOW)
        left = {
            table.name
            for table in Base.metadata.sorted_tables
            for column in personal_columns(table)
            if session.scalar(select(func.count()).select_from(table).where(column == 1))
        }
        assert left == {"account", "plan_entry", "citizen_period"}
        account = session.get_one(Account, 2)
        assert (account.name, account.closed_at) == ("", NOW)
        assert account.username.startswith("erased-")
        assert session.scalars(select(StoredAnswer.key)).all() == ["c"]


def test_groups_keep_their_counts_and_the_audit_its_chain(engine: Engine, tmp_path: Path) -> None:
    _live(engine)
    with writing(engine) as session:
        erase(session, 1, tmp_path / "erased", NOW)
        assert len(participants(session, 1, 1)) == 2
        assert verify_chain(session) is None
        assert session.scalars(select(Pseudonym.citizen_id)).all() == [2]
        assert (who_looked(session, 1), len(who_looked(session, 2))) == ([], 1)


def test_no_later_week_plans_a_tombstone(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        assert _present(session, WEEK)[0].tolist() == [1, 2, 3]
        erase(session, 1, tmp_path / "erased", NOW)
        assert _present(session, WEEK)[0].tolist() == [2, 3]


def test_nobody_is_erased_twice_and_nobody_unknown(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        erase(session, 1, tmp_path / "erased", NOW)
        for who in (1, 99):
            with pytest.raises(NotFoundError, match="could be erased"):
                erase(session, who, tmp_path / "erased", NOW)
    assert read_list(tmp_path / "erased") == [("B1", NOW)]


def test_the_list_erases_again_whom_a_backup_brought_back(engine: Engine, tmp_path: Path) -> None:
    listed = tmp_path / "erased"
    with Session(engine) as session:
        erase(session, 1, listed, NOW)
        session.rollback()  # As a restored backup does, the database forgets the erasure; the list does not.
    assert listed.stat().st_mode & 0o777 == 0o600
    with writing(engine) as session:
        assert erase_again(session, listed, NOW) == 1
        assert erase_again(session, listed, NOW) == 0
        assert session.get_one(Citizen, 1).name is None
        assert session.get_one(Citizen, 2).name == "Name of B2"


def test_somebody_who_comes_back_after_her_erasure_stays(engine: Engine, tmp_path: Path) -> None:
    listed = tmp_path / "erased"
    moment = dt.datetime(2025, 12, 31, tzinfo=dt.UTC)  # She joined in January 2026.
    listed.write_text(json.dumps({"external_id": "B1", "erased_at": moment.isoformat()}) + "\n")
    with writing(engine) as session:
        assert erase_again(session, listed, NOW) == 0


def test_a_damaged_list_stops_everything_and_a_missing_one_is_empty(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "erased").write_text('{"external_id": "B1"}\n')
    with pytest.raises(ErasedListError, match="line 1"), writing(engine) as session:
        erase_again(session, tmp_path / "erased", NOW)
    with writing(engine) as session:
        assert erase_again(session, tmp_path / "none", NOW) == 0


def test_a_copy_holds_what_is_kept_and_no_secret(either: Engine) -> None:
    _live(either)
    with reading(either) as session:
        document = json.loads(json.dumps(copy_of(session, 1)))
    assert document["citizen"]["external_id"] == "B1"
    assert document["plan_answer"][0]["text"] == "tired of it"
    assert document["message"][0]["arguments"] == {"week": 48}
    assert document["weeks"][0]["meetings"] == [
        {"date": "2026-11-23", "start": "09:00", "end": "10:00", "offering": "Motion", "site": "Nordre"}
    ]
    assert [look["action"] for look in document["looks"]] == ["week.read"]
    text = json.dumps(document)
    assert not [word for word in ("feed-secret", "cookie", "hash", "keep_apart", "Name of B2") if word in text]


def test_every_table_about_citizens_is_in_the_copy_or_left_out_on_purpose(engine: Engine) -> None:
    about = {table.name for table in Base.metadata.sorted_tables if personal_columns(table)}
    assert {"wish", "lock", "goal", "keep_apart", "account", "message", "plan_answer"} <= about
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("citizen_id"):
                assert column in personal_columns(table), (table.name, column.name)


def _packed(session: Session) -> bytes:
    return pack(Archive(*build_problem(session, WEEK)))


def test_a_run_that_held_an_erased_citizen_says_that_it_cannot_be_replayed(engine: Engine, tmp_path: Path) -> None:
    _live(engine)
    with writing(engine) as session:
        load_points(session)
        first, later = session.get_one(Run, 1), Run(week=WEEK, state="running", seed=1, lottery_seed=1, created_at=NOW)
        first.input = later.input = _packed(session)
        session.add(later)
        session.flush()
        assert erase(session, 2, tmp_path / "erased", NOW).runs == 1
        with pytest.raises(ArchiveError, match=r"run 1 cannot be replayed: .* it held somebody who is erased"):
            recount(session, 1)
        assert later.input is not None
        later.state = "proposed"
        later.input = _packed(session)  # A run of those who are left.
        session.flush()
        assert remove_inputs(session, NOW) == 0


def test_a_run_under_way_loses_its_input_when_it_has_ended(engine: Engine, tmp_path: Path) -> None:
    _live(engine)
    with writing(engine) as session:
        load_points(session)
        run = session.get_one(Run, 1)
        run.state, run.input = "running", _packed(session)
        session.flush()
        assert erase(session, 2, tmp_path / "erased", NOW).runs == 0
        run.state = "proposed"
        session.flush()
        assert remove_inputs(session, NOW) == 1
        assert session.scalars(select(Run.input)).all() == [None]
