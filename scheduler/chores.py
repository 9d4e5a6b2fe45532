"""What somebody has to do every few minutes: remind, send, and drop what is kept no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler import idempotency
from scheduler.channels import Channel
from scheduler.messages import Sessions, send_due
from scheduler.reminders import queue_reminders
from scheduler.stripping import remove_inputs

ANSWERS_KEPT = dt.timedelta(days=1)  # How long a write may be sent again with its key.


@dataclass(frozen=True)
class Done:
    """What the chores did."""

    reminders: int
    sent: int
    waiting: int  # messages that will be tried again
    forgotten: int  # answers to writes
    stripped: int  # runs that lost an input with somebody erased


def do_chores(sessions: Sessions, channels: Mapping[str, Channel], now: dt.datetime) -> Done:
    """Do them all once; several processes may, and a second time does nothing twice."""
    with sessions() as session:
        reminders = queue_reminders(session, now)
    with sessions() as session:
        forgotten = idempotency.forget_before(session, now - ANSWERS_KEPT)
        stripped = remove_inputs(session, now)
    sent = send_due(sessions, channels, now)
    return Done(reminders, sent.sent, sent.failed, forgotten, stripped)
