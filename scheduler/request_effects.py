"""What follows from a change request beside the plan: agreements, wishes and times, a message, a task for a contact."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from catalog.weeks import CENTRE_TIME
from scheduler import messages
from scheduler.idempotency import insert_new
from scheduler.places import offerings_of
from scheduler.tables import Agreement, AvailabilityBlock, ChangeRequest, Contact, StaffTask, Wish

CHANNEL = "sms"
GRANTED = "change_granted"  # the message to whom somebody else changed her week for
FIRST_CONTACTS = ("jobkonsulent", "sagsbehandler")  # Who is asked first, where a citizen has several.


@dataclass(frozen=True)
class Asker:
    """Who asks, and when; staff may grant what needs a person."""

    account_id: int
    at: dt.datetime
    is_staff: bool = False
    on_behalf: bool = False

    @property
    def today(self) -> dt.date:
        """The day at the centre."""
        return self.at.astimezone(CENTRE_TIME).date()


def pass_on(session: Session, request: ChangeRequest, asker: Asker) -> None:
    """Let a person answer: the citizen's contact gets a task."""
    request.state = "passed_on"
    session.flush()
    slug = "call_back" if request.kind in ("talk", "along") else "change_request"
    set_task(session, request.citizen_id, request.week, slug, f"{request.kind} {request.id}", asker.at)


def set_task(session: Session, citizen_id: int, week: str, slug: str, subject: str, now: dt.datetime) -> None:
    """Give a citizen's contact something to do, unless it stands there already."""
    task = {"slug": slug, "citizen_id": citizen_id, "week": week, "subject": subject, "created_at": now, "note": ""}
    session.execute(insert_new(session, StaffTask).values(**task, staff_id=first_contact(session, citizen_id)))


def first_contact(session: Session, citizen_id: int) -> str | None:
    """The member of staff whom a citizen calls first."""
    contacts = dict(
        session.execute(select(Contact.role, Contact.staff_id).where(Contact.citizen_id == citizen_id)).all()
    )
    ranked = [*FIRST_CONTACTS, *sorted(contacts)]
    return next((contacts[role] for role in ranked if role in contacts), None)


def after_confirmation(session: Session, request: ChangeRequest, asker: Asker) -> None:
    """Let what was granted hold beside the plan; what is undone later is kept with the request."""
    proposal = request.proposals[request.chosen or 0]
    offerings = offerings_of(session, {*proposal["left"], *proposal["groups"]})
    given_up = {offerings[group] for group in proposal["left"]} - {offerings[group] for group in proposal["groups"]}
    done: dict[str, object] = {"agreements": _leave_agreements(session, request, given_up, asker)}
    if request.kind == "stop":
        done["wishes"] = [_refuse(session, request.citizen_id, offering) for offering in sorted(given_up)]
    if request.kind == "cannot_come" and request.asked.get("times"):
        done["blocks"] = _block(session, request)
    request.asked = request.asked | {"done": done}
    if request.on_behalf or asker.is_staff:  # Whoever confirms for herself has the answer before her.
        messages.queue(session, request.citizen_id, CHANNEL, GRANTED, {"week": request.week}, asker.at)


def after_undo(session: Session, request: ChangeRequest) -> None:
    """Take back what held beside the plan."""
    done = request.asked.get("done", {})
    for offering, from_week in done.get("agreements", []):
        key = (request.citizen_id, offering, from_week)
        session.get_one(Agreement, key).left_week = None
    for offering, strength, refused in done.get("wishes", []):
        hers = (Wish.citizen_id == request.citizen_id, Wish.offering_id == offering)
        session.execute(delete(Wish).where(*hers))
        if strength is not None:
            session.add(Wish(citizen_id=request.citizen_id, offering_id=offering, strength=strength, refused=refused))
    if blocks := done.get("blocks"):
        hers = (AvailabilityBlock.citizen_id == request.citizen_id, AvailabilityBlock.id.in_(blocks))
        session.execute(delete(AvailabilityBlock).where(*hers))


def _leave_agreements(session: Session, request: ChangeRequest, given_up: set[str], asker: Asker) -> list[list[str]]:
    """She may leave at any time; her contact hears of it."""
    if not given_up:
        return []
    standing = (
        Agreement.from_week <= request.week,
        Agreement.until_week >= request.week,
        Agreement.left_week.is_(None),
    )
    left = session.execute(
        update(Agreement)
        .where(Agreement.citizen_id == request.citizen_id, Agreement.offering_id.in_(given_up), *standing)
        .values(left_week=request.week)
        .returning(Agreement.offering_id, Agreement.from_week)
    ).all()
    for offering, _ in left:
        set_task(session, request.citizen_id, request.week, "agreement_left", offering, asker.at)
    return [list(row) for row in left]


def _refuse(session: Session, citizen_id: int, offering_id: str) -> list[object]:
    """Let the offering be in no plan until she says otherwise; returns what she thought of it before."""
    wish = session.get(Wish, (citizen_id, offering_id))
    if wish is None:
        session.add(Wish(citizen_id=citizen_id, offering_id=offering_id, strength=-5, refused=True))
        return [offering_id, None, None]
    before: list[object] = [offering_id, wish.strength, wish.refused]
    wish.refused = True
    return before


def _block(session: Session, request: ChangeRequest) -> list[int]:
    """Note when she cannot come: in this week, or from now on."""
    week = None if request.asked.get("every_week") else request.week
    blocks = [
        AvailabilityBlock(
            citizen_id=request.citizen_id, week=week, day=day, start_min=start, end_min=end, kind="own_block"
        )
        for day, start, end in request.asked["times"]
    ]
    session.add_all(blocks)
    session.flush()
    return [block.id for block in blocks]
