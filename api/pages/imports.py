"""`/import`: a centre's own files in: first tried, with every wrong place on one page, then for real. And files out."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from catalog.database import writing
from scheduler.importer import CellError, ImportErrors, ImportReport, import_files
from scheduler.stored import list_runs

routes = APIRouter(prefix="/import", include_in_schema=False)
FILE = "file"
ENDINGS = (".xlsx", ".csv", ".yaml", ".yml")
LONGEST_NAME = 100
MOST_RUNS = 10  # whose plans can be fetched here


@dataclass(frozen=True)
class Tried:
    """What came of trying a file: how many rows of each sheet it brings, or the places that are wrong."""

    name: str
    rows: dict[str, int]
    errors: tuple[CellError, ...] = ()
    total: int = 0


@routes.get("")
def show(page: Annotated[Page, may_page("import.write")]) -> Response:
    """Show where to choose a file, and what can be fetched."""
    return _show(page)


@routes.post("/proev")
def rehearse(page: Annotated[Page, may_page("import.write")]) -> Response:
    """Try a file: nothing is kept, and everything that is wrong stands on one page."""
    name, content = _take(page)
    if not page.is_own_form:
        page.form, page.status = replace(page.form, problem="form_too_old"), 403
        return _show(page)
    try:
        _check(name)
    except FormError as error:
        page.form, page.status = replace(page.form, wrong=error.wrong), 422
        return _show(page)
    with writing(page.service.engine) as session:
        tried = _try(session, name, content)
        session.rollback()
    if "hx-request" in page.request.headers:
        return page.show("house/import_tried.html", tried=tried)
    return _show(page, tried)


@routes.post("")
def bring(page: Annotated[Page, may_page("import.write")]) -> Response:
    """Import a file, all of it or nothing."""
    tried: list[Tried] = []
    name, content = _take(page)
    digest = hashlib.sha256(content).hexdigest()  # Another file is another request.
    page.form = replace(page.form, values={**page.form.values, "digest": [digest]})

    def do() -> Answer:
        _check(name)
        found = _try(page.session, name, content)
        if found.total:
            tried.append(found)
            raise FormError({FILE: Wrong("file_wrong")})
        return page.go_to("/import", done="imported")

    return page.submit(do, again=lambda: _show(page, tried[0] if tried else None))


def _show(page: Page, tried: Tried | None = None) -> Response:
    with page.reading() as session:
        runs = [run for run in list_runs(session) if run.objective is not None][:MOST_RUNS]
    return page.show("house/import.html", tried=tried, runs=runs)


def _take(page: Page) -> tuple[str, bytes]:
    """The file that was chosen: its name, and what is in it."""
    upload = page.form.files.get(FILE)
    if upload is None:
        return "", b""
    with upload.file:
        return Path(upload.filename or "").name, upload.file.read()


def _check(name: str) -> None:
    """Refuse a file whose name does not tell how it is read."""
    if not name:
        raise FormError({FILE: Wrong("field_missing")})
    if Path(name).suffix.lower() not in ENDINGS or len(name) > LONGEST_NAME or not name.isprintable():
        raise FormError({FILE: Wrong("file_ending")})


def _try(session: Session, name: str, content: bytes) -> Tried:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            report: ImportReport = import_files(session, [file])
        except ImportErrors as error:
            return Tried(name, {}, error.errors, error.total)
    return Tried(name, report.rows)
