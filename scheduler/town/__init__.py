"""The demo town: citizens, series and promises made from a seed by the rules in `scheduler/data/town.yaml`.

The same seed and week give the same town on any machine: every draw is a whole number of PCG64.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.tables import Offering, Site
from catalog.weeks import create_groups, monday_of
from scheduler.points import read_points
from scheduler.reading import read_centre
from scheduler.tables import Citizen
from scheduler.town.centre_rows import insert_centre
from scheduler.town.citizen_rows import insert_citizens
from scheduler.town.making import draw_town


class TownError(ValueError):
    """The database cannot take a demo town; the message says why."""


def make_town(session: Session, citizens: int, seed: int, tightness: float, week: str, clustered: bool = False) -> None:
    """Make a town of so many citizens and the groups of `week`.

    Parameters
    ----------
    tightness
        Seats of the scarce offerings over their demand, to a thousandth.
    week
        An ISO week such as `2026-W48`.
    clustered
        Most people want the same half days and sites.

    Raises
    ------
    TownError
        The database has citizens or sites already, or no offerings, or the town would be empty.
    """
    if citizens < 1:
        raise TownError(f"{citizens} citizens: expected at least 1")
    for table, name in ((Citizen, "citizens"), (Site, "sites")):
        if session.scalar(select(func.count()).select_from(table)):
            raise TownError(f"the database has {name} already: expected one without, which a demo town can fill")
    centre = read_centre(session, monday_of(week))
    if not centre.offering.id:
        raise TownError(f"no offering holds in {week}: expected the catalogue to be loaded")
    points = read_points(session, monday_of(week))
    town = draw_town(seed, week, citizens, round(tightness * 1000), clustered, centre, points)
    statement = select(Offering.id, Offering.weeks, Offering.intake)
    lasts = {name: (weeks, intake) for name, weeks, intake in session.execute(statement)}
    dates = insert_centre(session, town, [lasts[name] for name in centre.offering.id])
    insert_citizens(session, town, dates)
    create_groups(session, week)
