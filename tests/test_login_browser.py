"""Logging in with a real Chromium: the page, the cookie, the chat behind it, and out again."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.messages import phrase
from tests.chromium import Site, serve
from tests.test_chat_browser import browser  # noqa: F401  (the fixture)
from ui.keys import Keys

pytestmark = pytest.mark.browser


def test_a_reader_logs_in_asks_and_logs_out(
    collection: Path,
    tmp_path: Path,
    browser: object,  # noqa: F811
) -> None:
    token = Keys(collection / "keys.json").add("reader", ["ask"])[1].reveal()
    complaints: list[str] = []
    for site in serve(collection, tmp_path / "log"):
        assert isinstance(site, Site)
        context = browser.new_context(locale="es")  # type: ignore[attr-defined]
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        first = page.goto(site.address)
        assert first.status == 401
        assert page.title() == f"cita: {phrase('log_in', 'es')}"
        page.fill("#key", "cita_000000000000_wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert page.inner_text("[role=alert]") == phrase("key_unknown", "es")
        page.fill("#key", token)
        page.keyboard.press("Enter")
        page.wait_for_selector("#cita-ask textarea", timeout=30_000)
        page.fill("#cita-ask textarea", "How many passengers did the rescuers save?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cita-answer.seen", timeout=30_000)
        assert "112" in page.inner_text("#cita-chat")
        (cookie,) = context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert token not in cookie["value"]
        assert "cita_session" not in page.evaluate("document.cookie")
        page.goto(f"{site.address}login")
        page.click("button[name=leave], form:last-of-type button")
        page.wait_for_selector("#key")
        assert page.goto(site.address).status == 401
        context.close()
    assert complaints == []
