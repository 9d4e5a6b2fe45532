"""What people are asked about how it goes has words in both languages, for each of the centre's indicators."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from catalog.tables import Indicator
from scheduler import texts as catalogues
from scheduler.rating_words import DOMAIN, help_words, questions, step_words
from scheduler.ratings import asked_of
from scheduler.shipped import load_shipped
from scheduler.texts import LANGUAGES, read_catalogue, slugs
from tests.unit.records import engine

__all__ = ["engine"]


def test_both_languages_have_the_same_texts_in_different_words() -> None:
    folder = Path(catalogues.__file__).parent
    da, en = (
        dict(read_catalogue((folder / language / f"{DOMAIN}.po").read_text(encoding="utf-8"))) for language in LANGUAGES
    )
    assert set(da) == set(en) == slugs(DOMAIN) | {""}
    assert [slug for slug in slugs(DOMAIN) if da[slug] == en[slug]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_citizen_is_asked_nine_things_and_staff_eleven_each_in_words_of_its_own(
    engine: Engine, language: str
) -> None:
    with Session(engine) as session:
        load_shipped(session)
        asked = {who: questions(asked_of(session, who), who, language) for who in ("citizen", "staff")}
    assert {who: len(found) for who, found in asked.items()} == {"citizen": 9, "staff": 11}
    said = [question.text for found in asked.values() for question in found]
    assert len(set(said)) == 20
    assert {f"{who}_{question.indicator_id}" for who, found in asked.items() for question in found} < slugs(DOMAIN)
    assert all(question.text != question.title for found in asked.values() for question in found)


def test_an_indicator_of_the_centres_own_is_asked_by_its_title() -> None:
    own = Indicator(id="lykke", da="Lykke", en="Happiness", asked=["citizen"])
    assert questions([own], "citizen", "en") == [("lykke", "Happiness", "Happiness")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_a_scale_has_a_name_of_its_own(language: str) -> None:
    assert len(set(step_words(language))) == len(set(help_words(language)[1])) == 5
