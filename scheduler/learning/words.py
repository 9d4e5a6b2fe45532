"""Where an estimate comes from, in words that its citizen may read."""

from __future__ import annotations

from typing import NamedTuple

from scheduler.learning.model import Estimates
from scheduler.texts import LANGUAGES, texts

DOMAIN = "learning"


class Account(NamedTuple):
    """All that went into one estimate: her own answers, those of people like her, and the catalogue."""

    mean: float
    error: float
    answers: int  # of her own
    alike: float  # for people with her target groups and goals
    alike_error: float
    expected: float  # what the catalogue says


def account_for(estimates: Estimates, citizen: int, offering: int) -> Account:
    """The inputs of the estimate at these positions."""
    at = citizen, offering
    mean, error, alike, alike_error, expected = (
        float(array[at])
        for array in (
            estimates.mean, estimates.error, estimates.alike, estimates.alike_error, estimates.expected,
        )
    )  # fmt: skip
    return Account(mean, error, int(estimates.count[at]), alike, alike_error, expected)


def account_words(account: Account, language: str = LANGUAGES[0]) -> str:
    """Two sentences such as "For you 4.2 ± 0.6 after five times. For people with goals like yours 3.6."."""
    say = texts(language, DOMAIN)
    own = "own_answers_none" if not account.answers else "own_answers_one" if account.answers == 1 else "own_answers"
    numbers = {
        "mean": _number(account.mean, language),
        "error": _number(account.error, language),
        "count": account.answers,
        "alike": _number(account.alike, language),
    }
    return " ".join(say.gettext(slug).format(**numbers) for slug in (own, "alike"))


def caution_words(language: str = LANGUAGES[0]) -> str:
    """What figures about offerings do not show."""
    return texts(language, DOMAIN).gettext("caution")


def _number(value: float, language: str) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if language == "da" else text
