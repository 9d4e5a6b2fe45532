"""Screenshots of every place, on a phone and on a desktop: `python -m tests.e2e.pages.look FOLDER [NAME...]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.e2e.pages.places import PLACES
from tests.e2e.pages.site import DESKTOP, served

WIDTHS = (390, DESKTOP)


def main() -> None:
    """Take them; names choose the places whose name begins so."""
    folder, chosen = Path(sys.argv[1]), tuple(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, served(Path(work)) as site:
        for place in PLACES:
            if chosen and not place.name.startswith(chosen):
                continue
            for width in WIDTHS:
                with site.of(place).as_role(place.role, width) as context:
                    page = site.of(place).open(context, place)
                    page.screenshot(path=folder / f"{place.name}-{width}.png", full_page=True)


if __name__ == "__main__":
    main()
