"""The library, the evaluation and the rest of the page in a real Chromium: `pytest -m browser`."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qa.messages import LANGUAGES, direction, phrase
from tests.chromium import Opener, Site, Tab, chromium, opener, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WIDTHS = ((360, 740), (768, 1024), (1440, 900))
LOCALES = ("en", "es", "ar")
AT_EACH = pytest.mark.parametrize("size", WIDTHS, ids=lambda size: f"{size[0]}px")
IN_EACH = pytest.mark.parametrize("locale", LOCALES)
QUESTIONS = {
    "en": "How many people are missing after the ferry sank in the Velmar Strait?",
    "es": "¿Cuántos niños de Teluka volvieron a clase en tiendas de campaña?",
    "ar": "كم بلغت التعويضات لعائلات ضحايا العبّارة؟",
}
HOSTILE = {
    "title": "<img src=x onerror=\"window.ran='title'\"> Odell",
    "outlet": "<i>Gazette</i>",
    "published": "2021-03-04",
    "language": "en",
    "text": "The bridge at Odell <script>window.ran='text'</script> has 37 cracks. ![x](https://elsewhere.example/x)",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server over the sample articles, with dates and outlets, and a hostile one."""
    from index.article import Article
    from index.extract import read
    from index.ingest import ingest, ingest_articles
    from ui.demo import SAMPLE

    folder = tmp_path_factory.mktemp("views")
    read_ = [one for path in sorted((SAMPLE / "articles").iterdir()) for one in read(path)]
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "text": one.text,
            "language": one.language,
            "outlet": one.outlet or f"Outlet {one.language}",
            "published": f"{2023 + n % 3}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
        }
        for n, one in enumerate(read_)
        if isinstance(one, Article)
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "articles.jsonl").write_text("\n".join(lines), "utf-8")
    assert ingest(folder / "data", [folder / "articles.jsonl"]).count("added") == len(lines)
    # Put in as it is: cleaning would take some of it away.
    odell = Article.make(key="id:odell", input="<u>odell</u>.txt", **HOSTILE)
    assert ingest_articles(folder / "data", [odell]).count("added") == 1
    yield from serve(folder / "data", folder / "log")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Opener]:
    with opener(browser) as start:
        yield start


def library(tab: Tab) -> None:
    tab.view("library")
    tab.page.wait_for_selector(".cita-entry")


def entries(tab: Tab) -> list[str]:
    return [str(one) for one in tab.page.locator(".cita-entry .cita-title").all_text_contents()]


def searched(tab: Tab, words: str, count: int) -> None:
    tab.page.fill(".cita-tools input[type=search]", words)
    tab.until("n => document.querySelectorAll('.cita-entry').length === n", count)


@AT_EACH
@IN_EACH
def test_the_library_is_searched_read_and_asked_about(
    open_tab: Opener, site: Site, size: tuple[int, int], locale: str
) -> None:
    tab = open_tab(site, size, locale)
    page = tab.page
    library(tab)
    assert page.locator(".cita-library h2").first.inner_text() == phrase("library", locale)
    assert page.evaluate("document.body.dir") == direction(locale)
    searched(tab, "Teluka campaña", 1)
    title = entries(tab)[0]
    page.locator(".cita-entry .cita-title").click()
    page.locator(".cita-aside h2", has_text=title).wait_for()
    assert "2.700" in page.locator(".cita-aside .cita-body").inner_text()
    tab.fits()
    page.get_by_role("button", name=phrase("back_to_list", locale)).click()
    page.locator(".cita-pick input").check()
    page.get_by_role("button", name=phrase("ask_selected", locale)).click()
    tab.until("document.body.dataset.view === 'ask'")
    assert page.locator(".cita-filters .cita-chip").count() == 1
    tab.ask(QUESTIONS["es"])
    assert {str(one) for one in page.locator(".cita-quote cite").all_inner_texts()} == {title}
    tab.clean()


