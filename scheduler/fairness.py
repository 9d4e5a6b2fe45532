"""Whom the weeks so far gave a lesser share of what they could have had, by target group, site and language."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler.learning import ledger
from scheduler.learning.ledger import Ledger
from scheduler.learning.settings import read_settings
from scheduler.reading import columns, places, positions
from scheduler.tables import Citizen, CitizenTargetGroup, CitizenWeek


class ServedLess(NamedTuple):
    """A group of citizens that lies further below all others than the limit allows; both shares in percent."""

    kind: str  # `target_group`, `site` or `language`, in which somebody needs an interpreter
    name: str
    citizens: int
    percent: float
    rest_percent: float


def served_less(session: Session, week: str) -> list[ServedLess]:
    """The groups that what is carried into a week shows to be served less, worst first; none names few people.

    Raises
    ------
    MissingSettingError
        A setting of what is learned has no value.
    """
    carried = select(CitizenWeek.citizen_id, CitizenWeek.best, CitizenWeek.given).where(CitizenWeek.week == week)
    citizen, best, given = columns(session, carried.order_by(CitizenWeek.citizen_id))
    ids, monday = np.array(citizen, np.int64), monday_of(week)
    belongs = select(CitizenTargetGroup.citizen_id, CitizenTargetGroup.target_code).where(
        CitizenTargetGroup.valid_from <= monday,
        or_(CitizenTargetGroup.valid_to.is_(None), CitizenTargetGroup.valid_to >= monday),
    )
    names: list[tuple[str, str]] = []
    member = []
    home = select(Citizen.id, Citizen.home_site_id)
    speaks = select(Citizen.id, func.lower(Citizen.interpreter)).where(Citizen.interpreter.is_not(None))
    for kind, rows in (("target_group", belongs), ("site", home), ("language", speaks)):
        who, name = columns(session, rows)
        found = sorted(set(name))
        inside = np.zeros((len(ids) + 1, len(found)), np.bool_)  # The last row takes who is not in the ledger.
        inside[places(who, ids), positions(name, found)] = True
        member.append(inside[:-1])
        names += [(kind, each) for each in found]
    owed = Ledger(np.array(best, np.float64), np.array(given, np.float64))
    found_less = ledger.differences(owed, np.hstack(member), read_settings(session, monday))
    return [ServedLess(*names[each.group], each.citizens, each.percent, each.rest_percent) for each in found_less]
