"""Readers of command-line options that name the range they expect."""

from __future__ import annotations

import argparse
from collections.abc import Callable

MOST_SECONDS = 3600.0


def whole(low: int, high: int) -> Callable[[str], int]:
    """Read a whole number between these."""

    def read(text: str) -> int:
        if not text.lstrip("-").isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"expected {low} .. {high}, found {text}")
        return int(text)

    return read


def seconds(text: str) -> float:
    """Read a time of more than nothing and at most an hour."""
    expected = f"expected more than 0 and at most {MOST_SECONDS:.0f}, found {text}"
    try:
        number = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(expected) from error
    if not 0 < number <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(expected)
    return number
