"""What chaos is measured on: a small town whose runs are asked for, and the count of what was lost or stored twice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from catalog.database import make_engine, writing
from scheduler import queue
from scheduler.archive import ArchiveError
from scheduler.migrations import upgrade
from scheduler.replay import recount
from scheduler.runs import Task
from scheduler.shipped import load_shipped
from scheduler.tables import Run
from scheduler.town import make_town
from solver import Options

WEEK, CITIZENS, TIGHTNESS = "2026-W48", 30, 0.5
RUN_SECONDS = 1.5
MOST_TAKE_OVER_SECONDS, MOST_CANCEL_SECONDS = 15.0, 1.0
COUNT_SQLITE = (
    "CREATE TRIGGER count_stored AFTER UPDATE OF state ON run WHEN NEW.state = 'proposed' "
    "BEGIN INSERT INTO chaos_stored VALUES (NEW.id); END",
)
COUNT_POSTGRESQL = (
    "CREATE FUNCTION count_stored() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN INSERT INTO chaos_stored VALUES (NEW.id); RETURN NEW; END'",
    "CREATE TRIGGER count_stored AFTER UPDATE OF state ON run FOR EACH ROW WHEN (NEW.state = 'proposed') "
    "EXECUTE FUNCTION count_stored()",
)


@dataclass
class Found:
    """What the chaos showed."""

    database: str
    runs: int
    lost: int = 0  # neither proposed nor cancelled by us, or without the plan that its row speaks of
    stored_twice: int = 0
    take_over_seconds: float = 0.0  # the longest, from a worker's last sign of life to the next claim of its run
    cancel_seconds: float = 0.0  # the longest
    orphans: int = 0  # processes that a worker left behind
    kills: int = 0
    halts: int = 0
    crashes: int = 0
    take_overs: int = 0
    cancels: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether everything holds that the program promises."""
        late = self.take_over_seconds > MOST_TAKE_OVER_SECONDS or self.cancel_seconds > MOST_CANCEL_SECONDS
        return not (self.lost or self.stored_twice or self.orphans or late)


def make_ready(url: str) -> Engine:
    """Make a small town, and a trigger that counts each stored proposal."""
    upgrade(url)
    engine = make_engine(url)
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, CITIZENS, 7, TIGHTNESS, WEEK)
    with writing(engine) as session:
        session.execute(text("CREATE TABLE chaos_stored (run_id INTEGER NOT NULL)"))
        for statement in COUNT_SQLITE if engine.dialect.name == "sqlite" else COUNT_POSTGRESQL:
            session.execute(text(statement))
    return engine


def ask(session: Session, seed: int, *, endless: bool = False) -> Run:
    """Ask for a short run, or for one that ends only where it is cancelled."""
    options = Options(seed=seed, time_limit=None if endless else RUN_SECONDS, threads=1)
    return queue.ask(session, Task(WEEK, options))


def count(session: Session, found: Found, cancelled: set[int]) -> None:
    """Count what was lost and what was stored twice."""
    stored = list(session.scalars(text("SELECT run_id FROM chaos_stored")))
    found.stored_twice = len(stored) - len(set(stored))
    for run_id, state in session.execute(select(Run.id, Run.state)).all():
        if state == "proposed":
            found.lost += not _is_whole(session, run_id)
        else:
            found.lost += state != "cancelled" or run_id not in cancelled


def _is_whole(session: Session, run_id: int) -> bool:
    """Whether the stored plans break no rule and are worth what the run says."""
    try:
        again = recount(session, run_id)
    except ArchiveError:
        return False
    return not again.verdict.violations and again.verdict.objective == again.run.objective
