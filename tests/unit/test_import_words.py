"""What the importer expected is told in Danish, whatever it is: every such sentence of the code has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import catalog
import scheduler.importer
from api.pages.import_words import wanted_in
from api.pages.texts import words_of

OTHER = words_of("da")("wants_other")
FOLDERS = [Path(package.__path__[0]) for package in (scheduler.importer, catalog)]
NAMED = ("wanted", "most", "NO_CPR", "NO_FORMULA", "WHOLE")  # what a sentence is called before it is said
NO_CELLS = {"a moment with its time zone"}  # which no file brings about


def _sentences() -> Iterator[str]:
    """The English sentences of the importer and of the cells that it reads, with x for what is put in."""
    for file in sorted(file for folder in FOLDERS for file in folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for given in _said(node):
                text = given.value if isinstance(given, ast.Constant) else ast.unparse(given)
                yield str(text)


def _said(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in NAMED:
        yield node.value
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called == "errors.add":
            yield node.args[3]
        if called == "UnreadableFileError":
            yield node.args[0]
        if called == "ValueError" and "expected " in ast.unparse(node.args[0]):
            yield node.args[0]


def _plain(text: str) -> str:
    """A sentence as it is said: `f"at most {seats}"` and `"a sheet called " + ", ".join(...)` with x for the rest."""
    tree = ast.parse(text, mode="eval").body if text[:2] in ("f'", 'f"') or " + " in text else None
    if tree is None:
        return text
    if isinstance(tree, ast.BinOp):
        assert isinstance(tree.left, ast.Constant)
        return f"{tree.left.value!s}x"
    assert isinstance(tree, ast.JoinedStr)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in tree.values)


def test_every_sentence_of_the_importer_has_danish_words() -> None:
    known = {_plain(text).removeprefix("expected ") for text in _sentences() if " " in text or "'" in text}
    said = {text for text in known if not text.startswith("x") or "once" in text or "or later" in text}
    assert len(said) > 40
    assert {text for text in said if wanted_in("da", text) in (OTHER, text)} <= NO_CELLS


@pytest.mark.parametrize(
    ("english", "danish"),
    [
        ("an id of sites, perhaps nord", "et id fra Steder, måske nord"),
        ("each id and week once: row 3 has it too", "hver id og week kun én gang: række 3 har den også"),
        ("at least one citizen: the town is empty", "mindst én borger"),
        ("at least 5", "mindst 5"),
        ("'open_group', 'course' or 'individual'", "'open_group', 'course' eller 'individual'"),
        ("motion: leg: krop: expected one of the legs a, b", "motion: leg: krop: et af benene a, b"),
        ("Input should be a valid string", OTHER),
    ],
)  # fmt: skip
def test_a_sentence_is_said_with_what_it_is_about(english: str, danish: str) -> None:
    assert wanted_in("da", english) == danish
    assert danish == OTHER or wanted_in("en", english).lower() == english.replace(": expected ", ": ")