def test_the_timeline_and_the_counts_limit_the_list(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site)
    page = tab.page
    library(tab)
    bars = page.locator(".cita-bar")
    assert bars.count() > 10
    assert re.fullmatch(r"[A-Z][a-z]+ 20\d\d: \d+", bars.first.get_attribute("aria-label") or "")
    bars.first.focus()
    page.keyboard.press("ArrowRight")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name == bars.nth(1).get_attribute("aria-label")
    page.keyboard.press("Enter")
    count = int(name.rpartition(" ")[2])
    tab.until("n => document.querySelectorAll('.cita-entry').length === n", count)
    chip = page.locator(".cita-library .cita-chip")
    assert chip.inner_text() == name.partition(":")[0]
    chip.click()
    tab.until("document.querySelectorAll('.cita-library .cita-chip').length === 0")
    page.locator(".cita-count-bar", has_text="Korean").click()
    tab.until("[...document.querySelectorAll('.cita-entry .cita-title')].every(one => one.lang === 'ko')")
    assert page.locator(".cita-count-bar[aria-pressed='true']").inner_text().startswith("Korean")
    tab.clean()


def test_the_list_is_sorted_and_limited_by_its_fields(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site, locale="de")
    page = tab.page
    library(tab)
    days = page.locator(".cita-entry time").evaluate_all("all => all.map(one => one.dateTime)")
    assert days == sorted(days, reverse=True)
    page.locator(".cita-check input").uncheck()
    tab.until("document.querySelector('.cita-entry time').dateTime.startsWith('2021')")
    page.get_by_label(phrase("language", "de"), exact=True).last.select_option("ja")
    tab.until("[...document.querySelectorAll('.cita-entry .cita-title')].every(one => one.lang === 'ja')")
    page.fill(".cita-tools input[type=search]", "nirgends 404")
    tab.until(
        "words => document.querySelector('.cita-found').textContent === words",
        phrase("nothing_matches", "de"),
    )
    tab.clean()


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=lambda size: f"{size[0]}px")
def test_what_is_deleted_can_be_brought_back(open_tab: Opener, site: Site, size: tuple[int, int]) -> None:
    tab = open_tab(site, size)
    page = tab.page
    library(tab)
    searched(tab, "Teluka campaña", 1)
    title = entries(tab)[0]
    before = page.evaluate("Number(document.body.dataset.articles)")
    page.get_by_role("button", name=f"Delete: {title}").click()
    tab.until("document.querySelectorAll('.cita-entry').length === 0")
    tab.until("n => Number(document.body.dataset.articles) === n", before - 1)
    assert title in page.locator(".cita-toast").inner_text()
    tab.fits()
    page.get_by_role("button", name="Undo").click()
    tab.until("document.querySelectorAll('.cita-entry').length === 1")
    tab.until("n => Number(document.body.dataset.articles) === n", before)
    assert entries(tab) == [title]
    tab.until("document.activeElement.matches('.cita-title')")
    tab.clean()


def test_a_hostile_article_is_text_in_the_library(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site)
    page = tab.page
    library(tab)
    searched(tab, "odell", 1)
    assert entries(tab) == [HOSTILE["title"]]
    page.locator(".cita-entry .cita-title").click()
    page.locator(".cita-aside h2").wait_for()
    assert "<script>window.ran='text'</script>" in page.locator(".cita-aside").inner_text()
    assert page.locator(".cita-library :is(img, script, i)").count() == 0
    tab.clean()


@IN_EACH
def test_an_evaluation_runs_and_shows_matrix_and_failures(open_tab: Opener, site: Site, locale: str) -> None:
    tab = open_tab(site, locale=locale)
    page = tab.page
    tab.view("evaluation")
    page.get_by_role("button", name=phrase("run_sample", locale)).click()
    page.locator(".cita-running progress").wait_for()
    page.locator(".cita-matrix").first.wait_for(timeout=120_000)
    assert page.locator(".cita-figure").count() == 6
    assert page.locator(".cita-cell:not(.none)").count() > 50
    case = page.locator(".cita-failed-case").first
    case.locator("summary").click()
    assert phrase("expected", locale) in case.inner_text()
    tab.clean()


