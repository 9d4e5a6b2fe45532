"""What comes in and goes out where a change is asked for: the wish, the choice, and the request in words."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.http.plans import ActivityOut
from scheduler.asked import LONGEST_TEXT, Asked
from scheduler.importer.cpr import hide_cpr
from scheduler.request_words import Named, kind_words, proposal_words, state_words
from scheduler.tables import ChangeRequest

MOST_TIMES = 50


class TimeBody(BaseModel):
    """A time of the week: day 0 is Monday, minutes count from midnight."""

    model_config = ConfigDict(extra="forbid", strict=True)
    day: int = Field(ge=0, le=6)
    start: int = Field(ge=0, le=1439)
    end: int = Field(ge=1, le=1440)

    @model_validator(mode="after")
    def _forwards(self) -> TimeBody:
        if self.end <= self.start:
            raise ValueError("expected end after start")
        return self


class AskIn(BaseModel):
    """A wish for a change.

    `another_time`, `another_activity` and `stop` name a group of her plan, `less` may; `more` may name an offering;
    `cannot_come` names a group, which is missed once, or times, in this week or in every week from now on; `talk` says
    how.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["another_time", "another_activity", "less", "more", "stop", "cannot_come", "along", "talk"]
    group_id: int | None = Field(default=None, ge=1, lt=2**31)
    offering_id: str | None = Field(default=None, min_length=1, max_length=100)
    times: list[TimeBody] = Field(default=[], max_length=MOST_TIMES)
    every_week: bool = False
    how: Literal["phone", "walk", "home"] | None = None
    text: str = Field(default="", max_length=LONGEST_TEXT)

    def wish(self) -> Asked:
        """What is asked, for the rooms within; a CPR number in the text goes no further."""
        times = tuple((time.day, time.start, time.end) for time in self.times)
        text = hide_cpr(self.text)
        return Asked(self.kind, self.group_id, self.offering_id, times, self.every_week, self.how or "", text)


class ChoiceIn(BaseModel):
    """Which proposal is chosen, by its place in the list: 0 is the first."""

    model_config = ConfigDict(extra="forbid", strict=True)
    choice: int = Field(ge=0, lt=100)


class ProposalOut(BaseModel):
    """A whole week that answers a wish, and how it differs from hers: `joined` and `left` are groups.

    `say` can be read aloud. `granted_by` says whether she gets it at once, and `grant` why not. Points are for staff.
    """

    choice: int
    say: str
    reason: str
    gained: list[str]
    lost: list[str]
    granted_by: Literal["at_once", "person"]
    grant: str
    points: int | None
    joined: list[int]
    left: list[int]
    groups: list[ActivityOut]


class RequestOut(BaseModel):
    """A change request: what was asked, where it stands, and the weeks to choose from, best first.

    `base` is the version of her week that it is about; `say` tells where it stands and can be read aloud.
    """

    id: int
    week: str
    kind: str
    asks: str
    text: str
    state: str
    say: str
    at: dt.datetime
    on_behalf: bool
    base: str
    chosen: int | None
    held_until: dt.datetime | None
    proposals: list[ProposalOut]


class FullOut(BaseModel):
    """The problem `full`, with a new request that has what there is now."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request: RequestOut


def request_out(request: ChangeRequest, named: Named, *, with_points: bool) -> RequestOut:
    """Put a request into words, in the language of what it names."""
    proposals = [
        _proposal_out(choice, proposal, request.kind, named, with_points=with_points)
        for choice, proposal in enumerate(request.proposals)
    ]
    return RequestOut(
        id=request.id, week=request.week, kind=request.kind, asks=kind_words(request.kind, named.language),
        text=request.text, state=request.state, say=state_words(request, named.language), at=request.at,
        on_behalf=request.on_behalf, base=request.base, chosen=request.chosen, held_until=request.held_until,
        proposals=proposals,
    )  # fmt: skip


def _proposal_out(choice: int, proposal: dict[str, Any], kind: str, named: Named, *, with_points: bool) -> ProposalOut:
    groups = [ActivityOut.model_validate(group) for group in named.groups(proposal["groups"])]
    return ProposalOut(
        choice=choice, **proposal_words(proposal, kind, named)._asdict(),
        granted_by="person" if proposal["person"] else "at_once", points=proposal["points"] if with_points else None,
        joined=proposal["joined"], left=proposal["left"], groups=groups,
    )  # fmt: skip
