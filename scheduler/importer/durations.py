"""Checks that no imported agreement outlives its dated rule, and that none asks more hours than there may be."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Offering
from catalog.weeks import monday_of, weeks_between
from scheduler.agreements import longest_internship
from scheduler.importer.checking import Checked
from scheduler.importer.errors import ErrorList
from scheduler.progress_rules import read_agreement_rules
from scheduler.tables import Citizen, CitizenTargetGroup


def check_durations(session: Session, checked: Checked, errors: ErrorList) -> None:
    """Note each agreement that its rule does not allow in `errors`, which is changed in place."""
    rows = checked.of("agreements")
    if not rows:
        return
    offered = {key: (kind, law) for key, kind, law in session.execute(_OFFERED)}
    offered |= {row.id: (row.kind, row.legal) for catalog in checked.catalogs for row in catalog.offerings}
    offered |= {row.id: (row.kind, row.legal) for _, row in checked.of("offerings")}
    target: dict[str, str] = dict(session.execute(_TARGETS).all())
    target |= {row.id: row.target_group for _, row in checked.of("citizens") if row.target_group}
    for place, row in rows:
        rules = read_agreement_rules(session, monday_of(row.from_week))
        if row.week_hours is not None and 60 * row.week_hours > rules.most_week_minutes:
            most = f"at most {rules.most_week_minutes / 60:g} hours by the rule agreement.most_week_minutes"
            errors.add(place, "week_hours", row.week_hours, most)
        kind, law = offered.get(row.offering, ("", ""))
        if kind == "internship":
            most_weeks, rule = longest_internship(rules, law, target.get(row.citizen, ""), row.assessed)
            if weeks_between(row.from_week, row.until_week) + 1 > most_weeks:
                wanted = f"at most {most_weeks} weeks from {row.from_week} by the rule {rule}"
                errors.add(place, "until_week", row.until_week, wanted)


_OFFERED = select(Offering.id, Offering.kind, Offering.legal)
_TARGETS = (
    select(Citizen.external_id, CitizenTargetGroup.target_code)
    .join(CitizenTargetGroup, CitizenTargetGroup.citizen_id == Citizen.id)
    .order_by(CitizenTargetGroup.valid_from)
)
