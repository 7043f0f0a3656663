"""Ten thousand made-up texts through cleaner, chunker and quotes (`CITA_CASES` of each)."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import metadata
from index.article import Article
from index.clean import clean
from index.sentences import sentences
from index.split import BOUND, passages, units
from qa.answer import Quote, QuoteMismatch
from tests.conftest import TEXTS

pytestmark = pytest.mark.slow

CASES = int(os.environ.get("CITA_CASES", "10000"))
thorough = settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))

PIECES = [
    *(word for text in TEXTS.values() for word in text.split()),
    *("LEE TAMBIÉN:", "READ MORE", "À lire aussi :", "Foto: EFE", "<b>", "[1]", "https://x.example/a?b=c"),
    *(
        "…",
        ".",
        "!",
        "。",
        "؟",
        "।",
        "\n",
        "\n\n",
        " ",
        "\u00a0",
        "\u200b",
        "\u202e",
        "\u0301",
        "\ufeff",
        "\r\n",
    ),
    *(
        "👩‍👩‍👧",
        "🇪🇸",
        "İ",
        "ß",
        "ﬁ",
        "e\u0301",
        "\x00",
        "\u2028",
        "“",
        "”",
        "—",
        "a. m.",
        "Sr.",
        "2.300,50",
        "½",
    ),
]
texts = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=80).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=80).map("".join),
)
languages = st.sampled_from([*TEXTS, "und", "de", "uk", "xx"])
HIDDEN = {"\x00", "\u200b", "\u202e", "\ufeff", "\u202a", "\u2066"}


@thorough
@given(text=texts, title=st.one_of(st.none(), texts), outlet=st.one_of(st.none(), texts))
def test_what_is_cleaned_is_plain_composed_text_and_clean_already(
    text: str, title: str | None, outlet: str | None
) -> None:
    # As readers of every format hand them over.
    found = clean(text, title=metadata.title(title), outlet=metadata.name(outlet))
    for one in (found.text, found.title):
        assert unicodedata.is_normalized("NFC", one)
        assert not set(one) & HIDDEN
        assert "\r" not in one
        assert one == one.strip()
        one.encode("utf-8")
    assert "\n" not in found.title
    assert len(found.text) <= 2 * len(unicodedata.normalize("NFC", text)) + 2


@thorough
@given(text=texts, language=languages)
def test_passages_and_sentences_cover_a_text_in_order_and_within_their_bound(
    text: str, language: str
) -> None:
    cleaned = clean(text).text
    for spans in (passages(cleaned, language), sentences(cleaned, language)):
        end = 0
        for start, stop in spans:
            assert 0 <= end <= start < stop <= len(cleaned)
            assert not cleaned[end:start].strip(), "words between two spans"
            assert cleaned[start:stop].strip()
            end = stop
        assert not cleaned[end:].strip(), "words after the last span"
    for start, stop in passages(cleaned, language):
        assert units(cleaned[start:stop]) <= 2 * BOUND


@thorough
@given(text=texts, data=st.data())
def test_a_quote_is_the_text_of_its_article_or_is_refused(text: str, data: st.DataObject) -> None:
    cleaned = clean(text).text
    article = Article.make(key="id:x", input="x", title="t", text=cleaned, language="und")
    start = data.draw(st.integers(-3, len(cleaned) + 3))
    end = data.draw(st.integers(-3, len(cleaned) + 3))
    if not 0 <= start < end <= len(cleaned):
        with pytest.raises(ValueError, match="lie outside"):
            Quote.cut(article, start, end, source=1, score=0.5)
        return
    quote = Quote.cut(article, start, end, source=1, score=0.5)
    quote.check(article)
    assert article.text[quote.start : quote.end] == quote.text
    place = data.draw(st.integers(0, len(quote.text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != quote.text[place]))
    altered = quote.text[:place] + other + quote.text[place + 1 :]
    for wrong in (
        Quote(article.id, start, end, altered, 1, 0.5),
        Quote(article.id, start, end, quote.text + other, 1, 0.5),
        Quote("another", start, end, quote.text, 1, 0.5),
    ):
        with pytest.raises(QuoteMismatch):
            wrong.check(article)
