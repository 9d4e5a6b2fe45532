"""A benchmark's file: which towns are planned, for how long, and what counts as near the best plan."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

MOST_CITIZENS, MOST_SEED, MOST_SECONDS = 600_000, 2**31 - 1, 7200
Item = TypeVar("Item")


class BenchmarkError(ValueError):
    """A benchmark cannot be run or read; the message names the file, the place, what was found and expected."""

    def __init__(self, file: Path, place: str, found: object, expected: str) -> None:
        super().__init__(f"{file}: {place}: found {found!r}, expected {expected}")


def _once(values: list[Item]) -> list[Item]:
    if twice := [value for place, value in enumerate(values) if value in values[:place]]:
        raise ValueError(f"each value once; {twice[0]} stands there twice")
    return values


_Citizens = Annotated[int, Field(strict=True, ge=1, le=MOST_CITIZENS)]
_Seed = Annotated[int, Field(strict=True, ge=0, le=MOST_SEED)]
_Seconds = Annotated[float, Field(ge=0.5, le=MOST_SECONDS, allow_inf_nan=False)]
_Tightness = Annotated[float, Field(ge=0.05, le=5.0, allow_inf_nan=False)]


class Cell(BaseModel):
    """One measurement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citizens: _Citizens
    tightness: _Tightness  # seats over demand of the scarce offerings
    seconds: _Seconds  # from the problem made to the plan checked
    seed: _Seed

    @property
    def group(self) -> tuple[int, float, float]:
        """What the seeds of one row of the results table share: citizens, tightness, seconds."""
        return self.citizens, self.tightness, self.seconds


class Benchmark(BaseModel):
    """Every combination of citizens, tightness, seconds and seeds is a cell."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    citizens: Annotated[list[_Citizens], Field(min_length=1, max_length=50), AfterValidator(_once)]
    tightness: Annotated[list[_Tightness], Field(min_length=1, max_length=50), AfterValidator(_once)] = [0.6]
    seconds: Annotated[list[_Seconds], Field(min_length=1, max_length=50), AfterValidator(_once)]
    seeds: Annotated[list[_Seed], Field(min_length=1, max_length=1000), AfterValidator(_once)]
    near_percent: float = Field(default=0.5, gt=0, le=100)  # a plan is near the best one from this gap on

    @property
    def cells(self) -> list[Cell]:
        """Every cell, in the order of the file's lists, a town's seeds one after the other."""
        found = product(self.citizens, self.tightness, self.seconds, self.seeds)
        names = ("citizens", "tightness", "seconds", "seed")
        return [Cell.model_validate(dict(zip(names, values, strict=True))) for values in found]


def read_benchmark(file: Path) -> Benchmark:
    """Read a benchmark's file.

    Raises
    ------
    BenchmarkError
        It cannot be read, or is no benchmark.
    """
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(file, "file", str(error), "a file that can be read") from error
    except yaml.YAMLError as error:
        raise BenchmarkError(file, "file", " ".join(str(error).split()), "YAML") from error
    if not isinstance(found, dict):
        raise BenchmarkError(file, "file", type(found).__name__, "names with values, such as seeds: [1, 2, 3]")
    try:
        return Benchmark.model_validate(found)
    except ValidationError as error:
        raise _explained(file, error) from error


def _explained(file: Path, error: ValidationError) -> BenchmarkError:
    """The first fault that the schema found."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return BenchmarkError(file, place, _shown(first["input"]), f"one of {', '.join(Benchmark.model_fields)}")
    if first["type"] == "missing":
        return BenchmarkError(file, place, None, f"a value for {place}")
    if first["type"] == "too_short" and isinstance(first["input"], list):
        return BenchmarkError(file, place, [], f"a list of at least one number, such as {place}: {EXAMPLES[place]}")
    if first["type"] == "list_type":
        return BenchmarkError(file, place, _shown(first["input"]), f"a list, such as {place}: {EXAMPLES[place]}")
    expected = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return BenchmarkError(file, place, _shown(first["input"]), expected)


EXAMPLES = {"citizens": "[600, 2000]", "tightness": "[0.6, 1.0]", "seconds": "[20]", "seeds": "[1, 2, 3]"}


def _shown(value: Any) -> object:
    return value if isinstance(value, str | int | float | list | None) else "what stands there"