def test_two_evaluations_are_compared(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site, (768, 1024))
    page = tab.page
    while page.evaluate("fetch('/v1/evaluations').then(r => r.json()).then(all => all.length)") < 2:
        begun = page.request.post(f"{site.address}v1/evaluations", data={"set": "sample"}).json()
        tab.until(
            "id => fetch(`/v1/evaluations/${id}`).then(r => r.json())"
            ".then(told => told.evaluation.state === 'done')",
            begun["id"],
            seconds=120,
        )
    tab.view("evaluation")
    boxes = page.locator(".cita-runs input[type=checkbox]")
    boxes.first.wait_for()
    compare = page.get_by_role("button", name="Compare", exact=True)
    assert compare.is_disabled()
    boxes.nth(0).check()
    boxes.nth(1).check()
    compare.click()
    page.locator(".cita-verdict").wait_for()
    assert page.locator(".cita-verdict").inner_text() == phrase("no_difference", "en")
    tab.clean()


@pytest.mark.parametrize("form", ["Markdown", "JSON", "BibTeX"])
def test_an_answer_is_saved(open_tab: Opener, site: Site, form: str) -> None:
    tab = open_tab(site)
    page = tab.page
    tab.ask(QUESTIONS["en"])
    tab.settled()
    page.locator(".cita-export summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=form).click()
    text = Path(download.value.path()).read_text("utf-8")
    assert "37 missing" in text
    assert (
        download.value.suggested_filename
        == f"answer.{ {'Markdown': 'md', 'JSON': 'json', 'BibTeX': 'bib'}[form] }"
    )
    tab.clean()


def test_a_quote_is_copied_with_its_citation(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site, permissions=["clipboard-read", "clipboard-write"])
    page = tab.page
    tab.ask(QUESTIONS["en"])
    tab.settled()
    page.locator(".cita-copy-quote").first.click()
    tab.until("navigator.clipboard.readText().then(text => text.includes('37 missing'))")
    copied = page.evaluate("navigator.clipboard.readText()")
    quote, _, cited = copied.partition("\n— ")
    assert quote == f"“{page.locator('.cita-quote q').first.text_content()}”"
    assert page.locator(".cita-quote cite").first.text_content() in cited
    tab.clean()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_what_to_ask_next_is_offered_and_asked(open_tab: Opener, site: Site, locale: str) -> None:
    tab = open_tab(site, locale=locale)
    page = tab.page
    tab.ask(QUESTIONS[locale])
    offered = page.locator(".cita-next .cita-example").first
    offered.wait_for()
    question = offered.text_content()
    offered.click()
    tab.until("document.querySelectorAll('.cita-answer.seen').length === 2")
    assert page.locator(".cita-question").last.text_content() == question
    assert page.locator(".cita-answer").last.get_attribute("class") != "cita-answer not_found seen"
    tab.clean()


def test_examples_are_drawn_from_the_collection(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site, locale="fr")
    page = tab.page
    page.locator(".cita-example").first.wait_for()
    languages = page.locator(".cita-example").evaluate_all("all => all.map(one => one.lang)")
    assert len(set(languages)) >= 5
    assert languages[0] == "fr"
    page.locator(".cita-example").first.click()
    page.wait_for_selector(".cita-answer.seen")
    assert page.locator(".cita-answer > .cita-quote").count()
    tab.clean()


def test_asking_is_stopped_and_tried_again(
    open_tab: Opener, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    import uvicorn

    from ui import chat
    from ui.api import create_app
    from ui.render import stage_html

    go_on, asked = threading.Event(), []
    whole = chat.replies

    def slow(articles: Any, question: str, language: str, *rest: Any) -> Iterator[str]:
        asked.append(question)
        yield stage_html("searching", language)
        if len(asked) == 1:
            go_on.wait(60)
        yield from whole(articles, question, language, *rest)

    monkeypatch.setattr(chat, "replies", slow)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(site.data), log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        try:
            tab = open_tab(Site(f"http://127.0.0.1:{listening.getsockname()[1]}/", site.data), locale="es")
            page = tab.page
            page.fill("#cita-ask textarea", QUESTIONS["es"])
            page.keyboard.press("Enter")
            page.get_by_role("button", name=phrase("stop", "es")).click(timeout=20_000)
            page.locator(".cita-notice.stopped").wait_for(timeout=20_000)
            assert page.locator(".cita-notice.stopped span").inner_text() == phrase("answer_stopped", "es")
            page.locator(".cita-notice .cita-again").click()
            page.wait_for_selector(".cita-answer.seen", timeout=20_000)
            assert page.locator(".cita-question").all_text_contents() == [QUESTIONS["es"]] * 2
            tab.clean()
        finally:
            go_on.set()
            server.should_exit = True
            running.join(30)


def test_a_question_that_cannot_be_asked_can_be_tried_again(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site, locale="es")
    tab.ask("???")
    again = tab.page.locator(".cita-notice .cita-again")
    assert again.inner_text() == phrase("retry", "es")
    again.click()
    tab.until("document.querySelectorAll('.cita-notice').length === 2")
    tab.clean()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_arrow_keys_lead_from_quote_to_quote(open_tab: Opener, site: Site, locale: str) -> None:
    tab = open_tab(site, locale=locale)
    page = tab.page
    tab.ask(QUESTIONS["en"])
    tab.settled()
    page.locator("a.cita-mark").first.focus()
    page.keyboard.press("Enter")
    tab.until("document.activeElement.matches('mark.here')")
    told = page.locator(".cita-steps span")
    total = re.findall(r"\d+", told.inner_text())[1]
    assert int(total) >= 2
    forward, back = ("ArrowLeft", "ArrowRight") if locale == "ar" else ("ArrowRight", "ArrowLeft")
    page.keyboard.press(forward)
    tab.until(
        "words => document.querySelector('.cita-steps span').textContent === words",
        phrase("quote_of", locale, n=2, m=total),
    )
    tab.until("document.activeElement.matches('mark.here')")
    page.keyboard.press(back)
    tab.until(
        "words => document.querySelector('.cita-steps span').textContent === words",
        phrase("quote_of", locale, n=1, m=total),
    )
    page.keyboard.press("Escape")
    tab.until("document.activeElement.matches('a.cita-mark')")
    tab.clean()


def test_the_language_of_the_page_is_chosen_and_stays(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site)
    page = tab.page
    for language in ("ja", "ar", "tr"):
        with page.expect_navigation():
            page.locator(".cita-speaks select").select_option(language)
        tab.until(
            "code => document.documentElement.lang === code && document.body.dataset.articles", language
        )
        assert page.evaluate("document.body.dir") == direction(language)
    page.wait_for_selector("#cita-ask textarea")
    tab.ask("???")
    assert page.locator(".cita-notice span").inner_text() == phrase("empty_question", "tr")
    tab.clean()


def test_every_language_fills_every_view(open_tab: Opener, site: Site) -> None:
    for language in LANGUAGES:
        tab = open_tab(site, (360, 740), language)
        library(tab)
        assert tab.page.locator(".cita-library h2").first.inner_text() == phrase("library", language)
        tab.fits()
        tab.view("evaluation")
        assert tab.page.locator(".cita-evaluation h2").inner_text() == phrase("evaluation", language)
        tab.clean()
        tab.page.context.close()


@pytest.mark.parametrize("width", [360, 480, 961, 1920, 2560])
def test_every_view_fits_every_width(open_tab: Opener, site: Site, width: int) -> None:
    tab = open_tab(site, (width, 900), "ru")
    tab.ask("Сколько судов в день будут осматривать?")
    tab.fits()
    library(tab)
    tab.fits()
    tab.page.locator(".cita-entry .cita-title").first.click()
    tab.page.locator(".cita-aside h2").wait_for()
    tab.fits()
    tab.view("evaluation")
    tab.clean()


def test_the_keyboard_reaches_all_without_a_mouse(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site)
    page = tab.page
    first = "document.querySelector('a[href], button, input:not([hidden]), select, textarea')"
    assert page.evaluate(f"{first}.className") == "cita-skip"
    page.locator(".cita-skip").focus()
    page.keyboard.press("Enter")
    tab.until("document.activeElement.matches('#cita-ask textarea')")
    page.keyboard.type(QUESTIONS["en"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".cita-answer.seen")
    page.locator(".cita-views a").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".cita-entry")
    seen = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.className || document.activeElement.tagName"))
        ring = page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement);"
            " return style.outlineStyle !== 'none' || document.activeElement.matches('.cita-speaks *'); })()"
        )
        assert ring, page.evaluate("document.activeElement.outerHTML")
    assert {"cita-button", "INPUT", "SELECT"} <= seen
    tab.clean()


