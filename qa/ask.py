"""From a question to an answer: one plain function, the same for every front end and for evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from index.scope import Scope
from index.search import Index
from qa import agreement, compose, confidence, quotes
from qa.answer import Answer, Disagreement, Quote, Reading, Status
from qa.breadth import breadth
from qa.compose import Sources
from qa.conversation import Turn, resolve
from qa.expects import AnswerType
from qa.explanation import Explanation
from qa.messages import phrase
from qa.question import Question, check
from qa.retrieve import READ, consulted, worth_quoting
from qa.sentence import Sentence, ranked
from qa.story import same_story

NEAREST = 3
"""Passages shown when nothing answers."""

Span = tuple[int, int]

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


def ask(
    index: Index,
    question: str,
    *,
    language: str | None = None,
    scope: Scope | None = None,
    explain: bool = False,
    on_stage: Stage | None = None,
    conversation: Sequence[Turn] = (),
) -> Answer:
    """What the collection's articles say to a question, in verbatim quotes.

    `language` (ISO 639-1) is that of the question, told from its words when not given; only articles
    in `scope` are quoted. With `explain` the answer says why it is what it is. `conversation` is what was
    asked before, oldest first: what an incomplete question takes from it, the answer's `about` names.
    Raises BadInput for a question that is empty, longer than 2,000 characters or without letters and
    digits, and for a scope that names what the collection does not have.
    """
    clock = _Clock()
    meant = resolve(check(question), conversation, language) if conversation else None
    asked, spoken = (meant.question, meant.language or language) if meant else (question, language)
    findings = examine(index, asked, language=spoken, scope=scope, on_stage=on_stage, stop=clock.stop)
    if meant is not None and meant.about:
        alone = examine(index, question, language=spoken, scope=scope)
        if alone.probability > findings.probability:
            own = len(check(question))
            if same_story(findings.question, own, findings.sentences, alone.sentences):
                findings = alone
            elif meant.doubtful:
                findings, meant = alone, None
    answer = _answer(findings, clock)
    if meant is not None and meant.about:
        answer = replace(answer, question=check(question), about=meant.about, understood=meant.question)
    if index.degraded:
        answer = replace(answer, degraded=phrase("degraded", answer.language))
    return replace(answer, explanation=explained(findings)) if explain else answer


def explained(findings: Findings) -> Explanation:
    """Why the passages are in their order, and the status what it is."""
    from qa.explain import explain

    return explain(findings.question, findings.sentences, findings.probability)


def examine(
    index: Index,
    question: str,
    *,
    language: str | None = None,
    scope: Scope | None = None,
    on_stage: Stage | None = None,
    stop: Stage | None = None,
) -> Findings:
    """The search and the judgement behind `ask`: candidate sentences, and whether they answer.

    `stop` is called with the name of each stage ("search", "rerank", "quotes") as it ends.
    """
    text = check(question)
    tell, stop = on_stage or _silent, stop or _silent
    tell("searching")
    hits = index.search(text, READ, scope=scope)
    stop("search")
    asked, candidates = consulted(index, text, language, hits)
    passages = worth_quoting(candidates)
    stop("rerank")
    tell("choosing_quotes")
    sentences = ranked(asked, passages)
    probability = confidence.probability(confidence.evidence(asked, sentences)) if sentences else 0.0
    status: Status = confidence.status(probability) if sentences else "not_found"
    stop("quotes")
    return Findings(asked, sentences, probability, status)


def _silent(stage: str) -> None:
    pass


def _answer(findings: Findings, clock: _Clock) -> Answer:
    """The findings as an answer: quotes cut and checked, sources numbered in order of use."""
    sentences, status = findings.sentences, findings.status
    sources = Sources()

    def cut(sentence: Sentence, span: Span | None = None) -> Quote | None:
        closeness = min(1.0, math.exp((sentence.score - sentences[0].score) / 2))
        quote = quotes.cut(sentence, source=0, score=round(findings.probability * closeness, 4), span=span)
        # Numbered only once it has passed the check: every source is used by a quote.
        return quote and replace(quote, source=sources.number(sentence.candidate.article))

    question = findings.question
    chosen = quotes.choose(sentences, breadth(question.text, question.language))
    if status == "answered":
        best = _kept(map(cut, chosen, quotes.marks(question, chosen)))
    else:  # nothing is marked as the answer where there may be none
        best = _kept(map(cut, chosen if status == "weak" else chosen[:NEAREST]))
    also: list[Quote] = []
    disagreements: tuple[Disagreement, ...] = ()
    if status != "not_found":
        also = _kept(map(cut, agreement.also_reported(chosen, sentences)))
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


def _kept(cut: Iterable[Quote | None]) -> list[Quote]:
    return [quote for quote in cut if quote is not None]


def _disagreements(
    findings: Findings, cut: Callable[[Sentence, Span | None], Quote | None]
) -> tuple[Disagreement, ...]:
    expects = findings.question.expects
    differing = agreement.differing(expects, findings.sentences)
    readings = [
        Reading(quote.text[quote.span[0] - quote.start : quote.span[1] - quote.start], quote)
        for quote in _kept(cut(sentence, sentence.span) for sentence in differing)
        if quote.span is not None
    ]
    if len(readings) < 2:
        return ()
    return (Disagreement("number" if expects is AnswerType.NUMBER else "date", tuple(readings)),)
