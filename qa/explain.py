"""Puts together why an answer is what it is, from the numbers that decided it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from index.names import names, shared_names
from qa import confidence
from qa.explanation import Explained, Explanation, Heading, Kind, Match, Part
from qa.fitted import fitted
from qa.question import Question
from qa.retrieve import Candidate
from qa.sentence import Sentence

HITS = 10
"""Passages explained, best first, besides those that are quoted."""

ALIKE = 0.45
"""Similarity from which a word of the question has met one of the passage."""

MATTERS = 0.4
"""Share of an even weight that a word of the question must have to be shown ("the" has less)."""

_WORD = re.compile(r"[\w\u0300-\u036f\u0900-\u0963\u0e31-\u0e4e]+(?:[.,'’](?=\w)\w+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

_ABOUT: Mapping[Heading, str] = {
    "sense": "cover tight telling weakest cosine dense outstanding match passage article",
    "words": "words article_words",
    "names": "unmet absent other_numbers unsaid",
    "kind": "answer figure near lacking",
    "lead": "margin",
    "language": "foreign",
}
HEADINGS = {name: heading for heading, names in _ABOUT.items() for name in names.split()}
"""What each feature of `qa.confidence.Evidence` is about; one that is not here is "other"."""


def explain(question: Question, sentences: Sequence[Sentence], probability: float) -> Explanation:
    """Why `sentences`, best first, were ranked so, and whether they answer."""
    table = fitted()
    parts: list[Part] = []
    if sentences:
        parts = _parts(confidence.evidence(question, sentences), table.evidence)
        parts.append(Part("bias", 1.0, table.evidence["bias"], table.evidence["bias"], "bias"))
    return Explanation(
        probability=round(probability, 4),
        answered=table.answered,
        weak=table.weak,
        evidence=_strongest(parts),
        headings=_headings(parts),
        hits=tuple(_hits(question, sentences)),
    )


def _parts(values: Any, weights: Mapping[str, float]) -> list[Part]:
    """The fields of a dataclass of floats with their weights."""
    made = []
    for field in fields(values):
        value, weight = float(getattr(values, field.name)), weights.get(field.name, 0.0)
        heading = HEADINGS.get(field.name.removesuffix("_abroad"), "other")
        made.append(Part(field.name, round(value, 4), weight, round(value * weight, 4), heading))
    return made


def _strongest(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: -abs(part.contribution)))


def _headings(parts: Sequence[Part]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for part in parts:
        if part.heading != "bias":
            sums[part.heading] = sums.get(part.heading, 0.0) + part.contribution
    return {heading: round(sums[heading], 4) for heading in sorted(sums, key=lambda one: -abs(sums[one]))}


def _hits(question: Question, sentences: Sequence[Sentence]) -> Iterator[Explained]:
    best: dict[int, Sentence] = {}
    for sentence in sentences:
        best.setdefault(sentence.candidate.hit.passage.id, sentence)
    candidates = sorted(
        (sentence.candidate for sentence in best.values()), key=lambda one: (-one.score, one.hit.passage.id)
    )
    quoted = {sentence.candidate.hit.passage.id for sentence in sentences[:HITS]}
    for rank, candidate in enumerate(candidates, 1):
        passage = candidate.hit.passage
        if rank <= HITS or passage.id in quoted:
            yield _explained(question, rank, candidate, best[passage.id])


def _explained(question: Question, rank: int, candidate: Candidate, sentence: Sentence) -> Explained:
    hit = candidate.hit
    return Explained(
        rank=rank,
        article_id=hit.passage.article_id,
        start=hit.passage.start,
        end=hit.passage.end,
        dense=_rounded(hit.signals.dense),
        dense_rank=hit.signals.dense_rank,
        lexical=_rounded(hit.signals.lexical),
        lexical_rank=hit.signals.lexical_rank,
        first_stage=round(hit.score, 4),
        second_stage=round(candidate.score, 4),
        matches=tuple(matches(question, candidate)),
        sentence=(sentence.start, sentence.end),
        signals=_strongest(_parts(sentence.signals, fitted().sentence)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def matches(question: Question, candidate: Candidate) -> Iterator[Match]:
    """For each word of the question that says something, its best match in the passage, if it has one."""
    even = 1 / max(len(question.offsets), 1)
    passage, offset = candidate.hit.passage.text, candidate.hit.passage.start
    for start, end, rows in _asked(question):
        if float(question.weights[rows].max()) < MATTERS * even:
            continue
        similar = candidate.similar[rows]
        # The heaviest piece of a word speaks for it.
        row = rows[int(np.argmax(question.weights[rows] * similar.max(axis=1)))]
        column = int(np.argmax(candidate.similar[row]))
        similarity = float(candidate.similar[row, column])
        if similarity < ALIKE:
            continue
        low, high = _whole(passage, _token(candidate, column))
        asked, found = question.text[start:end], passage[low:high]
        yield Match(
            asked,
            (start, end),
            found,
            (offset + low, offset + high),
            round(similarity, 3),
            _kind(question, (start, end), found),
        )


def _kind(question: Question, asked_at: tuple[int, int], found: str) -> Kind:
    asked = question.text[slice(*asked_at)]
    if asked.casefold() == found.casefold():
        return "same"
    if any(map(str.isdigit, asked)) and any(map(str.isdigit, found)):
        return "number"
    told = [name for name in question.names if name.start < asked_at[1] and asked_at[0] < name.end]
    return "name" if told and shared_names(told, names(found)) else "sense"


def _asked(question: Question) -> Iterator[tuple[int, int, Sequence[int]]]:
    """Start, end and token rows of each word of the question; of each token where words are not spaced."""
    offsets = question.offsets
    taken: set[int] = set()
    for word in _WORD.finditer(question.text):
        rows = [i for i, (a, b) in enumerate(offsets) if a < word.end() and word.start() < b and a < b]
        if _UNSPACED.search(word[0]):
            for row in rows:
                a, b = max(offsets[row][0], word.start()), min(offsets[row][1], word.end())
                if row not in taken:
                    yield a, b, [row]
                taken.add(row)
        elif rows:
            yield word.start(), word.end(), rows


def _token(candidate: Candidate, column: int) -> tuple[int, int]:
    """Where a token of the passage stands in its text; `places` has only the ends."""
    places = candidate.places
    return (int(places[column - 1]) + 1 if column else 0), int(places[column]) + 1


def _whole(text: str, token: tuple[int, int]) -> tuple[int, int]:
    """The word, or the piece of unspaced writing, that a token belongs to."""
    start, end = token
    while start < end - 1 and not text[start].isalnum():
        start += 1
    if _UNSPACED.search(text[start:end]):
        return start, end
    found = next((word for word in _WORD.finditer(text, max(0, start - 40)) if word.end() > start), None)
    return found.span() if found is not None and found.start() < end else (start, end)


def quoted_hit(hits: Collection[Explained], article_id: str, start: int, end: int) -> Explained | None:
    """The passage explained that a quote was cut from, None where none is."""
    inside = [hit for hit in hits if hit.article_id == article_id and hit.start < end and start < hit.end]
    return max(inside, key=lambda hit: min(hit.end, end) - max(hit.start, start), default=None)
