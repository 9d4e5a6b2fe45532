"""A form as a page shows it and a browser sends it back: what was entered, what is wrong, its hidden fields."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, get_origin
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import UploadFile

TOKEN, KEY, AGAIN = "form_token", "form_key", "form_again"
HIDDEN = (TOKEN, KEY, AGAIN)
SECRET = ("current", "password", "again", "secret")  # never shown again, nor kept for after the next login
MOST_FIELDS = 2_000

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a field: a slug of the texts, and what its words ask for."""

    slug: str
    words: Mapping[str, object] = field(default_factory=dict)


class FormError(ValueError):
    """A form cannot be taken as it is; `wrong` says by field why."""

    def __init__(self, wrong: Mapping[str, Wrong]) -> None:
        self.wrong = wrong
        super().__init__(", ".join(f"{name}: {one.slug}" for name, one in wrong.items()))


@dataclass(frozen=True)
class Form:
    """The fields of a form with their hidden ones; `problem` is a slug for what is wrong with the whole."""

    key: str
    token: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    wrong: Mapping[str, Wrong] = field(default_factory=dict)
    problem: str = ""
    again: bool = False  # sent by the page that follows a login, to be looked through
    sent_to: str = ""  # the path of the page's form that was sent; empty where none was

    def value(self, name: str, default: str = "") -> str:
        """What stands in a field."""
        found = self.values.get(name)
        return found[-1] if found else default

    def has(self, name: str, value: object) -> bool:
        """Whether a box or button of this name is chosen."""
        return str(value) in self.values.get(name, ())

    def starting(self, to: str = "", **values: object) -> Form:
        """The same, with values that stand there before anything is entered; lists are boxes that are chosen.

        `to` is the end of the address that they are sent to, where the page has other forms too.
        """
        if self.sent_to and self.sent_to.endswith(to):
            return self
        given = {
            name: [str(one) for one in (value if isinstance(value, list | tuple | set) else [value])]
            for name, value in values.items()
            if value is not None
        }
        return replace(self, values=given | dict(self.values))

    def read(self, model: type[Model]) -> Model:
        """What was entered as a model; an empty field counts as not given.

        Raises
        ------
        FormError
            Something is missing or wrong; by field.
        """
        given: dict[str, Any] = {}
        for name, described in model.model_fields.items():
            entered = [text for value in self.values.get(name, ()) if (text := value.strip())]
            if get_origin(described.annotation) in (list, tuple, set):
                given[name] = entered
            elif entered:
                given[name] = entered[-1]
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise FormError({str(one["loc"][0]): _wrong(one) for one in error.errors() if one["loc"]}) from error

    def kept(self) -> list[tuple[str, str]]:
        """What is kept of it for after the next login."""
        return [(name, value) for name, value in self.sent() if name not in SECRET]

    def sent(self) -> list[tuple[str, str]]:
        """Every field that was entered."""
        return [(name, value) for name, values in self.values.items() for value in values]

    def content(self) -> bytes:
        """What tells this request from another with the same key."""
        return urlencode(self.sent(), errors="surrogatepass").encode()

    def is_own(self, token: str | None) -> bool:
        """Whether a page of this login made it."""
        return token is not None and hmac.compare_digest(unmask(self.token).encode(), token.encode())

    async def close(self) -> None:
        """Let go of the files that came along."""
        for file in self.files.values():
            await file.close()

    def masked_token(self) -> str:
        """The token as a page shows it: different each time, for a compressed page must not give it away."""
        return mask(self.token)


def new_key() -> str:
    """An idempotency key for a form."""
    return secrets.token_urlsafe(16)


async def read_form(request: Request) -> Form:
    """The form that a request brings; an empty one where it brings none."""
    if request.method in ("GET", "HEAD"):
        return Form(new_key())
    values: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in (await request.form(max_fields=MOST_FIELDS)).multi_items():
        if isinstance(value, UploadFile):
            files[name] = value
        else:
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    hidden = {name: values.pop(name, [""])[-1] for name in HIDDEN}
    return Form(
        hidden[KEY] or new_key(), hidden[TOKEN], values, files, again=bool(hidden[AGAIN]), sent_to=request.url.path
    )


def mask(token: str) -> str:
    """Hide a token behind random bytes (breachattack.com)."""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return (pad + bytes(one ^ other for one, other in zip(plain, pad, strict=True))).hex()


def unmask(masked: str) -> str:
    """The token behind a mask; empty where it is none."""
    try:
        both = bytes.fromhex(masked)
        pad, hidden = both[: len(both) // 2], both[len(both) // 2 :]
        return bytes(one ^ other for one, other in zip(pad, hidden, strict=True)).decode()
    except ValueError:
        return ""


def _wrong(error: ErrorDetails) -> Wrong:
    """Pydantic's words are for developers; these have words of our own."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return Wrong("field_missing")
    if kind == "string_too_long":
        return Wrong("field_too_long", {"most": context["max_length"]})
    if kind == "string_too_short":
        return Wrong("field_too_short", {"least": context["min_length"]})
    if kind in ("literal_error", "enum", "too_short"):
        return Wrong("field_choose")
    if kind in ("greater_than_equal", "greater_than"):
        return Wrong("field_too_small", {"least": context.get("ge", context.get("gt"))})
    if kind in ("less_than_equal", "less_than"):
        return Wrong("field_too_large", {"most": context.get("le", context.get("lt"))})
    if kind.startswith("date"):
        return Wrong("field_date")
    if kind.startswith("int") or kind.startswith("float"):
        return Wrong("field_number")
    return Wrong("field_wrong")
