"""Which kind of problem each error of the inner rooms is: the one table from error to answer."""

from __future__ import annotations

from catalog.weeks import WeekError
from scheduler.accounts import AccountError
from scheduler.agreements import AgreementError
from scheduler.answers import AnswerError
from scheduler.approval import ReasonNeededError
from scheduler.archive import ArchiveError
from scheduler.asked import AskedError
from scheduler.attendance import AttendanceError
from scheduler.audit_log import AuditUnavailableError
from scheduler.goals import GoalError
from scheduler.group_times import GroupError
from scheduler.help_answers import HelpError
from scheduler.idempotency import AnswerLostError, KeyReusedError
from scheduler.keeping import TooLateError
from scheduler.kept_promises import WeekRangeError
from scheduler.life import ClosedRunError
from scheduler.limits import MissingSettingError
from scheduler.places import StaleError
from scheduler.policy import NotPermittedError
from scheduler.privacy import PrivacyError
from scheduler.queue import QueueError
from scheduler.ratings import RatingError
from scheduler.representation import RepresentationError
from scheduler.requests import RequestStateError
from scheduler.runs import RunError
from scheduler.staff_tasks import TaskError
from scheduler.stored import NotFoundError
from scheduler.supplies import FullError
from scheduler.throttle import LoginRefusedError, LoginThrottledError

ERRORS: dict[type[Exception], str] = {
    AccountError: "conflict",
    AgreementError: "invalid",
    AnswerError: "conflict",
    AskedError: "invalid",
    AttendanceError: "invalid",
    AnswerLostError: "conflict",
    AuditUnavailableError: "busy",
    ArchiveError: "conflict",
    ClosedRunError: "conflict",
    FullError: "full",
    GoalError: "invalid",
    GroupError: "conflict",
    HelpError: "conflict",
    MissingSettingError: "conflict",
    ReasonNeededError: "reason_needed",
    KeyReusedError: "key_reused",
    LoginRefusedError: "login_refused",
    NotFoundError: "not_found",
    NotPermittedError: "not_permitted",
    PrivacyError: "conflict",
    QueueError: "conflict",
    RatingError: "invalid",
    RepresentationError: "conflict",
    RequestStateError: "request_over",
    RunError: "conflict",
    StaleError: "changed_since",
    TaskError: "conflict",
    LoginThrottledError: "too_many",
    TooLateError: "conflict",
    WeekError: "invalid",
    WeekRangeError: "invalid",
}
