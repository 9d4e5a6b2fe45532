"""The model of a run on more machines: only the searches are shared out, and each machine costs its prices."""

from __future__ import annotations

import pytest

from benchmarks.cluster_model import NETWORK, Parts, modelled


def test_one_machine_without_overhead_takes_what_was_measured() -> None:
    alone = Parts(alone=100.0, searching=40.0, rounds=10, overhead=0.0, moved=0.0, workers=1, slots=0)

    assert modelled(alone)["1"] == pytest.approx(100.0)
    assert modelled(alone)["4"] == pytest.approx(60.0 + 40.0 / 4)


def test_what_every_machine_must_be_told_stops_the_gain() -> None:
    slots = int(NETWORK / 8)  # Their prices take a second.
    parts = Parts(alone=100.0, searching=40.0, rounds=2, overhead=0.5, moved=NETWORK, workers=1, slots=slots)

    seconds = modelled(parts)

    assert seconds["2"] == pytest.approx(60.0 + 20.0 + 2 * (0.5 + 1.0 + 1.0))
    assert seconds["64"] > seconds["8"]
