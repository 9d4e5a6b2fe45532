"""The words of a message: the same in both languages, and short enough for an SMS without cutting a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler import sms
from scheduler import texts as catalogues
from scheduler.messages import fields, render
from scheduler.tables import Message
from scheduler.texts import LANGUAGES, CatalogueError, read_catalogue, slugs, texts
from tests.unit.records import NOW


def _message(slug: str, channel: str = "sms", **arguments: object) -> Message:
    return Message(citizen_id=1, channel=channel, slug=slug, arguments=arguments, created_at=NOW, send_at=NOW)


def test_a_message_is_put_into_the_citizens_language_when_it_is_sent() -> None:
    message = _message("reminder", time="09:00", title="Møde", place="Nordre")
    assert render(message) == "Husk i morgen kl. 09:00: Møde, Nordre. Kan du ikke komme, så ring til os."
    assert render(message, "en").startswith("Remember tomorrow at 09:00: Møde, Nordre.")
    assert render(_message("plan_changed", week=48, language="en")).startswith("Your plan for week 48")


def test_both_languages_have_every_text_with_the_same_arguments() -> None:
    written = {
        language: dict(
            read_catalogue((Path(catalogues.__file__).parent / language / "messages.po").read_text(encoding="utf-8"))
        )
        for language in LANGUAGES
    }
    assert set(written["da"]) == set(written["en"]) == slugs() | {""}
    for slug in slugs():
        assert fields(written["da"][slug]) == fields(written["en"][slug]), slug
        assert written["da"][slug] != written["en"][slug]
        assert all(texts(language).gettext(slug) == written[language][slug] for language in LANGUAGES)


def test_every_text_fits_into_an_sms_with_everyday_words() -> None:
    words = {"week": "48", "time": "09:00", "title": "Møde", "place": "Nordre", "count": "2"}
    words |= {"date": "24.11.", "until": "14:30"}
    for slug in slugs():
        for language in LANGUAGES:
            assert sms.size(texts(language).gettext(slug).format_map(words)) <= sms.MOST, (slug, language)


def test_an_sms_keeps_danish_letters_and_replaces_what_gsm_has_not() -> None:
    text = render(_message("reminder", time="9", title="Æble på Årø – “Łódź” 漢", place="Øst"))
    assert text.startswith('Husk i morgen kl. 9: Æble på Årø - "Lodz" ?, Øst.')
    assert all(letter in sms.BASIC for letter in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_title_loses_its_last_words_and_the_rest_of_the_sms_stays(language: str) -> None:
    title = "Samtale med en virksomhed om en plads i det lokale køkken hver eneste tirsdag formiddag"
    message = _message("reminder_several", time="09:00", title=title, place="Søndre", count=3)
    text = render(message, language)
    assert sms.size(text) <= sms.MOST
    shown = text.split("09:00: ")[1].split("...,")[0]
    assert title.startswith(f"{shown} ")
    assert text.endswith(texts(language).gettext("reminder_several").split("{place}")[1])
    assert title in render(_message("reminder_several", "letter", **message.arguments), language)


def test_a_word_too_long_for_an_sms_is_left_out_and_never_cut() -> None:
    assert sms.shorten("kort " + "a" * 200, 160) == "kort..."
    assert "aaa" not in render(_message("reminder", time="9", title="a" * 200, place="Nordre"))


def test_letters_that_count_twice_are_counted_twice() -> None:
    assert (sms.size("æøå€"), sms.size("[x]")) == (5, 5)


def test_a_damaged_catalogue_names_its_line_and_an_unknown_language_is_refused() -> None:
    with pytest.raises(CatalogueError, match="line 2"):
        list(read_catalogue('msgid "a"\nmsgstr a'))
    with pytest.raises(CatalogueError, match="'de'"):
        texts("de")
