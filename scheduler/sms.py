"""The letters an SMS of one part can carry, and how a text is made to fit into it."""

from __future__ import annotations

import unicodedata

MOST = 160  # letters of GSM-7; a longer text would cost a second part
# GSM 03.38: the basic letters, and those that take the place of two.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " ", "ł": "l", "Ł": "L"}
)
_CUT = "..."


def size(text: str) -> int:
    """How many GSM-7 letters a text takes."""
    return sum(2 if letter in DOUBLE else 1 for letter in text)


def to_gsm(text: str) -> str:
    """The text in letters of GSM-7: Danish ones stay, others lose their accents or become a question mark."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text).translate(_PLAIN))


def shorten(text: str, most: int) -> str:
    """The text in at most so many letters, without its last words where it is longer; never within a word."""
    if size(text) <= most:
        return text
    words = text.split()
    while words and size(" ".join(words) + _CUT) > most:
        words.pop()
    return (" ".join(words).rstrip(",.;:-") + _CUT) if words else ""


def _letter(letter: str) -> str:
    if letter in BASIC or letter in DOUBLE:
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    kept = "".join(part for part in plain if part in BASIC)
    return kept or ("" if unicodedata.combining(letter) else "?")
