"""Recount an answer to the course data from its file alone: the five rules of its README and the sum of ratings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any


class BrokenRuleError(ValueError):
    """The answer breaks one of the five rules; the message names the first breaks."""


def recount(data: Mapping[str, Any], answer: Sequence[Sequence[str]]) -> int:
    """Check the sections of each person in the order of the file, and return the sum of their ratings.

    Raises
    ------
    BrokenRuleError
        A rule does not hold, or the answer has another number of people.
    """
    people, sections = data["people"], data["sections"]
    if len(answer) != len(people):
        raise BrokenRuleError(f"{len(answer)} people: expected {len(people)}")
    breaks = [
        f"{person['id']}: {text}"
        for person, names in zip(people, answer, strict=True)
        for text in _breaks(person, names, sections)
    ]
    given = Counter(name for names in answer for name in names)
    breaks += [
        f"section {name}: {count} people for {sections[name]['seats']} seats"
        for name, count in sorted(given.items())
        if count > sections[name]["seats"]
    ]
    if breaks:
        raise BrokenRuleError(f"{len(breaks)} breaks: " + "; ".join(breaks[:5]))
    return sum(person["ratings"][name] for person, names in zip(people, answer, strict=True) for name in names)


def _breaks(person: Mapping[str, Any], names: Sequence[str], sections: Mapping[str, Any]) -> Iterator[str]:
    if len(names) > person["wanted"]:
        yield f"{len(names)} sections, {person['wanted']} wanted"
    for name in names:
        if person["ratings"].get(name, 1) == 1:
            yield f"section {name} was not rated above 1"
    for one, other in combinations(names, 2):
        if sections[one]["course"] == sections[other]["course"]:
            yield f"sections {one} and {other} belong to one course"
        if _meet_together(sections[one]["meetings"], sections[other]["meetings"]):
            yield f"sections {one} and {other} meet at the same time"


def _meet_together(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> bool:
    return any(
        day == day_2 and start < end_2 and start_2 < end for day, start, end in one for day_2, start_2, end_2 in other
    )
