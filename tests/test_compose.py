from __future__ import annotations

import re
from typing import Any

import pytest

from qa import compose
from qa.answer import Disagreement, Quote, Reading, Source
from qa.compose import Sources
from qa.messages import LANGUAGES
from tests.stories import FERRY, article

TEXT = FERRY["es"]
ARTICLE = article("es", TEXT, outlet="El Faro", published="2024-06-18")


def _quote(source: int = 1, start: int = 0, end: int = 59) -> Quote:
    return Quote.cut(ARTICLE, start, end, source=source, score=0.9)


def _source(n: int = 1, **known: Any) -> Source:
    fields: dict[str, Any] = {
        "title": "Un título", "url": None, "outlet": "El Faro", "author": None, "published": "2024-06-18",
        "language": "es", "input": "a.txt",
    }  # fmt: skip
    return Source(n=n, article_id=ARTICLE.id, **(fields | known))


def test_sources_are_numbered_in_order_of_first_use() -> None:
    sources = Sources()
    other = article("ru", FERRY["ru"])
    assert [sources.number(a) for a in (other, ARTICLE, other, ARTICLE)] == [1, 2, 1, 2]
    assert [(source.n, source.article_id) for source in sources.all()] == [(1, other.id), (2, ARTICLE.id)]


@pytest.mark.parametrize("language", [*LANGUAGES, "th", "und"])
@pytest.mark.parametrize("status", ["answered", "weak", "not_found"])
def test_the_text_quotes_verbatim_and_cites(language: str, status: Any) -> None:
    text = compose.text(language, status, [_quote()], [_source()])
    assert _quote().text in text
    assert re.findall(r"\[(\d+)\]", text) == ["1"]
    assert "El Faro" in text
    assert "2024" in text


@pytest.mark.parametrize(("language", "note"), [("en", "(in Spanish)"), ("es", None), ("ko", "스페인어")])
def test_a_quote_in_another_language_says_so(language: str, note: str | None) -> None:
    text = compose.text(language, "answered", [_quote()], [_source()])
    if note is None:
        assert "español" not in text
    else:
        assert note in text


def test_one_source_is_named_in_the_lead() -> None:
    lead = compose.text("en", "answered", [_quote()], [_source()]).split("\n")[0]
    assert lead == "According to El Faro (June 18, 2024):"
    two = compose.text("en", "answered", [_quote(), _quote(2)], [_source(), _source(2)]).split("\n")[0]
    assert two == "According to the articles:"


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({}, "El Faro"),
        ({"outlet": None, "url": "https://news.example.org/x"}, "news.example.org"),
        ({"outlet": None}, "Un título"),
        ({"outlet": None, "title": ""}, "a.txt"),
    ],
)
def test_what_a_source_is_called(known: dict[str, Any], name: str) -> None:
    assert compose.outlet_of(_source(**known)) == name


def test_agreement_and_disagreement_are_told_with_their_numbers() -> None:
    readings = (Reading("112", _quote(1)), Reading("118", _quote(2)))
    text = compose.text(
        "en",
        "answered",
        [_quote()],
        [_source(), _source(2, outlet="Costa"), _source(3, outlet="Радио")],
        also_reported=[_quote(3)],
        disagreements=[Disagreement("number", readings)],
    )
    assert "Also reported by Радио [3]" in text
    assert "112 [1], 118 [2]" in text


def test_nothing_at_all_is_one_sentence() -> None:
    assert compose.text("en", "not_found", [], []) == "I could not find an answer to this in the articles."
