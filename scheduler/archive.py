"""A run's input as bytes: the arrays of the week, what they stand for and the warm start, with a format version."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.coupling import Coupling
from scheduler.problem import Ids
from solver import WarmStart
from solver.problem import Ints, Problem
from solver.solution import Plans

FORMAT_VERSION = 1
_Record = TypeVar("_Record")


class ArchiveError(ValueError):
    """The bytes are no archive of a version that this program reads."""


@dataclass(frozen=True)
class Archive:
    """Everything that a run is computed from."""

    problem: Problem
    ids: Ids
    warm: WarmStart | None = None


def pack(archive: Archive) -> bytes:
    """Compress an archive; integers take as few bytes as their range needs."""
    arrays = dict(_flatten("problem", archive.problem)) | dict(_flatten("ids", archive.ids))
    if archive.warm is not None:
        arrays["warm.price"] = _narrow(archive.warm.price)
        if archive.warm.plans is not None:
            arrays |= _flatten("warm.plans", archive.warm.plans)
    target = io.BytesIO()
    np.savez_compressed(target, allow_pickle=False, version=np.array(FORMAT_VERSION), **arrays)
    return target.getvalue()


def unpack(data: bytes) -> Archive:
    """Read what `pack` wrote.

    Raises
    ------
    ArchiveError
        The bytes are damaged, or of another format version.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ArchiveError(f"the stored input is damaged: {error}") from error
    version = int(arrays.get("version", -1))
    if version != FORMAT_VERSION:
        raise ArchiveError(f"the stored input has format version {version}, expected {FORMAT_VERSION}")
    warm = None
    if "warm.price" in arrays:
        plans = _restore(Plans, "warm.plans", arrays) if "warm.plans.ptr" in arrays else None
        warm = WarmStart(price=_wide(arrays["warm.price"]), plans=plans)
    return Archive(_restore(Problem, "problem", arrays), _restore(Ids, "ids", arrays), warm)


def pack_prices(price: Ints, marginal: Ints) -> bytes:
    """(S + R,) prices, and what one more of each would give, as bytes."""
    arrays = {"price": _narrow(price), "marginal": _narrow(marginal)}
    target = io.BytesIO()
    np.savez_compressed(target, allow_pickle=False, version=np.array(FORMAT_VERSION), **arrays)
    return target.getvalue()


def unpack_prices(data: bytes) -> Ints:
    """(S + R,) the prices that `pack_prices` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return _wide(file["price"])


def unpack_marginal(data: bytes) -> Ints:
    """(S + R,) what one more would give; the price, in a run of before this was kept."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return _wide(file["marginal" if "marginal" in file.files else "price"])


def _flatten(prefix: str, record: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    for field in fields(record):
        name, value = f"{prefix}.{field.name}", getattr(record, field.name)
        if is_dataclass(value):
            yield from _flatten(name, value)
        else:
            yield name, np.array(value, np.str_) if isinstance(value, tuple) else _narrow(value)


def _restore(kind: type[_Record], prefix: str, arrays: Mapping[str, NDArray[Any]]) -> _Record:
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]  # Every record here is a dataclass.
        name = f"{prefix}.{field.name}"
        if field.type == Coupling.__name__:
            values[field.name] = _restore(Coupling, name, arrays)
        elif name not in arrays:
            raise ArchiveError(f"the stored input lacks {name}")
        elif arrays[name].dtype.kind == "U":
            values[field.name] = tuple(arrays[name].tolist())
        else:
            values[field.name] = _wide(arrays[name])
    return kind(**values)


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype == np.bool_ or not array.size:
        return array
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= array.min() and array.max() <= np.iinfo(kind).max:
            return array.astype(kind)
    return array


def _wide(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.dtype == np.bool_ else array.astype(np.int64)
