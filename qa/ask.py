"""From a question to an answer: one plain function, the same for every front end and for evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import perf_counter

from index.article import Article
from index.errors import NotFound
from index.hit import Hit
from index.search import Index
from qa import agreement, compose, confidence, quotes
from qa.answer import Answer, Disagreement, Quote, Reading, Status
from qa.compose import Sources
from qa.expects import AnswerType
from qa.question import Question, analyse, check, language_of, token_table
from qa.retrieve import READ, read, worth_quoting, worth_reading
from qa.sentence import Sentence, ranked

NEAREST = 3
"""Passages shown when nothing answers."""

Stage = Callable[[str], None]
"""Called as a stage begins, with the key of its phrase: "searching", then "choosing_quotes"."""


class _Clock:
    """Milliseconds per stage."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self.timings: dict[str, float] = {}

    def stop(self, stage: str) -> None:
        now = perf_counter()
        self.timings[stage] = round((now - self._last) * 1000, 3)
        self.timings["total"] = round((now - self._start) * 1000, 3)
        self._last = now


@dataclass(frozen=True, slots=True)
class Findings:
    """What the collection holds for a question, before any of it is quoted."""

    question: Question
    sentences: list[Sentence]
    """Candidate sentences, best first; empty when nothing was found at all."""
    probability: float
    """How likely the first sentence answers, in [0, 1]."""
    status: Status


def ask(index: Index, question: str, *, language: str | None = None, on_stage: Stage | None = None) -> Answer:
    """What the collection's articles say to a question, in verbatim quotes.

    `language` (ISO 639-1) is that of the question, told from its words when not given. Raises
    BadInput for a question that is empty, longer than 2,000 characters or without letters and digits.
    """
    clock = _Clock()
    findings = examine(index, question, language=language, on_stage=on_stage, stop=clock.stop)
    return _answer(findings, clock)


def examine(
    index: Index,
    question: str,
    *,
    language: str | None = None,
    on_stage: Stage | None = None,
    stop: Stage | None = None,
) -> Findings:
    """The search and the judgement behind `ask`: candidate sentences, and whether they answer.

    `stop` is called with the name of each stage ("search", "rerank", "quotes") as it ends.
    """
    text = check(question)
    tell, stop = on_stage or _silent, stop or _silent
    tell("searching")
    found = worth_reading(_with_articles(index, index.search(text, READ)))
    stop("search")
    languages = {article.language for _, article in found}
    asked = analyse(index, text, language or language_of(text, languages), languages)
    passages = worth_quoting(read(asked, token_table(index.embedder), found))
    stop("rerank")
    tell("choosing_quotes")
    sentences = ranked(asked, passages)
    probability = confidence.probability(confidence.evidence(asked, sentences)) if sentences else 0.0
    status: Status = confidence.status(probability) if sentences else "not_found"
    stop("quotes")
    return Findings(asked, sentences, probability, status)


def _silent(stage: str) -> None:
    pass


def _with_articles(index: Index, hits: Sequence[Hit]) -> list[tuple[Hit, Article]]:
    """Each hit with its article; those of an article removed a moment ago are left out."""
    articles: dict[str, Article] = {}
    for hit in hits:
        if hit.passage.article_id not in articles:
            with suppress(NotFound):
                articles[hit.passage.article_id] = index.article(hit.passage.article_id)
    return [(hit, articles[hit.passage.article_id]) for hit in hits if hit.passage.article_id in articles]


def _answer(findings: Findings, clock: _Clock) -> Answer:
    """The findings as an answer: quotes cut and checked, sources numbered in order of use."""
    sentences, status = findings.sentences, findings.status
    sources = Sources()

    def cut(sentence: Sentence) -> Quote | None:
        closeness = min(1.0, math.exp((sentence.score - sentences[0].score) / 2))
        quote = quotes.cut(sentence, source=0, score=round(findings.probability * closeness, 4))
        # Numbered only once it has passed the check: every source is used by a quote.
        return quote and replace(quote, source=sources.number(sentence.candidate.article))

    chosen = quotes.choose(sentences)
    best = _kept(chosen if status != "not_found" else chosen[:NEAREST], cut)
    also: list[Quote] = []
    disagreements: tuple[Disagreement, ...] = ()
    if status != "not_found":
        also = _kept(agreement.also_reported(chosen, sentences), cut)
        disagreements = _disagreements(findings, cut)
    text = compose.text(
        findings.question.language,
        status,
        best,
        sources.all(),
        also_reported=also,
        disagreements=disagreements,
    )
    clock.stop("compose")
    return Answer(
        question=findings.question.text,
        language=findings.question.language,
        status=status,
        text=text,
        quotes=tuple(best) if status != "not_found" else (),
        sources=sources.all(),
        also_reported=tuple(also),
        disagreements=disagreements,
        nearest=tuple(best) if status == "not_found" else (),
        timings=clock.timings,
    )


def _kept(sentences: Sequence[Sentence], cut: Callable[[Sentence], Quote | None]) -> list[Quote]:
    return [quote for quote in map(cut, sentences) if quote is not None]


def _disagreements(findings: Findings, cut: Callable[[Sentence], Quote | None]) -> tuple[Disagreement, ...]:
    expects = findings.question.expects
    differing = agreement.differing(expects, findings.sentences)
    readings = [
        Reading(quote.text[quote.span[0] - quote.start : quote.span[1] - quote.start], quote)
        for quote in _kept(differing, cut)
        if quote.span is not None
    ]
    if len(readings) < 2:
        return ()
    return (Disagreement("number" if expects is AnswerType.NUMBER else "date", tuple(readings)),)
