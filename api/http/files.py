"""Files over HTTP: a centre's workbooks in, with a rehearsal that changes nothing, and a run's plans out."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.export import read_export, write_csv, write_workbook
from api.http.callers import Answer, Caller, may
from api.http.problems import RequestError
from catalog.database import writing
from scheduler.importer import ImportErrors, ImportReport, import_files
from scheduler.stored import find_run

routes = APIRouter(prefix="/v1", tags=["files"])
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FileName = Annotated[
    str, Query(max_length=100, pattern=r"^[\w-][\w .-]*\.(xlsx|csv|yaml)$", description="The file's name.")
]
Content = Annotated[bytes, Body(media_type="application/octet-stream", description="The file itself.")]


class ImportOut(BaseModel):
    """How many rows of each sheet a file brings."""

    rows: dict[str, int]


@routes.post(
    "/imports",
    response_model=ImportOut,
    status_code=201,
    responses={200: {"model": ImportOut, "description": "What it would bring."}},
)
def import_file(
    name: FileName, content: Content, caller: Annotated[Caller, may("import.write")], dry_run: bool = False
) -> Response:
    """Import a workbook, all of it or nothing; with `dry_run` only tell what it would bring or what is wrong."""

    def bring() -> Answer:
        return Answer(201, ImportOut(rows=_import(caller.session, name, content).rows))

    if not dry_run:
        return caller.write(bring, body=content)
    with writing(caller.service.engine) as session:
        report = _import(session, name, content)
        session.rollback()
    return JSONResponse(ImportOut(rows=report.rows).model_dump())


@routes.get(
    "/runs/{run_id}/export",
    response_class=Response,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind in KINDS.values()}}},
)
def export_run(
    run_id: Annotated[int, PathParameter(ge=1, lt=2**31)],
    caller: Annotated[Caller, may("export.read")],
    kind: Literal["xlsx", "csv"] = "xlsx",
) -> Response:
    """Everybody's plan of a run as a workbook or a CSV file."""
    with caller.reading() as session, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"plan.{kind}"
        sheets = read_export(session, find_run(session, run_id))
        (write_workbook if kind == "xlsx" else write_csv)(sheets, file)
        content = file.read_bytes()
    caller.look_at([None])
    headers = {"Content-Disposition": f'attachment; filename="plan-{run_id}.{kind}"'}
    return Response(content, headers=headers, media_type=KINDS[kind])


def _import(session: Any, name: str, content: bytes) -> ImportReport:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            return import_files(session, [file])
        except ImportErrors as error:
            found = [asdict(cell) for cell in error.errors]
            raise RequestError(
                "invalid", f"{len(found)} places are wrong; nothing was imported", errors=found
            ) from error
