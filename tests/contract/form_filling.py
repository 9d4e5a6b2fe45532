"""What somebody enters into a form: what fits, nothing at all, far too much, or a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.contract.form_reading import Field, Form, Sent

SCRIPT = "<script>alert(1)</script>"
LADEN = f"""{SCRIPT}"'>"""
TOO_LONG = "x" * 20_000
File = tuple[str, bytes]
# What fits a field that takes only some texts, by the field's name.
FITTING = {
    "closed": "",
    "times_text": "mandag 9-12",
    "hours": "2,5",
    "helper": "bisidder",
    "team": "",
    "start": "600",
    "end": "660",
    "citizens": "31",
    "seats": "40",
}
SHEET = f"id;navn\nnord;{SCRIPT}\n".encode()


def fitting(form: Form, words: Mapping[str, str], text: str = LADEN) -> Sent:
    """Fill a form so that it can be taken: `words` by name, in all other fields `text`; of choices the last."""

    def enter(one: Field) -> str:
        return words.get(one.name, FITTING.get(one.name, text))

    return _fill(form, enter, chooses=True)


def empty(form: Form) -> Sent:
    """Fill a form as somebody does who enters and chooses nothing."""
    sent = _fill(form, lambda _: "", chooses=False)
    return sent | {one.name: one.options[:1] for one in form.fields if one.kind == "select" and one.options}


def too_long(form: Form) -> Sent:
    """Fill a form with far too much, and choose otherwise than it stands there."""
    return otherwise(form, _fill(form, lambda _: TOO_LONG, chooses=True))


def otherwise(form: Form, sent: Sent) -> Sent:
    """The same with other choices than stand on the page: of selects and buttons another, of boxes the others."""
    chosen: Sent = {name: [] for name in form.choices()}
    for one in form.fields:
        others = [value for value in one.options if value != one.value] if one.kind == "select" else [one.value]
        if one.kind in ("select", "radio") and not chosen[one.name] and not one.chosen:
            chosen[one.name] = others[-1:] or [one.value]
        elif one.kind == "checkbox" and not one.chosen:
            chosen[one.name].append(one.value)
    return {name: values for name, values in (sent | chosen).items() if values}


def tampered(form: Form, hidden: tuple[str, ...]) -> Sent:
    """Fill a form as no page sends it: scripts also where something is to be chosen, and in what is hidden."""
    names = [*(one.name for one in form.fields), form.button[0]]
    return {name: [form.hidden(name) if name in hidden else LADEN * 50] for name in names if name}


def file_for(form: Form, name: str = "steder.csv", content: bytes = SHEET) -> dict[str, File]:
    """The file that is sent along, where a form has a field for one."""
    return {one.name: (name, content) for one in form.fields if one.kind == "file"}


def _fill(form: Form, enter: Callable[[Field], str], *, chooses: bool) -> Sent:
    sent: Sent = {}
    for one in form.fields:
        if one.kind == "hidden":
            sent.setdefault(one.name, []).append(one.value)
        elif one.is_text:
            sent[one.name] = [enter(one)]
        elif one.kind == "select" and one.options:
            sent[one.name] = [
                FITTING[one.name] if FITTING.get(one.name) in one.options else one.value or one.options[-1]
            ]
        elif one.kind in ("radio", "checkbox") and chooses and one.chosen:
            sent.setdefault(one.name, []).append(one.value)
    if chooses:
        for one in reversed(form.fields):
            if one.kind == "radio":
                sent.setdefault(one.name, [one.value])
    name, value = form.button
    return sent | ({name: [value]} if name else {})
