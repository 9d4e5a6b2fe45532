"""A roll-out's file: who comes and goes, what a newcomer needs, what must be kept, and how finely supply is sought."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from catalog.cells import Name, Week
from scheduler.lab.scenario import LEAST_CITIZENS, MOST_CITIZENS, read_yaml, scenario_error

MOST_WEEKS = 520
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
People = Annotated[int, Field(ge=0, le=MOST_CITIZENS)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Returns(_Part):
    """Who comes back, of those who left in one week."""

    percent: Percent
    after_weeks: int = Field(ge=1, le=MOST_WEEKS)


class StartUp(_Part):
    """The conference that every new citizen has, not who returns."""

    hours: dict[Name, Amount] = Field(min_length=1)  # of staff by role, for one conference
    group_size: int = Field(default=1, ge=1, le=1000)  # new citizens at one conference
    weeks: int = Field(default=1, ge=1, le=26)  # her first weeks, over which conferences are spread evenly


class Kept(_Part):
    """What must stay as it is in the base week; a figure that is named has another limit."""

    under_way_percent: Percent | None = None  # of the citizens, at least
    below_minimum_crowded_percent: Percent | None = None  # of the citizens, at most
    legs_covered_percent: Percent | None = None  # of the needed legs, at least
    unmet_wishes_a_citizen: Amount | None = None  # at most
    hours_a_citizen: Amount | None = None  # at least; not kept where nobody names it


class RollOut(_Part):
    """A planned week, the newest run of it where none is named, and how the centre grows from there."""

    name: Annotated[str, Field(max_length=200)] = ""
    week: Week | None = None
    run: int | None = Field(default=None, ge=1, lt=2**31)
    seed: int = Field(default=1, ge=0, lt=2**31)  # decides whose copies come and which groups are copied
    weeks: int = Field(ge=1, le=MOST_WEEKS)
    plan_every: int = Field(default=4, ge=1, le=MOST_WEEKS)  # weeks from one that is really planned to the next
    citizens: int | None = Field(default=None, ge=LEAST_CITIZENS, le=MOST_CITIZENS)  # at the end, by an even intake
    intake: People | list[People] | None = None  # new citizens a week, or week by week
    exits_percent: Percent = 0.0  # a week, of those who are there
    returns: Returns | None = None
    start_up: StartUp | None = None
    kept: Kept = Kept()
    step_percent: int = Field(default=5, ge=1, le=100)  # of the base week's groups: supply is found to within this
    trim: bool = False  # close then, beside the least supply, the groups that give least for an hour of staff
    rooms: dict[Name, Annotated[int, Field(ge=0, le=10_000)]] = {}  # that a site has place for; else as many as now

    @model_validator(mode="after")
    def _agree(self) -> RollOut:
        """Refuse what contradicts itself."""
        if (self.citizens is None) == (self.intake is None):
            raise ValueError("expected either citizens (at the end) or intake (a week), and not both")
        if isinstance(self.intake, list) and len(self.intake) != self.weeks:
            raise ValueError(f"intake: expected {self.weeks} numbers, one a week, found {len(self.intake)}")
        if self.returns is not None and not self.exits_percent:
            raise ValueError("returns: expected exits_percent too, for nobody returns who has not left")
        return self


def read_roll_out(file: Path) -> RollOut:
    """Read a roll-out's file.

    Raises
    ------
    ScenarioError
        It is no roll-out.
    """
    try:
        return RollOut.model_validate(read_yaml(file))
    except ValidationError as error:
        raise scenario_error(error) from error
