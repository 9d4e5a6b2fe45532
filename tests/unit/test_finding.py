"""Whom somebody on the telephone means."""

from __future__ import annotations

from scheduler.finding import Known, _fits, _rank

AASE = Known(1, "B017", "Åse Ørsted-Hansen")


def test_small_letters_parts_and_the_parts_of_a_double_name_find_her() -> None:
    for text in ("åse", "ÅSE ørs", "hansen", "b017", "ør å"):
        assert _fits(AASE, text.casefold().split()), text


def test_what_stands_within_a_word_or_belongs_to_nobody_finds_nobody() -> None:
    for text in ("sted", "017", "åse b018", "%", "_"):
        assert not _fits(AASE, text.casefold().split()), text


def test_her_own_number_and_whole_name_come_before_a_first_name() -> None:
    assert _rank(AASE, "b017") == _rank(AASE, "åse ørsted-hansen") == 0
    assert _rank(AASE, "åse") == 1
    assert _rank(AASE, "hansen") == 2
