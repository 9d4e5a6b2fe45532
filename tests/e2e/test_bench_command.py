"""`igang bench` by real processes: stopped after its first cell, it goes on with the second; two runs are compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api import cli

ROOT = Path(__file__).parents[2]
FILE = "name: Two towns\ncitizens: [120]\nseconds: [2]\nseeds: [1, 2]\nnear_percent: 60\n"


@contextmanager
def bench(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-m", "api.cli", "bench", "small.yaml", *words]
    environment = os.environ | {"COLUMNS": "160", "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    # Where the tests run in the background, a shell has told them not to hear Ctrl-C.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, cwd=folder, env=environment, text=True, **pipes)  # type: ignore[call-overload]  # By **.
    finally:
        signal.signal(signal.SIGINT, heard)
    with process:
        yield process


def rows(folder: Path) -> list[int]:
    lines = (folder / "small.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["cell"]["seed"] for line in lines]


def test_a_stopped_benchmark_goes_on_and_two_runs_are_compared(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(FILE, encoding="utf-8")
    with bench(tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("2 of 2: 120 citizens, tightness 0.6, 2 s, seed 2"):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stdout.read()
    assert process.returncode == 130, rest
    assert "1 of 2 measurements are kept; the same command goes on." in rest
    assert rows(tmp_path) == [1]
    assert "1 of 2 measurements is there." in (tmp_path / "small.html").read_text(encoding="utf-8")

    with bench(tmp_path, "--language", "da") as process:
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert "1 of 2 are in small.jsonl already and are skipped." in said
    assert "1 of 2: " not in said
    assert rows(tmp_path) == [1, 2]
    assert "2 af 2 målinger er lavet." in (tmp_path / "small.html").read_text(encoding="utf-8")

    with bench(tmp_path, "--compare", "small.jsonl", "small.jsonl", "--json") as process:
        assert process.stdout is not None
        found = json.loads(process.stdout.read())
    assert {each["verdict"] for each in found["pairs"][0]["differences"]} == {"same"}
    assert (tmp_path / found["page"]).read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("file", "words", "said"),
    [
        (FILE.replace("[1, 2]", "[]"), [], "small.yaml: seeds: found [], expected a list of at least one number"),
        (FILE, ["--out", "none"], "--out: expected a folder that is there, found none"),
        (FILE, ["--language", "xx"], "--language: expected one of"),
        (FILE, ["--compare", "1", "2"], "expected a file, or one of the versions in small.jsonl (none), found '1'"),
    ],
)
def test_what_makes_no_sense_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: str, words: list[str],
    said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(file, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["igang", "bench", "small.yaml", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert said in capsys.readouterr().err
    assert not Path("small.html").exists()
