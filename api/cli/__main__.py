"""`python -m api.cli` is `igang`."""

from api.cli import main

main()
