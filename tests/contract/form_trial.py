"""One form sent in every wrong way, then rightly and twice, and what its answers lack."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from httpx2 import Response

from api.pages.forms import HIDDEN, KEY, TOKEN, mask
from tests.contract.form_filling import SCRIPT, File, empty, file_for, fitting, otherwise, tampered, too_long
from tests.contract.form_reading import VERSION, Form, Read, Sent, read_page
from tests.contract.form_serving import TABLES, Served
from tests.e2e.pages.town import PASSWORD

SHOWN_AGAIN = ("/proev", "/vis", "/login-tid")  # Others show something once: what these show is no secret.
OLD = "0" * 32  # of a version
keys = count()


@dataclass(frozen=True)
class Defect:
    """What an answer lacks."""

    form: str
    way: str
    status: int
    what: str


@dataclass
class Trial:
    """One form of a route, as somebody of a role sends it in every way; `again` finds it as it stands on its page now.

    `refusal` says why it could not be done, and is empty where it was.
    """

    served: Served
    role: str
    form: Form
    route: str
    again: Callable[[], Form | None]
    sends: int = 0
    refusal: str = ""
    defects: list[Defect] = field(default_factory=list)
    words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        name = "planlaegger" if self.route == "/log-ind" else f"navn-{next(keys)}"
        self.words = {"username": name} | dict.fromkeys(("current", "password", "again", "secret"), PASSWORD)

    def run(self) -> list[Response]:
        """Send it; answers what shows or leads to something new."""
        fits = otherwise(self.form, fitting(self.form, self.words))
        has_text = any(one.is_text for one in self.form.fields)
        has_fields = has_text or any(one.kind != "hidden" for one in self.form.fields)
        found = []
        if TOKEN in fits:
            self._refused("of another login", fits | {TOKEN: [mask("another")]})
            self._over(fits)
            self._look_again(fits)
        if self.form.hidden(VERSION):
            self._refused("of an old version", fits | {VERSION: [OLD]})
        if has_text or file_for(self.form):
            self._too_long()
        if fits.keys() - {TOKEN, KEY}:
            answer = self._send(tampered(self.form, (TOKEN, KEY)), file_for(self.form, SCRIPT))
            self._check("tampered", answer, leads=False)
        if has_fields:
            nothing = empty(self.form)
            found.append(self._send(nothing, file_for(self.form, "", b"")))
            self._check("empty", found[-1], nothing)
        self._renew()
        found += self._twice(fitting(self.form, self.words))
        if self.form.texts():
            self._renew()
            bare = fitting(self.form, self.words, "")
            found.append(self._send(bare, file_for(self.form)))
            self._check("without what is optional", found[-1], bare)
        return found

    def _renew(self) -> None:
        """Take the form as it stands on its page now."""
        self.form = self.again() or self.form

    def _send(self, sent: Sent, files: dict[str, File] | None = None, key: str = "") -> Response:
        self.sends += 1
        fresh = {KEY: [key or f"key-{next(keys)}"]} if KEY in sent else {}
        return self.served.send(self.role, self.form, sent | fresh, files)

    def _too_long(self) -> None:
        sent = too_long(self.form)
        answer = self._send(sent, file_for(self.form, "x" * 300 + ".csv"))
        read = self._check("too long", answer, sent)
        if not read.leads_to:
            self._note("too long", answer, "leads to no field")

    def _refused(self, way: str, sent: Sent) -> None:
        before = self.served.content()
        answer = self._send(sent, file_for(self.form))
        self._check(way, answer, sent)
        if answer.status_code < 400:
            self._note(way, answer, "taken")
        self._compare(way, answer, before)

    def _over(self, sent: Sent) -> None:
        login = self.served.logins.pop(self.role, None)
        try:
            answer = self._send(sent)
        finally:
            if login is not None:
                self.served.logins[self.role] = login
        if answer.status_code != 401:
            self._note("login over", answer, "not asked to log in")
            return
        read = self._check("login over", answer)
        kept = next((one for one in read.forms if one.path == "/log-ind"), None)
        for name in self.form.texts().keys() | (self.form.choices().keys() & sent.keys()):
            if kept is None or kept.hidden_values(f"felt.{name}") != sent[name]:
                self._note("login over", answer, f"{name} is lost")

    def _look_again(self, sent: Sent) -> None:
        before = self.served.content()
        own = {name: values for name, values in sent.items() if name not in HIDDEN}
        answer = self._send(own | {"form_again": ["1"]})
        self._check("after the next login", answer, own, shown=True)
        self._compare("after the next login", answer, before)

    def _twice(self, fits: Sent) -> list[Response]:
        """Send it rightly, and once more; where no script can stand, without one."""
        key, files = f"key-{next(keys)}", file_for(self.form)
        first = self._send(fits, files, key)
        self._check("right", first, fits)
        leads = [first]
        if first.status_code >= 400:
            fits = fitting(self.form, self.words, "Noget")
            key, files = f"key-{next(keys)}", file_for(self.form, content=b"id;navn\nnord;Nord\n")
            first = self._send(fits, files, key)
            self._check("right", first, fits)
            leads.append(first)
        if first.status_code >= 400:
            self.refusal = f"{first.status_code} {fits} {summary_of(first)}"
            return leads
        return [*leads, self._once_more(first, fits, files, key)]

    def _once_more(self, first: Response, fits: Sent, files: dict[str, File], key: str) -> Response:
        """Send what was just done with the same key, with another text, and from an old page; answers the last."""
        before = self.served.content()
        second = self._send(fits, files, key)
        self._check("twice", second, fits)
        self._compare("twice", second, before)
        status, to = first.status_code, first.headers.get("location", "")
        if status == 200 and not self.route.endswith(SHOWN_AGAIN):
            status = 409  # What is shown once is not shown again.
        if to.startswith("/log-ind?"):
            status, to = 401, ""  # The login is over.
        if (second.status_code, second.headers.get("location", "")) != (status, to):
            self._note("twice", second, f"first {first.status_code} {first.headers.get('location')}")
        if KEY in fits and self.form.texts():
            name = next(iter(self.form.texts()))
            other = fits | {name: [fits[name][0] + " mere"]}
            answer = self._send(other, None, key)
            self._check("with a used key", answer, other)
            self._compare("with a used key", answer, before)
        late = self._send(fits, files)
        self._check("from an old page", late, fits)
        return late

    def _compare(self, way: str, answer: Response, before: dict[str, int]) -> None:
        after = self.served.content()
        changed = [name for name in TABLES if after[name] != before[name]]
        if changed:
            self._note(way, answer, f"changed {changed}")

    def _check(
        self, way: str, answer: Response, sent: Sent | None = None, *, shown: bool = False, leads: bool = True
    ) -> Read:
        """Look at an answer: nothing broken, no script; where it is refused, told why at its fields, which are kept."""
        read = read_page(answer.text, self.form.path)
        if answer.status_code >= 500:
            self._note(way, answer, "broken")
        if PASSWORD in answer.text:
            self._note(way, answer, "a password is shown")
        if SCRIPT in answer.text:
            self._note(way, answer, "a script is not escaped")
        if answer.status_code < 400 and not shown:
            return read
        if not shown and not read.is_refused:
            self._note(way, answer, "no error summary")
        lost = [name for name in read.leads_to if name not in read.ids]
        if lost and leads:
            self._note(way, answer, f"nothing at {lost}")
        if sent is not None:
            self._keeps(way, answer, read, sent)
        return read

    def _keeps(self, way: str, answer: Response, read: Read, sent: Sent) -> None:
        path = urlsplit(self.form.path).path
        here = [form for form in read.forms if urlsplit(form.path).path == path]
        fields = [one for form in here for one in form.fields]
        for name in self.form.texts():
            there = [*(one.value for one in fields if one.name == name and one.is_seen), *read.readonly]
            if sent[name][-1] and sent[name][-1].strip() not in [value.strip() for value in there]:
                self._note(way, answer, f"{name} is lost")
        for name in self.form.choices():
            chosen = set(sent.get(name, ()))
            offering = [form for form in here if name in form.choices() and chosen <= form.offers(name)]
            if offering and all(form.choices()[name] != chosen for form in offering):
                self._note(way, answer, f"the choice of {name} is lost")

    def _note(self, way: str, answer: Response, what: str) -> None:
        self.defects.append(Defect(f"{self.form.path} {self.form.button}", way, answer.status_code, what))


def summary_of(answer: Response) -> str:
    """What an answer says is wrong, in a line."""
    found = re.search(r'data-module="error-summary".*?</div>\s*</div>', answer.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0] if found else "").split())
