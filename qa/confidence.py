"""Whether the evidence answers: a logistic model, fitted on questions with and without an answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from qa.answer import Status
from qa.expects import AnswerType, expected
from qa.fitted import fitted
from qa.question import Matrix, Question
from qa.retrieve import interaction
from qa.sentence import TOLD, Sentence, coverage
from qa.values import numbers

CROWD = 20
"""Sentences among which the best one should stand out."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best sentence being an answer; each about in [0, 1], some below 0.

    What is matched word for word in one language and by sense in two is weighed apart: the fields
    ending in `_abroad` are 0 in the question's language, and those of the same name 0 in others.
    """

    cover: float
    """Late interaction of the question with sentence, neighbours and article."""
    cover_abroad: float
    tight: float
    """The same with the sentence alone."""
    tight_abroad: float
    telling: float
    """Late interaction of sentence, neighbours and article with what the question asks beyond what
    all the passages found speak of."""
    weakest: float
    """Similarity of the third of the question's weight that is matched worst: what is asked about
    and not spoken of."""
    weakest_abroad: float
    cosine: float
    cosine_abroad: float
    outstanding: float
    """How far the passage lies above an ordinary one of its language, in tens of deviations."""
    match: float
    """Late interaction with the sentence relative to the others read, as are the next two."""
    passage: float
    article: float
    margin: float
    """Score of the best sentence over the mean of the next ones, in log odds / 10."""
    words: float
    """Share of the question's word weight in the sentence; 0 across languages, where words differ."""
    article_words: float
    """The same for what was read of the article."""
    unmet: float
    """How unlike everything read the least known name of the question is; 0 when it names nothing."""
    absent: float
    """The same for the sentence, its neighbours and its article."""
    other_numbers: float
    """Share of the question's numbers that the passage does not have."""
    unsaid: float
    """How unlike sentence, neighbours and article the question's least spoken of word of weight is."""
    unsaid_abroad: float
    figure: float
    """1 where a number or date is asked for and stands in the sentence."""
    answer: float
    """The same for a person, place or reason."""
    near: float
    """How close that stands to what the question says."""
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
    cover, telling = (
        float(interaction(best.reach[:, None], weights)[0])
        for weights in (question.weights, best.candidate.telling)
    )
    tight = float(interaction(best.own[:, None], question.weights)[0])
    weakest, unsaid = _weakest(best, question), _unsaid(question, best.reach)
    anywhere = np.max([sentence.candidate.spread for sentence in sentences], axis=0)
    return Evidence(
        cover=0.0 if foreign else cover,
        cover_abroad=cover if foreign else 0.0,
        tight=0.0 if foreign else tight,
        tight_abroad=tight if foreign else 0.0,
        telling=telling,
        weakest=0.0 if foreign else weakest,
        weakest_abroad=weakest if foreign else 0.0,
        cosine=0.0 if foreign else best.signals.cosine,
        cosine_abroad=best.signals.cosine if foreign else 0.0,
        outstanding=best.signals.outstanding,
        match=best.signals.match,
        passage=best.signals.passage,
        article=best.signals.article,
        margin=(best.score - sum(rest) / len(rest)) / 10 if rest else 0.5,
        words=0.0 if foreign else best.signals.words,
        article_words=0.0 if foreign else coverage(question, terms),
        unmet=_unmet(question, anywhere),
        absent=_unmet(question, best.reach),
        other_numbers=_other_numbers(question, best),
        unsaid=0.0 if foreign else unsaid,
        unsaid_abroad=unsaid if foreign else 0.0,
        figure=best.signals.figure,
        answer=best.signals.answer,
        near=best.signals.near,
        lacking=float(question.expects in TOLD and not best.signals.figure),
        foreign=float(foreign),
    )


def _weakest(best: Sentence, question: Question) -> float:
    """Mean similarity of the worst matched third of the question's weight."""
    order = np.argsort(best.reach)
    weights = question.weights[order]
    mass = np.minimum(np.cumsum(weights), 1 / 3)
    share = np.diff(mass, prepend=0)
    return float(best.reach[order] @ share / max(float(share.sum()), 1e-9))


def _unmet(question: Question, best: Matrix) -> float:
    """One minus the match of the name that is matched worst; 0 when the question names nothing."""
    met = [
        float(best[pieces].mean())
        for name in question.names
        if (pieces := _pieces(question, name.start, name.end))
    ]
    return 1 - min(met) if met else 0.0


def _pieces(question: Question, start: int, end: int) -> list[int]:
    return [i for i, (first, last) in enumerate(question.offsets) if first < end and start < last]


def _unsaid(question: Question, best: Matrix) -> float:
    """One minus the match of the word that is matched worst, of those that weigh as much as most."""
    words: list[list[int]] = []
    for i, (start, end) in enumerate(question.offsets):
        # In scripts without spaces each piece is a word.
        if words and start == question.offsets[i - 1][1] and not "\u0e00" <= question.text[start] <= "\u9fff":
            words[-1].append(i)
        elif start < end:
            words.append([i])
    words = [pieces for n, pieces in enumerate(words) if not _asks(question, words[max(0, n - 1) : n + 1])]
    if not words:
        return 0.0
    weights = [float(question.weights[pieces].sum()) for pieces in words]
    usual = sorted(weights)[len(weights) // 2]
    met = [
        float(best[pieces] @ question.weights[pieces]) / max(weight, 1e-9)
        for pieces, weight in zip(words, weights, strict=True)
        if weight >= usual
    ]
    return 1 - min(met)


def _asks(question: Question, words: Sequence[Sequence[int]]) -> bool:
    """Whether the last of the words, alone or after the one before, is what asks: "how", "how many"."""
    end = question.offsets[words[-1][-1]][1]
    starts = [question.offsets[pieces[0]][0] for pieces in words]
    return any(
        expected(question.text[start:end], question.language) is not AnswerType.THING for start in starts
    )


def _other_numbers(question: Question, best: Sentence) -> float:
    if not question.numbers:
        return 0.0
    text = best.candidate.hit.passage.text
    here = {value for _, _, value in numbers(text, best.candidate.article.language)}
    return sum(value not in here for *_, value in question.numbers) / len(question.numbers)


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
