"""The rules of the house that no linter holds: the lock, the borders, the slugs, what a tracked file may say."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

from solver.problem import ROWS, RULES

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "scheduler", "catalog", "solver", "benchmarks")


def _lock() -> str:
    return (ROOT / "requirements.lock").read_text()


def _pinned() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", _lock(), re.MULTILINE))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for line in listing.splitlines() if (path := ROOT / line).is_file()]


def test_the_lock_pins_every_package_with_hashes_and_names_no_host() -> None:
    assert "//" not in _lock()
    assert not re.search(r"\b[a-z0-9-]+\.(org|com|io|net|local)\b", _lock())
    entries = re.split(r"\n(?=\S)", _lock().strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[^ ]+ ", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_the_lock_holds_every_dependency_and_never_the_solver_that_crashes_beside_ortools() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[<>=!\[ ]", line)[0].lower() for line in wanted}
    assert names <= _pinned()
    assert "highspy" not in _pinned()


def test_only_the_kernels_import_numba() -> None:
    importers = [
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(name.split(".")[0] == "numba" for name in _imports(path))
    ]
    assert all(path.parent == Path("solver") and path.name.startswith("kernels") for path in importers), importers


def test_verify_imports_nothing_that_it_checks() -> None:
    allowed = ("solver.problem.", "solver.solution.", "solver.verify.")
    checkers = [*(ROOT / "solver").glob("verify*.py"), *(ROOT / "solver" / "verify").rglob("*.py")]
    assert checkers
    for path in checkers:
        own = [name for name in _imports(path) if name.split(".")[0] in PACKAGES]
        assert all(name.startswith(allowed) for name in own), (path.name, own)


def test_the_readme_explains_every_slug_once_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text()
    section = readme.split("## Rules", 1)[1].split("\n## ", 1)[0]
    explained = [
        slug for line in re.findall(r"^\|([^|]+)\|", section, re.MULTILINE) for slug in re.findall(r"`(\w+)`", line)
    ]
    assert sorted(explained) == sorted((*RULES, *ROWS))


def test_the_protection_of_main_and_the_readme_share_one_command() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("make")]
    assert commands == ["make test"]
    assert "make test" in (ROOT / "README.md").read_text()


def test_make_help_explains_every_command() -> None:
    answer = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("setup", "demo", "test", "check", "bench", "umass"):
        assert re.search(rf"make {command} +\S", answer), command


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    path_of_one_machine = re.compile(r"(?<![\w.])/(work|farm|root|home|tmp|opt)/[a-z]")
    for path in _tracked():
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".json"} or path.name == "Makefile":
            assert not path_of_one_machine.search(path.read_text()), path
