"""A real server and a real Chromium for the tests of the page."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request


def launchable() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, (
        "no Chromium found: install one (Debian: apt-get install chromium), then run pytest -m browser"
    )
    return path


@dataclass
class Site:
    """A running server and what it prints."""

    address: str
    data: Path


def serve(data: Path, log: Path) -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ui.cli", "serve", "--data", str(data), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 60
            while True:
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()  # noqa: PT018
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield Site(f"http://127.0.0.1:{port}/", data)
        finally:
            process.kill()
            process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=launchable(), args=quiet)
        yield browser
        browser.close()


@dataclass
class Tab:
    """One page and everything it asked for, complained of or ran."""

    page: Page
    site: Site
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.page.fill("#cita-ask textarea", question)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".cita-answer.seen, .cita-notice", timeout=20_000)

    def view(self, name: str) -> None:
        """Open another view by its link."""
        self.page.locator(f".cita-views [data-view='{name}']").click()
        self.until("name => document.body.dataset.view === name", name)

    def until(self, expression: str, arg: object = None, *, seconds: float = 10) -> None:
        """Wait for a condition; Playwright's own waiting needs the eval that the page forbids."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(expression, arg):
            assert time.monotonic() < deadline, f"never came true: {expression}"
            time.sleep(0.02)

    def settled(self) -> None:
        """Wait until the answer is drawn for the last time: a redrawn link has lost the focus."""
        before = None
        while (now := self.page.inner_html("#cita-chat")) != before:
            before = now
            self.page.wait_for_timeout(400)

    def fits(self) -> None:
        """Nothing sticks out to the side."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def clean(self) -> None:
        """Nothing was fetched from elsewhere, nothing ran that came from an article or a question."""
        assert self.elsewhere == []
        assert self.complaints == []
        assert self.page.evaluate("window.ran") is None
        self.fits()


Opener = Callable[..., Tab]


@contextmanager
def opener(browser: Browser) -> Iterator[Opener]:
    """A function that opens the page of a site in a context of its own."""
    contexts = []

    def start(site: Site, size: tuple[int, int] = (1440, 900), locale: str = "en", **more: Any) -> Tab:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, locale=locale, **more)
        contexts.append(context)
        tab = Tab(context.new_page(), site)

        def requested(request: Request) -> None:
            if not request.url.startswith((site.address, "data:", "blob:")):
                tab.elsewhere.append(request.url)

        def told(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                tab.complaints.append(f"{message.text} {message.location}")

        tab.page.on("request", requested)
        tab.page.on("console", told)
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.goto(site.address)
        tab.page.wait_for_selector("#cita-ask textarea")
        tab.until("document.body.dataset.articles !== undefined")
        return tab

    yield start
    for context in contexts:
        context.close()
