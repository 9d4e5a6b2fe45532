"""The process that prices one shard and dies with the run that started it: `python -m scheduler.shard_child PARENT`.

Calls come in on its standard input and answers go out on its standard output, as `write_message` frames them; only the
run is at the other ends. It writes no file: the shard is in its memory alone.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import IO, Any

from scheduler.worker_child import die_with

LENGTH_BYTES = 8


def write_message(target: IO[bytes], content: Any) -> int:
    """Write a pickle with its length before it; returns the bytes of both."""
    data = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    target.write(len(data).to_bytes(LENGTH_BYTES, "big"))
    target.write(data)
    target.flush()
    return LENGTH_BYTES + len(data)


def read_message(source: IO[bytes]) -> tuple[Any, int]:
    """Read what `write_message` wrote, and how many bytes it was; EOFError where the other end is closed."""
    head = source.read(LENGTH_BYTES)
    size = int.from_bytes(head, "big")
    data = source.read(size) if len(head) == LENGTH_BYTES else b""
    if not data or len(data) < size:
        raise EOFError("the other end is closed")
    return pickle.loads(data), LENGTH_BYTES + size


def main(parent: int) -> None:
    """Bind this process to its run, then answer until nothing comes any more."""
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the run, which decides.
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever a library prints is no answer.
    from solver.shards import HerePricer

    pricer = HerePricer()
    while True:
        try:
            (name, given), _ = read_message(source)
        except EOFError:
            return
        write_message(target, getattr(pricer, name)(*given))


if __name__ == "__main__":
    main(int(sys.argv[1]))
