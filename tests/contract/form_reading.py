"""The forms of a page as a browser sees them: each button with its address and the fields that it sends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urljoin

SUMMARY = "error-summary"
VERSION = "version"  # the hidden field that says what the page was made from
CHOICES = ("select", "radio", "checkbox")
BUTTONS = ("submit", "button", "image", "reset")
Sent = dict[str, list[str]]


@dataclass
class Field:
    """One field: `kind` is its type, or the element's name; of a select, `options` are the values to choose from."""

    kind: str
    name: str
    value: str = ""
    chosen: bool = False  # a box or button that is ticked
    options: list[str] = field(default_factory=list)
    is_seen: bool = True  # not within something that is folded

    @property
    def is_text(self) -> bool:
        """Whether somebody writes into it."""
        return self.kind not in ("hidden", "radio", "checkbox", "select", "file")


@dataclass(frozen=True)
class Form:
    """What one button of a form sends, and where to."""

    path: str
    fields: list[Field]
    button: tuple[str, str] = ("", "")

    def texts(self) -> dict[str, str]:
        """The fields that somebody writes into, with what stands there; passwords are never there again."""
        return {one.name: one.value for one in self.fields if one.is_text and one.kind != "password"}

    def choices(self) -> dict[str, set[str]]:
        """The selects, boxes and buttons, with the values that are chosen."""
        found: dict[str, set[str]] = {}
        for one in self.fields:
            if one.kind in CHOICES:
                found.setdefault(one.name, set()).update({one.value} if one.kind == "select" or one.chosen else ())
        return found

    def offers(self, name: str) -> set[str]:
        """What can be chosen of a select, boxes or buttons."""
        there = [one for one in self.fields if one.name == name and one.kind in CHOICES]
        return {value for one in there for value in (one.options if one.kind == "select" else [one.value])}

    def hidden(self, name: str) -> str:
        """A hidden field's value; empty where there is none."""
        return next(iter(self.hidden_values(name)), "")

    def hidden_values(self, name: str) -> list[str]:
        """All values of hidden fields of a name."""
        return [one.value for one in self.fields if one.kind == "hidden" and one.name == name]


@dataclass(frozen=True)
class Read:
    """What a page has of forms, ids and errors."""

    forms: list[Form]
    ids: set[str]
    is_refused: bool  # It has an error summary at its top
    leads_to: list[str]  # whose links lead to these ids.
    links: list[str]  # to other pages
    readonly: list[str]  # what stands there to be copied only


def read_page(text: str, path: str) -> Read:
    """Read a page that stands at an address."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Read(
        list(reader.forms_at(path)),
        reader.ids,
        reader.is_refused,
        reader.leads_to,
        reader.links,
        [one.value for one in reader.readonly],
    )


@dataclass
class _Found:
    action: str
    is_post: bool
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # formaction, name, value


class _Reader(HTMLParser):
    """Reads a page from its beginning to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.is_refused, self.leads_to, self.links = False, list[str](), list[str]()
        self.readonly: list[Field] = []
        self._forms: list[_Found] = []
        self._named: dict[str, _Found] = {}
        self._elsewhere: list[tuple[str, Field | tuple[str, str, str]]] = []
        self._form: _Found | None = None
        self._text: Field | None = None
        self._select: Field | None = None
        self._folded: list[bool] = []  # of the `details` that it is within
        self._depth = 0  # of `div` within the error summary

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
        self._note_summary(tag, given)
        if tag == "details":
            self._folded.append("open" not in given)
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = _Found(given.get("action", ""), given.get("method", "").lower() == "post")
            self._forms.append(self._form)
            self._named[given.get("id", "")] = self._form
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or len(self._select.options) == 1:
                self._select.value = given.get("value", "")
        elif tag in ("input", "textarea", "select"):
            self._add_field(tag, given)
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._add(given, (given.get("formaction", ""), given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Note that an element is over."""
        if tag == "form":
            self._form = None
        elif tag == "details":
            self._folded.pop()
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None
        elif tag == "div" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Note what is written in a field of several lines."""
        if self._text is not None:
            self._text.value += data

    def forms_at(self, path: str) -> list[Form]:
        """Every button of a form that changes something, with what it sends."""
        for name, what in self._elsewhere:
            self._put(self._named[name], what)
        return [
            Form(urljoin(path, to or found.action), [replace(one) for one in found.fields], (name, value))
            for found in self._forms
            if found.is_post
            for to, name, value in found.buttons
        ]

    def _note_summary(self, tag: str, given: dict[str, str]) -> None:
        if given.get("data-module") == SUMMARY:
            self.is_refused, self._depth = True, 1
        elif tag == "div" and self._depth:
            self._depth += 1
        elif tag == "a" and self._depth and given.get("href", "").startswith("#"):
            self.leads_to.append(given["href"][1:])

    def _add_field(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text") if tag == "input" else tag
        if kind in BUTTONS:
            return
        made = Field(kind, given.get("name", ""), given.get("value", ""), "checked" in given)
        made.is_seen = not any(self._folded)
        if tag == "textarea":
            self._text = made
        elif tag == "select":
            self._select = made
        if "readonly" in given:
            self.readonly.append(made)
        elif made.name:
            self._add(given, made)

    def _add(self, given: dict[str, str], what: Field | tuple[str, str, str]) -> None:
        if "form" in given:
            self._elsewhere.append((given["form"], what))
        elif self._form is not None:
            self._put(self._form, what)

    def _put(self, form: _Found, what: Field | tuple[str, str, str]) -> None:
        if isinstance(what, Field):
            form.fields.append(what)
        else:
            form.buttons.append(what)
