"""What goes out to citizens: neutral words in two languages, short enough for an SMS, at least once, and reminders."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from catalog.database import reading, writing
from catalog.tables import Group, Leg, Meeting, Offering
from scheduler.channels import Channel, ChannelError, FileChannel, Outgoing
from scheduler.messages import AGAIN_AFTER, MessageError, Sent, queue, render, send_due
from scheduler.reminders import queue_reminders
from scheduler.stored import NotFoundError
from scheduler.tables import Message, Place
from tests.unit.records import NOW, either, engine

__all__ = ["either", "engine"]

WEEK, MONDAY = "2026-W48", dt.date(2026, 11, 23)
SUNDAY_AFTERNOON = dt.datetime(2026, 11, 22, 14, 30, tzinfo=dt.UTC)  # 15:30 at the centre
TITLE = "Alkoholbehandling"


class Taking:
    """A gateway that keeps what it took and refuses some numbers."""

    def __init__(self, *refused: int) -> None:
        self.took: list[Outgoing] = []
        self.refused = refused

    def send(self, outgoing: Outgoing) -> None:
        if outgoing.id in self.refused:
            raise ChannelError("no signal")
        self.took.append(outgoing)


def _offering(engine: Engine) -> None:
    """Add two offerings whose name tells something about health."""
    with writing(engine) as session:
        session.add(Leg(id="krop", da="krop", en="body"))
        session.flush()
        session.add_all(
            Offering(
                id=key,
                nr=nr,
                da=TITLE,
                en="Alcohol treatment",
                neutral_da="Møde på Nordre",
                leg_id="krop",
                kind="open_group",
                job_oriented=False,
                health_skill=True,
                meeting_min=60,
                meetings_per_week=1.0,
                min_size=1,
                max_size=9,
                weeks=10,
                intake="rolling",
                load=1,
                room_type="sal",
                valid_from=dt.date(2026, 1, 1),
            )
            for nr, key in enumerate(("alkohol", "samtale"), start=1)
        )


def _place(engine: Engine) -> None:
    """Let B1 meet at 9 and at 13 on Monday, B2 at 13; B3 is in no group."""
    with writing(engine) as session:
        for offering, start, people in (("alkohol", 540, (1,)), ("samtale", 780, (1, 2))):
            group = Group(week=WEEK, code=offering, offering_id=offering, site_id="nord", seats=5, minimum=1)
            session.add(group)
            session.flush()
            session.add(Meeting(group_id=group.id, day=0, start_min=start, end_min=start + 60, date=MONDAY))
            tuesday = MONDAY + dt.timedelta(days=1)
            session.add(Meeting(group_id=group.id, day=1, start_min=480, end_min=500, date=tuesday))
            session.add_all(Place(citizen_id=who, week=WEEK, offering_id=offering, group_id=group.id) for who in people)


def _queue(engine: Engine, *weeks: int, channel: str = "sms") -> None:
    with writing(engine) as session:
        for week in weeks:
            queue(session, 1, channel, "plan_published", {"week": week}, NOW)


def _send(engine: Engine, channel: Channel, now: dt.datetime = NOW) -> Sent:
    return send_due(lambda: writing(engine), {"sms": channel}, now)


def test_only_an_offerings_neutral_title_can_go_out(engine: Engine) -> None:
    _offering(engine)
    with writing(engine) as session:
        made = queue(session, 1, "sms", "reminder", {"time": "9", "offering": "alkohol", "place": "Nordre"}, NOW)
        assert "Møde på Nordre" in render(made)
        with pytest.raises(MessageError, match="offering's id"):
            queue(session, 1, "sms", "reminder", {"time": "9", "title": TITLE, "place": "Nordre"}, NOW)
        with pytest.raises(NotFoundError, match="there is no offering"):
            queue(session, 1, "sms", "reminder", {"time": "9", "offering": "x", "place": "Nordre"}, NOW)


@pytest.mark.parametrize(
    ("channel", "slug", "arguments", "said"),
    [
        ("fax", "plan_published", {"week": 48}, "expected a channel"),
        ("sms", "plan_eaten", {"week": 48}, "there is no message 'plan_eaten'"),
        ("sms", "plan_published", {}, r"expected the arguments \['week'\]"),
        ("sms", "plan_published", {"week": 48, "diagnosis": "x"}, "'diagnosis'"),
        ("sms", "plan_published", {"week": 48, "language": "de"}, "expected a language"),
    ],
)
def test_a_message_that_could_not_be_sent_is_refused(
    engine: Engine, channel: str, slug: str, arguments: dict[str, object], said: str
) -> None:
    with writing(engine) as session, pytest.raises(MessageError, match=said):
        queue(session, 1, channel, slug, arguments, NOW)


def test_what_is_due_is_sent_once_in_order_and_marked(either: Engine) -> None:
    _queue(either, *range(1, 61))
    with writing(either) as session:
        queue(session, 2, "sms", "plan_changed", {"week": 48}, NOW, NOW + dt.timedelta(hours=1))
    gateway = Taking()
    assert _send(either, gateway) == (60, 0)
    assert [outgoing.id for outgoing in gateway.took] == list(range(1, 61))
    assert {outgoing.to for outgoing in gateway.took} == {"B1"}
    assert _send(either, gateway, NOW + 2 * AGAIN_AFTER) == (0, 0)
    assert _send(either, gateway, NOW + dt.timedelta(hours=1)) == (1, 0)
    with reading(either) as session:
        assert session.scalars(select(Message.id).where(Message.sent_at.is_(None))).all() == []


def test_a_message_that_a_gateway_refuses_waits_and_holds_up_nobody(engine: Engine) -> None:
    _queue(engine, 1, 2, 3)
    gateway = Taking(2)
    assert _send(engine, gateway) == (2, 1)
    assert _send(engine, gateway) == (0, 0)
    gateway.refused = ()
    assert _send(engine, gateway, NOW + AGAIN_AFTER) == (1, 0)
    assert sorted(outgoing.id for outgoing in gateway.took) == [1, 2, 3]


def test_a_message_whose_sender_dies_is_sent_by_the_next(either: Engine) -> None:
    class Dying(Taking):
        def send(self, outgoing: Outgoing) -> None:
            super().send(outgoing)
            raise KeyboardInterrupt

    _queue(either, 1, 2)
    dying, next_one = Dying(), Taking()
    with pytest.raises(KeyboardInterrupt):
        _send(either, dying)
    assert _send(either, next_one, NOW + AGAIN_AFTER) == (2, 0)
    assert {outgoing.id for outgoing in next_one.took} == {1, 2}
    assert dying.took[0] in next_one.took


def test_a_channel_that_is_not_there_keeps_its_messages(engine: Engine) -> None:
    _queue(engine, 1, channel="letter")
    assert _send(engine, Taking()) == (0, 1)
    with reading(engine) as session:
        assert session.scalars(select(Message.sent_at)).all() == [None]


def test_a_file_takes_messages_that_only_its_owner_may_read(engine: Engine, tmp_path: Path) -> None:
    _queue(engine, 1, 2)
    path = tmp_path / "outbox.jsonl"
    assert _send(engine, FileChannel(path)) == (2, 0)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["id"], line["to"], line["channel"]) for line in lines] == [(1, "B1", "sms"), (2, "B1", "sms")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_everybody_with_something_on_tomorrow_gets_one_reminder(either: Engine) -> None:
    _offering(either)
    _place(either)
    with writing(either) as session:
        assert queue_reminders(session, SUNDAY_AFTERNOON) == 2
    with writing(either) as session:
        assert queue_reminders(session, SUNDAY_AFTERNOON + dt.timedelta(hours=1)) == 0
    gateway = Taking()
    assert _send(either, gateway, SUNDAY_AFTERNOON) == (2, 0)
    first, second = (outgoing.text for outgoing in gateway.took)
    assert first.startswith("Husk i morgen: 2 aktiviteter. Den første er kl. 09:00: Møde på Nordre, Nordre.")
    assert second.startswith("Husk i morgen kl. 13:00: Møde på Nordre, Nordre.")
    assert TITLE not in first + second
    with writing(either) as session:
        assert queue_reminders(session, SUNDAY_AFTERNOON + dt.timedelta(days=1)) == 2


@pytest.mark.parametrize("hours", [-1, 6])
def test_nobody_is_reminded_in_the_morning_or_at_night(engine: Engine, hours: int) -> None:
    _offering(engine)
    _place(engine)
    with writing(engine) as session:
        assert queue_reminders(session, SUNDAY_AFTERNOON + dt.timedelta(hours=hours)) == 0
