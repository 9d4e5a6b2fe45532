"""Makes `static/`, which browsers get beside the pages: DKFDS, htmx and our own look, each compressed beforehand.

Beside it stands `letters/`, the same letters in the form that printing takes.
"""

from __future__ import annotations

import gzip
import re
import shutil
import struct
import zlib
from pathlib import Path

from api.settings import LETTERS

HERE = Path(__file__).parent
MODULES, STATIC, LOOK = HERE / "node_modules", HERE / "static", HERE / "look"
COMPRESSED = (".css", ".js", ".svg", ".txt")
# Two weights of letters for Western European languages; others are written in the browser's own font.
FONTS = ("Regular", "SemiBold")
PRINT = "print.css"
SCRIPT = "igang.js"
ICONS = (
    "account", "arrow-back", "arrow-forward", "assignment", "calendar-month", "chat", "check", "checklist",
    "chevron-left", "chevron-right", "close", "contact-card", "document", "download", "edit", "error", "first-page",
    "flag", "forum", "groups", "help", "home", "hourglass", "info", "language", "last-page", "list-bulleted",
    "location", "lock", "menu", "notifications", "person", "person-add", "plus", "print", "refresh", "search", "send",
    "settings", "smartphone", "star", "student", "success", "support-agent", "sync", "time", "upload", "visibility",
    "warning",
)  # fmt: skip


def make_assets(modules: Path = MODULES, static: Path = STATIC) -> None:
    """Make the folder anew from what npm has installed and from `look/`."""
    made = static.with_name(f"{static.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    for folder in ("css", "js", "img", "fonts"):
        (made / folder).mkdir(parents=True)
    _copy_packages(modules, made)
    own = [sheet for sheet in sorted(LOOK.glob("*.css")) if sheet.name != PRINT]
    (made / "css" / "igang.css").write_text("".join(sheet.read_text() for sheet in own))
    shutil.copy(LOOK / PRINT, made / "css")
    shutil.copy(LOOK / SCRIPT, made / "js")
    shutil.copy(LOOK / "icon.svg", made / "img")
    for file in sorted(made.rglob("*")):
        if file.suffix in COMPRESSED:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    shutil.rmtree(static, ignore_errors=True)
    made.rename(static)
    _make_letters(modules / "dkfds/src/fonts/IBMPlexSans/split/woff", static.with_name(LETTERS.name))


def _copy_packages(modules: Path, made: Path) -> None:
    dkfds = modules / "dkfds"
    sheet = (dkfds / "dist/css/dkfds.min.css").read_text()
    sheet = re.sub(r"@font-face\{[^}]*\}", "", sheet)  # Ours are smaller and fewer.
    (made / "css" / "dkfds.css").write_text(re.sub(r"/\*# sourceMappingURL.*?\*/", "", sheet))
    shutil.copytree(dkfds / "dist/img/svg-icons", made / "img" / "svg-icons")
    (made / "img" / "icons.svg").write_text(_sprite((dkfds / "dist/img/all-svg-icons.svg").read_text()))
    for weight in FONTS:
        name = f"IBMPlexSans-{weight}-Latin1.woff2"
        shutil.copy(dkfds / "dist/fonts/IBMPlexSans/split/woff2" / name, made / "fonts")
    _copy_script(dkfds / "dist/js/dkfds.min.js", made / "js" / "dkfds.js")
    _copy_script(modules / "htmx.org/dist/htmx.min.js", made / "js" / "htmx.js")
    shutil.copy(dkfds / "LICENSE.md", made / "LICENSE-dkfds.txt")


def _make_letters(woff: Path, letters: Path) -> None:
    letters.mkdir(exist_ok=True)
    for weight in FONTS:
        name = f"IBMPlexSans-{weight}-Latin1"
        part = letters / f"{name}.part"
        part.write_bytes(unpack_font((woff / f"{name}.woff").read_bytes()))
        part.rename(letters / f"{name}.ttf")


def unpack_font(woff: bytes) -> bytes:
    """A font as it was before it was packed for browsers (w3.org/TR/WOFF, sections 3 to 5)."""
    flavour, _, num_tables = struct.unpack(">4xIIH", woff[:14])
    head = bytearray(struct.pack(">IH6x", flavour, num_tables))
    body = bytearray()
    for at in range(44, 44 + 20 * num_tables, 20):
        tag, offset, packed, size, checksum = struct.unpack(">4s4I", woff[at : at + 20])
        table = woff[offset : offset + packed]
        head += struct.pack(">4s3I", tag, checksum, 12 + 16 * num_tables + len(body), size)
        body += table if packed == size else zlib.decompress(table)
        body += bytes(-len(body) % 4)
    return bytes(head + body)


def _copy_script(source: Path, target: Path) -> None:
    target.write_text(re.sub(r"//# sourceMappingURL.*", "", source.read_text()))


def _sprite(everything: str) -> str:
    symbols = dict(re.findall(r'(?s)<symbol id="([^"]+)"(.*?)</symbol>', everything))
    chosen = "".join(f'<symbol id="{name}"{symbols[name]}</symbol>' for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{chosen}</svg>'
