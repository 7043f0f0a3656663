from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from qa import quotes
from qa.answer import Quote, QuoteMismatch
from qa.ask import ask, examine
from qa.breadth import Breadth
from qa.sentence import Sentence
from tests.stories import FERRY, article, opened


def _sentences(folder: Path, question: str, *articles: Article) -> list[Sentence]:
    with opened(folder, *articles) as index:
        return examine(index, question, language="en").sentences


def test_no_two_quotes_say_the_same_and_no_article_is_quoted_too_often(tmp_path: Path) -> None:
    found = _sentences(
        tmp_path,
        "Which passengers were saved from the ferry Aurora?",
        *(article(code, FERRY[code]) for code in ("en", "en2", "en3")),
    )
    level = [replace(sentence, score=1.0) for sentence in found]
    chosen = quotes.choose(level)
    assert 2 <= len(chosen) <= quotes.MOST
    ids = [sentence.candidate.article.id for sentence in chosen]
    assert max(map(ids.count, ids)) <= quotes.PER_ARTICLE
    assert not any(quotes.same_saying(a, b) for a in chosen for b in chosen if a is not b)


def test_a_much_weaker_sentence_is_not_quoted(tmp_path: Path) -> None:
    found = _sentences(tmp_path, "Who was the captain?", article("en", FERRY["en"]))
    first, second, *_ = found
    far = replace(second, score=first.score - quotes.GAP - 0.1)
    assert quotes.choose([first, far]) == [first]
    assert quotes.choose([]) == []


def test_a_quote_that_is_not_the_stored_text_is_dropped(tmp_path: Path) -> None:
    [best, *_] = _sentences(tmp_path, "Who was saved?", article("en", FERRY["en"]))
    assert quotes.cut(best, source=1, score=0.5) is not None
    assert quotes.cut(replace(best, end=10_000), source=1, score=0.5) is None
    assert quotes.cut(best, source=1, score=0.5, span=(best.end, best.end + 3)) is None


@given(
    text=st.text(alphabet=st.sampled_from("aé́Ж한ก语あ مğİ😀.  \n"), min_size=1, max_size=60),
    data=st.data(),
)
def test_a_cut_quote_is_the_text_to_the_code_point(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    source = article("en", text)
    quote = Quote.cut(source, start, end, source=1, score=0.5)
    quote.check(source)
    assert quote.text == text[start:end]
    with pytest.raises(QuoteMismatch):
        replace(quote, text=quote.text + "x").check(source)


def test_another_figure_is_another_saying(tmp_path: Path) -> None:
    found = _sentences(
        tmp_path, "Who saved passengers?", article("en", FERRY["en"]), article("en2", FERRY["en2"])
    )
    one = next(s for s in found if "112" in s.text)
    other = next(s for s in found if "118" in s.text)
    assert len(one.terms & other.terms) >= quotes.SAME_WORDS * len(one.terms | other.terms)
    assert not quotes.same_saying(one, other)
    assert quotes.same_saying(one, one)


def test_a_question_for_all_there_is_lifts_the_limits(tmp_path: Path) -> None:
    text = " ".join(f"Bridge {name} was closed by the storm." for name in ("Ana", "Bor", "Cid", "Dox", "Eme"))
    more = "The storm closed the bridge Fen as well.\nThe bridge Gil stayed open."
    with opened(tmp_path, article("en", text), article("en2", more)) as index:
        found = examine(index, "Which bridges were closed by the storm?", language="en").sentences
        few = ask(index, "Which bridge was closed by the storm?")
        articles = ask(index, "Which articles speak of bridges closed by the storm?")
    level = [replace(sentence, score=1.0, vector=np.eye(99)[n]) for n, sentence in enumerate(found)]
    level = [replace(sentence, terms=frozenset((str(n),))) for n, sentence in enumerate(level)]

    def per_article(chosen: list[Sentence]) -> int:
        ids = [sentence.candidate.article.id for sentence in chosen]
        return max(map(ids.count, ids))

    assert per_article(quotes.choose(level)) == quotes.PER_ARTICLE
    assert per_article(quotes.choose(level, Breadth.ALL)) == 5
    assert per_article(quotes.choose(level, Breadth.ARTICLES)) == 1
    assert len(few.quotes) <= quotes.MOST
    assert len({quote.article_id for quote in articles.quotes}) == len(articles.quotes)


def test_only_a_value_that_stands_out_is_marked(tmp_path: Path) -> None:
    clear = "Rescuers saved 112 passengers before dawn."
    unclear = "Rescuers saved 112 women passengers and saved 80 men passengers."
    for text, marked in ((clear, "112"), (unclear, None)):
        with opened(tmp_path / str(len(text)), article("en", text)) as index:
            findings = examine(index, "How many passengers were saved by rescuers?", language="en")
        [span] = quotes.marks(findings.question, findings.sentences[:1])
        assert (span and text[slice(*span)]) == marked


def test_beside_a_marked_value_only_the_same_one_is_marked(tmp_path: Path) -> None:
    with opened(tmp_path, *(article(code, FERRY[code]) for code in ("en", "en2", "ru"))) as index:
        findings = examine(index, "How many passengers did rescuers save?", language="en")
    saved = [one for one in findings.sentences if "112" in one.text or "118" in one.text]
    saved.sort(key=lambda one: ("118" in one.text, one.candidate.article.language))
    assert "112" in saved[0].text
    spans = quotes.marks(findings.question, saved)
    texts = [
        span and one.candidate.article.text[slice(*span)] for one, span in zip(saved, spans, strict=True)
    ]
    assert texts == ["112", "112", None]
