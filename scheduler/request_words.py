"""A change request in words: short plain sentences in Danish or English, without points and without anybody else."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import run_made
from catalog.tables import Leg, Offering
from catalog.weeks import CENTRE_TIME
from scheduler.asked import CHANGES
from scheduler.tables import ChangeRequest, Hold, Waiting
from scheduler.texts import LANGUAGES, texts
from scheduler.waiting import Line
from scheduler.week_document import describe_groups

DOMAIN = "requests"
_LEGS = select(Leg.id, Leg.da, Leg.en)
Described = Mapping[str, Any]  # a group as `describe_groups` gives it


class ProposalWords(NamedTuple):
    """What is said of one proposal."""

    say: str  # what may be chosen, in one line to be read aloud
    reason: str
    gained: list[str]
    lost: list[str]
    grant: str


@dataclass(frozen=True)
class Named:
    """The groups and legs that some requests name, in one language."""

    language: str
    group: Mapping[int, Described]
    leg: Mapping[str, str]

    def groups(self, ids: Iterable[int]) -> list[Described]:
        """These groups, in the order of their first meetings; one that the week lost since is left out."""
        found = [self.group[key] for key in ids if key in self.group]
        return sorted(found, key=_moments)


def _moments(group: Described) -> tuple[list[tuple[int, int]], int]:
    return [(meeting["day"], meeting["start"]) for meeting in group["meetings"]], group["group_id"]


def read_named(session: Session, requests: Sequence[ChangeRequest], language: str = LANGUAGES[0]) -> Named:
    """Read what the requests name, all at once."""
    proposals = [proposal for request in requests for proposal in request.proposals]
    ids = sorted({group for proposal in proposals for group in (*proposal["groups"], *proposal["left"])})
    if not ids:
        return Named(language, {}, {})
    legs = {leg: da if language == LANGUAGES[0] else en for leg, da, en in run_made(session, _LEGS, {})}
    return Named(language, {group["group_id"]: group for group in describe_groups(session, ids)}, legs)


def state_words(request: ChangeRequest, language: str = LANGUAGES[0]) -> str:
    """Where a request stands, and what the citizen can do."""
    slug = request.state
    if slug == "answered" and not request.proposals:
        slug = "nothing"
    elif slug == "passed_on" and not request.proposals and request.kind in CHANGES:
        slug = "locked"
    until = request.held_until and request.held_until.astimezone(CENTRE_TIME)
    return _say(language, f"state_{slug}", time=until and _clock(60 * until.hour + until.minute, language))


def kind_words(kind: str, language: str = LANGUAGES[0]) -> str:
    """What was asked."""
    return _say(language, f"kind_{kind}")


def proposal_words(proposal: Mapping[str, Any], kind: str, named: Named) -> ProposalWords:
    """Put one proposal of a request of this kind into words."""
    language = named.language
    joined, left = named.groups(proposal["joined"]), named.groups(proposal["left"])
    form = _form(joined, left, kind)
    sites = {group["site"] for group in left}
    shown = {
        "joined": _listed([_placed(group, sites, language) for group in joined], language),
        "left": _listed([_timed(group, language) for group in left], language),
        "times": _listed([time for group in left for time in _times(group, language)], language),
    }
    words = proposal["words"]
    return ProposalWords(
        say=_say(language, f"say_{form}", **shown),
        reason=_say(language, f"reason_{form}", joined=_titles(joined, language), left=_titles(left, language)),
        gained=[_change("gained", word, named) for word in words["gained"]],
        lost=[_change("lost", word, named) for word in words["lost"]],
        grant=_say(language, f"grant_{proposal['person'] or 'at_once'}"),
    )


def waiting_words(
    session: Session, waiting: Waiting, line: Line | None, seat: Hold | None, language: str = LANGUAGES[0]
) -> str:
    """Where she stands who waits, and the seat that is offered to her."""
    offering = session.get_one(Offering, waiting.offering_id)
    title = getattr(offering, language)
    if line is None:
        return _say(language, f"waiting_{waiting.state}", offering=title)
    if seat is not None:
        until = seat.until.astimezone(CENTRE_TIME)
        activity = _timed(describe_groups(session, [seat.group_id])[0], language)
        return _say(
            language, "waiting_offered", activity=activity, time=_clock(60 * until.hour + until.minute, language)
        )
    first, last = line.band
    slug = "waiting_band" if last is not None else "waiting_behind"
    said = [_say(language, slug, offering=title, first=first, last=last)]
    if line.freed is not None:
        said.append(_say(language, "waiting_freed", count=line.freed))
    return " ".join(said)


def _form(joined: list[Described], left: list[Described], kind: str) -> str:
    if not joined and not left:
        return "noted"
    if not joined:
        return "stops" if kind == "stop" else "leaves"
    if not left:
        return "adds"
    same = len(joined) == 1 and {group["offering_id"] for group in left} == {joined[0]["offering_id"]}
    return "same" if same else "instead"


def _change(side: str, word: Mapping[str, Any], named: Named) -> str:
    titles = {group["offering_id"]: group[named.language] for group in named.group.values()}
    offering, leg = word.get("offering", ""), word.get("leg", "")
    return _say(
        named.language,
        f"{side}_{word['slug']}",
        offering=titles.get(offering, offering),
        leg=named.leg.get(leg, leg),
        time=_duration(word.get("minutes", 0), named.language),
    )


def _titles(groups: list[Described], language: str) -> str:
    return _listed(list(dict.fromkeys(group[language] for group in groups)), language)


def _placed(group: Described, known_sites: Container[str], language: str) -> str:
    """An activity with its times, and with its site where that is none of the known ones."""
    activity = _timed(group, language)
    known = group["site"] in known_sites
    return activity if known else _say(language, "at_site", activity=activity, site=group["site"])


def _timed(group: Described, language: str) -> str:
    return f"{group[language]} {_listed(_times(group, language), language)}".strip()


def _times(group: Described, language: str) -> list[str]:
    return [
        _say(language, "meets", day=_say(language, f"day_{meeting['day']}"), clock=_clock(meeting["start"], language))
        for meeting in group["meetings"]
    ]


def _duration(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [_say(language, "hour" if hours == 1 else "hours", count=hours)] if hours else []
    return _listed([*parts, _say(language, "minutes", count=rest)] if rest else parts, language)


def _clock(minute: int, language: str) -> str:
    return _say(language, "clock", hour=minute // 60, minute=f"{minute % 60:02}")


def _listed(parts: Sequence[str], language: str) -> str:
    return f" {_say(language, 'and')} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _say(language: str, slug: str, **words: object) -> str:
    return texts(language, DOMAIN).gettext(slug).format(**words)
