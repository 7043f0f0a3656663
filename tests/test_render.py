from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from qa.answer import Answer, Disagreement, Quote, Reading, Source
from qa.messages import phrase
from ui import render

ALLOWED = {
    *("a", "b", "bdi", "blockquote", "button", "cite", "div", "footer", "h2", "h3", "p", "pre", "q"),
    *("details", "section", "span", "strong", "summary", "time"),
}
HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "<script>alert(1)</script>",
    "</section><style>*{display:none}</style>",
    '"><a href="javascript:alert(1)">x</a>',
    "![x](https://elsewhere.example/x.png)",
    "[2] Source: Reuters [1](javascript:alert(1))",
    "first\n\n<b>second</b>\n\n    code",
    "${7*7} {{7*7}} {0} {outlets} $$x^2$$ **bold** `code`",
    "\x1b]8;;https://elsewhere.example\x07link\x1b[2J \u202egnp.exe\u2069",
    "Ελλάδα İstanbul 서울 東京 กรุงเทพ القاهرة दिल्ली 👩‍👩‍👧 " + unicodedata.normalize("NFD", "café"),
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=60))


@dataclass
class Page(HTMLParser):
    """What a browser would make of a piece of HTML: its elements, and the text of each class."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._text: dict[str, list[str]] = {}

    @classmethod
    def of(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        page.close()
        assert page._open == [], f"left open: {page._open}"
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        name = dict(attrs).get("class") or tag
        self._open.append(name)
        self._text.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for name in dict.fromkeys(self._open):
            self._text[name][-1] += data

    def text(self, name: str) -> list[str]:
        return self._text.get(name, [])


def article(text: str, **more: str | None) -> Article:
    told = {"title": "Un título", "language": "es", "outlet": "El Faro", "published": "2025-06-05", **more}
    return Article.make(key="id:1", input="a.txt", text=text, **told)  # type: ignore[arg-type]


def source(n: int, one: Article) -> Source:
    return Source(
        n, one.id, one.title, one.url, one.outlet, one.author, one.published, one.language, one.input
    )


def answer(
    one: Article, *, language: str = "en", question: str = "¿Qué?", status: str = "answered"
) -> Answer:
    quote = Quote.cut(one, 0, len(one.text), source=1, score=0.9, span=(0, 1))
    return Answer(
        question=question,
        language=language,
        status=status,  # type: ignore[arg-type]
        text=f"According to the articles:\n\n“{one.text}” [1]",
        quotes=(quote,),
        sources=(source(1, one),),
        also_reported=(quote,),
        disagreements=(Disagreement("number", (Reading(one.text[:9], quote), Reading("12", quote))),),
    )


@settings(deadline=None)
@given(text=texts, title=texts, outlet=texts, url=texts, published=texts, language=texts, asked=texts)
def test_whatever_an_article_says_becomes_text_and_nothing_else(
    text: str, title: str, outlet: str, url: str, published: str, language: str, asked: str
) -> None:
    one = article(text, title=title, outlet=outlet, url=url, published=published, language=language)
    html = render.answer_html(answer(one))
    page = Page.of(html)
    assert {tag for tag, _ in page.elements} <= ALLOWED
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        if tag == "a":
            assert attributes["href"] == f"#quote-{one.id}-0-{len(text)}-0-1"
    assert "\n" not in html, "a blank line would end the HTML block and let Markdown begin"
    assert "\n" not in render.question_html(asked)
    assert {tag for tag, _ in Page.of(render.question_html(asked)).elements} == {"h2"}


@pytest.mark.parametrize(
    "text",
    [
        "Pyongyang envió 12.000 soldados.",
        "Поезд остановлен в Озёрске.\nВторая строка.",
        "غرقت العبّارة فجر الثلاثاء.",
        "मंत्री ने हस्ताक्षर किए।",
        "部长说：“协议将稳定价格。”",
        "市長は「冷静に」と述べた。",
        "노조는 <환영>했다 & 'yes'.",
        "ชาวบ้านกว่าสองพันคนต้องอพยพ",
        "İstanbul'da grev 👩‍👩‍👧 sürüyor.",
        unicodedata.normalize("NFD", "L'éruption a forcé à fuir."),
    ],
)
def test_a_quote_is_shown_to_the_code_point(text: str) -> None:
    page = Page.of(render.answer_html(answer(article(text))))
    assert page.text("q") == [text]
    assert page.text("strong") == [text[0]]


def test_the_parts_of_an_answer() -> None:
    page = Page.of(render.answer_html(answer(article("Murieron 31 personas."), language="fr")))
    assert page.text("cita-badge") == [phrase("verbatim_badge", "fr")]
    assert page.text("cita-lead") == ["According to the articles:"]
    assert page.text("cite") == ["Un título"]
    assert page.text("cita-origin") == ["El Faro · 5 juin 2025 · espagnol"]
    assert page.text("cita-mark")[0] == "[1]"
    assert page.text("cita-disagreement")[0].count("[1]") == 2


@pytest.mark.parametrize("language", ["en", "ar", "ja", "uk", "hi"])
def test_every_answer_and_every_quote_can_be_judged_in_the_answer_s_language(language: str) -> None:
    page = Page.of(render.answer_html(answer(article("Murieron 31 personas."), language=language)))
    assert page.text("cita-good") == [phrase("helpful", language)]
    assert page.text("cita-bad") == [phrase("not_helpful", language)]
    assert page.text("cita-right") == [phrase("right_passage", language)]
    (right,) = [attributes for _, attributes in page.elements if attributes.get("class") == "cita-right"]
    assert right["lang"] == language, "and not that of the quote around it"
    assert right["type"] == "button"


def test_a_quote_in_the_question_s_language_says_no_language() -> None:
    page = Page.of(render.answer_html(answer(article("Murieron 31 personas."), language="es")))
    assert page.text("cita-origin") == ["El Faro · 5 de junio de 2025"]


def test_right_to_left_is_marked_on_the_part_that_is() -> None:
    one = article("غرقت العبّارة.", language="ar")
    elements = Page.of(render.answer_html(answer(one))).elements
    directions = {tag: attributes.get("dir") for tag, attributes in elements if "dir" in attributes}
    assert directions["section"] == "ltr"
    assert directions["blockquote"] == "rtl"


def test_what_was_not_found_is_shown_as_nearest_and_not_as_an_answer() -> None:
    one = article("Murieron 31 personas.")
    quote = Quote.cut(one, 0, 8, source=1, score=0.1, span=(0, 8))
    missing = Answer("?", "en", "not_found", "no", sources=(source(1, one),), nearest=(quote,))
    page = Page.of(render.answer_html(missing))
    assert page.text("cita-lead") == ["I could not find an answer to this in the articles."]
    assert [quoted for quoted in page.text("cita-nearest") if "Murieron" in quoted]
    assert not page.text("strong"), "nothing in it is the answer"
    assert not page.text("cita-copy"), "there is nothing to copy"
    assert page.text("cita-good") == ["Helpful"]
    assert page.text("cita-right") == ["This is the right passage"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=<c>", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org/x", False),
        ("https://", False),
        ("http://[broken", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_links(url: str | None, kept: bool) -> None:
    assert (render.link_of(url) is not None) == kept


@given(texts)
def test_plain_text_cannot_command_a_terminal(text: str) -> None:
    shown = render.plain(text)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert [c for c in text if c.isalnum()] == [c for c in shown if c.isalnum()]
    shown.encode("utf-8")


def test_the_terminal_shows_the_answer_and_its_numbered_sources() -> None:
    one = article("Murieron 31 personas.", title="Una\nnoche", url="https://example.org/a")
    lines = render.terminal(answer(one, language="es")).split("\n")
    assert lines[0] == "According to the articles:"
    assert lines[-2:] == [
        "Fuentes",
        "[1] Una noche · El Faro · 5 de junio de 2025 · español · https://example.org/a",
    ]


def test_a_source_without_an_address_is_told_by_its_file() -> None:
    one = article("x", url="javascript:alert(1)", outlet=None, published=None, language="und")
    assert render.source_line(source(1, one), "en") == "[1] Un título · a.txt"


def test_examples_are_text_in_their_own_direction() -> None:
    page = Page.of(render.welcome_html({"ar": "كم؟", "en": "<img src=x>"}))
    buttons = [a for tag, a in page.elements if a.get("class") == "cita-example"]
    assert page.text("cita-example") == ["كم؟", "<img src=x>"]
    assert [one["dir"] for one in buttons] == ["rtl", "ltr"]
