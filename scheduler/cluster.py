"""Pricers on the machines of a Ray cluster, which the extra `cluster` brings the client of.

Every machine has this release of igang, and the cluster's token. A shard lives in the memory of one actor; nothing
asks Ray to keep it elsewhere, and clusters are to be started with spilling to disks off.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from scheduler.runs import code_version
from solver.crew import Crew
from solver.problem import Ints
from solver.shards import Answer, HerePricer, PricerLostError, Query, Shard

KNOCK_SECONDS = 3.0  # that the cluster's door may take to open
LOAD_SECONDS = 120.0  # that an actor may take to start and to get its shard
PRICE_SECONDS = 600.0  # that one answer may take


class ClusterError(ValueError):
    """There is no cluster to work with; the message names the address and what was expected there."""


class Actor:
    """What runs on the other machines: a pricer behind pickles, so that bytes are counted and arrays are its own."""

    def __init__(self) -> None:
        self._pricer = HerePricer()

    def load(self, data: bytes) -> str:
        """Take the shard; returns the version of the code here."""
        self._pricer.load(pickle.loads(data))
        return code_version()

    def price(self, data: bytes) -> bytes:
        """Answer one query."""
        return pickle.dumps(self._pricer.price(*pickle.loads(data)), pickle.HIGHEST_PROTOCOL)


class Connection:
    """This process's place in one cluster; left at once where the cluster is gone, before Ray ends the process."""

    def __init__(self, ray: Any, address: str) -> None:
        self.ray, self.address = ray, address
        self.is_open, self._lock = True, threading.Lock()

    def require(self) -> None:
        """Raise PricerLostError where nobody answers at the address any more."""
        with self._lock:
            if self.is_open and not _is_there(self.address):
                self._leave()
            if not self.is_open:
                raise PricerLostError(f"the cluster at {self.address} is gone")

    def leave(self) -> None:
        """Leave the cluster, a second time too."""
        with self._lock:
            if self.is_open:
                self._leave()

    def _leave(self) -> None:
        self.is_open = False
        self.ray.shutdown()


class RayPricer:
    """Prices a shard in an actor, wherever Ray puts it; `load` starts one, also in place of one that is lost."""

    def __init__(self, connection: Connection, name: str) -> None:
        """Remember what to call it where it is lost."""
        self.name, self._connection = name, connection
        self.loaded = self.sent = self.received = 0
        self._actor: Any = None
        self._is_running = False

    def load(self, shard: Shard) -> None:
        """Start an actor and give it the shard."""
        self._connection.require()
        ray = self._connection.ray
        data = pickle.dumps(shard, pickle.HIGHEST_PROTOCOL)
        with self._lost():
            self.kill()
            self._actor = ray.remote(Actor).options(num_cpus=1, max_restarts=0, scheduling_strategy="SPREAD").remote()
            self._is_running = True
            version = ray.get(self._actor.load.remote(data), timeout=LOAD_SECONDS)
        self.loaded = len(data)
        if version != code_version():
            raise PricerLostError(f"{self.name} has version {version} of igang, this run {code_version()}")

    def price(self, query: Query, prices: Ints) -> Answer:
        """Ask the actor."""
        if self._actor is None:
            raise PricerLostError(f"{self.name} at {self._connection.address} has not been started")
        if not self._connection.is_open:
            raise PricerLostError(f"the cluster at {self._connection.address} is gone")
        data = pickle.dumps((query, prices), pickle.HIGHEST_PROTOCOL)
        with self._lost():
            found = self._connection.ray.get(self._actor.price.remote(data), timeout=PRICE_SECONDS)
        self.sent += len(data)
        self.received += len(found)
        answer: Answer = pickle.loads(found)
        return answer

    def kill(self) -> bool:
        """End the actor's process; returns whether there was one. Who waits for it hears that it is lost."""
        was_running, self._is_running = self._is_running, False
        if was_running and self._connection.is_open:
            self._connection.ray.kill(self._actor)
        return was_running

    def close(self) -> None:
        """End the actor; the shard goes with it."""
        with contextlib.suppress(PricerLostError), self._lost():
            self.kill()

    @contextmanager
    def _lost(self) -> Iterator[None]:
        """Turn whatever Ray says of an actor or a cluster that is gone into one error."""
        try:
            yield
        except Exception as error:  # A client in mid-call fails in many ways; all mean the same here.
            raise PricerLostError(f"{self.name} at {self._connection.address} is lost: {_first_line(error)}") from error


@contextmanager
def cluster_pricers(address: str, workers: int) -> Iterator[list[RayPricer]]:
    """Join the cluster for as long as the block lasts, and hand out pricers on it that are not yet started.

    Parameters
    ----------
    address
        `ray://HOST:PORT` of its door for clients. Who joins as one of its machines instead is ended by Ray when that
        machine's part of the cluster ends, and the run with it.

    Raises
    ------
    ClusterError
        Ray is not installed, nobody answers at the address, the token is another's, or processors are too few.
    """
    os.environ.setdefault("RAY_AUTH_MODE", "token")  # Ray reads these when it is loaded.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"  # A call after the cluster is left must not look for another.
    os.environ.setdefault("RAY_CLIENT_RECONNECT_GRACE_PERIOD", "5")  # seconds; the run itself is the way on.
    if not _is_there(address):
        raise ClusterError(
            f"{address}: nobody answers; expected a Ray cluster's door for clients: start it, or plan without"
        )
    try:
        import ray
    except ImportError:
        raise ClusterError(f"{address}: Ray is not installed here; expected pip install igang[cluster]") from None
    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    except Exception as error:  # Ray has no error of its own for a door that stays shut.
        ray.shutdown()
        words = f"{address}: {_first_line(error)}; expected a Ray {ray.__version__} cluster and its RAY_AUTH_TOKEN"
        raise ClusterError(words) from error
    connection = Connection(ray, address)
    processors = int(ray.cluster_resources().get("CPU", 0))
    if processors < workers:
        connection.leave()
        raise ClusterError(f"{address}: found {processors} processors; expected one for each of {workers} workers")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "More than 10MB of messages", UserWarning)  # They are meant.
        try:
            yield [RayPricer(connection, f"worker {at + 1}") for at in range(workers)]
        finally:
            connection.leave()


@contextmanager
def cluster_crew(address: str, workers: int, tell: Callable[[str], None]) -> Iterator[Crew]:
    """A crew on the cluster for as long as the block lasts; see `cluster_pricers`."""
    with cluster_pricers(address, workers) as pricers, contextlib.closing(Crew(pricers, tell=tell)) as crew:
        yield crew


def _is_there(address: str) -> bool:
    """Whether a socket opens at the address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not address.startswith("ray://") or host is None or port is None:
        raise ClusterError(f"{address}: expected an address like ray://HOST:PORT")
    try:
        socket.create_connection((host, port), KNOCK_SECONDS).close()
    except OSError:
        return False
    return True


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
