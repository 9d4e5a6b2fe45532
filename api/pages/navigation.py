"""Where everybody can go: the links of the menu, and the page that each role begins at."""

from __future__ import annotations

from typing import NamedTuple

from scheduler.actions import Actor, may


class Link(NamedTuple):
    """A link of the menu: its words' slug, the action that its page asks for, and the roles that it is meant for."""

    path: str
    slug: str
    action: str
    roles: frozenset[str]


# In the order of the menu; the first that somebody may follow is where she begins.
LINKS: tuple[Link, ...] = (
    Link("/min-uge", "nav_min_week", "plan.read", frozenset({"citizen"})),
    Link("/aendring", "nav_change", "request.read", frozenset({"citizen"})),
    Link("/oensker", "wishes_and_times", "citizen.read", frozenset({"citizen"})),
    Link("/maal", "nav_goal", "goal.read", frozenset({"citizen"})),
    Link("/mere", "more_of_hers", "plan.read", frozenset({"citizen"})),
    Link("/hjaelper", "helped_title", "representation.own", frozenset({"representative"})),
    Link("/ring-ind", "nav_call", "citizen.list", frozenset({"staff", "admin"})),
    Link("/indbakke", "nav_inbox", "task.read", frozenset({"staff", "admin"})),
    Link("/arbejdsuge", "nav_work", "staff.week", frozenset({"staff"})),
    Link("/planlaeg", "nav_plan", "run.read", frozenset({"staff", "planner", "admin"})),
    Link("/import", "nav_import", "import.write", frozenset({"staff", "admin"})),
    Link("/katalog", "nav_lists", "register.read", frozenset({"staff", "admin"})),
    Link("/kapacitet", "nav_capacity", "figures.read", frozenset({"planner", "admin"})),
    Link("/konti", "nav_accounts", "account.write", frozenset({"admin"})),
)
START = "/start"  # of whom no link is meant for


def links_of(actor: Actor) -> list[Link]:
    """The links that somebody sees."""
    return [link for link in LINKS if actor.role in link.roles and may(actor, link.action)]


def start_of(actor: Actor) -> str:
    """Where somebody begins."""
    links = links_of(actor)
    return links[0].path if links else START
