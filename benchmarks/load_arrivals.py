"""Requests that arrive at their own pace, however slowly they are answered, on a few kept connections.

`python -m benchmarks.load_arrivals` reads a `Plan` as JSON from standard input and writes what came of it to standard
output. It is a process of its own, so that neither side's threads wait for the other's.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

PATIENCE_SECONDS = 30.0  # for the answers that are missing when the last request has gone out
AGAIN = 2  # times that a request goes out whose connection was closed before a byte of the answer came


@dataclass(frozen=True)
class Plan:
    """What is asked of whom: each request is a path and a cookie, chosen at random for each arrival."""

    port: int
    rate: float
    seconds: float
    seed: int
    requests: Sequence[tuple[str, str]]


@dataclass
class Came:
    """What came of it; latencies count from the moment that a request should have gone out."""

    asked: int = 0
    statuses: dict[str, int] = field(default_factory=dict)  # `none` counts those without an answer
    milliseconds: list[float] = field(default_factory=list)  # of the answers 200
    seconds: float = 0.0  # from the first request to the last answer
    connections: int = 0


class Connection(asyncio.Protocol):
    """One kept connection, on which one request is under way at a time."""

    def __init__(self, idle: list[Connection]) -> None:
        self._idle, self._buffer, self._head, self._length = idle, b"", 0, -1
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Send a request; the future is the answer's status and body."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        """Read on until the answer is whole; every answer of the service names its length."""
        self._buffer += data
        if self._length < 0:
            head, end, _ = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            named = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            self._head = len(head) + 4
            self._length = self._head + (int(named[0].split(b":")[1]) if named else 0)
        if len(self._buffer) >= self._length and self._answer is not None:
            answer, self._answer = self._answer, None
            said = int(self._buffer[9:12]), self._buffer[self._head :]
            self._buffer, self._length = b"", -1
            self._idle.append(self)
            if not answer.done():
                answer.set_result(said)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let whoever waits know, and nobody ask here again."""
        if self in self._idle:
            self._idle.remove(self)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("closed before the answer was whole"))

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None
        self._transport.close()


async def arrive(plan: Plan) -> Came:
    """Send the requests at exponential distances, and wait for all answers."""
    loop, rng = asyncio.get_running_loop(), random.Random(plan.seed)
    came, idle, tasks = Came(), list[Connection](), set[asyncio.Task[None]]()
    made = [_request(path, cookie) for path, cookie in plan.requests]
    began = planned = loop.time()
    while (planned := planned + rng.expovariate(plan.rate)) < began + plan.seconds:
        wait = planned - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        came.asked += 1
        tasks.add(loop.create_task(_ask(plan.port, rng.choice(made), planned, idle, came)))
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
        for task in late:
            task.cancel()
    came.seconds = loop.time() - began
    for connection in idle:
        connection.close()
    answered = sum(came.statuses.values())
    came.statuses |= {"none": came.asked - answered} if answered < came.asked else {}
    return came


async def open_or_idle(port: int, idle: list[Connection]) -> Connection:
    """A connection on which nothing is under way."""
    if idle:
        return idle.pop()
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(lambda: Connection(idle), "127.0.0.1", port))[1]


async def _ask(port: int, request: bytes, planned: float, idle: list[Connection], came: Came) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(AGAIN):
        try:
            came.connections += not idle
            status, _ = await (await open_or_idle(port, idle)).ask(request)
        except OSError:
            continue
        came.statuses[str(status)] = came.statuses.get(str(status), 0) + 1
        if status == 200:
            came.milliseconds.append(1e3 * (loop.time() - planned))
        return


def _request(path: str, cookie: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: igang\r\nCookie: {cookie}\r\nAccept: application/json\r\n\r\n".encode()


def send(plan: Plan) -> Came:
    """Let a process of its own do it."""
    command = [sys.executable, "-m", "benchmarks.load_arrivals"]
    limit = plan.seconds + 2 * PATIENCE_SECONDS
    done = subprocess.run(
        command, input=json.dumps(asdict(plan)), stdout=subprocess.PIPE, text=True, check=True, timeout=limit
    )
    return Came(**json.loads(done.stdout))


def main() -> None:
    """Do what standard input says."""
    plan = Plan(**json.load(sys.stdin))
    began = time.process_time()
    came = asyncio.run(arrive(plan))
    sys.stderr.write(f"arrivals: {time.process_time() - began:.2f} s of processor for {came.asked} requests\n")
    json.dump(asdict(came), sys.stdout)


if __name__ == "__main__":
    main()
