"""What every command takes and how it opens the database and answers: tables for people or one JSON document."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import Engine, inspect, make_url
from sqlalchemy.exc import ArgumentError

from catalog.database import make_engine
from scheduler.channels import Channel, FileChannel
from scheduler.messages import CHANNELS

DEFAULT_DATABASE = "sqlite:///igang.db"
BAD_INPUT = 2

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
Database = Annotated[
    str, typer.Option("--database", envvar="IGANG_DATABASE_URL", metavar="URL", help="Which database.")
]

ErasedList = Annotated[
    Path,
    typer.Option("--erased", envvar="IGANG_ERASED_LIST", metavar="FILE", help="The erased, kept apart from backups."),
]

databases = ExitStack()  # Closes every database that a command opened.
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class InputError(ValueError):
    """What the user asked for makes no sense; the message says what to do."""


def open_database(url: str) -> Engine:
    """The engine of a database that `igang init` has made.

    Raises
    ------
    InputError
        The URL is none, or the database has no tables.
    """
    engine = new_database(url)
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:" and not Path(file).exists():
        raise InputError(f"there is no file {file}: make the database with igang init --database {url}")
    if not inspect(engine).has_table("run"):
        raise InputError(f"{url} has no tables yet: make them with igang init --database {url}")
    return engine


def new_database(url: str) -> Engine:
    """The engine of a URL, whatever is there."""
    try:
        make_url(url)
        engine = make_engine(url)
    except (ArgumentError, ImportError) as error:
        raise InputError(f"--database: expected a URL such as {DEFAULT_DATABASE}, found {url!r} ({error})") from error
    databases.callback(engine.dispose)
    return engine


def file_channels(folder: Path) -> dict[str, Channel]:
    """Channels that write messages into a folder, a file each."""
    return {name: FileChannel(folder / f"{name}.jsonl") for name in CHANNELS}


def write_new(file: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, or raise InputError."""
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from error
    with os.fdopen(number, "wb") as target:
        target.write(content)


def write_picture(source: Path, svg: str) -> str:
    """Write a picture into this folder, named after the file that was asked about; returns its name."""
    name = source.with_suffix(".svg").name
    Path(name).write_text(svg, encoding="utf-8")
    return name


def print_json(document: Mapping[str, Any]) -> None:
    """Print the one document of a command."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
