"""The process that solves one run for a worker and dies with it: `python -m scheduler.worker_child PARENT SECONDS`.

It reads an `Input` from its standard input and writes messages to its standard output, all pickled; only the worker
that started it is at the other ends. SIGTERM ends the run after its round, with the best plan so far.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Let this process end when its parent does, also where the parent is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It ended before the line above.
        os._exit(1)


def main(parent: int, checkpoint_seconds: float) -> None:
    """Bind this process to its worker, and only then load the solver, which takes a while."""
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the worker, which decides.
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever a library prints is no message.
    from scheduler.child_run import run

    run(target, checkpoint_seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
