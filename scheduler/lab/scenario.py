"""A scenario file: a planned week and what is different in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from catalog.cells import Date, Name, Week, WeekTimes

LEAST_CITIZENS, MOST_CITIZENS = 1, 200_000
Seats = Annotated[int, Field(ge=1, le=1000)]


class ScenarioError(ValueError):
    """A scenario cannot be planned; the message names the file, the edit, what was found and what was expected."""

    def __init__(self, edit: str, found: object, expected: str) -> None:
        self.edit, self.found, self.expected = edit, found, expected
        super().__init__(f"{edit}: found {found!r}, expected {expected}")


@contextmanager
def from_file(file: Path) -> Iterator[None]:
    """Let whatever is wrong with a scenario name the file that it stands in."""
    try:
        yield
    except ScenarioError as error:
        error.args = (f"{file}: {error}",)
        raise


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewGroup(_Part):
    """A group that the week does not have; what is left out is as in the group named by `like`, or as usual."""

    code: Name
    like: Name | None = None
    offering: Name | None = None
    site: Name | None = None
    meetings: WeekTimes | None = None
    seats: Seats | None = None
    minimum: int | None = Field(default=None, ge=0)
    staff: list[Name] = []  # Nobody named: whoever holds it is hired.

    @model_validator(mode="after")
    def _is_whole(self) -> NewGroup:
        missing = [name for name in ("offering", "site", "meetings") if not getattr(self, name)]
        if self.like is None and missing:
            raise ValueError(f"expected {missing[0]}, or a group that this one is like")
        return self


class MovedGroup(_Part):
    """Other times or another site for a group of the week."""

    group: Name
    meetings: WeekTimes | None = None
    site: Name | None = None

    @model_validator(mode="after")
    def _moves(self) -> MovedGroup:
        if not self.meetings and self.site is None:
            raise ValueError("expected meetings or a site to move to")
        return self


class NewSite(_Part):
    """A site that whoever reaches the site `like` can reach too."""

    id: Name
    like: Name
    minutes: int = Field(default=15, ge=0, le=1440)  # from `like`; to the others as from there
    copy_groups: bool = False  # each group of `like` that is no appointment, once more


class Closed(_Part):
    """What is not there: every group of these offerings, sites and rooms."""

    offerings: list[Name] = []
    sites: list[Name] = []
    rooms: list[Name] = []


class Edits(_Part):
    """Everything that is different."""

    citizens: int | None = Field(default=None, ge=LEAST_CITIZENS, le=MOST_CITIZENS)
    supply_percent: int | None = Field(default=None, ge=1, le=10_000)  # of groups, their staff and rooms
    add_sites: list[NewSite] = []
    add_groups: list[NewGroup] = []
    move_groups: list[MovedGroup] = []
    close_groups: list[Name] = []
    seats: dict[Name, Seats] = {}  # by code of a group
    staff_away: list[Name] = []
    close: Closed = Closed()
    weights: dict[Name, int] = {}  # by name of a weight in the table of points
    rules_of: Date | None = None  # the points and target groups that hold on that day

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return self == type(self)()

    @model_validator(mode="after")
    def _agree(self) -> Edits:
        """Refuse edits that contradict each other."""
        moved = [each.group for each in self.move_groups]
        for name, listed in (
            ("move_groups", moved), ("add_groups", [each.code for each in self.add_groups]),
            ("close_groups", self.close_groups), ("staff_away", self.staff_away),
            ("add_sites", [each.id for each in self.add_sites]),
        ):  # fmt: skip
            if twice := [each for each, number in Counter(listed).items() if number > 1]:
                raise ValueError(f"{name}: {twice[0]!r} stands there twice, expected it once")
        for code in self.close_groups:
            for name, others in (("move_groups", moved), ("seats", list(self.seats))):
                if code in others:
                    raise ValueError(f"close_groups: {code!r} stands in {name} too, expected it in one of them")
        for each in self.add_groups:
            self._open_for(each)
        return self

    def _open_for(self, group: NewGroup) -> None:
        for name, wanted, gone in (
            ("close.offerings", [group.offering], self.close.offerings), ("staff_away", group.staff, self.staff_away),
            ("close.sites", [group.site], self.close.sites), ("close_groups", [group.code], self.close_groups),
        ):  # fmt: skip
            if found := [each for each in wanted if each in gone]:
                raise ValueError(f"add_groups: {group.code!r} needs {found[0]!r}, which stands in {name}")


class Scenario(Edits):
    """A planned week, the newest run of it where none is named, and what is different."""

    name: Annotated[str, Field(max_length=200)] = ""
    week: Week | None = None
    run: int | None = Field(default=None, ge=1, lt=2**31)
    seed: int = Field(default=1, ge=0, lt=2**31)  # decides who is copied or left out

    @property
    def edits(self) -> Edits:
        """What is different, alone."""
        return Edits.model_validate({name: getattr(self, name) for name in Edits.model_fields})


def read_yaml(file: Path) -> Any:
    """The document of a file.

    Raises
    ------
    ScenarioError
        It cannot be read, or is no document of names and values.
    """
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError("file", str(error), "a file that can be read") from error
    except yaml.YAMLError as error:
        raise ScenarioError("file", " ".join(str(error).split()), "YAML") from error
    if found is not None and not isinstance(found, dict):
        raise ScenarioError("file", type(found).__name__, "names with values, such as citizens: 6000")
    return found or {}


def read_scenario(file: Path) -> Scenario:
    """Read a scenario's file.

    Raises
    ------
    ScenarioError
        It is no scenario.
    """
    try:
        return Scenario.model_validate(read_yaml(file))
    except ValidationError as error:
        raise scenario_error(error) from error


def scenario_error(error: ValidationError) -> ScenarioError:
    """The first fault that a schema found, in one sentence."""
    first = error.errors()[0]
    edit = ".".join(str(part) for part in first["loc"]) or "edits"
    if first["type"] == "extra_forbidden":
        return ScenarioError(edit, _shown(first["input"]), "no such name here; see docs/scenarios for those there are")
    if first["type"] == "missing":
        return ScenarioError(edit, "nothing", f"a value, as in {edit}: ...; see docs/scenarios for examples")
    expected = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return ScenarioError(edit, _shown(first["input"]), expected)


def _shown(value: object) -> object:
    return value if isinstance(value, str | int | float | dt.date | None) else "what stands there"