def test_nothing_moves_for_whoever_wants_it_still(open_tab: Opener, site: Site) -> None:
    tab = open_tab(site, reduced_motion="reduce")
    tab.ask(QUESTIONS["en"])
    assert (
        tab.page.evaluate("document.getAnimations().filter(one => one.playState === 'running').length") == 0
    )


# -- axe


def axe(tab: Tab, place: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, as lines."""
    import axe_playwright_python

    script = Path(axe_playwright_python.__path__[0]) / "axe.min.js"
    if not tab.page.evaluate("typeof window.axe !== 'undefined'"):
        tab.page.evaluate(script.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = tab.page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
        ".then(result => result.violations"
        ".map(one => ({id: one.id, nodes: one.nodes.map(node => node.html)})))",
        tags,
    )
    return [f"{place}: {one['id']}: {html[:200]}" for one in found for html in one["nodes"]]


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=lambda size: f"{size[0]}px")
@pytest.mark.parametrize(("locale", "scheme"), [("en", "light"), ("es", "dark"), ("ar", "light")])
def test_axe_finds_nothing_on_any_view(
    open_tab: Opener, site: Site, size: tuple[int, int], locale: str, scheme: str
) -> None:
    tab = open_tab(site, size, locale, color_scheme=scheme, reduced_motion="reduce")
    page = tab.page
    page.locator(".cita-example").first.wait_for()
    found = axe(tab, "start")
    page.locator(".cita-filter").click()
    page.locator(".cita-filters select").first.wait_for()
    found += axe(tab, "filters")
    tab.ask(QUESTIONS[locale])
    page.locator(".cita-next").wait_for()
    page.locator(".cita-export summary").click()
    found += axe(tab, "answer")
    page.locator("a.cita-mark").first.click()
    page.locator(".cita-why summary").click()
    found += axe(tab, "evidence")
    library(tab)
    page.locator(".cita-pick input").first.check()
    found += axe(tab, "library")
    page.locator(".cita-entry .cita-title").first.click()
    page.locator(".cita-aside h2").wait_for()
    found += axe(tab, "article")
    tab.view("evaluation")
    page.locator(".cita-matrix, .cita-hint").first.wait_for()
    found += axe(tab, "evaluation")
    page.evaluate("document.querySelector('.cita-view-head .cita-button')")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_axe_finds_nothing_where_there_is_nothing(open_tab: Opener, tmp_path: Path, locale: str) -> None:
    for site in serve(tmp_path / "data", tmp_path / "log"):
        tab = open_tab(site, (390, 844), locale)
        found = axe(tab, "empty")
        tab.view("library")
        tab.until("document.querySelector('.cita-found').textContent !== ''")
        found += axe(tab, "empty library")
        tab.page.locator(".cita-library .cita-button").click()
        tab.page.locator("dialog[open]").wait_for()
        found += axe(tab, "adding")
        assert found == [], "\n".join(found)
        tab.clean()
