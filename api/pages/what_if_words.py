"""What is different in a scenario, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.pages.citizen.clock import day_options
from api.pages.dates import Dates
from api.pages.texts import words_of
from catalog.tables import Offering, Site, StaffMember

TOLD = ("name", "week", "run", "seed", "citizens", "add_groups", "staff_away", "close")


@dataclass(frozen=True)
class Names:
    """What offerings, sites and staff are called, by id."""

    offering: Mapping[str, str]
    site: Mapping[str, str]
    staff: Mapping[str, str]

    def sorted(self, kind: str) -> list[tuple[str, str]]:
        """(id, name) of a kind by name."""
        named: Mapping[str, str] = getattr(self, kind)
        return sorted(named.items(), key=lambda each: each[1])


def read_names(session: Session, language: str) -> Names:
    """The names in a language."""
    title = Offering.en if language == "en" else Offering.da
    staff = session.execute(select(StaffMember.id, StaffMember.name, StaffMember.role)).all()
    return Names(
        dict(session.execute(select(Offering.id, title)).all()),
        dict(session.execute(select(Site.id, Site.name)).all()),
        {key: f"{name} ({role.replace('_', ' ')})" for key, name, role in staff},
    )


def say_edits(scenario: Mapping[str, Any], names: Names, language: str) -> list[str]:
    """A line for each thing that is different; what the form does not know is summed up in one."""
    say, dates, days = words_of(language), Dates(language), dict(day_options(language))
    said = []
    if "citizens" in scenario:
        said.append(say("what_if_citizens", number=dates.number(scenario["citizens"])))
    for group in scenario.get("add_groups", ()):
        offering = names.offering.get(group.get("offering") or "", group.get("like") or group["code"])
        times = ", ".join(
            f"{days[str(day)].lower()} {dates.times(start, end)}" for day, start, end in group.get("meetings") or ()
        )
        site = names.site.get(group.get("site") or "", "")
        said.append(say("what_if_group", what=", ".join(part for part in (offering, site, times) if part)))
    said += [say("what_if_away", name=names.staff.get(who, who)) for who in scenario.get("staff_away", ())]
    closed = scenario.get("close", {})
    for kind, known in (("offerings", names.offering), ("sites", names.site), ("rooms", {})):
        said += [say("what_if_closed", name=known.get(each, each)) for each in closed.get(kind, ())]
    return said + ([say("what_if_more")] if scenario.keys() - set(TOLD) else [])
