"""Who asks for a page: every route asks `may_page(action)`, through which it reads, writes and shows itself.

It is the interface's `Caller` with a form: the same policy, limits, records and keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.http.callers import SAFE, Answer, Caller, May, check_key, let_in, need_caller
from api.http.problems import ERRORS, KINDS
from api.http.refusals import REFUSALS
from api.http.troubles import trouble_of
from api.pages.forms import Form, FormError, Wrong, new_key, read_form
from api.pages.rendering import DONE, show
from scheduler.sessions import Found


class Page(Caller):
    """A page that somebody may see, with the form that she sends or is to fill in."""

    def __init__(self, request: Request, found: Found, action: str, form: Form) -> None:
        super().__init__(request, found, action, form.key)
        self.found, self.status = found, 200
        own = self.actor.form_token or ""
        self.is_own_form = form.is_own(self.actor.form_token)
        self.form = replace(form, token=own)

    def show(self, template: str, **context: Any) -> Response:
        """Answer with this page; its template knows `form` and what stands in `context`."""
        until = self.found.until
        left = None if until is None else (until - dt.datetime.now(dt.UTC)).total_seconds()
        context = {"form": self.form} | context
        return show(self.request, template, self.status, found=self.found, seconds_left=left, **context)

    def go_to(self, path: str, done: str = "") -> Answer:
        """Answer a form with another page, which says `done_...` of the texts at its top."""
        parts = urlsplit(path)
        query = "&".join(part for part in (parts.query, urlencode({DONE: done}) if done else "") if part)
        return Answer(303, headers={"Location": parts._replace(query=query).geturl()})

    def submit(
        self,
        make: Callable[[], Answer],
        again: Callable[[], Response],
        *,
        first: Callable[[], None] = lambda: None,
        about: Iterable[int | None] = (None,),
        words: Mapping[type[Exception], str] | None = None,
        secret: bool = False,
    ) -> Response:
        """Do what a form asks for, once; where that cannot be, show its page `again` with what she entered.

        `first` looks up what takes its time, before anybody's writes have to wait for this one.
        `words` name slugs that say better than the general ones what an error of the inner rooms means here.
        Of a `secret` form no hash is kept with its key, from which what was entered could be guessed back.
        """
        if self.form.again or not self.is_own_form:
            return self.show_again(again, "look_again" if self.form.again else "form_too_old", 200, new_key())
        try:
            first()
            return self.write(make, body=b"" if secret else self.form.content(), about=about)
        except FormError as error:
            return self.show_again(again, "", 422, new_key(), error.wrong)
        except (DBAPIError, PoolTimeoutError) as error:
            self.request.state.error = error
            slug = trouble_of(error)
            # The key stays: where the connection broke at the commit, it settles whether this is done.
            return self.show_again(again, f"problem_{slug}", KINDS[slug].status, self.form.key)
        except REFUSALS:
            raise
        except tuple(ERRORS) as error:
            kind = next(kind for kind in type(error).__mro__ if kind in ERRORS)
            slug = next((slug for known, slug in (words or {}).items() if isinstance(error, known)), "")
            status = KINDS[ERRORS[kind]].status
            return self.show_again(again, slug or f"problem_{ERRORS[kind]}", status, new_key())

    def show_again(
        self,
        again: Callable[[], Response],
        problem: str,
        status: int,
        key: str,
        wrong: Mapping[str, Wrong] | None = None,
    ) -> Response:
        """Show the page `again` with what was entered, a `problem` of the whole and what is wrong with fields."""
        self.form = replace(self.form, problem=problem, wrong=wrong or {}, key=key)
        self.status = status if self.is_own_form or self.form.again else 403
        return again()


@dataclass(frozen=True)
class MayPage(May):
    """The policy of a page's route; a form must come from one of this login's own pages."""

    async def __call__(self, request: Request) -> Page:
        """Find out who asks, and keep what she entered for whoever answers instead."""
        form = request.state.form = await read_form(request)
        async with AsyncExitStack() as unless_let_in:
            unless_let_in.push_async_callback(form.close)
            found = await need_caller(request, self.action)
            page = Page(request, found, self.action, form)
            await let_in(page)
            if request.method not in SAFE:
                check_key(page.key)
            unless_let_in.pop_all()
        return page


def may_page(action: str) -> Any:
    """The page of a route, which its caller must be allowed to `action`."""
    return Depends(MayPage(action))
