"""The demo ends by offering to serve its town: it says how, asks in a terminal, and never anywhere else."""

from __future__ import annotations

import io
import sys

import pytest

from api.cli.demo import _offer_to_serve

QUESTION = "Serve it now? [y/N]"


class Terminal(io.StringIO):
    """A terminal at which somebody types, or reads."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def nowhere_special(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is no build server, even where the tests run on one."""
    monkeypatch.delenv("CI", raising=False)


def _said(monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO, stdout: io.StringIO, url: str) -> str:
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stdout", stdout)
    _offer_to_serve(url)
    return stdout.getvalue()


def test_in_a_terminal_it_asks_and_a_no_or_only_enter_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for typed in ("n\n", "\n"):
        said = _said(monkeypatch, Terminal(typed), Terminal(), "sqlite:///other.db")
        assert QUESTION in said
        assert "igang serve --database sqlite:///other.db" in said


@pytest.mark.parametrize("where", ["input is a pipe", "output is a pipe", "a build server"])
def test_elsewhere_it_says_how_and_does_not_ask(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    if where == "a build server":
        monkeypatch.setenv("CI", "true")
    stdin = io.StringIO() if where == "input is a pipe" else Terminal()
    stdout = io.StringIO() if where == "output is a pipe" else Terminal()
    said = _said(monkeypatch, stdin, stdout, "sqlite:///igang.db")
    assert "make run" in said
    assert QUESTION not in said
