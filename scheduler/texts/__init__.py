"""The texts for citizens in their languages: gettext catalogues, read as they are written (`.po`)."""

from __future__ import annotations

import ast
import gettext
import io
import struct
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

LANGUAGES = ("da", "en")
_MAGIC, _HEADER = 0x950412DE, 28


class CatalogueError(ValueError):
    """A catalogue cannot be read; names the file's line."""


@cache
def texts(language: str, domain: str = "messages") -> gettext.NullTranslations:
    """The catalogue of a language.

    Raises
    ------
    CatalogueError
        There is none for this language, or it cannot be read.
    """
    if language not in LANGUAGES:
        raise CatalogueError(f"there are no texts in {language!r}: expected one of {', '.join(LANGUAGES)}")
    written = files(__name__).joinpath(language, f"{domain}.po").read_text(encoding="utf-8")
    return gettext.GNUTranslations(io.BytesIO(compile_catalogue(written)))


@cache
def slugs(domain: str = "messages") -> frozenset[str]:
    """The slugs that have a text."""
    written = files(__name__).joinpath(LANGUAGES[0], f"{domain}.po").read_text(encoding="utf-8")
    return frozenset(slug for slug, _ in read_catalogue(written) if slug)


def read_catalogue(written: str) -> Iterator[tuple[str, str]]:
    """(msgid, msgstr) of each entry; there are no plurals and no contexts here.

    Raises
    ------
    CatalogueError
        A line is none of a catalogue.
    """
    entry: dict[str, str] = {}
    keyword = ""
    for number, line in enumerate(written.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        word, _, rest = stripped.partition(" ")
        if word == "msgid" and "msgstr" in entry:
            yield entry["msgid"], entry["msgstr"]
            entry = {}
        if word in ("msgid", "msgstr"):
            keyword, stripped = word, rest.strip()
        if not keyword or not (stripped.startswith('"') and stripped.endswith('"')):
            raise CatalogueError(f"line {number}: expected msgid, msgstr or a quoted text, found {line!r}")
        entry[keyword] = entry.get(keyword, "") + str(ast.literal_eval(stripped))
    if "msgstr" in entry:
        yield entry["msgid"], entry["msgstr"]


def compile_catalogue(written: str) -> bytes:
    """A catalogue in the binary form that `gettext` reads (gnu.org/software/gettext/manual, MO Files)."""
    entries = sorted((slug.encode(), text.encode()) for slug, text in read_catalogue(written))
    strings, places = b"", [b"", b""]
    for column in (0, 1):
        for entry in entries:
            place = _HEADER + 16 * len(entries) + len(strings)
            places[column] += struct.pack("<2I", len(entry[column]), place)
            strings += entry[column] + b"\0"
    header = struct.pack("<7I", _MAGIC, 0, len(entries), _HEADER, _HEADER + 8 * len(entries), 0, 0)
    return header + b"".join(places) + strings
