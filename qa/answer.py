"""What a question gets back: quotes, their sources, and how sure cita is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.article import Article
from qa.explanation import Explanation

Status = Literal["answered", "weak", "not_found"]


class QuoteMismatch(ValueError):
    """A quote that is not the stored text: it is dropped, never repaired."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of one article: `article.text[start:end] == text`, in code points."""

    article_id: str
    start: int
    end: int
    text: str
    source: int
    """Number of its `Source` in the answer, from 1."""
    score: float
    """How well it answers, in [0, 1]."""
    span: tuple[int, int] | None = None
    """Where, in the article's text, the very thing asked for stands (a number, a date, a name)."""

    @classmethod
    def cut(
        cls,
        article: Article,
        start: int,
        end: int,
        *,
        source: int,
        score: float,
        span: tuple[int, int] | None = None,
    ) -> Quote:
        """The quote cut out of the article's own text; raises ValueError for offsets outside it."""
        if not 0 <= start < end <= len(article.text):
            raise ValueError(f"offsets {start}:{end} lie outside a text of {len(article.text)} code points")
        if span is not None and not start <= span[0] < span[1] <= end:
            raise ValueError(f"span {span} lies outside the quote {start}:{end}")
        return cls(article.id, start, end, article.text[start:end], source, score, span)

    def check(self, article: Article) -> None:
        """Raise `QuoteMismatch` unless the quote is, to the code point, the article's text."""
        if self.article_id != article.id or article.text[self.start : self.end] != self.text:
            raise QuoteMismatch(f"quote {self.start}:{self.end} is not the text of article {self.article_id}")


@dataclass(frozen=True, slots=True)
class Source:
    """One cited article, numbered in order of first use."""

    n: int
    article_id: str
    title: str
    url: str | None
    outlet: str | None
    author: str | None
    published: str | None
    language: str
    input: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the differing values that sources give for the same thing."""

    value: str
    """As written in the quote, e.g. "10.000"."""
    quote: Quote


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sources that answer the same question with different values."""

    kind: Literal["number", "date"]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; the same object for CLI, API, chat and evaluation.

    Every `[n]` in `text` has its source, and every source is used by a quote in `quotes`,
    `also_reported`, `disagreements` or `nearest`.
    """

    question: str
    language: str
    """Language of the question and of the fixed phrases, ISO 639-1."""
    status: Status
    text: str
    """Plain text: a lead phrase in the question's language, then each quote with its [n]."""
    quotes: tuple[Quote, ...] = ()
    """Best first; empty when `not_found`."""
    sources: tuple[Source, ...] = ()
    also_reported: tuple[Quote, ...] = ()
    """Other articles that say the same as a quote above."""
    disagreements: tuple[Disagreement, ...] = ()
    nearest: tuple[Quote, ...] = ()
    """When `not_found`: the closest passages, shown as closest and not as an answer."""
    timings: dict[str, float] = field(default_factory=dict)
    """Milliseconds per stage."""
    degraded: str = ""
    """A sentence to the reader when the index is being mended and passages may be missing; else empty."""
    explanation: Explanation | None = None
    """Why it is what it is; only when asked for."""
    about: tuple[str, ...] = ()
    """What was taken from the conversation, because the question alone was incomplete."""
    understood: str = ""
    """The question with that, as it was searched; empty where nothing was taken."""
