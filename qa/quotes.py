"""The choice of the few sentences that are quoted, and what is marked in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.article import Article
from qa.answer import Quote, QuoteMismatch
from qa.breadth import Breadth
from qa.context import extent
from qa.mention import sure
from qa.question import Question
from qa.sentence import Sentence
from qa.values import dates, numbers

MOST = 4
"""Quotes in one answer."""

PER_ARTICLE = 2
"""Quotes from one article."""

GAP = 2.0
"""How far below the best sentence's score (log odds) another one may be and still be quoted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is quoted: sentences, sentences of one article, and how far below the best one."""

    most: int
    per_article: int
    gap: float


LIMITS = {
    Breadth.FEW: Limits(MOST, PER_ARTICLE, GAP),
    Breadth.ALL: Limits(12, 6, 3.0),
    Breadth.ARTICLES: Limits(12, 1, 3.0),
}

SAME_WORDS = 0.6
"""Share of words (Jaccard) from which two sentences say the same."""

SAME_SENSE = 0.9
"""Cosine from which two sentences of one language say the same."""

SAME_SENSE_ABROAD = 0.65
"""The same for sentences of two languages: of translated news 30 to 85 % lie above it, depending on the
languages, and of sentences that follow each other in one article fewer than 1 %."""


def same_saying(a: Sentence, b: Sentence) -> bool:
    """Whether two sentences say the same, in words or (across languages) in sense, with the same figures."""
    abroad = a.candidate.article.language != b.candidate.article.language
    alike = float(a.vector @ b.vector) >= (SAME_SENSE_ABROAD if abroad else SAME_SENSE)
    union = len(a.terms | b.terms)
    if not alike and not (union and len(a.terms & b.terms) / union >= SAME_WORDS):
        return False
    return _figures(a) == _figures(b)


def _figures(sentence: Sentence) -> set[float]:
    return {value for _, _, value in numbers(sentence.text)}


def choose(sentences: Sequence[Sentence], breadth: Breadth = Breadth.FEW) -> list[Sentence]:
    """The sentences to quote, best first, from sentences in order of score.

    At most `MOST`, at most `PER_ARTICLE` of one article, none that says what another says, none much
    worse than the best; where the question asks for all there is, or for articles, as many as `LIMITS`.
    """
    limits = LIMITS[breadth]
    chosen: list[Sentence] = []
    for sentence in sentences:
        if len(chosen) == limits.most or (chosen and sentence.score < chosen[0].score - limits.gap):
            break
        article = sentence.candidate.article.id
        if sum(other.candidate.article.id == article for other in chosen) == limits.per_article:
            continue
        if not any(_overlap(sentence, other) or same_saying(sentence, other) for other in chosen):
            chosen.append(sentence)
    return chosen


def _overlap(a: Sentence, b: Sentence) -> bool:
    """Whether the quotes cut from two sentences would share text."""
    if a.candidate.article.id != b.candidate.article.id:
        return False
    (start, end), (other_start, other_end) = quoted(a), quoted(b)
    return start < other_end and other_start < end


def quoted(sentence: Sentence) -> tuple[int, int]:
    """Where the quote of a sentence begins and ends, with what it leans on and who says it."""
    article = sentence.candidate.article
    return extent(article.text, sentence.start, sentence.end, article.language)


def marks(question: Question, chosen: Sequence[Sentence]) -> list[tuple[int, int] | None]:
    """For each of the chosen sentences the span to mark as the answer, None where that is not sure.

    Of all but the first sentence only where it says the same: another value next to a right one is
    more often wrong than right.
    """
    spans = [sure(question, one.candidate, one.start, one.end) for one in chosen]
    if not spans or spans[0] is None:
        return [None] * len(spans)
    first = _value(chosen[0], spans[0])
    return [
        span if span is not None and _value(one, span) == first else None
        for one, span in zip(chosen, spans, strict=True)
    ]


def _value(sentence: Sentence, span: tuple[int, int]) -> tuple[object, ...]:
    """What is marked, to be compared: its dates, else its numbers, else its words."""
    article = sentence.candidate.article
    text = article.text[slice(*span)]
    found = tuple(date for _, _, date in dates(text, article.language))
    return found or tuple(value for _, _, value in numbers(text)) or (text.casefold(),)


def cut(
    sentence: Sentence, *, source: int, score: float, span: tuple[int, int] | None = None
) -> Quote | None:
    """The quote, checked against the stored text; None if it does not match: dropped, never repaired.

    `span` is what is marked in it as the answer.
    """
    article: Article = sentence.candidate.article
    start, end = quoted(sentence)
    try:
        quote = Quote.cut(article, start, end, source=source, score=score, span=span)
        quote.check(article)
    except (QuoteMismatch, ValueError):
        return None
    return quote
