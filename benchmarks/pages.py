"""What staff wait for at a published week: its sheets as one PDF, and who gets another week by the next plan."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path

import numpy as np
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http import make_app
from api.settings import Settings
from benchmarks.bars import Figures, Instance
from benchmarks.load_town import HASTY, WEEK, make_published_town
from catalog.database import make_engine, reading, writing
from catalog.weeks import shift_week
from scheduler.life import need_published_run
from scheduler.next_week import begin_week, look_back
from scheduler.printing import ask_print, document_of, make_prints, newest_print
from scheduler.runs import compute, read_input, store

VIEWS = 20
AS_DEPLOYED = Settings(production=True)


def measure_print(instance: Instance, _seed: int) -> Figures:
    """Time the job that a worker does, from finding it to the stored file."""
    with tempfile.TemporaryDirectory(prefix="igang-print-") as folder:
        url = f"sqlite:///{Path(folder) / 'town.db'}"
        make_published_town(url, instance.citizens)
        engine = make_engine(url)
        with writing(engine) as session:
            run_id = need_published_run(session, WEEK)
            ask_print(session, run_id, 1, dt.datetime.now(dt.UTC))
        began = time.perf_counter()
        make_prints(engine)
        seconds = time.perf_counter() - began
        with reading(engine) as session:
            made, size = newest_print(session, run_id), len(document_of(session, run_id))
        engine.dispose()
    return {"seconds": seconds, "sheets": made.sheets if made is not None else 0, "megabytes": size / 1e6}


def measure_difference(instance: Instance, _seed: int) -> Figures:
    """Time pages of the difference to the week before: of a service just started, and as staff come to them."""
    with tempfile.TemporaryDirectory(prefix="igang-diff-") as folder:
        url = f"sqlite:///{Path(folder) / 'town.db'}"
        town = make_published_town(url, instance.citizens)
        engine = make_engine(url)
        run_id = _propose_next(engine)
        page = f"/koersler/{run_id}/aendringer"
        cold, size = _times(engine, town.leader, [page])
        views = [f"{page}?side={number}" for number in range(1, 1 + VIEWS)]
        taken, _ = _times(engine, town.leader, views, first=f"/koersler/{run_id}")
        engine.dispose()
    p50, worst = np.percentile(taken, (50, 100))
    return {"p50_ms": float(p50), "worst_ms": float(worst), "cold_ms": cold[0], "views": VIEWS, "kilobytes": size / 1e3}


def _propose_next(engine: Engine) -> int:
    with writing(engine) as session:
        task = begin_week(session, look_back(session, WEEK), HASTY)
    assert task.week == shift_week(WEEK, 1)
    with reading(engine) as session:
        outcome = compute(read_input(session, task))
    with writing(engine) as session:
        return store(session, outcome).id


def _times(engine: Engine, cookie: str, paths: list[str], first: str = "") -> tuple[list[float], int]:
    """Milliseconds of each page of a service as in production, after a `first` that was read; the last one's bytes."""
    taken, size = list[float](), 0
    headers = {"Cookie": cookie, "Accept": "text/html"}
    with TestClient(make_app(engine, AS_DEPLOYED), base_url="https://testserver") as client:
        for path in (first, *paths) if first else paths:
            began = time.perf_counter()
            answer = client.get(path, headers=headers)
            size = len(answer.content)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
            if path != first:
                taken.append(1e3 * (time.perf_counter() - began))
    return taken, size
