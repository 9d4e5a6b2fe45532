"""The figures of a stored run, as one record for the terminal, for JSON and for whoever asks next."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.figures import closed_percent, in_points
from scheduler.tables import BelowMinimum, Citizen, PlanException, Run, UncoveredLeg
from solver.solution import gap_percent


def summarize(session: Session, run: Run) -> dict[str, Any]:
    """Everything that a run is known by, in points, percent, seconds and MB."""
    objective, bound = run.objective or 0, run.bound or 0
    return {
        "run": run.id,
        "week": run.week,
        "state": run.state,
        "seed": run.seed,
        "citizens": run.num_citizens,
        "groups": run.num_groups,
        "objective": in_points(objective),
        "bound": in_points(bound),
        "gap_percent": run.gap_percent,
        "first_come_objective": in_points(run.first_come_objective or 0),
        "closed_percent": run.closed_percent,
        "without_idle_penalty": _without_idle(run),
        "seconds": run.seconds,
        "peak_mb": run.peak_mb,
        "rounds": run.rounds,
        "termination": {
            "reason": run.termination_reason,
            "limit": run.termination_limit,
            "proved": run.termination_proved,
        },
        "below_minimum": _below_minimum(session, run.id),
        "uncovered_legs": _uncovered_legs(session, run.id),
        "exceptions": _exceptions(session, run.id),
        "violations": [],  # A run with any is never stored.
        "figures": {name: count for name, count in run.figures.items() if not name.endswith("_micro")},
        "parameters": run.parameters,
        "warm_from": run.warm_from,
        "rules_hash": run.rules_hash,
        "code_version": run.code_version,
    }


def _without_idle(run: Run) -> dict[str, float | None]:
    """The same figures with each side's own idle penalty left out.

    Any plan whose idle penalty is at most this plan's reaches at most `bound`, so the gap is as proven as the first.
    """
    idle, first_idle = run.figures.get("idle_micro", 0), run.figures.get("first_come_idle_micro")
    objective, bound = (run.objective or 0) + idle, (run.bound or 0) + idle
    first = None if first_idle is None else (run.first_come_objective or 0) + first_idle
    return {
        "objective": in_points(objective),
        "bound": in_points(bound),
        "gap_percent": gap_percent(bound, objective),
        "first_come_objective": None if first is None else in_points(first),
        "closed_percent": None if first is None else closed_percent(objective, bound, first),
    }


def _below_minimum(session: Session, run_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(
            Citizen.external_id.label("citizen"),
            BelowMinimum.reason,
            BelowMinimum.slug,
            BelowMinimum.minutes,
            BelowMinimum.exchange,
        )
        .join(Citizen, Citizen.id == BelowMinimum.citizen_id)
        .where(BelowMinimum.run_id == run_id)
        .order_by(BelowMinimum.reason, BelowMinimum.slug, Citizen.external_id)
    )
    return [dict(row._mapping) for row in rows]


def _uncovered_legs(session: Session, run_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Citizen.external_id, UncoveredLeg.leg_id, UncoveredLeg.slug)
        .join(Citizen, Citizen.id == UncoveredLeg.citizen_id)
        .where(UncoveredLeg.run_id == run_id)
        .order_by(Citizen.external_id, UncoveredLeg.leg_id)
    )
    return [{"citizen": citizen, "leg": leg, "slug": slug} for citizen, leg, slug in rows]


def _exceptions(session: Session, run_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Citizen.external_id, PlanException.slug)
        .join(Citizen, Citizen.id == PlanException.citizen_id)
        .where(PlanException.run_id == run_id)
        .order_by(Citizen.external_id)
    )
    return [{"citizen": citizen, "slug": slug} for citizen, slug in rows]
