"""How a process writes its log: a line an event, as JSON or for the eye, and never a value out of an error.

What an error says may hold a row of the database, so a line has only its kind and the places in the code. The lines of
single requests are written several at a time: a write lets another thread go first, which costs more than the line.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

DEEPEST = 20  # places of an error's way through the code
ACCESS = "igang.access"  # the logger of single requests
GATHER_SECONDS = 0.2  # for which the lines of requests may wait


class Gathered:
    """Writes lines to a stream a moment later, from a thread of its own; a process that is killed loses that moment.

    Lines that the stream does not take are lost, as on a full disk: they must neither pile up nor stop the service.
    """

    def __init__(self, stream: TextIO, seconds: float = GATHER_SECONDS) -> None:
        self._stream, self._seconds = stream, seconds
        self._lines: deque[str] = deque()
        self._has_lines, self._writing = threading.Event(), threading.Lock()
        threading.Thread(target=self._write_on, name="access-log", daemon=True).start()
        atexit.register(self.write_out)

    def write(self, text: str) -> None:
        """Keep a line."""
        self._lines.append(text)
        if not self._has_lines.is_set():
            self._has_lines.set()

    def flush(self) -> None:
        """Leave it to the thread."""

    def write_out(self) -> None:
        """Write what waits."""
        with self._writing, suppress(OSError, ValueError):  # ValueError: it is closed.
            self._has_lines.clear()
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            self._stream.write("".join(lines))
            self._stream.flush()

    def _write_on(self) -> None:
        while self._has_lines.wait():
            time.sleep(self._seconds)
            self.write_out()


def set_up_logs(as_json: bool, stream: TextIO | None = None) -> None:
    """Let structlog and the standard library write to one stream (default: standard error)."""
    stream = stream or sys.stderr
    first: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True) if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*first, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_loggers(stream),
    )
    handler = logging.StreamHandler(stream)
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[drop, renderer], foreign_pre_chain=first))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    sys.excepthook = _log_end
    threading.excepthook = _log_end_of_thread


def _loggers(stream: TextIO) -> Callable[..., structlog.WriteLogger]:
    gathered = cast(TextIO, Gathered(stream))

    def make(*names: str) -> structlog.WriteLogger:
        return structlog.WriteLogger(gathered if names == (ACCESS,) else stream)

    return make


def without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put an error's kind and places in the place of its words."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event.update(describe_error(error))
    return event


def describe_error(error: BaseException) -> dict[str, Any]:
    """The kind of an error and of what caused it, and where in the code it came up."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < DEEPEST:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    places = [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno}" for frame in frames]
    return {"error": " from ".join(kinds), "places": places}


def _log_end(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("igang").error("the process ends by an error", exc_info=(kind, error, where))


def _log_end_of_thread(end: threading.ExceptHookArgs) -> None:
    if end.exc_value is not None:
        structlog.get_logger("igang").error("a thread ends by an error", exc_info=end.exc_value)
