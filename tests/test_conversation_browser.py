"""Conversations in a real Chromium: follow-ups, what was assumed, the history, links."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from qa.messages import phrase
from tests.chromium import Opener, Site, Tab
from tests.test_chat_browser import browser, open_tab, site  # noqa: F401  (the fixtures)

pytestmark = pytest.mark.browser

SHIP = "When did the ferry Aurora sink?"
THEN = "And how many passengers were saved?"
ARABIC = ("متى غرقت العبّارة في المضيق؟", "وكم راكبًا؟")


def ask(tab: Tab, question: str) -> None:
    """Ask one more question and wait for its answer."""
    before = tab.page.locator(".cita-answer").count()
    tab.page.fill("#cita-ask textarea", question)
    tab.page.keyboard.press("Enter")
    answered(tab, before + 1)


def answered(tab: Tab, count: int) -> None:
    tab.until("n => document.querySelectorAll('#cita-chat .cita-answer.seen').length === n", count)
    # Kept a moment later, when the whole answer is drawn.
    tab.until("n => document.querySelectorAll('#cita-chat .cita-link').length === n", count)
    tab.settled()


def kept(tab: Tab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(tab.page.evaluate("localStorage.getItem('cita-conversations')"))
    return found


def questions(tab: Tab) -> list[str]:
    return tab.page.locator("#cita-chat .cita-question").all_text_contents()


def history(tab: Tab, language: str = "en") -> None:
    tab.page.get_by_role("button", name=phrase("conversations", language), exact=True).click()
    tab.until("document.querySelector('.cita-history').open")


@pytest.mark.parametrize(
    ("size", "locale", "turns"),
    [((1440, 900), "en", (SHIP, THEN)), ((360, 740), "ar", ARABIC)],
    ids=["wide", "phone right to left"],
)
def test_what_was_assumed_is_a_chip_that_asks_again_without_it(
    open_tab: Opener,  # noqa: F811
    site: Site,  # noqa: F811
    size: tuple[int, int],
    locale: str,
    turns: tuple[str, str],
) -> None:
    tab = open_tab(site, size, locale)
    ask(tab, turns[0])
    assert tab.page.locator(".cita-about").count() == 0
    ask(tab, turns[1])
    chip = tab.page.locator(".cita-about")
    start = phrase("about", locale, things="\0").partition("\0")[0].strip()
    assert chip.inner_text().startswith(start)
    assert phrase("about_drop", locale) in str(chip.get_attribute("aria-label"))
    assert chip.bounding_box()["height"] >= 24  # type: ignore[index]
    chip.focus()
    tab.page.keyboard.press("Enter")
    answered(tab, 3)
    assert questions(tab) == [*turns, turns[1]]
    assert tab.page.locator(".cita-about").count() == 1
    [one] = kept(tab)
    assert [turn["standalone"] for turn in one["turns"]] == [True, False, True]
    tab.clean()


def test_conversations_are_kept_and_opened_again(open_tab: Opener, site: Site) -> None:  # noqa: F811
    tab = open_tab(site)
    ask(tab, SHIP)
    ask(tab, THEN)
    tab.page.reload()
    answered(tab, 2)
    assert questions(tab) == [SHIP, THEN]
    assert tab.page.locator(".cita-about").count() == 1
    assert not tab.page.evaluate("document.querySelector('#cita-ask').inert")
    with tab.page.expect_navigation():
        tab.page.get_by_role("button", name=phrase("new_chat", "en")).click()
    tab.until("document.body.dataset.articles !== undefined && !document.querySelector('.cita-question')")
    ask(tab, "¿Cuántas personas fueron evacuadas de San Martín?")
    assert len(kept(tab)) == 2
    history(tab)
    rows = tab.page.locator(".cita-history li")
    assert rows.count() == 2
    assert rows.nth(0).locator("[aria-current='true']").count() == 1
    rows.nth(1).locator(".cita-history-open").click()
    answered(tab, 2)
    assert questions(tab) == [SHIP, THEN]
    ask(tab, "And when?")
    assert [len(one["turns"]) for one in kept(tab)] == [3, 1]
    tab.clean()


def test_a_conversation_is_renamed_deleted_and_put_back_by_keyboard(
    open_tab: Opener,  # noqa: F811
    site: Site,  # noqa: F811
) -> None:
    tab = open_tab(site, (360, 740))
    ask(tab, SHIP)
    history(tab)
    tab.page.get_by_role("button", name=phrase("conversation_rename", "en", title=SHIP)).press("Enter")
    name = tab.page.get_by_label(phrase("conversation_name", "en"))
    name.fill("Fähre <b>Aurora</b> 🚢")
    name.press("Escape")
    assert tab.page.evaluate("document.querySelector('.cita-history').open"), "Escape ends the renaming only"
    assert kept(tab)[0].get("name") is None
    tab.page.keyboard.press("Enter")  # the focus is on the button again
    name.fill("Fähre <b>Aurora</b> 🚢")
    name.press("Enter")
    assert kept(tab)[0]["name"] == "Fähre <b>Aurora</b> 🚢"
    title = tab.page.locator(".cita-history-open bdi")
    assert title.text_content() == "Fähre <b>Aurora</b> 🚢"
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    assert kept(tab) == []
    back = tab.page.locator(".cita-history-back")
    assert back.evaluate("node => node === document.activeElement")
    tab.page.keyboard.press("Enter")
    assert len(kept(tab)) == 1
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Escape")
    tab.until("document.body.dataset.articles !== undefined && !document.querySelector('.cita-question')")
    assert kept(tab) == []
    tab.clean()


def test_a_link_opens_a_question_with_what_it_was_understood_from(
    open_tab: Opener,  # noqa: F811
    site: Site,  # noqa: F811
) -> None:
    tab = open_tab(site, permissions=["clipboard-read", "clipboard-write"])
    ask(tab, SHIP)
    ask(tab, THEN)
    links = tab.page.locator(".cita-link")
    assert links.nth(0).get_attribute("aria-label") == phrase("copy_link", "en")
    copied = []
    for place in (0, 1):
        links.nth(place).click()
        tab.until("n => document.querySelectorAll('.cita-link')[n].dataset.noted", place)
        copied.append(str(tab.page.evaluate("navigator.clipboard.readText()")))
    alone, followed = (parse_qs(urlsplit(address).query) for address in copied)
    assert alone == {"q": [SHIP]}
    assert followed == {"q": [THEN], "after": [SHIP]}
    other = open_tab(site)
    other.page.goto(copied[1])
    other.page.wait_for_selector("#cita-ask textarea")
    answered(other, 2)
    assert questions(other) == [SHIP, THEN]
    assert other.page.locator(".cita-about").text_content() == tab.page.locator(".cita-about").text_content()
    assert other.page.url == site.address, "reloading must not ask once more"
    other.page.goto(copied[0])
    answered(other, 1)
    assert len(kept(other)) == 2
    tab.clean()
    other.clean()


def test_what_is_kept_may_be_anything(open_tab: Opener, site: Site) -> None:  # noqa: F811
    tab = open_tab(site)
    hostile = "<img src=x onerror=\"window.ran='title'\">"
    wrong = {
        "id": "b",
        "at": "…",
        "turns": [{"question": hostile, "language": "<i>", "scope": {"from": "never"}}],
    }
    tab.page.evaluate(
        "all => localStorage.setItem('cita-conversations', all)",
        json.dumps([7, None, {"id": "a"}, wrong, {"id": "c", "at": "2026-01-02", "turns": []}]),
    )
    history(tab)
    assert tab.page.locator(".cita-history-open bdi").nth(0).text_content() == hostile
    tab.page.locator(".cita-history-open").nth(0).click()
    tab.page.wait_for_selector(".cita-notice")
    tab.until("!document.querySelector('#cita-ask').inert")
    ask(tab, SHIP)
    assert kept(tab)[0]["turns"][0]["question"] == SHIP
    tab.page.evaluate("localStorage.setItem('cita-conversations', '{broken')")
    tab.page.reload()
    tab.until("document.body.dataset.articles !== undefined && document.querySelector('#cita-ask textarea')")
    ask(tab, SHIP)
    assert len(kept(tab)) == 1
    tab.clean()
