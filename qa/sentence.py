"""Candidate sentences, and what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from index.sentences import sentences
from index.words import words
from qa.expects import AnswerType
from qa.fitted import fitted
from qa.mention import closest
from qa.question import Matrix, Question
from qa.reasons import gives_reason
from qa.retrieve import Candidate, standing

LOOKED_AT = 24
"""Best sentences that are searched for a mention of the kind asked for."""

TOLD = frozenset({AnswerType.NUMBER, AnswerType.DATE})
"""What is written alike enough everywhere to be told for sure."""

NEIGHBOUR = 0.8
"""What a match in the sentence before or after is worth, next to one in the sentence itself."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a sentence. Those of late interaction are relative to the other candidates
    (see `qa.retrieve.standing`), about in [-2, 2]; the others about in [0, 1]."""

    match: float
    """Late interaction of the question with the sentence."""
    around: float
    """The same with the sentences around it."""
    joint: float
    """The same with the sentence, and its passage at a discount."""
    passage: float
    article: float
    cosine: float
    """Cosine of the question's vector and the mean of the sentence's token vectors."""
    dense: float
    """The first stage's cosine of the passage."""
    outstanding: float
    """How far the passage lies above an ordinary one of its language, in tens of deviations."""
    words: float
    """Share of the question's word weight found in the sentence."""
    passage_words: float
    figure: float = 0.0
    """1 where a number or date is asked for and stands in it: every language shows those."""
    answer: float = 0.0
    """1 where a person, place or reason, which are told by their look, is asked for and stands in it."""
    near: float = 0.0
    """How close that stands to what the question says."""
    nearest: float = 0.0
    """The same over that of the sentence where it is closest."""
    fragment: float = 0.0
    """1 for a heading or a scrap of a sentence, falling to 0 at an ordinary length."""
    long: float = 0.0
    """How far the sentence exceeds an ordinary length, in doublings."""
    foreign: float = 0.0
    """1 where the article is not in the question's language: what words in common cannot say for it."""
    lead: float = 0.0
    """1 for the article's beginning, falling with distance: news says the main thing first."""


NAMES = tuple(field.name for field in fields(Signals))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may be quoted: `article.text[start:end]` of its candidate's article."""

    candidate: Candidate
    start: int
    end: int
    before: int | None
    """Where the sentence before it starts, if that is in the same paragraph and passage."""
    signals: Signals
    own: Matrix
    """Best match of each question token in the sentence."""
    reach: Matrix
    """Best match of each question token in the sentence, its neighbours and its article."""
    vector: Matrix
    terms: frozenset[str]
    score: float
    span: tuple[int, int] | None = None
    """The mention of the kind asked for that stands closest to what the question says."""

    @property
    def text(self) -> str:
        return self.candidate.article.text[self.start : self.end]


def score(signals: Signals) -> float:
    """The fitted weights' sum over the signals: log odds, higher is better."""
    weights = fitted().sentence
    return float(sum(weights[name] * getattr(signals, name) for name in NAMES))


def ranked(question: Question, passages: Sequence[Candidate]) -> list[Sentence]:
    """All sentences of the passages, best first."""
    parts = [part for passage in passages if (part := _parts(passage)) is not None]
    if not parts:
        return []
    relative = _relative(question, parts)
    found: list[Sentence] = []
    for part in parts:
        found += _sentences(question, part, relative[:, len(found) : len(found) + len(part.spans)])
    found.sort(key=_order)
    looked_at = _compared([_with_mention(question, sentence) for sentence in found[:LOOKED_AT]])
    return sorted([*map(_unless_asking, looked_at), *found[LOOKED_AT:]], key=_order)


ASKING = 10.0
"""Log odds that a sentence loses which is itself a question: an interviewer's words have all that is asked
for but the answer. (Not fitted: encyclopedic text asks nothing.)"""

_QUESTION_MARK = re.compile(r"[?？؟⁇⸮]\W{0,3}$")


def _unless_asking(sentence: Sentence) -> Sentence:
    asks = _QUESTION_MARK.search(sentence.text) is not None
    return replace(sentence, score=sentence.score - ASKING) if asks else sentence


