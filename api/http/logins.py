"""Finds who is logged in without holding a thread, in one statement for all who come while another is under way."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from scheduler.sessions import MOST_TOKENS, Found, find_sessions

GATHER_SECONDS = 0.02  # from one statement to the next: a thread's turn costs more than a row, so it serves several


class Logins:
    """Asks the database for one process; to be used from its event loop alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[str, asyncio.Future[Found | None]]] = []
        self._asking: asyncio.Task[None] | None = None
        self._next_at = 0.0  # Who comes after a pause, or after one alone, does not wait.

    async def find(self, token: str) -> Found | None:
        """Who is logged in by a cookie's value, as `sessions.find_session` says, at some time after the call."""
        answer: asyncio.Future[Found | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((token, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def _ask(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(max(0.0, self._next_at - time.monotonic()))
                group, self._waiting = self._waiting[:MOST_TOKENS], self._waiting[MOST_TOKENS:]
                await self._answer(group)
        finally:
            self._asking = None

    async def _answer(self, group: list[tuple[str, asyncio.Future[Found | None]]]) -> None:
        try:
            found = await run_in_threadpool(self._read, {token for token, _ in group})
        except BaseException as error:  # Nobody may wait for ever for what has failed.
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            if len(group) > 1:
                self._next_at = time.monotonic() + GATHER_SECONDS
            for token, answer in group:
                if not answer.done():  # Who has gone away waits no longer.
                    answer.set_result(found.get(token))

    def _read(self, tokens: set[str]) -> dict[str, Found]:
        with Session(self._engine) as session:
            return find_sessions(session, tokens, dt.datetime.now(dt.UTC))
