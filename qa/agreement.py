"""Where sources agree and where they do not: the same said elsewhere, and other values for the same thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.expects import AnswerType
from qa.question import Matrix
from qa.quotes import GAP, same_saying
from qa.sentence import Sentence
from qa.values import dates, numbers, same_date

MOST = 5
"""Other articles named for saying the same, and differing values shown."""

SAME_SUBJECT = 0.6
"""Cosine from which two sentences with values speak of the same thing."""

SAME_SUBJECT_ABROAD = 0.45
"""The same for sentences of two languages, which are never as close."""

AROUND = 6
"""Tokens on each side of a value that tell what it counts."""


def also_reported(chosen: Sequence[Sentence], sentences: Sequence[Sentence]) -> list[Sentence]:
    """One sentence each of other articles that say what one of `chosen` says, best first."""
    taken = {sentence.candidate.article.id for sentence in chosen}
    found: list[Sentence] = []
    for sentence in sentences:
        article = sentence.candidate.article.id
        if article in taken or not any(same_saying(sentence, other) for other in chosen):
            continue
        taken.add(article)
        found.append(sentence)
        if len(found) == MOST:
            break
    return found


def differing(expects: AnswerType, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Sentences of different articles that give different values for what is asked, best first.

    Empty unless the question asks for a number or a date and at least two articles, in sentences
    alike as a whole and (numbers) alike around the value, differ. Cautious on purpose: it finds reports
    that retell each other with another figure, in one language or in two.
    """
    if expects not in (AnswerType.NUMBER, AnswerType.DATE) or not sentences:
        return []
    valued = [s for s in sentences if s.span is not None and s.score >= sentences[0].score - GAP]
    if not valued:
        return []
    first, *others = valued
    readings = [first]
    for sentence in others:
        if len(readings) == MOST:
            break
        if any(sentence.candidate.article.id == other.candidate.article.id for other in readings):
            continue
        if any(_same_value(sentence, other) for other in readings):
            continue
        if _same_subject(first, sentence, expects):
            readings.append(sentence)
    return readings if len(readings) > 1 else []


def _value(sentence: Sentence) -> tuple[object, ...]:
    """The value of the marked span: its date, or its numbers."""
    assert sentence.span is not None
    article = sentence.candidate.article
    text = article.text[slice(*sentence.span)]
    found = tuple(date for _, _, date in dates(text, article.language))
    return found or tuple(value for _, _, value in numbers(text, article.language))


def _same_value(a: Sentence, b: Sentence) -> bool:
    """Equal numbers, or dates of which one may be the other told more exactly."""
    here, there = _value(a), _value(b)
    if here and there and isinstance(here[0], str) and isinstance(there[0], str):
        return same_date(here[0], there[0])
    return here == there


def _same_subject(a: Sentence, b: Sentence, expects: AnswerType) -> bool:
    abroad = a.candidate.article.language != b.candidate.article.language
    alike = SAME_SUBJECT_ABROAD if abroad else SAME_SUBJECT
    if not _value(b) or float(a.vector @ b.vector) < alike:
        return False
    return expects is AnswerType.DATE or float(_around(a) @ _around(b)) >= alike


def _around(sentence: Sentence) -> Matrix:
    """Mean vector of the tokens beside the marked span (not of the span), unit length."""
    assert sentence.span is not None
    candidate = sentence.candidate
    offset = candidate.hit.passage.start
    low, high = np.searchsorted(candidate.places, [sentence.start - offset, sentence.end - offset])
    first, last = np.searchsorted(candidate.places, [sentence.span[0] - offset, sentence.span[1] - offset])
    before = candidate.vectors[max(low, first - AROUND) : first]
    after = candidate.vectors[last : min(high, last + AROUND)]
    total: Matrix = np.concatenate([before, after]).sum(axis=0)
    return total / max(float(np.linalg.norm(total)), 1e-9)
