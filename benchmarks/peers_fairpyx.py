"""A mechanism of fairpyx on the course data: `PYTHON peers_fairpyx.py MECHANISM < problem.json > bundles.json`

Runs in a Python of its own, for fairpyx needs an older numpy than we do, and imports nothing of ours.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Read `fairpyx.Instance`'s own arguments, write the items of every agent."""
    import fairpyx
    import fairpyx.algorithms as mechanisms

    instance = fairpyx.Instance(**json.load(sys.stdin))
    bundles = fairpyx.divide(getattr(mechanisms, sys.argv[1]), instance=instance)
    json.dump({agent: list(items) for agent, items in bundles.items()}, sys.stdout)


if __name__ == "__main__":
    main()
