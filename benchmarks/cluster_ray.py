"""Two Ray machines on this one, for a test of the way to a real cluster: with a token, without a dashboard."""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.cluster_kills import Killable
from scheduler.cluster import cluster_pricers

HERE = "127.0.0.1"
STORE_BYTES = 200 * 1024 * 1024


def is_ray_there() -> bool:
    """Whether the extra `cluster` is installed."""
    return importlib.util.find_spec("ray") is not None


@contextmanager
def two_machines(workers: int) -> Iterator[Callable[[int], Sequence[Killable]]]:
    """Start a head and one machine more for so many; makes pricers on them, in one connection each time."""
    with two_nodes(workers) as (address, _), ExitStack() as stack:

        def make(workers: int) -> Sequence[Killable]:
            stack.close()
            return stack.enter_context(cluster_pricers(address, workers))

        yield make


@contextmanager
def two_nodes(workers: int) -> Iterator[tuple[str, Any]]:
    """Address for clients, and Ray's own handle of the cluster, with a processor for each worker on paper."""
    os.environ |= {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(),
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    from ray.cluster_utils import Cluster

    port = _free_port()
    each = {"num_cpus": -(-workers // 2), "node_ip_address": HERE, "object_store_memory": STORE_BYTES}
    head = each | {
        "include_dashboard": False,
        "ray_client_server_port": port,
        "_system_config": {"automatic_object_spilling_enabled": False},
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        cluster.add_node(**each)
        yield f"ray://{HERE}:{port}", cluster
    finally:
        for node in cluster.list_all_nodes():  # Its own way to end waits long for a head that is gone.
            node.kill_all_processes(check_alive=False, allow_graceful=True)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind((HERE, 0))
        port: int = held.getsockname()[1]
        return port
