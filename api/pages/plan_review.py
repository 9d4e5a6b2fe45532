"""`/koersler/N/gennemse` and `/aendringer`: what a person looks at before she approves a run, and her approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.runs import Number
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.plan_runs import PageNumber
from api.pages.rendering import language_of
from catalog.tables import Site, TargetGroup
from scheduler import approval, policy
from scheduler.actions import may
from scheduler.approval import ReasonNeededError
from scheduler.compared import Compared, Narrowed, earlier_run, narrow
from scheduler.fairness import ServedLess, served_less
from scheduler.life import ClosedRunError
from scheduler.reading import columns
from scheduler.review import CitizenReview, Review
from scheduler.scope import visible_citizens
from scheduler.stored import find_run
from scheduler.tables import Account, Citizen, Run
from scheduler.why_words import read_names

routes = APIRouter(prefix="/koersler/{run_id}", include_in_schema=False)
SIZE, FEW = 50, 20  # of a page: lines of a table, people with all that is remarkable about them
KINDS = ("exception", "hours", "legs", "answer", "change")  # in the order of `CitizenReview.rank`
Text = Annotated[str, Query(max_length=100)]


class ApprovalIn(BaseModel):
    """Whose plans are approved (no team: everybody's), and why where something is worse than its limit."""

    team: str = Field(default="", max_length=100)
    grounds: str = Field(default="", max_length=2000)


@routes.get("/gennemse")
def look_through(
    run_id: Number, page: Annotated[Page, may_page("run.approve")], kind: Annotated[Text, Query(alias="slags")] = "",
    number: PageNumber = 1,
) -> Response:  # fmt: skip
    """Show the exceptions of a run, the most pressing first, and the form to approve it."""
    return _review(page, run_id, kind, number)


def _review(page: Page, run_id: int, kind: str = "", number: int = 1) -> Response:
    actor = page.actor
    with page.reading() as session:
        team = actor.team or "" if actor.scope == "team" else ""
        found = page.service.comparisons.review(session, run_id, team)
        mine = set(columns(session, visible_citizens(actor, page.action))[0])
        seen = [person for person in found.citizens if person.citizen_id in mine]
        chosen = [person for person in seen if kind not in KINDS or KINDS[person.rank] == kind]
        shown, last = page_of(chosen, number, FEW)
        signed_by = _accounts(session, found)
        people = names_of(session, [person.citizen_id for person in shown])
        legs = read_names(session, language_of(page.request)).leg
        less = named_served_less(session, found.week)
    page.look_at(person.citizen_id for person in shown)
    return page.show(
        "plan/review.html", review=found, people=people, shown=[(person, _legs(person, legs)) for person in shown],
        kinds=KINDS, counts=Counter(KINDS[person.rank] for person in seen), kind=kind, number=number, last=last,
        total=len(seen), signed_by=signed_by, teams=_teams(page, found), less=less,
    )  # fmt: skip


def named_served_less(session: Session, week: str) -> list[tuple[str, ServedLess]]:
    """Whom the weeks so far served less than the limit allows, worst first, each with its name."""
    titles = {
        "target_group": dict(session.execute(select(TargetGroup.code, TargetGroup.label_da)).all()),
        "site": dict(session.execute(select(Site.id, Site.name)).all()),
    }
    return [(titles.get(each.kind, {}).get(each.name, each.name), each) for each in served_less(session, week)]


def _legs(person: CitizenReview, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, rule) of each leg that is not covered."""
    parts = (each.partition(": ") for each in person.legs)
    return [(names.get(leg, leg), slug) for leg, _, slug in parts]


def _teams(page: Page, found: Review) -> list[str]:
    """For whom she may approve: everybody (empty) and each team that has not, or her own team."""
    if found.state != "proposed":
        return []
    if page.actor.scope == "centre":
        return ["", *found.teams_left]
    return [team for team in found.teams_left if page.actor.scope == "team" and team == page.actor.team]


def _accounts(session: Session, found: Review) -> dict[int, str]:
    signed = {each.account_id for each in found.approvals}
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(signed))).all())


def names_of(session: Session, citizens: Collection[int]) -> dict[int, tuple[str, str]]:
    """The name and the centre's own id of some citizens."""
    rows = session.execute(select(Citizen.id, Citizen.name, Citizen.external_id).where(Citizen.id.in_(citizens)))
    return {key: (name or external_id, external_id) for key, name, external_id in rows}


def page_of(found: list[Any], number: int, size: int = SIZE) -> tuple[list[Any], int]:
    """One page of a list, and how many pages there are."""
    return found[(number - 1) * size : number * size], max(1, -(-len(found) // size))


@routes.post("/godkend")
def approve(run_id: Number, page: Annotated[Page, may_page("run.approve")]) -> Response:
    """Approve a run for one team, or whole."""

    def sign() -> Answer:
        given = page.form.read(ApprovalIn)
        policy.permit_team(page.actor, page.action, given.team)
        try:
            approval.approve(page.session, run_id, given.team, page.actor.account_id, page.now, given.grounds)
        except ReasonNeededError as error:
            raise FormError({"grounds": Wrong("field_missing")}) from error
        page.session.flush()
        is_whole = page.session.scalar(select(Run.state).where(Run.id == run_id)) == "approved"
        goes_on = is_whole and may(page.actor, "run.publish")
        done = "run_approved" if is_whole else "team_approved"
        return page.go_to(f"/koersler/{run_id}/{'udsend' if goes_on else 'gennemse'}", done)

    return page.submit(sign, again=lambda: _review(page, run_id), words={ClosedRunError: "approved_already"})


@routes.get("/aendringer")
def changes(
    run_id: Number,
    page: Annotated[Page, may_page("run.approve")],
    against: Annotated[int, Query(alias="mod", ge=0, lt=2**31)] = 0,
    team: Annotated[Text, Query(alias="team")] = "",
    site: Annotated[Text, Query(alias="sted")] = "",
    offering: Annotated[Text, Query(alias="tilbud")] = "",
    group: Annotated[int, Query(alias="hold", ge=0, lt=2**31)] = 0,
    why: Annotated[Text, Query(alias="grund")] = "",
    number: PageNumber = 1,
) -> Response:
    """Show who gets another week than before, page by page, narrowed down as asked for."""
    wanted = Narrowed(team, site, offering, group, why)
    with page.reading() as session:
        run = find_run(session, run_id)
        earlier = against or earlier_run(session, run_id)
        if earlier is None:
            return page.show("plan/changes.html", run=run, compared=None)
        before = find_run(session, earlier)
        found = page.service.comparisons.of(session, run_id, earlier)
        mine = set(columns(session, visible_citizens(page.actor, page.action))[0])
        moves = narrow(found, wanted, mine)
        shown, last = page_of(moves, number)
        people = names_of(session, [move.citizen_id for move in shown])
    page.look_at(move.citizen_id for move in shown)
    return page.show(
        "plan/changes.html", run=run, before=before, compared=found, moves=shown, people=people, wanted=wanted,
        number=number, last=last, total=len(moves), against=against, offerings=_offerings(found, page),
        form=page.form.starting(team=team, sted=site, tilbud=offering, grund=why), filters=_filters(wanted, against),
    )  # fmt: skip


def _offerings(found: Compared, page: Page) -> list[tuple[str, str]]:
    english = language_of(page.request) == "en"
    names = {each.offering_id: each.en if english else each.da for each in found.difference.groups.values()}
    return sorted(names.items(), key=lambda each: each[1])


def _filters(wanted: Narrowed, against: int) -> dict[str, Any]:
    given = {
        "mod": against, "team": wanted.team, "sted": wanted.site, "tilbud": wanted.offering, "hold": wanted.group,
        "grund": wanted.why,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}
