"""What is learned, told: to a citizen what is believed to help her and why, to the centre what offerings seem to do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler.learning.effects import effects
from scheduler.learning.reading import read_estimates, read_said
from scheduler.learning.settings import read_settings
from scheduler.learning.words import Account, account_for, account_words
from scheduler.reading import read_centre


class Believed(NamedTuple):
    """What is believed to help a citizen, with all that went into it, and in words that she may read."""

    offering_id: str
    account: Account
    words: str


class OfferingEffect(NamedTuple):
    """What those who answered about an offering said of it, each of them counted once."""

    offering_id: str
    citizens: int
    help: float  # 1 .. 5
    over_expected: float
    error: float  # standard error of both


def believed_of(session: Session, week: str, citizen_id: int, language: str) -> list[Believed]:
    """What is believed before a week of each offering for one citizen, the most helpful first.

    Nothing is believed where learning is switched off.

    Raises
    ------
    MissingSettingError
        A setting of what is learned has no value.
    """
    day = monday_of(week)
    settings, centre = read_settings(session, day), read_centre(session, day)
    if not settings.is_on:
        return []
    estimates = read_estimates(session, week, np.array([citizen_id]), centre, settings)
    accounts = (account_for(estimates, 0, offering) for offering in range(len(centre.offering.id)))
    told = [
        Believed(name, account, account_words(account, language))
        for name, account in zip(centre.offering.id, accounts, strict=True)
    ]
    return sorted(told, key=lambda each: -each.account.mean)


def effects_before(session: Session, week: str) -> list[OfferingEffect]:
    """What offerings seem to do by everything said before a week, the best against the catalogue first.

    It is a correlation and no proof; offerings that few have answered about are left out.

    Raises
    ------
    MissingSettingError
        A setting of what is learned has no value.
    """
    day = monday_of(week)
    settings, centre = read_settings(session, day), read_centre(session, day)
    said = read_said(session, week, np.zeros(0, np.int64), centre, settings)
    found = effects(said.evidence, said.expected, settings)
    return [OfferingEffect(centre.offering.id[each.offering], *each[1:]) for each in found]
