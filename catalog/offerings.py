"""The file of offerings: its schema, the checks between its parts, and its way into the tables."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from sqlalchemy.orm import Session

from catalog.cells import Clock, Date, Flag, Name, Number, Whole, Words
from catalog.rules import store_rules
from catalog.tables import Indicator, Leg, LegDose, Offering, TargetGroup

DATA = Path(__file__).parent / "data"
_TEST = re.compile(r"test:\w+(>=[1-9])?")
_INTAKE = re.compile(r"rolling|cohort|every_[1-9]\d*_weeks")


class OfferingIn(BaseModel):
    """One offering of a file, nested as in `offerings.yaml` or flat as in a sheet."""

    model_config = ConfigDict(extra="forbid")
    id: Name
    nr: Whole = Field(ge=1)
    da: Name
    en: Name
    neutral_da: Name
    leg: Name
    kind: Literal["open_group", "course", "internship", "individual", "conference"]
    job_oriented: Flag
    health_skill: Flag = False
    meeting_min: Whole = Field(ge=1, le=1440)
    meetings_per_week: Number = Field(gt=0, le=21)
    min_size: Whole = Field(ge=0)
    max_size: Whole = Field(ge=0)
    people_min: Whole | None = None
    people_max: Whole | None = None
    weeks: Whole = Field(ge=1)
    intake: Name
    load: Whole = Field(ge=0, le=1000)
    contact_role: Name | None = None
    trains_main: Words = []
    trains_side: Words = []
    builds_on: Words = []
    prerequisites: list[dict[Literal["any"], list[str]]] = []
    staff: Words = []
    staff_present: Flag = True
    room: Name
    remote_ok: Flag = False
    earliest: Clock | None = None
    latest: Clock | None = None
    meetings_per_week_per_1000: Number = Field(default=0, ge=0)
    legal: str = ""
    note: str = ""
    valid_from: Date
    valid_to: Date | None = None

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, row: Any) -> Any:
        flat = dict(row)
        for nested, (low, high) in {
            "group_size": ("min_size", "max_size"),
            "people": ("people_min", "people_max"),
        }.items():
            if nested in flat:
                flat[low], flat[high] = flat.pop(nested)
        for part, names in flat.pop("trains", {}).items():
            flat[f"trains_{part}"] = names
        return flat

    @field_validator("prerequisites", mode="before")
    @classmethod
    def _read_prerequisites(cls, value: Any) -> Any:
        """A sheet writes `a | b; c`: one of a and b, besides c."""
        if not isinstance(value, str):
            return value
        return [{"any": [word.strip() for word in part.split("|")]} for part in value.split(";") if part.strip()]

    @field_validator("intake")
    @classmethod
    def _is_an_intake(cls, value: str) -> str:
        if not _INTAKE.fullmatch(value):
            raise ValueError("expected rolling, cohort or every_N_weeks")
        return value

    @field_validator("max_size")
    @classmethod
    def _holds_the_minimum(cls, value: int, info: ValidationInfo) -> int:
        if value < (least := info.data.get("min_size", 0)):
            raise ValueError(f"expected at least min_size {least}")
        return value

    @field_validator("valid_to")
    @classmethod
    def _ends_after_its_start(cls, value: dt.date | None, info: ValidationInfo) -> dt.date | None:
        if value is not None and value < (start := info.data.get("valid_from", value)):
            raise ValueError(f"expected a date on or after valid_from {start}")
        return value

    def row(self) -> Offering:
        """The row of the table."""
        fields = self.model_dump(exclude={"leg", "staff", "room", "earliest", "latest", "trains_main", "trains_side"})
        return Offering(
            **fields,
            leg_id=self.leg,
            staff_roles=list(self.staff),
            room_type=self.room,
            earliest_min=self.earliest,
            latest_min=self.latest,
            trains={"main": self.trains_main, "side": self.trains_side},
        )


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid")
    da: Name
    en: Name


class _Dose(BaseModel):
    model_config = ConfigDict(extra="forbid")
    minutes: int = Field(ge=0)
    valid_from: Date
    valid_to: Date | None = None


class LegIn(_Named):
    """A leg of the file."""

    covers: list[str] = []
    dose_minutes: list[_Dose] = Field(min_length=1)


class IndicatorIn(_Named):
    """An indicator of the file."""

    asked: list[Literal["citizen", "staff"]]
    src: str = ""


class TargetGroupIn(BaseModel):
    """A target group of the file."""

    model_config = ConfigDict(extra="forbid")
    law_ref: Name
    da: Name
    valid_from: Date
    valid_to: Date | None = None


class OpeningIn(BaseModel):
    """When the centre is open."""

    model_config = ConfigDict(extra="forbid")
    days: list[int]
    open: Clock
    close: Clock
    step_min: int = Field(ge=1)
    valid_from: Date


class Catalog(BaseModel):
    """The whole file of offerings."""

    model_config = ConfigDict(extra="forbid")
    version: Literal[1]
    opening: OpeningIn
    legs: dict[str, LegIn]
    indicators: dict[str, IndicatorIn]
    target_groups: dict[str, TargetGroupIn]
    strengths: dict[str, _Named]
    offerings: list[OfferingIn] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_only_what_it_holds(self) -> Catalog:
        offered = {offering.id for offering in self.offerings}
        if len(offered) < len(self.offerings):
            raise ValueError("expected each offering's id once")
        for offering in self.offerings:
            for problem in offering_problems(offering, offered, set(self.legs), set(self.indicators)):
                raise ValueError(f"{offering.id}: {problem[0]}: {problem[1]}: expected {problem[2]}")
            if unknown := set(offering.builds_on) - set(self.strengths):
                raise ValueError(f"{offering.id}: builds_on: expected words of strengths, found {sorted(unknown)}")
        return self


def offering_problems(
    offering: OfferingIn, offered: set[str], legs: set[str], indicators: set[str]
) -> list[tuple[str, str, str]]:
    """What an offering names that nobody knows, as (column, value, what was expected)."""
    problems = []
    if offering.leg not in legs:
        problems.append(("leg", offering.leg, "one of the legs " + ", ".join(sorted(legs))))
    for column in ("trains_main", "trains_side"):
        problems += [(column, word, "an indicator") for word in getattr(offering, column) if word not in indicators]
    for part in offering.prerequisites:
        problems += [
            ("prerequisites", word, "an offering's id or a test such as test:dansk>=2")
            for word in part["any"]
            if word not in offered and not _TEST.fullmatch(word)
        ]
    return problems


def load_offerings(session: Session, path: Path = DATA / "offerings.yaml") -> Catalog:
    """Read a file of offerings into the tables; what the tables already have under the same id is replaced.

    Raises
    ------
    pydantic.ValidationError
        A field is missing or wrong; the message names its place.
    """
    catalog = Catalog.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    store_catalog(session, catalog)
    return catalog


def store_catalog(session: Session, catalog: Catalog) -> None:
    """Put a whole file of offerings into the tables."""
    for key, leg in catalog.legs.items():
        session.merge(Leg(id=key, da=leg.da, en=leg.en, covers=leg.covers))
    session.flush()
    for key, leg in catalog.legs.items():
        for dose in leg.dose_minutes:
            session.merge(LegDose(leg_id=key, **dose.model_dump()))
    for key, indicator in catalog.indicators.items():
        session.merge(Indicator(id=key, da=indicator.da, en=indicator.en, asked=list(indicator.asked)))
    for key, target in catalog.target_groups.items():
        fields = target.model_dump(exclude={"da"})
        session.merge(TargetGroup(code=key, label_da=target.da, **fields))
    for offering in catalog.offerings:
        session.merge(offering.row())
    opening = catalog.opening
    settings = {
        "days": opening.days,
        "open_min": opening.open,
        "close_min": opening.close,
        "step_min": opening.step_min,
    }
    store_rules(session, [("opening", key, value) for key, value in settings.items()], opening.valid_from)
