"""The centre served for browsers: a real server on a real database, a browser, and somebody of each role logged in."""

from __future__ import annotations

import datetime as dt
import fcntl
import pickle
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from sqlalchemy import Engine

from api.http import make_app
from api.http.callers import COOKIE
from api.pages.assets import make_assets
from api.pages.rendering import LANGUAGE_COOKIE
from api.settings import Settings
from catalog.database import make_engine, writing
from scheduler import sessions
from scheduler.accounts import end_sessions
from tests.e2e.pages.place import Place
from tests.e2e.pages.town import Facts, make_centre, send_out

PHONE, DESKTOP = 320, 1280
HEIGHT = {PHONE: 720, DESKTOP: 900}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
ENTRANCE = "/entrance-of-tests"
UNLIMITED = Settings(account_limit="", address_limit="")


@dataclass
class Site:
    """The served centre; `out` is the same one where next week is sent out already."""

    base: str
    facts: Facts
    engine: Engine
    browser: Browser
    out: Site | None = None

    def of(self, place: Place) -> Site:
        """The centre in which a place is looked at."""
        return self.out if place.out and self.out is not None else self

    @contextmanager
    def as_role(
        self, role: str = "", width: int = DESKTOP, *, scripts: bool = True, language: str = "da"
    ) -> Iterator[BrowserContext]:
        """A browser of its own, in which somebody of this role is logged in, or nobody."""
        size = ViewportSize(width=width, height=HEIGHT.get(width, 900))
        context = self.browser.new_context(
            base_url=self.base,
            viewport=size,
            java_script_enabled=scripts,
            locale="da-DK",
            timezone_id="Europe/Copenhagen",
        )
        context.set_default_timeout(60_000)
        if role:
            self.log_in(context, role)
        if language != "da":
            context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": self.base, "secure": True}])
        try:
            yield context
        finally:
            context.close()

    def log_in(self, context: BrowserContext, role: str) -> None:
        """Begin a login of this role in a browser, without its form: browsers take such a cookie from a server only."""
        page = context.new_page()
        page.goto(f"{ENTRANCE}/{self.facts.account[role]}")
        page.close()

    def end_logins(self) -> None:
        """Let every login be over."""
        with writing(self.engine) as session:
            for account in self.facts.account.values():
                end_sessions(session, account)

    def path_of(self, place: Place) -> str:
        """Where a place is in this centre."""
        return place.path.format(**asdict(self.facts))

    def open(self, context: BrowserContext, place: Place) -> Page:
        """Open a place and prepare its state."""
        page = context.new_page()
        answer = page.goto(self.path_of(place))
        assert answer is not None
        assert answer.status == place.status, f"{place.name}: status {answer.status}"
        if place.prepare is not None:
            place.prepare(page)
        return page


@contextmanager
def served(folder: Path, made: Path | None = None) -> Iterator[Site]:
    """Serve a centre in a folder: a copy of one that is `made` already, or a new one."""
    facts = find_centre(made or folder)
    with sync_playwright() as playwright, ExitStack() as stack:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        stack.callback(browser.close)
        out, site = (
            stack.enter_context(_site(made or folder, folder, name, facts, browser)) for name in ("out", "made")
        )
        site.out = out
        yield site


@contextmanager
def _site(made: Path, folder: Path, name: str, facts: Facts, browser: Browser) -> Iterator[Site]:
    """One server on a copy of one of the databases that are made."""
    database = shutil.copy(made / f"{name}.db", folder / f"{name}-served.db")
    engine = make_engine(f"sqlite:///{database}")
    try:
        with _running(engine) as port:
            yield Site(f"http://localhost:{port}", facts, engine, browser)
    finally:
        engine.dispose()


def find_centre(folder: Path) -> Facts:
    """Make the centre in a folder that several test processes share; all but the first wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = folder / "made.pickle"
    with (folder / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not facts.exists():
            make_assets()
            made = make_centre(f"sqlite:///{folder / 'made.db'}")
            shutil.copy(folder / "made.db", folder / "out.db")
            send_out(f"sqlite:///{folder / 'out.db'}", made)
            facts.write_bytes(pickle.dumps(made))
        found: Facts = pickle.loads(facts.read_bytes())
        return found


@contextmanager
def _running(engine: Engine) -> Iterator[int]:
    """The server, in a thread of this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(_with_entrance(engine), log_level="error", lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def _with_entrance(engine: Engine) -> FastAPI:
    """The application, and an address at which anybody is logged in with an account."""
    app = make_app(engine, UNLIMITED)

    @app.get(f"{ENTRANCE}/{{account_id}}")
    def enter(account_id: int) -> Response:
        with writing(engine) as session:
            token, _ = sessions.open_session(session, account_id, dt.datetime.now(dt.UTC))
        answer = Response("logged in")
        answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
        return answer

    return app
