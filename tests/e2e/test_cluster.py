"""A run on a cluster: what is said where there is none, and, with Ray installed, two machines of it on this one."""

from __future__ import annotations

import importlib.util
import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from api import cli
from benchmarks import cluster as benchmark
from benchmarks.cluster import same
from benchmarks.cluster_kills import KilledPricer
from benchmarks.cluster_ray import two_nodes
from benchmarks.draw import draw_problem
from scheduler.cluster import ClusterError, cluster_pricers
from solver import Options, solve
from solver.crew import Crew
from solver.problem import Problem
from solver.solution import Round

RAY_IS_THERE = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not RAY_IS_THERE, reason="Ray is not installed: pip install igang[cluster]")
OPTIONS = Options(seed=1, time_limit=None, max_rounds=40)
LEAST = 60


@pytest.fixture(scope="module")
def town() -> Problem:
    return draw_problem(150, seed=1, tightness=0.4)


@pytest.fixture(scope="module")
def nodes() -> Iterator[tuple[str, Any]]:
    with two_nodes(2) as found:
        yield found


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@pytest.mark.parametrize("address", ["", "auto", "127.0.0.1:6379", "ray://here", "ray://here:door", "http://here:1"])
def test_an_address_that_is_none_is_named_with_what_was_expected(address: str) -> None:
    with pytest.raises(ClusterError) as found, cluster_pricers(address, 2):
        pass

    assert str(found.value) == f"{address}: expected an address like ray://HOST:PORT"


def test_a_cluster_that_is_not_there_is_named(closed_port: int) -> None:
    address = f"ray://127.0.0.1:{closed_port}"

    with pytest.raises(ClusterError, match=f"{address}: nobody answers; expected a Ray cluster"):
        cluster_pricers(address, 2).__enter__()


@pytest.mark.skipif(RAY_IS_THERE, reason="Ray is installed")
def test_a_cluster_without_the_extra_says_what_to_install() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"ray://127.0.0.1:{door.getsockname()[1]}"
        with pytest.raises(ClusterError, match=r"Ray is not installed here; expected pip install igang\[cluster\]"):
            cluster_pricers(address, 2).__enter__()


def test_the_command_line_refuses_a_cluster_that_is_not_there(
    closed_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"ray://127.0.0.1:{closed_port}"
    monkeypatch.setattr(sys, "argv", ["igang", "plan", "2026-W48", "--cluster", address, "--json"])

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert end.value.code == 2
    assert address in json.loads(capsys.readouterr().out)["errors"][0]["message"]


@pytest.mark.parametrize("words", [["--workers", "0"], ["--workers", "two"], ["--citizens", "-1"], ["--least", "0"]])
def test_the_benchmark_refuses_what_is_no_count(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cluster", *words])

    with pytest.raises(SystemExit) as end:
        benchmark.main()

    assert end.value.code == 2
    assert f"expected a whole number of at least 1, found {words[1]}" in capsys.readouterr().err


def test_the_benchmark_kills_a_worker_in_every_round_and_ends_with_one_line() -> None:
    words = ["--citizens", "120", "--workers", "2", "--rounds", "4", "--least", "100", "--transport", "processes"]

    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.cluster", *words, "--kill", "--json"], capture_output=True, text=True
    )

    found = json.loads(ended.stdout)
    assert ended.returncode == 0, ended.stderr
    assert found["identical"]
    assert found["kills"] == found["rounds"] > 0
    assert found["transport"] == "processes"


@needs_ray
@pytest.mark.filterwarnings("ignore")  # Ray has many of its own.
def test_two_machines_give_the_run_of_none_also_where_an_actor_is_killed(town: Problem, nodes: tuple[str, Any]) -> None:
    few = replace(OPTIONS, max_rounds=6)

    with cluster_pricers(nodes[0], 2) as pricers, closing(Crew(pricers, LEAST)) as crew:
        solution = solve(town, OPTIONS, crew=crew)
    with cluster_pricers(nodes[0], 2) as pricers:
        killed = [KilledPricer(pricer, at, among=2) for at, pricer in enumerate(pricers)]
        with closing(Crew(killed, LEAST)) as killed_crew:
            shorter = solve(town, few, crew=killed_crew)

    assert same(solve(town, OPTIONS), solution)
    assert crew.tally.lost == 0
    assert same(solve(town, few), shorter)
    assert sum(pricer.kills for pricer in killed) == killed_crew.tally.calls > 0


@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_a_token_that_is_not_the_clusters_is_refused(nodes: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"from scheduler.cluster import cluster_pricers\ncluster_pricers({nodes[0]!r}, 2).__enter__()"
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex())

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert ended.returncode == 1
    assert f"scheduler.cluster.ClusterError: {nodes[0]}: " in ended.stderr
    assert "RAY_AUTH_TOKEN" in ended.stderr


@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_dies_in_mid_run_is_said_and_the_run_ends_alike(town: Problem, nodes: tuple[str, Any]) -> None:
    said: list[str] = []

    def pull_the_plug(state: Round) -> None:
        if state.number == 4:
            nodes[1].head_node.kill_all_processes(check_alive=False, allow_graceful=False)

    with cluster_pricers(nodes[0], 2) as pricers, closing(Crew(pricers, LEAST, said.append)) as crew:
        solution = solve(town, OPTIONS, crew=crew, progress=pull_the_plug)

    assert same(solve(town, OPTIONS), solution)
    words = f"the cluster at {nodes[0]} is gone; its citizens are priced by the run itself from here on"
    assert said.count(words) == 2
