"""The served centre, made once for all test processes and copied for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pages.site import Site, find_centre, served
from tests.e2e.pages.town import Facts


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, Facts]:
    """The folder in which the centre's databases are made, for all test processes, and its facts."""
    alone = worker_id == "master"
    made: Path = tmp_path_factory.mktemp("made") if alone else tmp_path_factory.getbasetemp().parent / "centre"
    return made, find_centre(made)


@pytest.fixture(scope="session")
def site(centre: tuple[Path, Facts], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A centre that the tests of this process share; what they write must not stand in each other's way."""
    with served(tmp_path_factory.mktemp("site"), centre[0]) as site:
        yield site
