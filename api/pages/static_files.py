"""Serves what browsers get beside the pages, from memory, under an address that changes with the content."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.problems import RequestError
from api.pages.assets import COMPRESSED, STATIC

FOREVER = "public, max-age=31536000, immutable"
AGAIN = "no-cache"  # to be asked for again: an address of another version
TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

routes = APIRouter(prefix="/static", include_in_schema=False)


class Asset(NamedTuple):
    """One file, plain and compressed."""

    plain: bytes
    compressed: bytes | None
    media_type: str
    digest: str


@cache
def assets(folder: Path = STATIC) -> dict[str, Asset]:
    """Every file by its path; none where they are not installed."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz")
    return {path.relative_to(folder).as_posix(): _read(path) for path in files}


@cache
def version() -> str:
    """Twelve hexadecimal digits that tell these files from any others."""
    digests = "".join(f"{name}{asset.digest}" for name, asset in assets().items())
    return hashlib.sha256(digests.encode()).hexdigest()[:12]


def address(name: str) -> str:
    """Where browsers find a file."""
    return f"/static/{version()}/{name}"


@routes.get("/{wanted}/{name:path}")
async def send(wanted: str, name: str, request: Request) -> Response:
    """Send a file, compressed where the browser reads that."""
    asset = assets().get(name)
    if asset is None:
        raise RequestError("not_found")
    packed = asset.compressed is not None and "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{asset.digest}{"-gz" if packed else ""}"'
    headers = {
        "Cache-Control": FOREVER if wanted == version() else AGAIN,
        "ETag": etag,
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if etag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(asset.compressed if packed else asset.plain, headers=headers, media_type=asset.media_type)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    packed = path.with_name(f"{path.name}.gz")
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(
        content,
        packed.read_bytes() if path.suffix in COMPRESSED else None,
        media_type,
        hashlib.sha256(content).hexdigest()[:20],
    )
