"""What is said about a change request: plain sentences, the same in both languages, for every answer there can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scheduler import texts as catalogues
from scheduler.asked import CHANGES, TALKS
from scheduler.messages import fields
from scheduler.request_words import DOMAIN, Named, kind_words, proposal_words, state_words
from scheduler.tables import ChangeRequest
from scheduler.texts import LANGUAGES, read_catalogue, slugs
from tests.unit.plan_town import NOW

STATES = ("answered", "held", "confirmed", "undone", "expired", "passed_on", "closed")


def _group(number: int, name: str, *times: tuple[int, int], site: str = "Nordre") -> dict[str, Any]:
    meetings = [{"day": day, "start": start, "end": start + 60} for day, start in times]
    return {
        "group_id": number, "offering_id": name.lower(), "da": name, "en": f"{name} in English", "site": site,
        "meetings": meetings,
    }  # fmt: skip


GROUPS = [
    _group(1, "Dansk", (0, 780)),
    _group(2, "Dansk", (3, 540)),
    _group(3, "Motion", (1, 600), (4, 615), site="Søndre"),
]
NAMED = {
    language: Named(language, {group["group_id"]: group for group in GROUPS}, {"krop": "Krop"})
    for language in LANGUAGES
}
NOTHING: dict[str, list[Any]] = {"gained": [], "lost": []}


def _words(joined: list[int], left: list[int], kind: str = "another_time", language: str = "da", **more: Any) -> Any:
    proposal = {"joined": joined, "left": left, "person": "", "words": NOTHING} | more
    return proposal_words(proposal, kind, NAMED[language])


def test_the_same_at_another_time_names_it_once() -> None:
    said = _words([2], [1])
    assert said.say == "Du kan få Dansk torsdag kl. 9.00 i stedet for mandag kl. 13.00."
    assert said.reason == "Du får stadig Dansk, men på et andet hold. Resten af din uge er som før."
    assert said.grant == "Du får det med det samme, når du siger ja."
    assert _words([2], [1], language="en").say == (
        "You can have Dansk in English Thursday at 9:00 instead of Monday at 13:00."
    )


def test_something_else_names_both_and_where_a_new_place_is() -> None:
    assert _words([3], [1]).say == (
        "Du kan få Motion tirsdag kl. 10.00 og fredag kl. 10.15 (Søndre) i stedet for Dansk mandag kl. 13.00."
    )
    assert _words([2, 3], []).say == (
        "Du kan få Motion tirsdag kl. 10.00 og fredag kl. 10.15 (Søndre) og Dansk torsdag kl. 9.00 (Nordre)."
    )


def test_to_stay_away_is_for_a_week_and_to_stop_is_for_good() -> None:
    assert _words([], [1], "cannot_come").reason.startswith("Du kommer ikke til Dansk i denne uge.")
    assert _words([], [1], "stop").reason.startswith("Du får ikke Dansk mere, før du selv beder om det.")


def test_a_group_that_is_gone_since_is_left_out() -> None:
    assert _words([2, 99], [1]).say == "Du kan få Dansk torsdag kl. 9.00 i stedet for mandag kl. 13.00."


def test_gains_and_losses_are_words_without_points() -> None:
    words = {
        "gained": [{"slug": "wished", "offering": "motion"}, {"slug": "more_hours", "minutes": 90}],
        "lost": [{"slug": "leg", "leg": "krop"}, {"slug": "goal", "offering": "dansk"}],
    }
    said = _words([3], [1], words=words)
    assert said.gained == ["Du får noget, du har ønsket: Motion.", "Du får 1 time og 30 minutter mere i denne uge."]
    assert said.lost == [
        "Du får ikke nok af det, du har brug for: Krop.", "Du får ikke det, der hjælper med dit mål: Dansk.",
    ]  # fmt: skip


@pytest.mark.parametrize("person", ["notice", "hours"])
def test_what_needs_a_person_says_why(person: str) -> None:
    assert _words([2], [1], person=person).grant.endswith("Derfor skal en medarbejder sige ja først.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_state_has_its_sentence(language: str) -> None:
    said = {kind_words(kind, language) for kind in (*CHANGES, *TALKS)}
    for state in STATES:
        for kind in ("more", "talk"):
            request = ChangeRequest(
                citizen_id=1, week="2026-W48", kind=kind, asked={}, account_id=1, on_behalf=False, at=NOW, base="1.0",
                supplies=1, state=state, held_until=NOW,
            )  # fmt: skip
            said.add(state_words(request, language))
    assert not [sentence for sentence in said if "_" in sentence or not sentence.endswith(".")]


def test_both_languages_have_every_text_with_the_same_arguments() -> None:
    folder = Path(catalogues.__file__).parent
    written = [
        dict(read_catalogue((folder / language / f"{DOMAIN}.po").read_text(encoding="utf-8"))) for language in LANGUAGES
    ]
    assert set(written[0]) == set(written[1]) == slugs(DOMAIN) | {""}
    for slug in slugs(DOMAIN):
        assert fields(written[0][slug]) == fields(written[1][slug]), slug
