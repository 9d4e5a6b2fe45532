"""Text messages that citizens send: 1, 2, 3, yes, no or call me answers what is open; a person reads the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Site, StaffMember
from catalog.weeks import CENTRE_TIME, monday_of, week_of
from scheduler import messages
from scheduler.actions import Actor
from scheduler.asked import LONGEST_TEXT, AskedError
from scheduler.idempotency import insert_new
from scheduler.importer.cpr import hide_cpr
from scheduler.offers import accept, decline, open_offer
from scheduler.places import StaleError
from scheduler.request_effects import CHANNEL, Asker, set_task
from scheduler.request_rules import RequestRules, read_request_rules
from scheduler.requests import RequestStateError, confirm, let_go
from scheduler.staff_tasks import open_tasks
from scheduler.stored import NotFoundError
from scheduler.tables import Account, ChangeRequest, Citizen, Hold, InboundText, StaffTask, Waiting

_MEANINGS = {
    "yes": ("1", "ja", "ja tak", "yes", "yes please"),
    "no": ("2", "nej", "nej tak", "no", "no thanks"),
    "call": ("3", "ring", "ring til mig", "call", "call me"),
}
# What came of a text, and the words that the message about it needs; None where one goes out without it.
Answered = tuple[str, dict[str, Any] | None]
_ENGLISH = {"yes", "yes please", "no", "no thanks", "call", "call me"}


class Outcome(NamedTuple):
    """What came of a text: the slug of the answer that went out, `call_back` and `read_text` being tasks as well."""

    slug: str
    is_repeat: bool = False  # The text had come before, and nothing was done again.


class CallBack(NamedTuple):
    """Somebody who asked to be called, and the worker who calls."""

    task_id: int
    citizen_id: int
    external_id: str
    name: str | None
    since: dt.datetime
    worker: str | None
    site: str | None  # The worker's; nobody's telephone number is stored.


def receive(session: Session, provider_id: str, external_id: str, text: str, now: dt.datetime) -> Outcome:
    """Do what a text says, once however often it is delivered, and queue an answer.

    Raises
    ------
    NotFoundError
        Nobody has this id.
    AskedError
        The text is too long.
    """
    if len(text) > LONGEST_TEXT:
        raise AskedError(f"text: at most {LONGEST_TEXT} letters, found {len(text)}")
    citizen_id = session.scalar(select(Citizen.id).where(Citizen.external_id == external_id))
    if citizen_id is None:
        raise NotFoundError("nobody has the id that the text came with")
    kept = {"citizen_id": citizen_id, "text": hide_cpr(text.replace("\0", "")), "came_at": now, "outcome": ""}
    fresh = insert_new(session, InboundText).values(provider_id=provider_id, **kept).returning(InboundText.id)
    text_id = session.scalar(fresh)
    if text_id is None:
        known = select(InboundText.outcome).where(InboundText.provider_id == provider_id)
        return Outcome(session.scalars(known).one(), is_repeat=True)
    words = " ".join(text.casefold().strip(" \t\r\n.,!").split())
    slug, told = _answer(session, citizen_id, _meaning(words), now)
    if slug in ("call_back", "too_late"):
        _set_call_back(session, citizen_id, text_id, now)
    elif slug == "read_text":
        set_task(session, citizen_id, _this_week(now), slug, f"sms {text_id}", now)
    session.get_one(InboundText, text_id).outcome = slug
    if told is not None:
        language = {"language": "en"} if words in _ENGLISH else {}
        messages.queue(session, citizen_id, CHANNEL, _MESSAGE.get(slug, slug), told | language, now)
    return Outcome(slug)


_MESSAGE = {"call_back": "will_call", "read_text": "will_read"}


def text_of(session: Session, task: StaffTask) -> InboundText | None:
    """The text that a task is about, for the one who reads it; None where the task is about something else."""
    source, _, number = task.subject.partition(" ")
    text = session.get(InboundText, int(number)) if source == "sms" and number.isdecimal() else None
    return text if text is not None and text.citizen_id == task.citizen_id else None


def call_backs(session: Session, actor: Actor, *, all_in_reach: bool = False) -> list[CallBack]:
    """Who asked to be called and is the actor's to call, or anybody's whom she reaches; the longest wait first."""
    tasks = open_tasks(actor, "task.read", all_in_reach=all_in_reach).where(StaffTask.slug == "call_back")
    rows = session.execute(
        tasks.join(Citizen, Citizen.id == StaffTask.citizen_id)
        .outerjoin(StaffMember, StaffMember.id == StaffTask.staff_id)
        .outerjoin(Site, Site.id == StaffMember.site_id)
        .with_only_columns(
            StaffTask.id, Citizen.id, Citizen.external_id, Citizen.name, StaffTask.created_at, StaffMember.name,
            Site.name,
        )
        .order_by(StaffTask.created_at, StaffTask.id)
    )  # fmt: skip
    return [CallBack(*row) for row in rows]


def _meaning(words: str) -> str:
    return next((meaning for meaning, known in _MEANINGS.items() if words in known), "")


def _answer(session: Session, citizen_id: int, meaning: str, now: dt.datetime) -> Answered:
    """Answer what is open."""
    if meaning == "call":
        return "call_back", {}
    open_one = _newest_open(session, citizen_id, now) if meaning else None
    if open_one is None:
        return "read_text", {}
    try:
        if isinstance(open_one, Hold):
            return _answer_offer(session, open_one, meaning, now)
        return _answer_request(session, open_one, meaning, now)
    except (RequestStateError, StaleError):
        return "too_late", {}


def _newest_open(session: Session, citizen_id: int, now: dt.datetime) -> Hold | ChangeRequest | None:
    """What she was asked last: a seat that is offered, or a change that is held for her."""
    offer = open_offer(session, citizen_id, now)
    hers = (ChangeRequest.citizen_id == citizen_id, ChangeRequest.state == "held", ChangeRequest.held_until > now)
    request = session.scalar(select(ChangeRequest).where(*hers).order_by(ChangeRequest.held_until.desc()).limit(1))
    if offer is None or request is None or request.held_until is None:
        return offer or request
    offered_at = offer.until - dt.timedelta(minutes=_rules(session, offer.week).offer_minutes)
    held_at = request.held_until - dt.timedelta(minutes=_rules(session, request.week).hold_minutes)
    return offer if offered_at >= held_at else request


def _rules(session: Session, week: str) -> RequestRules:
    return read_request_rules(session, monday_of(week))


def _answer_offer(session: Session, offer: Hold, meaning: str, now: dt.datetime) -> Answered:
    waiting, week = session.get_one(Waiting, offer.waiting_id), offer.week
    if meaning == "no":
        decline(session, waiting.id, waiting.citizen_id)
        return "seat_declined", {}
    accept(session, waiting.id, waiting.citizen_id, now)
    return "seat_taken", {"week": week}


def _answer_request(session: Session, request: ChangeRequest, meaning: str, now: dt.datetime) -> Answered:
    if meaning == "no":
        let_go(session, request.id, request.citizen_id)
        return "change_let_go", {"week": request.week}
    own = select(Account.id).where(Account.citizen_id == request.citizen_id, Account.closed_at.is_(None))
    asker = Asker(session.scalar(own.limit(1)) or request.account_id, now)
    confirm(session, request.id, request.citizen_id, asker)
    return "change_granted", None if request.on_behalf else {"week": request.week}


def _set_call_back(session: Session, citizen_id: int, text_id: int, now: dt.datetime) -> None:
    """Let her contact call, once however often she asks before."""
    waits = (StaffTask.slug == "call_back", StaffTask.citizen_id == citizen_id, StaffTask.done_at.is_(None))
    if session.scalar(select(StaffTask.id).where(*waits, StaffTask.subject.startswith("sms ")).limit(1)) is None:
        set_task(session, citizen_id, _this_week(now), "call_back", f"sms {text_id}", now)


def _this_week(now: dt.datetime) -> str:
    return week_of(now.astimezone(CENTRE_TIME).date())
