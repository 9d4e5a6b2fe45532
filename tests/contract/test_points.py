"""The table of points and the town's rules name only what the program and the catalogue know."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
import yaml

from catalog.offerings import DATA as CATALOG_DATA
from scheduler.points import DATA, Points, rules_hash
from scheduler.town.draws import town_rules

CATALOG = yaml.safe_load((CATALOG_DATA / "offerings.yaml").read_text(encoding="utf-8"))
OFFERED = {offering["id"] for offering in CATALOG["offerings"]}


def test_every_weight_of_the_file_is_a_term_of_the_value_and_the_other_way_round() -> None:
    weights = yaml.safe_load((DATA / "points.yaml").read_text(encoding="utf-8"))["weights"]
    assert sorted({row["key"] for row in weights}) == sorted(
        field.name for field in fields(Points) if field.name != "dose"
    )


@pytest.mark.parametrize(
    ("part", "known"),
    [
        (lambda rules: rules["supply"]["scarce"], OFFERED),
        (lambda rules: rules["supply"]["liking"], OFFERED),
        (lambda rules: rules["groups"]["starts_of"], OFFERED),
        (lambda rules: rules["needs"]["leg_share"], set(CATALOG["legs"])),
        (lambda rules: rules["needs"]["goal_share"], set(CATALOG["indicators"])),
        (lambda rules: rules["groups"]["no_room"], {offering["room"] for offering in CATALOG["offerings"]}),
    ],
)
def test_the_town_names_only_what_the_catalogue_has(part: Any, known: set[str]) -> None:
    assert set(part(town_rules())) <= known


@pytest.mark.parametrize(
    ("part", "name"),
    [
        *(("people", name) for name in ("weekdays_missing", "external", "daily_limit")),
        *(("needs", name) for name in ("legs", "goals", "strengths", "wishes", "wish_level", "refused")),
        ("needs", "home_site_level"),
        ("groups", "places"),
    ],
)
def test_shares_add_up_to_everybody(part: str, name: str) -> None:
    assert sum(town_rules()[part][name]) == 1000


@pytest.mark.parametrize("name", ["kinds", "hours"])
def test_the_shares_of_the_kinds_of_people_add_up_to_everybody(name: str) -> None:
    assert sum(kind["permille"] for kind in town_rules()["people"][name]) == 1000


def test_the_hash_of_the_rules_is_twelve_digits_and_stays() -> None:
    assert rules_hash() == rules_hash()
    assert len(rules_hash()) == 12
    assert int(rules_hash(), 16) >= 0
