"""The served centre, made once for all test processes and copied for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pages.site import Site, served


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """A centre that the tests of this process share; what they write must not stand in each other's way."""
    own = tmp_path_factory.mktemp("site")
    alone = worker_id == "master"
    made: Path = own / "made" if alone else tmp_path_factory.getbasetemp().parent / "centre"
    with served(own, made) as site:
        yield site
