"""The sheets that a centre may import: their columns, what each may hold, and what each refers to."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from catalog.cells import Clock, Date, Day, Flag, Name, Number, Week, WeekTimes, Whole, Words


def read_travel(value: Any) -> dict[str, int]:
    """Minutes to other sites, as `syd 20; vest 35`."""
    if isinstance(value, dict):
        return value
    minutes = {}
    for part in re.split(r"[;,]", str(value)):
        site, _, number = part.strip().rpartition(" ")
        if not site or not number.isdecimal():
            raise ValueError("expected sites with minutes such as syd 20; vest 35")
        minutes[site.strip()] = int(number)
    return minutes


def read_half(value: Any) -> int:
    """0 before noon, 1 after."""
    halves = {"formiddag": 0, "morning": 0, "0": 0, "eftermiddag": 1, "afternoon": 1, "1": 1}
    half = halves.get(str(value).strip().lower().removesuffix(".0"))
    if half is None:
        raise ValueError("expected formiddag or eftermiddag")
    return half


Stars = Annotated[Whole, Field(ge=0, le=5)]


class RowIn(BaseModel):
    """A row of a sheet. `REFERS` names the sheet whose ids a column holds, `KEY` the columns that tell rows apart."""

    model_config = ConfigDict(extra="forbid")
    REFERS: ClassVar[dict[str, str]] = {}
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    def key(self) -> tuple[Any, ...]:
        """What no other row of the sheet may share."""
        return tuple(getattr(self, column) for column in self.KEY)


class SiteIn(RowIn):
    """A site and its travel minutes to others, which count both ways."""

    REFERS = {"travel": "sites"}
    id: Name
    name: Name
    address: Name = ""
    travel: Annotated[dict[str, int], BeforeValidator(read_travel)] = {}


class StaffIn(RowIn):
    """A worker."""

    REFERS = {"site": "sites"}
    id: Name
    name: Name
    role: Name
    team: Name = ""
    site: Name
    week_hours: Number = Field(default=37, ge=0, le=168)
    hours: WeekTimes = []


class RoomIn(RowIn):
    """A room."""

    REFERS = {"site": "sites"}
    id: Name
    name: Name = ""
    site: Name
    type: Name
    capacity: Whole | None = Field(default=None, ge=0)


class MeetingsIn(RowIn):
    """What a series and a group of one week share. `appointment` follows from the offering where empty."""

    REFERS = {"offering": "offerings", "site": "sites", "room": "rooms", "staff": "staff"}
    id: Name
    offering: Name
    site: Name
    room: Name | None = None
    staff: Words = []
    meetings: WeekTimes = Field(min_length=1)
    seats: Whole = Field(ge=0)
    minimum: Whole = Field(default=0, ge=0)
    appointment: Flag | None = None

    @field_validator("minimum")
    @classmethod
    def _fits_the_seats(cls, value: int, info: ValidationInfo) -> int:
        if value > (seats := info.data.get("seats", value)):
            raise ValueError(f"expected at most the {seats} seats")
        return value


class SeriesIn(MeetingsIn):
    """A group that recurs every week between two dates."""

    valid_from: Date
    valid_to: Date | None = None
    intake_from: Date | None = None

    @field_validator("valid_to")
    @classmethod
    def _ends_after_its_start(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and value < (start := info.data.get("valid_from", value)):
            raise ValueError(f"expected a date on or after valid_from {start}")
        return value


class GroupIn(MeetingsIn):
    """A group of one week."""

    KEY = ("week", "id")
    week: Week
    open_intake: Flag = True


class CitizenIn(RowIn):
    """A citizen. Hours are a week's; `id` is the id in the centre's own system."""

    REFERS = {
        "home_site": "sites",
        "target_group": "target_groups",
        "legs": "legs",
        "most_pressing": "legs",
        "sites": "sites",
    }
    id: Name
    name: Name | None = None
    home_site: Name
    joined: Date
    min_hours: Number = Field(ge=0, le=168)
    max_hours: Number = Field(ge=0, le=168)
    energy: Whole = Field(ge=0, le=1000)
    daily_limit: Whole = Field(ge=0, le=15)
    weight_percent: Whole = Field(default=100, ge=1, le=1000)
    out_of_work_since: Date | None = None
    protected_address: Flag = False
    target_group: Name | None = None
    legs: Words = []
    most_pressing: Name | None = None
    strengths: Words = []
    job_wishes: Words = []
    sites: Words = []

    @field_validator("max_hours")
    @classmethod
    def _is_not_below_the_least(cls, value: float, info: ValidationInfo) -> float:
        if value < (least := info.data.get("min_hours", value)):
            raise ValueError(f"expected at least min_hours {least:g}")
        return value

    @field_validator("most_pressing")
    @classmethod
    def _is_a_needed_leg(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in info.data.get("legs", [value]):
            raise ValueError("expected one of the citizen's legs")
        return value


class AboutCitizen(RowIn):
    """A row about one citizen."""

    REFERS = {"citizen": "citizens"}
    citizen: Name


class AvailabilityIn(AboutCitizen):
    """Time that a citizen can come or not, every week or in one."""

    KEY = ("citizen", "week", "day", "start", "kind")
    day: Day
    start: Clock
    end: Clock
    kind: Literal["free", "own_block", "external"] = "free"
    week: Week | None = None

    @field_validator("start", "end")
    @classmethod
    def _lies_on_a_quarter_hour(cls, value: int) -> int:
        if value % 15:
            raise ValueError("expected a time on a quarter-hour")
        return value

    @field_validator("end")
    @classmethod
    def _ends_after_its_start(cls, value: int, info: ValidationInfo) -> int:
        if value <= info.data.get("start", -1):
            raise ValueError("expected a time after start")
        return value


class WishIn(AboutCitizen):
    """What a citizen thinks of an offering."""

    REFERS = {"citizen": "citizens", "offering": "offerings"}
    KEY = ("citizen", "offering")
    offering: Name
    strength: Whole = Field(default=0, ge=-5, le=5)
    refused: Flag = False


class TimeIn(AboutCitizen):
    """A half day that a citizen likes."""

    KEY = ("citizen", "day", "half")
    day: Day
    half: Annotated[int, BeforeValidator(read_half)]
    strength: Stars


class ContactIn(AboutCitizen):
    """A citizen's own member of staff in a role."""

    REFERS = {"citizen": "citizens", "staff": "staff"}
    KEY = ("citizen", "role")
    role: Name
    staff: Name


class KeepApartIn(AboutCitizen):
    """Two citizens who never share a group; a reason has no column."""

    REFERS = {"citizen": "citizens", "other": "citizens"}
    KEY = ("citizen", "other")
    other: Name

    @field_validator("other")
    @classmethod
    def _is_somebody_else(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("citizen"):
            raise ValueError("expected another citizen")
        return value
