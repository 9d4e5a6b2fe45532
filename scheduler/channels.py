"""The ways on which a message leaves: what a sender must offer, and two senders that need no other service."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TextIO


class ChannelError(RuntimeError):
    """A message was not taken; it is tried again later."""


@dataclass(frozen=True)
class Outgoing:
    """A message in words. `id` is the same at every try, so that a gateway can drop a repeat."""

    id: int
    channel: str  # sms, letter, call or email
    to: str  # the citizen's id in the centre's own system, which knows her number and address
    slug: str
    text: str


class Channel(Protocol):
    """What takes messages."""

    def send(self, outgoing: Outgoing) -> None:
        """Take a message for good, or raise `ChannelError`."""


class FileChannel:
    """Appends messages to a file as lines of JSON, for a gateway, a printer or the people who call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, outgoing: Outgoing) -> None:
        """Return when the line is on disk; only the file's owner may read it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps(asdict(outgoing), ensure_ascii=False) + "\n"
        number = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(number, line.encode())
            os.fsync(number)
        finally:
            os.close(number)


class ConsoleChannel:
    """Writes messages to a terminal, to see what would go out."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout

    def send(self, outgoing: Outgoing) -> None:
        """Write one line."""
        self._stream.write(f"[{outgoing.channel}] {outgoing.to}: {outgoing.text}\n")
        self._stream.flush()
