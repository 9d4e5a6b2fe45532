"""Lines of requests are written a moment later: each of them once, and whatever becomes of the stream."""

from __future__ import annotations

import io
import threading
import time

from scheduler.logs import Gathered

PATIENCE_SECONDS = 30.0


class FullAtFirst(io.StringIO):
    """A stream on a disk that is full for its first write."""

    failed = False

    def write(self, text: str, /) -> int:
        if text and not self.failed:
            self.failed = True
            raise OSError(28, "No space left on device")
        return super().write(text)


def _until_it_holds(stream: io.StringIO, line: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while line not in stream.getvalue() and time.monotonic() < until:
        time.sleep(0.01)


def test_every_line_is_written_once_whoever_writes() -> None:
    stream = io.StringIO()
    lines = Gathered(stream, seconds=0.001)

    def write(name: str) -> None:
        for k in range(2_000):
            lines.write(f"{name} {k}\n")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.write_out()
    assert sorted(stream.getvalue().splitlines()) == sorted(f"{name} {k}" for name in "abcd" for k in range(2_000))


def test_lines_go_on_after_the_disk_was_full() -> None:
    stream = FullAtFirst()
    lines = Gathered(stream, seconds=0.001)
    lines.write("lost\n")
    while not stream.failed:
        time.sleep(0.01)
    lines.write("kept\n")
    _until_it_holds(stream, "kept")
    assert stream.getvalue() == "kept\n"


def test_lines_after_the_stream_is_closed_stop_nobody() -> None:
    stream = io.StringIO()
    lines = Gathered(stream, seconds=0.001)
    stream.close()
    lines.write("lost\n")
    lines.write_out()
    assert not lines._lines  # They do not pile up.
