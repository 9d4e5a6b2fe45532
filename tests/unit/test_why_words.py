"""Every reason is a short plain sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scheduler import texts as catalogues
from scheduler.messages import fields
from scheduler.texts import LANGUAGES, read_catalogue, slugs
from scheduler.why import Reason
from scheduler.why_words import DOMAIN, Names, read_names, time_words, words
from tests.unit.small_centre import Centre, centre

__all__ = ["centre"]


TITLES = Names(
    "da",
    {"dansk_1": "Dansk 1", "motion": "Motion", "kost": "Kost"},
    {"krop": "Krop", "sind": "Sind"},
    {"jobtro": "Tro på job"},
)
THURSDAY = (3, 9 * 60, 11 * 60)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason("if_given_up", "dansk_1", ("motion",)), "Du kan få Dansk 1, hvis du undværer Motion."),
        (Reason("seats", "dansk_1"), "Dansk 1 er fuldt. Pladserne gives efter behov."),
        (Reason("cost", "dansk_1", ("motion", "kost")), "Hvis du vil have Dansk 1, skal du undvære Motion og Kost."),
        (Reason("goal", "motion", goals=("jobtro",)), "Motion hjælper med dit mål: Tro på job."),
        (
            Reason("if_free", "dansk_1", times=(THURSDAY,)),
            "Du kan få Dansk 1, hvis du kan komme torsdag formiddag kl. 09:00-11:00.",
        ),
    ],
)
def test_a_reason_is_a_plain_sentence(reason: Reason, sentence: str) -> None:
    assert words([reason], TITLES) == sentence


def test_times_are_named_by_day_and_half_and_three_are_enough() -> None:
    assert time_words(3, 540, 660) == "torsdag formiddag kl. 09:00-11:00"
    assert time_words(0, 720, 780, "en") == "Monday afternoon, 12:00-13:00"
    assert time_words(4, 690, 750, "en") == "Friday, 11:30-12:30"
    many = Reason("availability", "motion", times=tuple((day, 540, 600) for day in range(5)))
    assert words([many], TITLES).count("kl.") == 3


def test_titles_are_read_in_both_languages(centre: Centre) -> None:
    centre.offering()
    assert read_names(centre.session, "en") == Names(
        "en", {"motion": "motion"}, {"arbejde": "arbejde", "krop": "krop"}, {"helbred": "helbred", "jobtro": "jobtro"}
    )


def test_both_languages_have_every_sentence_with_the_same_arguments_and_no_numbers() -> None:
    written = {
        language: dict(
            read_catalogue((Path(catalogues.__file__).parent / language / f"{DOMAIN}.po").read_text(encoding="utf-8"))
        )
        for language in LANGUAGES
    }
    assert set(written["da"]) == set(written["en"]) == slugs(DOMAIN) | {""}
    forbidden = re.compile(r"\d|point|pris|price|andre har|others (have|deserve)", re.IGNORECASE)
    for slug in slugs(DOMAIN):
        assert fields(written["da"][slug]) == fields(written["en"][slug]), slug
        assert written["da"][slug] != written["en"][slug]
        assert not any(forbidden.search(written[language][slug]) for language in LANGUAGES), slug


def test_every_reason_that_is_given_has_its_sentence() -> None:
    given = set()
    for name in ("why", "question", "counterfactuals"):
        source = (Path(catalogues.__file__).parents[1] / f"{name}.py").read_text()
        given |= set(re.findall(r'(?:Reason\(|return |else )"(\w+)"', source))
    assert len(given) > 20
    rules = {"eligible", "due", "refused", "no_overlap", "daily_limit", "weekly_hours", "energy"}
    both = {"if_free_without", "if_agreed_without"}
    rest = {f"day_{day}" for day in range(7)} | {"time_morning", "time_afternoon", "time_across_noon", "and"}
    assert slugs(DOMAIN) == given | rules | both | rest
