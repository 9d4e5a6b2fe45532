"""What the running service consists of."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine

from api.http.logins import Logins
from api.http.rates import Rates
from api.settings import Settings
from catalog.database import for_questions
from scheduler.audit_log import AuditLog
from scheduler.compared import Comparisons
from scheduler.published_weeks import PublishedWeeks
from scheduler.week_state import WeekStates


@dataclass(frozen=True)
class Service:
    """What the running service consists of; kept in the application's state."""

    engine: Engine
    settings: Settings
    log: AuditLog
    rates: Rates
    questions: Engine = field(init=False)  # the engine for readings
    weeks: PublishedWeeks = field(init=False, default_factory=PublishedWeeks)
    states: WeekStates = field(init=False, default_factory=WeekStates)
    comparisons: Comparisons = field(init=False, default_factory=Comparisons)
    logins: Logins = field(init=False)

    def __post_init__(self) -> None:
        """Make what stands on the engine."""
        object.__setattr__(self, "questions", for_questions(self.engine))
        object.__setattr__(self, "logins", Logins(self.questions))
