"""One of the processes that ask for changes at once: it asks, holds, confirms, undoes and lets go at random.

Each step is a transaction of its own, as at the edge. The kernel answers some of the first process; all other proposals
are drawn, so that many go after the same few groups: they keep no rule of the citizen, but every one of the seats.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog.database import make_engine, reading, writing
from catalog.tables import Group
from scheduler import places, requests
from scheduler.asked import Asked
from scheduler.places import StaleError, standing
from scheduler.request_effects import Asker
from scheduler.requests import RequestStateError
from scheduler.stored import NotFoundError
from scheduler.supplies import FullError, newest_supply
from scheduler.tables import Account, ChangeRequest, Place, Supply, SupplyUse
from scheduler.week_state import WeekStates

NOW = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)  # days before the week begins
LATER = NOW + dt.timedelta(hours=1)  # when what is held is over
HOT = 40  # groups that everybody is after
KERNEL, EXPIRED, MEDDLED, REMEMBERED = 4, 20, 10, 5  # once in so many requests
LEAVES, MOST_LEFT, MOST_JOINED = 0.4, 2, 2  # Who only leaves makes room for the others.
KINDS = ("less", "more")
PATIENCE_SECONDS = 60.0  # Eight writers take turns on SQLite, not always in their order.
STORIES = (
    *(("hold", "confirm"),) * 5,
    *(("hold", "confirm", "confirm", "undo", "undo"),) * 2,
    ("hold", "hold", "hold_other", "confirm"),
    ("hold", "hold_other", "let_go"),
    ("hold",),
)
MEDDLING = ("hold", "confirm", "undo", "let_go")


@dataclass(frozen=True)
class Work:
    """What one process does."""

    url: str
    week: str
    number: int  # of the process
    requests: int  # of all processes together
    broken: bool = False


class Clerk:
    """What one process knows, and what became of its steps."""

    def __init__(self, work: Work) -> None:
        self.work, self.rng, self.states = work, random.Random(work.number), WeekStates()
        self.engine, self.tally = make_engine(work.url, patience=PATIENCE_SECONDS), Counter[str]()
        with reading(self.engine) as session:
            of_week = select(Group.id, Group.offering_id).where(Group.week == work.week).order_by(Group.id)
            self.offering = dict(session.execute(of_week).all())
            self.citizens = session.scalars(
                select(Place.citizen_id).where(Place.week == work.week).order_by(Place.citizen_id).distinct()
            ).all()
            self.asker = Asker(session.scalars(select(func.min(Account.id))).one(), NOW)
        self.hot = random.Random(0).sample(sorted(self.offering), min(HOT, len(self.offering)))
        self.memory = dict[int, tuple[int, int]]()
        if work.broken:
            self._remember()
            for module in (places, requests):
                vars(module)["move"] = self._move_by_memory

    def warm_up(self) -> None:
        """Load the kernel, as a service does before it answers."""
        if self.work.number == 0:
            self._ask_kernel(self.citizens[0])

    def work_off(self, stop: Event, made: Synchronized[int]) -> Counter[str]:
        """Make requests until all together have made enough, or `stop`; returns how often each step ended how.

        All of them race to the end: SQLite does not let writers in by turns, so shares would leave one alone.
        """
        for number in itertools.count():
            with made.get_lock():
                if stop.is_set() or made.value >= self.work.requests:
                    break
                made.value += 1
            if self.work.broken and number % REMEMBERED == 0:
                self._remember()
            if number % EXPIRED == 0:
                self._step("expired", lambda session: requests.expire(session, LATER, 1))
            citizen = self.rng.choice(self.citizens)
            with_kernel = self.work.number == 0 and number % KERNEL == 0
            request = self._ask_kernel(citizen) if with_kernel else self._ask_cheaply(citizen)
            for name in self.rng.choice(STORIES) if request else ():
                if not self._act(name, request, citizen):
                    break
            if number % MEDDLED == 0:
                self._meddle()
        return self.tally

    def _step(self, name: str, act: Callable[[Session], int]) -> int:
        """Do one transaction and count it; 0 where it was refused."""
        try:
            with writing(self.engine) as session:
                done = act(session)
        except FullError:
            self.tally["full"] += 1
        except StaleError:
            self.tally["stale"] += 1
        except (RequestStateError, NotFoundError):
            self.tally["refused"] += 1
        except DBAPIError as error:
            self.tally["errors"] += 1
            print(error, file=sys.stderr)
        else:
            self.tally[name] += 1
            return done
        return 0

    def _ask_kernel(self, citizen: int) -> int:
        """Ask as the edge does: look for the answer first, then keep it."""
        with reading(self.engine) as session:
            state = self.states.of(session, self.work.week)
            found = requests.find_answer(session, state, citizen, Asked(self.rng.choice(KINDS)), self.asker)
            proposals = len(found.proposals)

        def keep(session: Session) -> int:
            requests.keep_answer(session, found, self.asker)
            return found.id if proposals else 0

        return self._step("asked_kernel", keep)

    def _ask_cheaply(self, citizen: int) -> int:
        def keep(session: Session) -> int:
            present = standing(session, citizen, self.work.week)
            request = ChangeRequest(
                citizen_id=citizen, week=self.work.week, kind="another_activity", asked={}, state="answered", at=NOW,
                account_id=self.asker.account_id, on_behalf=False, base=present.version,
                supplies=newest_supply(session, self.work.week),
                proposals=[self._draw(present.groups) for _ in range(2)],
            )  # fmt: skip
            session.add(request)
            session.flush()
            return request.id

        return self._step("asked", keep)

    def _draw(self, present: tuple[int, ...]) -> dict[str, Any]:
        """A week with fewer groups, or with hot ones in place of those of the same offerings and one more."""
        leaves = self.rng.random() < LEAVES
        wanted = (
            {}
            if leaves
            else {self.offering[at]: at for at in self.rng.sample(self.hot, self.rng.randint(1, MOST_JOINED))}
        )
        left = {at for at in present if self.offering[at] in wanted}
        left |= set(self.rng.sample(present, min(len(present), MOST_LEFT if leaves else 1)))
        joined = set(wanted.values()) - set(present)
        left -= set(wanted.values())
        groups = sorted(set(present) - left | joined)
        return {
            "groups": groups,
            "joined": sorted(joined),
            "left": sorted(left),
            "points": 0,
            "person": "",
            "words": {},
        }

    def _act(self, name: str, request: int, citizen: int) -> bool:
        asker = self.asker
        acts: dict[str, Callable[[Session], ChangeRequest]] = {
            "hold": lambda session: requests.hold(session, request, citizen, 0, asker),
            "hold_other": lambda session: requests.hold(
                session, request, citizen, self._other(session, request), asker
            ),
            "confirm": lambda session: requests.confirm(session, request, citizen, asker),
            "undo": lambda session: requests.undo(session, request, citizen, asker),
            "let_go": lambda session: requests.let_go(session, request, citizen),
        }
        return bool(self._step(name, lambda session: acts[name](session).id))

    def _other(self, session: Session, request: int) -> int:
        return len(session.get_one(ChangeRequest, request).proposals) - 1

    def _meddle(self) -> None:
        """Do something with the newest request of any process."""
        newest = select(ChangeRequest.id, ChangeRequest.citizen_id).order_by(ChangeRequest.id.desc()).limit(1)
        with reading(self.engine) as session:
            request, citizen = session.execute(newest).one()
        self._act(self.rng.choice(MEDDLING), request, citizen)

    def _remember(self) -> None:
        with reading(self.engine) as session:
            rows = session.execute(select(Supply.id, Supply.used, Supply.most).where(Supply.week == self.work.week))
            self.memory = {supply: (used, most) for supply, used, most in rows}

    def _move_by_memory(self, session: Session, taken: Iterable[int], freed: Iterable[int] = ()) -> None:
        """What `supplies.move` must not be: it trusts what was read before its turn."""
        change = Counter(taken)
        change.subtract(freed)
        uses = select(SupplyUse.supply_id, SupplyUse.group_id).where(SupplyUse.group_id.in_(change))
        for supply, group in session.execute(uses.order_by(SupplyUse.supply_id)).all():
            used, most = self.memory[supply]
            if used + change[group] > most:
                raise FullError(group)
            self.memory[supply] = used + change[group], most
            session.execute(update(Supply).where(Supply.id == supply).values(used=used + change[group]))


def work_off(pipe: Connection, stop: Event, made: Synchronized[int]) -> None:
    """Wait for what there is to do, say that it can begin, and do it when told so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # A terminal sends it to all; `stop` tells us.
    clerk = Clerk(pipe.recv())
    clerk.warm_up()
    pipe.send(Counter[str]())
    pipe.recv()
    pipe.send(clerk.work_off(stop, made))
