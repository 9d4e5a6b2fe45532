"""Accessibility of every place for its role at both widths: `python -m tests.e2e.pages.axe [NAME...]`.

It ends with one JSON line, `pages`, `states`, `violations`, and with 1 where there is any.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.e2e.pages.places import PLACES
from tests.e2e.pages.site import DESKTOP, PHONE, Site, served

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
RUN = "async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page) -> list[str]:
    """What axe finds on an open page, and whether it must be scrolled sideways; one line each."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)
    lines = [f"{one['id']}: {node['target'][0]} {node['html'][:120]}" for one in found for node in one["nodes"]]
    wide = page.evaluate(TOO_WIDE)
    return lines + ([f"sideways: {wide} pixels"] if wide > 0 else [])


def look_at_all(site: Site, chosen: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Look at every place whose name begins as one of `chosen`; returns the states looked at and what is wrong."""
    states, wrong = 0, []
    for width in (PHONE, DESKTOP):
        for place in PLACES:
            if chosen and not place.name.startswith(chosen):
                continue
            with site.of(place).as_role(place.role, width) as context:
                page = site.of(place).open(context, place)
                wrong += [f"{place.name} {width}: {line}" for line in violations(page)]
                states += 1
    return states, wrong


def main() -> None:
    """Look at everything in a centre of its own."""
    with tempfile.TemporaryDirectory() as work, served(Path(work)) as site:
        states, wrong = look_at_all(site, tuple(sys.argv[1:]))
    for line in wrong:
        print(line, file=sys.stderr)
    pages = len({place.path for place in PLACES})
    print(json.dumps({"pages": pages, "states": states, "violations": len(wrong)}))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
