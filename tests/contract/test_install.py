"""What the tests need is installed where it is missing, and where that cannot be it is said what to run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = ("bash", "dirname", "env")


def _install(folder: Path, *, root: bool, present: tuple[str, ...] = ()) -> tuple[int, str, list[str]]:
    """Run the script where only stand-ins are on the path; returns its code, its words and what it asked apt for."""
    asked = folder / "asked"
    asked.touch()
    programs = {
        "apt-get": f'echo "$@" >> {asked}',
        "id": f"echo {0 if root else 1000}",
        "sudo": "exit 1",
        "npm": "true",
    }
    for name, script in (programs | dict.fromkeys(present, "true")).items():
        (folder / name).write_text(f"#!/bin/bash\n{script}\n")
        (folder / name).chmod(0o755)
    for name in NEEDED:
        (folder / name).symlink_to(f"/usr/bin/{name}")
    places = os.environ | {"PATH": str(folder), "DEBIAN_POSTGRESQL": str(folder / "none")}
    done = subprocess.run([ROOT / "tests" / "install"], env=places, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, asked.read_text().splitlines()


def test_nothing_is_installed_where_everything_is_there(tmp_path: Path) -> None:
    code, _, asked = _install(tmp_path, root=True, present=("initdb", "postgres", "node", "chromium"))
    assert (code, asked) == (0, [])


def test_root_gets_what_is_missing_from_the_systems_packages(tmp_path: Path) -> None:
    code, said, asked = _install(tmp_path, root=True)
    assert code == 0
    wanted = ("postgresql", "nodejs npm", "chromium")
    assert [line for line in asked if "install" in line] == [f"install -y -qq {packages}" for packages in wanted]
    assert "Installing PostgreSQL" in said


def test_whoever_may_not_install_reads_what_to_run(tmp_path: Path) -> None:
    code, said, asked = _install(tmp_path, root=False)
    assert (code, asked) == (1, [])
    assert "Run: sudo apt-get install -y postgresql, then make setup." in said
    assert "make demo and make run need neither" in said
