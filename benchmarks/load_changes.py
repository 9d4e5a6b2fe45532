"""Whole change requests that arrive at their own pace: asked, held and confirmed, each by one citizen.

`python -m benchmarks.load_changes` reads `Changes` as JSON from standard input and writes what came of it to standard
output. It is a process of its own, as in `benchmarks.load_arrivals`.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from benchmarks.instances import Figures
from benchmarks.load_arrivals import AGAIN, PATIENCE_SECONDS, Connection, open_or_idle

STEPS = ("ask", "hold", "confirm")
RATES = (50, 100, 200)  # requests a second
Asker = tuple[int, str, int]  # a citizen, her cookie and a group of hers


@dataclass(frozen=True)
class Changes:
    """Who asks for what: each a citizen, her cookie and a group of hers in whose place she wants something else."""

    port: int
    week: str
    rate: float
    seconds: float
    seed: int
    askers: Sequence[Asker]


@dataclass
class Came:
    """What came of it; `whole` counts from the moment that a request should have begun until it was granted."""

    began: int = 0
    ended: dict[str, int] = field(default_factory=dict)  # `granted`, `nothing` fitted, `person`, or what went wrong
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in (*STEPS, "whole")})
    seconds: float = 0.0


async def arrive(changes: Changes) -> Came:
    """Let each citizen ask once, at exponential distances."""
    loop, rng = asyncio.get_running_loop(), random.Random(changes.seed)
    askers = list(changes.askers)
    rng.shuffle(askers)
    came, idle, ended = Came(), list[Connection](), Counter[str]()
    tasks = set[asyncio.Task[str]]()
    began = planned = loop.time()
    while askers and (planned := planned + rng.expovariate(changes.rate)) < began + changes.seconds:
        await asyncio.sleep(max(0.0, planned - loop.time()))
        came.began += 1
        tasks.add(loop.create_task(_change(changes, askers.pop(), planned, idle, came)))
    done, late = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS) if tasks else (set(), set())
    for task in late:
        task.cancel()
    ended.update(task.result() for task in done)
    came.ended = dict(ended) | ({"none": len(late)} if late else {})
    came.seconds = loop.time() - began
    for connection in idle:
        connection.close()
    return came


async def _change(changes: Changes, asker: Asker, planned: float, idle: list[Connection], came: Came) -> str:
    citizen, cookie, group = asker
    hers = f"/v1/citizens/{citizen}"

    async def post(step: str, path: str, body: Any) -> tuple[int, Any]:
        sent = asyncio.get_running_loop().time()
        status, content = await _post(changes.port, path, cookie, body, idle)
        came.milliseconds[step].append(1e3 * (asyncio.get_running_loop().time() - (planned if step == "ask" else sent)))
        return status, json.loads(content) if content else None

    status, request = await post(
        "ask", f"{hers}/weeks/{changes.week}/requests", {"kind": "another_activity", "group_id": group}
    )
    if status != 201:
        return f"ask {status}"
    if not request["proposals"]:
        return "nothing"
    status, held = await post("hold", f"{hers}/requests/{request['id']}/hold", {"choice": 0})
    if status != 200 or held["state"] != "held":
        return f"hold {status}" if status != 200 else "person"
    status, _ = await post("confirm", f"{hers}/requests/{request['id']}/confirm", None)
    came.milliseconds["whole"].append(1e3 * (asyncio.get_running_loop().time() - planned))
    return "granted" if status == 200 else f"confirm {status}"


async def _post(port: int, path: str, cookie: str, body: Any, idle: list[Connection]) -> tuple[int, bytes]:
    content = b"" if body is None else json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: igang\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    for _ in range(AGAIN):
        try:
            return await (await open_or_idle(port, idle)).ask(head.encode() + content)
        except OSError:
            continue
    return 0, b""


def table(port: int, week: str, askers: list[Asker], label: str, seconds: float) -> Figures:
    """Figures at each rate; those who ask are taken out of `askers`, since nobody asks twice."""
    figures: Figures = {}
    for rate in RATES:
        some, askers[:] = askers[: round(2 * rate * seconds)], askers[round(2 * rate * seconds) :]
        came = send(Changes(port, week, rate, seconds, 1, some))
        name = f"changes_{label}_{rate}"
        figures[f"{name}_began"], figures[f"{name}_ended"] = came.began, came.ended
        figures[f"{name}_per_second"] = came.ended.get("granted", 0) / came.seconds
        for step, taken in came.milliseconds.items():
            if taken:
                p50, p99 = (float(value) for value in np.percentile(taken, (50, 99)))
                figures |= {f"{name}_{step}_p50_ms": p50, f"{name}_{step}_p99_ms": p99}
    return figures


def send(changes: Changes) -> Came:
    """Let a process of its own do it."""
    command = [sys.executable, "-m", "benchmarks.load_changes"]
    limit = changes.seconds + 2 * PATIENCE_SECONDS
    done = subprocess.run(
        command, input=json.dumps(asdict(changes)), stdout=subprocess.PIPE, text=True, check=True, timeout=limit
    )
    return Came(**json.loads(done.stdout))


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(arrive(Changes(**json.load(sys.stdin))))), sys.stdout)
