"""The sheets about what a citizen is promised, has done and works towards, and the list of all sheets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from catalog.cells import Date, Flag, Name, Number, Week, Whole
from scheduler.importer import schemas
from scheduler.importer.schemas import AboutCitizen, RowIn

CITIZEN_AND_OFFERING = {"citizen": "citizens", "offering": "offerings"}


def _not_before(value: Any, info: ValidationInfo, start: str) -> Any:
    if value is not None and value < (first := info.data.get(start) or value):
        raise ValueError(f"expected {start} {first} or later")
    return value


class PeriodIn(AboutCitizen):
    """A citizen joins, pauses, exits or returns."""

    KEY = ("citizen", "start", "kind")
    kind: Literal["join", "pause", "exit", "return"]
    start: Date
    until: Date | None = None
    destination: Name | None = None

    @field_validator("until")
    @classmethod
    def _ends_after_its_start(cls, value: Any, info: ValidationInfo) -> Any:
        return _not_before(value, info, "start")


class LockIn(AboutCitizen):
    """A group that staff says a citizen has."""

    REFERS = {"citizen": "citizens"}
    KEY = ("citizen", "week", "group")
    week: Week
    group: Name
    locked_by: Name
    why: Name


class EnrolmentIn(AboutCitizen):
    """A citizen's place in a series; a binding one has its end."""

    REFERS = {"citizen": "citizens", "series": "series"}
    KEY = ("citizen", "series", "from_week")
    series: Name
    from_week: Week
    binding: Flag = False
    until_week: Week | None = Field(default=None, validate_default=True)

    @field_validator("until_week")
    @classmethod
    def _ends(cls, value: str | None, info: ValidationInfo) -> Any:
        if value is None and info.data.get("binding"):
            raise ValueError("expected the last week of a binding place")
        return _not_before(value, info, "from_week")


class AgreementIn(AboutCitizen):
    """A promise of an offering until a week, with its reason; `assessed`, an internship may last longer."""

    REFERS = {**CITIZEN_AND_OFFERING, "series": "series"}
    KEY = ("citizen", "offering", "from_week")
    offering: Name
    from_week: Week
    until_week: Week
    why: Name
    series: Name | None = None
    week_hours: Number | None = Field(default=None, gt=0, le=168)
    assessed: Flag = False

    @field_validator("until_week")
    @classmethod
    def _ends_after_its_start(cls, value: str, info: ValidationInfo) -> Any:
        return _not_before(value, info, "from_week")


class ReferralIn(AboutCitizen):
    """An offering that a citizen should have in a week."""

    REFERS = CITIZEN_AND_OFFERING
    KEY = ("citizen", "offering", "week")
    offering: Name
    week: Week
    kind: Literal["due", "referral", "request"]


class ClearanceIn(AboutCitizen):
    """An offering that staff has opened to a citizen."""

    REFERS = CITIZEN_AND_OFFERING
    KEY = ("citizen", "offering", "valid_from")
    offering: Name
    valid_from: Date
    valid_to: Date | None = None

    @field_validator("valid_to")
    @classmethod
    def _ends_after_its_start(cls, value: Any, info: ValidationInfo) -> Any:
        return _not_before(value, info, "valid_from")


class CompletionIn(AboutCitizen):
    """An offering that a citizen has completed."""

    REFERS = CITIZEN_AND_OFFERING
    KEY = ("citizen", "offering", "completed_on")
    offering: Name
    completed_on: Date


class TestIn(AboutCitizen):
    """The level that a citizen reached in a test."""

    __test__ = False  # The name is no test for pytest.
    KEY = ("citizen", "test", "tested_on")
    test: Name
    level: Whole = Field(ge=0)
    tested_on: Date


class GoalIn(AboutCitizen):
    """A citizen's end goal."""

    KEY = ("citizen", "set_on")
    set_on: Date
    kind: Literal["job", "education"]
    words: Name = ""


class SubGoalIn(AboutCitizen):
    """A dated step: an indicator and a level, or the citizen's own words on any leg; `set_on`, since when."""

    REFERS = {"citizen": "citizens", "indicator": "indicators", "leg": "legs"}
    KEY = ("citizen", "indicator", "by_week")
    indicator: Name | None = None
    by_week: Week
    level: Whole | None = Field(default=None, ge=1, le=5, validate_default=True)
    words: Name = ""
    leg: Name | None = None
    set_on: Date | None = None
    done: Flag = False

    def key(self) -> tuple[Any, ...]:
        """Steps in the citizen's own words may share a week."""
        return (*super().key(), "" if self.indicator else self.words)

    @field_validator("level")
    @classmethod
    def _says_how_far(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("indicator") is not None:
            raise ValueError("expected the level to reach, 1 to 5")
        return value


SHEETS: dict[str, type[RowIn]] = {
    "sites": schemas.SiteIn,
    "staff": schemas.StaffIn,
    "rooms": schemas.RoomIn,
    "series": schemas.SeriesIn,
    "groups": schemas.GroupIn,
    "citizens": schemas.CitizenIn,
    "periods": PeriodIn,
    "availability": schemas.AvailabilityIn,
    "wishes": schemas.WishIn,
    "times": schemas.TimeIn,
    "contacts": schemas.ContactIn,
    "keep_apart": schemas.KeepApartIn,
    "locks": LockIn,
    "enrolments": EnrolmentIn,
    "agreements": AgreementIn,
    "referrals": ReferralIn,
    "clearances": ClearanceIn,
    "completions": CompletionIn,
    "tests": TestIn,
    "goals": GoalIn,
    "sub_goals": SubGoalIn,
}
