"""What a planner reads of a roll-out: people and hours first, then kroner, points last, and what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table

from api.cli.shared import out

MOST_LINES = 12  # of a table of roles or offerings
OF_ROLES = ("staff_hours_by_role", "staff_by_role")
NAMES = {
    "under_way_percent": "under way",
    "below_minimum_crowded_percent": "crowded out of their hours",
    "legs_covered_percent": "needed legs covered",
    "unmet_wishes_a_citizen": "wishes not met a citizen",
    "hours_a_citizen": "hours a citizen",
}
SHORT = {
    "under_way_percent": "under way",
    "below_minimum_crowded_percent": "crowded",
    "legs_covered_percent": "legs",
    "unmet_wishes_a_citizen": "unmet",
    "hours_a_citizen": "hours",
}  # The line below the table says what they mean.
COLUMNS = ("week", "citizens", "groups", "staff\nhours", "people", "to hire", "rooms", "sites", "1,000 kr.")
MILLION = 1_000_000


def show_roll_out(record: dict[str, Any], *, all_weeks: bool) -> None:
    """Print the whole answer."""
    weeks = record["weeks"]
    first, last = weeks[0], weeks[-1]
    out.print(f"[bold]{record['roll_out'] or 'Roll-out'}[/]: from week {first['week']} to week {last['week']}")
    _say_how_it_ended(record)
    if len(weeks) > 1:
        _show_short(record, first, last)
        _show_weeks(record, [each for each in weeks if each["planned"] or all_weeks])
        _show_roles(first, last)
        _show_groups(first, last)
        _show_kept(record)
    _say_assumptions(record)
    if record["facts_changed"]:
        out.print(f"The week's facts are others than when run {record['run']} read them, so it was planned anew.")
    out.print(f"{record['seconds']:,.0f} s; nothing was stored. Picture: [bold]{record['picture']}[/]")


def figure(name: str, value: float, limit: float) -> str:
    """A figure that is not kept, in words."""
    unit = " %" if name.endswith("_percent") else ""
    return f"{value:.2f}{unit} {NAMES[name]} (limit {limit:.2f})"


def _say_how_it_ended(record: dict[str, Any]) -> None:
    asked = record["inputs"]["weeks"]
    if record["end"] == "stopped":
        out.print(
            f"[bold]Stopped[/] after week {record['weeks'][-1]['number']} of {asked}: what follows is known so far."
        )
    if record["end"] == "not enough":
        failed = record["not_enough"]
        lost = ", ".join(figure(each["name"], each["value"], each["limit"]) for each in failed["missed"])
        out.print(
            f"[bold]More of the same groups is not enough:[/] for {failed['citizens']:,} citizens even "
            f"{failed['supply_percent']} % of today's groups give {lost}. Loosen that limit, or change what is offered."
        )


def _show_short(record: dict[str, Any], first: dict[str, Any], last: dict[str, Any]) -> None:
    table, totals = Table(box=None, show_header=False, padding=(0, 1)), record["totals"]
    moved = f"{totals['new']:,} new, {totals['returning']:,} return, {totals['leaving']:,} leave"
    lines = (
        ("Citizens", f"{first['citizens']:,} -> {last['citizens']:,}", moved),
        ("Groups a week", f"{first['groups']:,} -> {last['groups']:,}", f"{last['groups'] - first['groups']:+,}"),
        (
            "Staff hours a week",
            f"{first['staff_hours']:,.0f} -> {last['staff_hours']:,.0f}",
            f"of them {last['start_up_hours']:,.0f} at start-up conferences",
        ),
        ("People in full time", f"{first['staff']:,} -> {last['staff']:,}", f"{totals['hired']:,} to hire"),
        (
            "Rooms in use",
            f"{first['rooms']:,} -> {last['rooms']:,}",
            f"{record['rooms_today']:,} are there; {first['sites']} -> {last['sites']} sites",
        ),
        (
            "Million kr. a week",
            f"{first['kroner']['total'] / MILLION:.2f} -> {last['kroner']['total'] / MILLION:.2f}",
            f"{totals['kroner_more'] / MILLION:.1f} million more than now in all",
        ),
    )
    for line in lines:
        table.add_row(f"[bold]{line[0]}[/]", *line[1:])
    out.print(table)
    if record["staff_today"] > record["staff_by_norm_today"]:
        out.print(
            f"People are counted by the norm of hours: {record['staff_by_norm_today']:,} carry today's, and "
            f"{record['staff_today']:,} are in the lists. Who has hours left may carry part of the growth."
        )
    if record["costs_are_examples"]:
        out.print("[bold]The prices are invented examples[/]: put your own in before you use the kroner.")
    out.print()


def _show_weeks(record: dict[str, Any], shown: list[dict[str, Any]]) -> None:
    table = _table("What each of these weeks takes", COLUMNS, left=("week",))
    before = shown[0]["number"]
    for week in shown:
        since = [each for each in record["weeks"] if before < each["number"] <= week["number"]]
        before = week["number"]
        table.add_row(
            f"{'' if week['planned'] else '~'}{week['week']}",
            f"{week['citizens']:,}",
            f"{week['groups']:,}",
            f"{week['staff_hours']:,.0f}",
            f"{week['staff']:,}",
            f"{sum(each['hired'] for each in since):+,}" if since else "",
            f"{week['rooms']:,}",
            str(week["sites"]),
            f"{week['kroner']['total'] / 1000:,.0f}",
        )
    out.print(table)
    out.print("Rooms: in use at the busiest time. To hire: since the line above.", soft_wrap=True)
    if any(not week["planned"] for week in shown):
        out.print("~ lies between two weeks that were planned and is estimated from both.", soft_wrap=True)
    out.print()


def _show_roles(first: dict[str, Any], last: dict[str, Any]) -> None:
    """The roles of which most are needed more."""
    columns = ("role", "hours now", "then", "people now", "then", "to hire")
    table = _table("Staff by role, in the first and the last week", columns, left=("role",))
    roles = _by_growth(first["staff_by_role"], last["staff_by_role"])
    for role in roles[:MOST_LINES]:
        hours, people = ([week[name].get(role, 0) for week in (first, last)] for name in OF_ROLES)
        table.add_row(role, *(f"{each:,.0f}" for each in (*hours, *people)), f"{people[1] - people[0]:+,}")
    _show_first(table, len(roles), "roles")


def _show_groups(first: dict[str, Any], last: dict[str, Any]) -> None:
    """The offerings of which most groups are needed more."""
    columns = ("offering", "groups now", "then", "more")
    table = _table("Groups that meet by offering, in the first and the last week", columns, left=("offering",))
    old, new = first["groups_by_offering"], last["groups_by_offering"]
    offerings = _by_growth(old, new)
    for name in offerings[:MOST_LINES]:
        had, has = old.get(name, 0), new.get(name, 0)
        table.add_row(name, f"{had:,}", f"{has:,}", f"{has - had:+,}")
    _show_first(table, len(offerings), "offerings")


def _by_growth(old: dict[str, int], new: dict[str, int]) -> list[str]:
    return sorted({*old, *new}, key=lambda name: (old.get(name, 0) - new.get(name, 0), name))


def _show_first(table: Table, number: int, what: str) -> None:
    out.print(table)
    if number > MOST_LINES:
        out.print(f"and {number - MOST_LINES} more {what}: --json")
    out.print()


def _show_kept(record: dict[str, Any]) -> None:
    columns = [
        f"{SHORT[each['name']]}\n{'>=' if each['at_least'] else '<='} {each['limit']:.2f}" for each in record["kept"]
    ]
    last = "not kept with\none step less"
    table = _table("What is kept, counted in the planned weeks", ("week", *columns, "groups\n%", last), ("week", last))
    for week in record["weeks"]:
        if (shown := week["shown"]) is None:
            continue
        figures = [f"{shown['figures'][each['name']]:.2f}" for each in record["kept"]]
        table.add_row(week["week"], *figures, f"{week['supply_percent']:.0f}", _one_step_less(week))
    out.print(table)
    out.print(
        "Under way, in % of the citizens: they have something that serves a goal, a need or a wish. "
        "Crowded, in %: below their hours because others have the seats. Legs, in %: needed legs covered. "
        "Unmet: wishes not met, a citizen. Groups: in % of today's that are offered."
    )
    for week in record["weeks"]:
        if week["shown"] and week["shown"]["closed"]:
            spared = week["shown"]["staff_hours_untrimmed"] + week["start_up_hours"] - week["staff_hours"]
            out.print(
                f"In {week['week']} the {week['shown']['closed']:,} groups that give least for an hour of staff are "
                f"closed again: {spared:,.0f} hours less, and everything is kept."
            )
    known = [week["shown"] for week in record["weeks"] if week["shown"]]
    hours = [each["figures"]["hours_a_citizen"] for each in (known[0], known[-1])]
    out.print(f"Hours a citizen: {hours[0]:.1f} -> {hours[1]:.1f}.")
    points = [each["points"] for each in (known[0], known[-1])]
    gap = max(each["gap_percent"] for each in known)
    out.print(f"Value: {points[0]:,.0f} -> {points[1]:,.0f} points, at most {gap:.1f} % below the best.\n")


def _one_step_less(week: dict[str, Any]) -> str:
    shown = week["shown"]
    if week["number"] == 0:
        least = shown["least_percent"]
        return f"({least} % would do)" if least is not None and least < week["supply_percent"] else "(as it is now)"
    if shown["one_step_less"] is None or not shown["is_least"]:
        return "not known yet"
    lost = [f"{SHORT[each['name']]} {each['value']:.2f}" for each in shown["one_step_less"]["missed"]]
    return ", ".join(lost)


def _table(title: str, columns: Sequence[str], left: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False
    )
    for name in columns:
        table.add_column(name, justify="left" if name in left else "right")
    return table


def _say_assumptions(record: dict[str, Any]) -> None:
    costs, since = record["costs"][0], [each["from_week"] for each in record["costs"][1:]]
    carried = ", ".join(f"{hours:g} ({role})" for role, hours in costs["week_hours"].items())
    changed = f"; others hold from week {', '.join(since)}" if since else ""
    lines = (
        "Whoever comes is like somebody of the base week, with the same needs, wishes and times; anybody may leave.",
        "New groups are like those that there are: same offering, site and times, with staff and a room of their own.",
        f"One person is with citizens so many hours a week: {carried}. At an employer's place staff is there "
        f"{costs['employer_share']:.0%} of the time.",
        "Start-up conferences take hours of staff; the room and the citizens' own hours for them are not counted.",
        "A site more has as many rooms as one now; rooms are counted at the busiest time of each type.",
        f"Kroner follow the prices of each week's date{changed}.",
        "A limit that the file does not name is the base week's figure with a little leeway. A figure that is kept is "
        "kept for certain; with more time to plan, a little less might keep it too.",
    )
    out.print("[bold]What was assumed[/]")
    for line in lines:
        out.print(f"- {line}")