def _order(sentence: Sentence) -> tuple[float, str, int]:
    return (-sentence.score, sentence.candidate.article.id, sentence.start)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A passage in sentences: `best` (question tokens, sentences), `vectors` (sentences, dim)."""

    candidate: Candidate
    spans: list[tuple[int, int]]
    best: Matrix
    around: Matrix
    vectors: Matrix


def _parts(candidate: Candidate) -> _Parts | None:
    """None for a passage without a sentence that the table can read."""
    passage = candidate.hit.passage
    spans = sentences(passage.text, candidate.article.language)
    edges = np.searchsorted(candidate.places, [start for start, _ in spans])
    kept = [i for i, n in enumerate(np.diff(edges, append=len(candidate.places))) if n]
    if not kept:
        return None
    edges = edges[kept]
    best: Matrix = np.maximum.reduceat(candidate.similar, edges, axis=1)
    vectors: Matrix = np.add.reduceat(candidate.vectors, edges, axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    around = np.maximum(best, NEIGHBOUR * _neighbours(best))
    return _Parts(candidate, [spans[i] for i in kept], best, around, vectors)


def _relative(question: Question, parts: Sequence[_Parts]) -> Matrix:
    """Rows match, around, joint, passage, article of `Signals`; a column per sentence, in order."""
    best = np.concatenate([part.best for part in parts], axis=1)
    around = np.concatenate([part.around for part in parts], axis=1)
    counts = [len(part.spans) for part in parts]
    passage = np.repeat(np.stack([part.candidate.similar.max(axis=1) for part in parts], 1), counts, axis=1)
    article = np.repeat(np.stack([part.candidate.spread for part in parts], 1), counts, axis=1)
    joint = np.maximum(best, NEIGHBOUR * passage)
    languages = [part.candidate.article.language for part in parts for _ in part.spans]
    return np.stack(
        [standing(each, question.weights, languages) for each in (best, around, joint, passage, article)]
    )


def _sentences(question: Question, part: _Parts, relative: Matrix) -> list[Sentence]:
    candidate = part.candidate
    passage, article, legs = candidate.hit.passage, candidate.article, candidate.hit.signals
    reach = np.maximum(part.around, NEIGHBOUR * candidate.spread[:, None])
    cosine = part.vectors @ question.whole
    made: list[Sentence] = []
    for i, (start, end) in enumerate(part.spans):
        terms = frozenset(words(passage.text[start:end], article.language))
        match, around, joint, whole, far = map(float, relative[:, i])
        signals = Signals(
            match=match,
            around=around,
            joint=joint,
            passage=whole,
            article=far,
            cosine=float(cosine[i]),
            dense=legs.dense or 0.0,
            outstanding=min(legs.outstanding or 0.0, 15.0) / 10,
            words=coverage(question, terms),
            passage_words=legs.lexical or 0.0,
            fragment=_fragment(article.text, passage.start + start, passage.start + end),
            long=max(0.0, float(np.log2((end - start) / 250))),
            foreign=float(article.language != question.language),
            lead=1 / (1 + (passage.start + start) / 500),
        )
        before = part.spans[i - 1] if i else None
        joined = before is not None and "\n" not in passage.text[before[1] : start]
        made.append(
            Sentence(
                candidate=candidate,
                start=passage.start + start,
                end=passage.start + end,
                before=passage.start + before[0] if before is not None and joined else None,
                signals=signals,
                own=part.best[:, i],
                reach=reach[:, i],
                vector=part.vectors[i],
                terms=terms,
                score=score(signals),
            )
        )
    return made


def _with_mention(question: Question, sentence: Sentence) -> Sentence:
    """The sentence with its answering mention marked, and scored for having one."""
    if question.expects is AnswerType.REASON:
        reason = gives_reason(sentence.text, sentence.candidate.article.language)
        signals = replace(sentence.signals, answer=float(reason))
        return replace(sentence, signals=signals, score=score(signals))
    if question.expects in (AnswerType.THING, AnswerType.MANNER):
        return sentence
    found = closest(question, sentence.candidate, sentence.start, sentence.end)
    if found is None:
        return sentence
    span, near = found
    told = question.expects in TOLD
    signals = replace(sentence.signals, figure=float(told), answer=float(not told), near=near)
    return replace(sentence, signals=signals, score=score(signals), span=span)


def _compared(found: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, each scored for how close its mention stands next to the closest one."""
    closest_of_all = max((sentence.signals.near for sentence in found), default=0.0)
    if closest_of_all <= 0:
        return list(found)
    compared: list[Sentence] = []
    for sentence in found:
        signals = replace(sentence.signals, nearest=sentence.signals.near / closest_of_all)
        compared.append(replace(sentence, signals=signals, score=score(signals)))
    return compared


def _neighbours(best: Matrix) -> Matrix:
    """For each column the larger of the columns beside it; zero where there is none."""
    near = np.zeros_like(best)
    near[:, 1:] = best[:, :-1]
    near[:, :-1] = np.maximum(near[:, :-1], best[:, 1:])
    return near


def coverage(question: Question, terms: frozenset[str]) -> float:
    """Share of the question's word weight whose word, in any of its forms, is among `terms`."""
    total = sum(weight for _, weight in question.words)
    return sum(weight for forms, weight in question.words if forms & terms) / total if total else 0.0


_ENDS = frozenset(".!?…。！？؟।॥\"'”’»」』)）]")


def _fragment(text: str, start: int, end: int) -> float:
    """1 for a heading (a short line of its own without a full stop) or a scrap of a few letters."""
    length = (end - start) * (2 if text[start] >= "\u2e80" else 1)  # Han, Kana, Hangul say more per letter
    before, after = text[max(0, start - 3) : start].rstrip(" "), text[end : end + 3].lstrip(" ")
    alone = before[-1:] in ("", "\n") and after[:1] in ("", "\n")
    if alone and text[end - 1] not in _ENDS:
        return 1.0 if length < 120 else 0.5
    return max(0.0, 1 - length / 50)
