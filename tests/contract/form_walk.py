"""A walk through pages that tries each of their forms, and goes on to where that leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from urllib.parse import urlsplit

from httpx2 import Response

from tests.contract.form_filling import SCRIPT
from tests.contract.form_reading import VERSION, Form, read_page
from tests.contract.form_serving import Served
from tests.contract.form_trial import Defect, Trial
from tests.e2e.pages.place import Place

FOR_SOMEBODY = re.compile(r"^/for/\d+")
Kind = tuple[str, ...]  # a form's route, its button and the names of its fields


@dataclass
class Walk:
    """What was met and sent, and the defects that were found."""

    routes: dict[str, re.Pattern[str]]  # the addresses of forms that are to be tried, by their templates
    pages: dict[str, re.Pattern[str]]  # the pages to which links are followed, one of each template
    last: Callable[[str], bool]  # the routes that end what the others need
    met: set[Kind] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    sends: int = 0
    refused: dict[Kind, str] = field(default_factory=dict)  # what was never done, and why
    defects: list[Defect] = field(default_factory=list)
    served: Served = field(init=False)
    tried: set[str] = field(default_factory=set)  # the addresses of forms that could not be done
    ahead: list[tuple[str, str]] = field(default_factory=list)  # pages to which links lead
    followed: set[str] = field(default_factory=set)

    def through(self, served: Served, places: Iterable[Place]) -> None:
        """Walk through places of a served centre, first past the forms that end something."""
        self.served = served
        steps = list(dict.fromkeys((one.role, one.path.format(**asdict(self.served.facts))) for one in places))
        for lasts in (False, True):
            for role, path in steps:
                self.visit(role, path, lasts=lasts)
            while self.ahead:
                self.visit(*self.ahead.pop(), lasts=lasts)

    def visit(self, role: str, path: str, *, lasts: bool) -> None:
        """Try what is new on a page, and go on to where it leads."""
        self.look_at(role, path, self.served.get(role, path), lasts=lasts)

    def look_at(self, role: str, path: str, answer: Response, *, lasts: bool) -> None:
        """Try what is new on a page that has come."""
        if SCRIPT in answer.text:
            self.defects.append(Defect(path, "shown", answer.status_code, "a script is not escaped"))
        read = read_page(answer.text, path)
        for form in read.forms:
            kind = self._kind(form)
            if kind is None or kind in self.met or self.last(kind[0]) is not lasts or form.path in self.tried:
                continue
            fresh = self._again(role, path, kind) or form
            if fresh is form and (answer.request.method == "GET" or form.hidden(VERSION)):
                continue  # It has gone by what was sent before, or is too old.
            for following in self._try(role, path, fresh, kind):
                if following.status_code == 303:
                    self.visit(role, following.headers["location"], lasts=lasts)
                else:
                    self.look_at(role, form.path, following, lasts=lasts)
        for link in read.links:
            here = FOR_SOMEBODY.sub("", urlsplit(link).path)
            found = {name for name, pattern in self.pages.items() if pattern.fullmatch(here)} - self.followed
            if found:
                self.followed |= found
                self.ahead.append((role, link))

    def _try(self, role: str, path: str, form: Form, kind: Kind) -> list[Response]:
        """Send a form in every way; where it could not be done, another one of its kind may be."""
        self.met.add(kind)
        trial = Trial(self.served, role, form, kind[0], partial(self._again, role, path, kind))
        following = trial.run()
        self.sends += trial.sends
        self.defects += trial.defects
        if trial.refusal:
            self.met.discard(kind)
            self.tried.add(form.path)
            self.refused[kind] = trial.refusal
        else:
            self.done.add(kind[0])
            self.refused.pop(kind, None)
        return following

    def _again(self, role: str, path: str, kind: Kind) -> Form | None:
        """The form as it stands on its page now."""
        now = read_page(self.served.get(role, path).text, path).forms
        return next((one for one in now if self._kind(one) == kind), None)

    def _kind(self, form: Form) -> Kind | None:
        """What tells a form from others: its route, its button and the names of its fields."""
        path = FOR_SOMEBODY.sub("", urlsplit(form.path).path)
        route = next((name for name, pattern in self.routes.items() if pattern.fullmatch(path)), None)
        if route is None:
            return None
        name, value = form.button
        names = sorted({re.sub(r"\d+", "#", one.name) for one in form.fields})
        return route, name, value if not value.isdecimal() else "#", *names
