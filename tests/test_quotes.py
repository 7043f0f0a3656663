from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from qa import quotes
from qa.answer import Quote, QuoteMismatch
from qa.ask import examine
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


@pytest.mark.parametrize(
    ("language", "text", "leans"),
    [
        ("en", "He denied it.", True),
        ("en", "Heathrow was closed.", False),
        ("en", "“They left at dawn”, said Ward.", True),
        ("es", "Esto preocupa a la OTAN.", True),
        ("es", "Estonia votó a favor.", False),
        ("de", "Er trat zurück.", True),
        ("de", "Erdbeben erschütterte Chile.", False),
        ("ru", "Он отрицает это.", True),
        ("ru", "Онлайн-газета закрыта.", False),
        ("zh", "他否认了指控。", True),
        ("ja", "彼は否定した。", True),
        ("ko", "그는 부인했다.", True),
        ("ar", "وهو ينفي ذلك.", True),
        ("hi", "उन्होंने इससे इनकार किया।", True),
        ("tr", "O bunu reddetti.", True),
        ("tr", "Okullar kapandı.", False),
        ("th", "เขาปฏิเสธ", False),
    ],
)
def test_a_pronoun_at_the_beginning_leans_on_the_sentence_before(
    language: str, text: str, leans: bool
) -> None:
    assert quotes._leans_back(text, language) is leans


def test_the_antecedent_is_quoted_with_the_pronoun(tmp_path: Path) -> None:
    text = (
        "Captain Helen Ward left the bridge at noon. She denied any fault before the court.\nShe is at home."
    )
    found = _sentences(tmp_path, "What did she deny before the court?", article("en", text))
    denied = next(sentence for sentence in found if "denied" in sentence.text)
    quote = quotes.cut(denied, source=1, score=0.5)
    assert quote is not None
    assert quote.text == "Captain Helen Ward left the bridge at noon. She denied any fault before the court."
    # Another paragraph is another thought.
    home = next(sentence for sentence in found if "home" in sentence.text)
    assert quotes.quoted_from(home) == home.start


def test_direct_speech_keeps_its_speaker(tmp_path: Path) -> None:
    text = (
        "Mayor Íñigo Muñoz spoke to the crowd on Monday. “The water will be back by Friday.” "
        "Shops stay closed."
    )
    found = _sentences(tmp_path, "When will the water be back?", article("en", text))
    quote = quotes.cut(next(s for s in found if "water" in s.text), source=1, score=0.5)
    assert quote is not None
    assert "Íñigo Muñoz" in quote.text


def test_a_quote_that_is_not_the_stored_text_is_dropped(tmp_path: Path) -> None:
    [best, *_] = _sentences(tmp_path, "Who was saved?", article("en", FERRY["en"]))
    assert quotes.cut(best, source=1, score=0.5) is not None
    assert quotes.cut(replace(best, end=10_000), source=1, score=0.5) is None
    assert quotes.cut(replace(best, span=(best.end, best.end + 3)), source=1, score=0.5) is None


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
