"""Every route asks the policy, and gives everybody what its table says."""

from __future__ import annotations

import shutil
from pathlib import Path

from api.http import make_app
from benchmarks.matrix import PUBLIC, ask_all, make_askers, policed
from catalog.database import make_engine
from scheduler.actions import ACTIONS


def test_every_route_names_its_action_or_is_meant_for_anybody() -> None:
    open_to_all = {route.path for route, action in policed() if action is None}
    assert open_to_all == PUBLIC
    assert {action for _, action in policed() if action is not None} <= set(ACTIONS)


def test_every_route_answers_every_role_as_the_policy_says(migrated_file: Path, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'igang.db')}")
    asked, wrong = ask_all(make_app(engine), make_askers(engine))
    engine.dispose()
    assert wrong == []
    assert asked > 500
