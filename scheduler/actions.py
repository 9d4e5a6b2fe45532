"""What may be done in the service and by which roles, and who asks: the words that policy and scope share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_EVERYBODY = frozenset({"citizen", "representative", "staff", "planner", "admin"})
_CITIZENS = frozenset({"citizen", "representative", "staff", "admin"})  # one citizen's matters
_STAFF = frozenset({"staff", "admin"})
_CENTRE = frozenset({"staff", "planner", "admin"})  # the centre's matters
_PLANNERS = frozenset({"planner", "admin"})
_HERSELF = frozenset({"citizen", "staff", "admin"})  # nobody acts for her here
_ADMINS = frozenset({"admin"})

ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "session.read": _EVERYBODY,
        "session.end": _EVERYBODY,
        "catalog.read": _EVERYBODY,
        "catalog.write": _PLANNERS,
        "week.write": _CENTRE,
        "citizen.list": _STAFF,
        "citizen.read": _CITIZENS,
        "citizen.write": _STAFF,
        "citizen.export": _HERSELF,
        "citizen.erase": _ADMINS,
        "wishes.write": _CITIZENS,
        "availability.write": _CITIZENS,
        "lock.write": _STAFF,
        "plan.read": _CITIZENS,
        "plan.answer": _CITIZENS,
        "request.read": _CITIZENS,
        "request.write": _CITIZENS,
        "goal.read": _CITIZENS,
        "goal.write": _CITIZENS,
        "agreement.write": _STAFF,
        "rating.read": _CITIZENS,
        "rating.write": _CITIZENS,
        "rating.staff": _STAFF,
        "attendance.read": _CITIZENS,
        "attendance.write": _CITIZENS,
        "register.read": _STAFF,
        "register.write": _STAFF,
        "promises.read": _EVERYBODY,
        "figures.read": _CENTRE,
        "scenario.ask": _PLANNERS,
        "scenario.read": _PLANNERS,
        "run.ask": _CENTRE,
        "run.read": _CENTRE,
        "run.cancel": _CENTRE,
        "run.approve": _STAFF,
        "run.publish": _STAFF,
        "run.withdraw": _STAFF,
        "group.participants": _STAFF,
        "group.change": _STAFF,
        "staff.week": _STAFF,
        "feed.write": _CITIZENS,
        "import.write": _STAFF,
        "export.read": _STAFF,
        "audit.own": frozenset({"citizen", "admin"}),
        "audit.read": _ADMINS,
        "account.write": _ADMINS,
        "code.write": _STAFF,
        "task.read": _STAFF,
        "task.write": _STAFF,
        "message.own": _HERSELF,
        "message.read": _STAFF,
        "text.receive": _STAFF,
        "representation.own": frozenset({"citizen", "representative"}),
        "representation.read": _HERSELF,
        "representation.write": _HERSELF,
    }
)

# What a representative does for a citizen who lets her see, and for one who lets her act.
SEEING = frozenset({"citizen.read", "plan.read", "request.read"})
ACTING = SEEING | {
    "wishes.write", "availability.write", "plan.answer", "request.write", "feed.write", "goal.read", "goal.write",
    "rating.read", "rating.write", "attendance.read", "attendance.write",
}  # fmt: skip

# These touch every citizen, so they ask for the scope of the whole centre.
WHOLE_CENTRE = frozenset({"run.publish", "run.withdraw", "import.write", "export.read", "text.receive"})

LARGEST_NUMBER = 2**63 - 1  # that both databases compare with a row's number


@dataclass(frozen=True)
class Actor:
    """Somebody who is logged in; `team` is the team of the member of staff that she is."""

    account_id: int
    name: str
    role: str
    scope: str
    citizen_id: int | None
    staff_id: str | None
    team: str | None
    sees_protected: bool
    form_token: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether she may be told points, and may grant what needs a person."""
        return self.role in _STAFF


def may(actor: Actor, action: str) -> bool:
    """Whether the actor may do this to somebody at all; raises KeyError where no such action is declared."""
    return may_as(actor.role, actor.scope, action)


def may_as(role: str, scope: str, action: str) -> bool:
    """Whether anybody of this role and scope may do this to somebody at all."""
    return role in ACTIONS[action] and (action not in WHOLE_CENTRE or scope == "centre")
