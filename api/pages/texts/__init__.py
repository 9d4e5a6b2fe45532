"""The words of the pages in their languages: one gettext catalogue a group of pages, asked by slug."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType

from scheduler.texts import LANGUAGES, CatalogueError, read_catalogue

__all__ = ["LANGUAGES", "Words", "words_of"]


class Words:
    """The words of one language."""

    def __init__(self, language: str, text: Mapping[str, str]) -> None:
        self.language, self._text = language, text

    def __call__(self, slug: str, **given: object) -> str:
        """Put a slug into words.

        Raises
        ------
        KeyError
            The slug has no words, or they ask for one that is not given: a page never shows a slug.
        """
        return self._text[slug].format_map(given)

    def __contains__(self, slug: object) -> bool:
        return slug in self._text

    def count(self, slug: str, number: int, **given: object) -> str:
        """Put a number of things into words: those of `slug_one` or of `slug_many`, which may ask for `number`."""
        return self(f"{slug}_{'one' if number == 1 else 'many'}", number=number, **given)

    def raw(self, slug: str) -> str:
        """The words of a slug with the names of what they ask for."""
        return self._text[slug]

    def asked_for(self) -> dict[str, set[str]]:
        """What the words of each slug ask for."""
        return {slug: {name for _, name, _, _ in Formatter().parse(text) if name} for slug, text in self._text.items()}


@cache
def words_of(language: str) -> Words:
    """The words of all catalogues of a language.

    Raises
    ------
    CatalogueError
        A catalogue cannot be read, or two of them have words for one slug.
    """
    text: dict[str, str] = {}
    folder = files(__name__).joinpath(language)
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".po"):
            continue
        for slug, said in read_catalogue(file.read_text(encoding="utf-8")):
            if slug in text:
                raise CatalogueError(f"{file.name}: {slug} has words already")
            if slug:
                text[slug] = said
    return Words(language, MappingProxyType(text))
