"""Whether the evidence answers: a logistic model, fitted on questions with and without an answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from qa.answer import Status
from qa.expects import AnswerType
from qa.fitted import fitted
from qa.question import Question
from qa.retrieve import interaction
from qa.sentence import Sentence, coverage

CROWD = 20
"""Sentences among which the best one should stand out."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best sentence being an answer; each about in [0, 1]."""

    cover: float
    """Late interaction of the question with sentence, neighbours and article."""
    tight: float
    """The same with the sentence alone."""
    telling: float
    """Late interaction of sentence, neighbours and article with what the question asks beyond what
    all the passages found speak of."""
    weakest: float
    """Similarity of the third of the question's weight that is matched worst: what is asked about
    and not spoken of."""
    cosine: float
    dense: float
    margin: float
    """Score of the best sentence over the mean of the next ones, in log odds / 10."""
    words: float
    """Share of the question's word weight in the sentence; 0 across languages, where words differ."""
    article_words: float
    """The same for what was read of the article."""
    unmet: float
    """How unlike everything read the least known name of the question is; 0 when it names nothing."""
    answer: float
    """1 where a mention of the kind asked for stands in the sentence."""
    lacking: float
    """1 where a number or date is asked for, which every language shows, and is not there."""
    foreign: float
    """1 where the article's language is not the question's."""


def evidence(question: Question, sentences: Sequence[Sentence]) -> Evidence:
    """The evidence for the first of `sentences` (best first, at least one)."""
    best = sentences[0]
    article = best.candidate.article
    foreign = article.language != question.language
    read = [other for other in sentences if other.candidate.article.id == article.id]
    terms = frozenset[str]().union(*(other.terms for other in read))
    rest = [other.score for other in sentences[1 : CROWD + 1]]
    told = question.expects in (AnswerType.NUMBER, AnswerType.DATE)
    return Evidence(
        cover=float(interaction(best.reach[:, None], question.weights)[0]),
        tight=float(interaction(best.own[:, None], question.weights)[0]),
        telling=float(interaction(best.reach[:, None], best.candidate.telling)[0]),
        weakest=_weakest(best, question),
        cosine=best.signals.cosine,
        dense=best.signals.dense,
        margin=(best.score - sum(rest) / len(rest)) / 10 if rest else 0.5,
        words=0.0 if foreign else best.signals.words,
        article_words=0.0 if foreign else coverage(question, terms),
        unmet=_unmet(question, sentences),
        answer=best.signals.answer,
        lacking=float(told and not best.signals.answer),
        foreign=float(foreign),
    )


def _weakest(best: Sentence, question: Question) -> float:
    """Mean similarity of the worst matched third of the question's weight."""
    order = np.argsort(best.reach)
    weights = question.weights[order]
    mass = np.minimum(np.cumsum(weights), 1 / 3)
    share = np.diff(mass, prepend=0)
    return float(best.reach[order] @ share / max(float(share.sum()), 1e-9))


def _unmet(question: Question, sentences: Sequence[Sentence]) -> float:
    anywhere = np.max([sentence.candidate.spread for sentence in sentences], axis=0)
    met = [
        float(anywhere[i])
        for name in question.names
        for i, (start, end) in enumerate(question.offsets)
        if name.start < end and start < name.end
    ]
    return 1 - min(met) if met else 0.0


def probability(evidence: Evidence) -> float:
    """How likely the best sentence answers, in (0, 1)."""
    weights = fitted().evidence
    odds = weights["bias"] + sum(
        weights[field.name] * getattr(evidence, field.name) for field in fields(Evidence)
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def status(probability: float) -> Status:
    """`answered`, `weak` or `not_found`, by the fitted thresholds."""
    if probability >= fitted().answered:
        return "answered"
    return "weak" if probability >= fitted().weak else "not_found"
