"""Sets sheets into one PDF with typst, in this process or in one of its own, which gives its memory back.

`python -m scheduler.sheet_setting [FOLDER OF LETTERS]` reads the sheets as JSON and writes the PDF.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

TEMPLATE = "week_sheet.typ"
NICENESS = 15  # Whoever asks the service something goes before.


class SheetError(RuntimeError):
    """Sheets cannot be set; the message says what typst said."""


def set_sheets(sheets: bytes, fonts: Path | None = None) -> bytes:
    """The PDF of sheets in JSON, with the letters in a folder where one is named and has some.

    Raises
    ------
    SheetError
        Typst refuses.
    """
    template = files("scheduler").joinpath("data", TEMPLATE).read_bytes()
    letters = typst.Fonts(font_paths=[] if fonts is None else [fonts])
    try:
        # Tags for screen readers take a sixth longer and half the space again; paper needs none.
        return typst.compile(template, font_paths=letters, sys_inputs={"sheets": sheets.decode()}, pdf_tags=False)
    except typst.TypstError as error:
        raise SheetError(str(error)) from error


def set_apart(sheets: bytes, fonts: Path | None = None) -> bytes:
    """Do as `set_sheets` does in a process of its own: thousands of sheets take a gigabyte for some seconds."""
    command = [sys.executable, "-m", __name__, *([] if fonts is None else [str(fonts)])]
    child = subprocess.run(command, input=sheets, capture_output=True, check=False)
    if child.returncode:
        last = child.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise SheetError(f"the process ended with {child.returncode}: {''.join(last)}")
    return child.stdout


def encode(sheets: Mapping[str, Any]) -> bytes:
    """Sheets as JSON."""
    return json.dumps(sheets, ensure_ascii=False, separators=(",", ":")).encode()


def main(fonts: Path | None) -> None:
    """Set what comes in."""
    os.nice(NICENESS)
    sys.stdout.buffer.write(set_sheets(sys.stdin.buffer.read(), fonts))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
