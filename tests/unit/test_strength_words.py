"""What somebody is good at is a word of the catalogue; people read its name."""

from __future__ import annotations

import yaml

from api.pages.texts import words_of
from catalog.offerings import DATA


def test_every_strength_of_the_catalogue_has_its_name_in_the_pages() -> None:
    strengths = yaml.safe_load((DATA / "offerings.yaml").read_text(encoding="utf-8"))["strengths"]
    assert len(strengths) > 5
    for word, names in strengths.items():
        for language in ("da", "en"):
            assert words_of(language)(f"strength_{word}") == names[language]
