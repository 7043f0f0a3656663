"""The mention in a sentence that may be the answer: the figure, date or name closest to what is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from qa.expects import AnswerType
from qa.names import names, shared_names
from qa.question import Question
from qa.retrieve import Candidate
from qa.values import mentions, numbers

REACH = 6
"""Tokens from a mention at which a match counts half."""

CLAUSE = 4
"""Tokens that a comma between a mention and a match counts for."""

SPELT = 0.7
"""What a number in words is worth next to one in digits."""

Span = tuple[int, int]


def closest(question: Question, candidate: Candidate, start: int, end: int) -> tuple[Span, float] | None:
    """The span in the article's text that may answer, and how close it stands to what is asked, in [0, 1].

    Looks between `start` and `end`, offsets in the article's text. None where nothing of the kind
    asked for stands there, or only what the question itself names.
    """
    article = candidate.article
    spans = [
        (start + first, start + last)
        for first, last in mentions(article.text[start:end], question.expects, article.language)
    ]
    if question.expects is AnswerType.NUMBER:
        spans = _ranges(article.text, spans)
    found = [span for span in spans if not _is_asked(question, article.text[slice(*span)])]
    if not found:
        return None
    near = {span: _closeness(question, candidate, (start, end), span) for span in found}
    best = max(found, key=lambda span: (near[span], -span[0]))
    return best, near[best]


_CLAUSE = re.compile(r"[,;:،؛](?=\s)|[—–、，；：]")
_BETWEEN = re.compile(
    r"\s*(?:[-–—~〜～至到]|y|e|a|o|to|and|or|et|à|ou|bis|und|oder|и|или|до|та|чи|або|ve|ila|veya|से|या|و|إلى|أو|から|에서)\s*"
)


def _ranges(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, with "10.000" and "12.000" of "entre 10.000 y 12.000" made one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and _BETWEEN.fullmatch(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_asked(question: Question, mention: str) -> bool:
    """Whether the question itself names this: the answer is something else."""
    if any(map(str.isdigit, mention)):
        asked = {value for _, _, value in question.numbers}
        return {value for _, _, value in numbers(mention)} <= asked
    if mention.casefold() in question.text.casefold():
        return True
    told = names(mention)
    return bool(told) and len({name.start for _, name in shared_names(question.names, told)}) == len(told)


def _closeness(question: Question, candidate: Candidate, within: Span, span: Span) -> float:
    """How much of the question is matched near a mention; each token apart counts less."""
    offset = candidate.hit.passage.start
    places = candidate.places + offset
    first, last = np.searchsorted(places, within)
    low, high = np.searchsorted(places[first:last], span)
    order = np.arange(last - first)
    apart = np.maximum(0, np.maximum(low - order, order - max(high - 1, low)))
    marks = [match.start() + within[0] for match in _CLAUSE.finditer(candidate.article.text[slice(*within)])]
    clause = np.searchsorted(marks, places[first:last])
    apart = apart + CLAUSE * np.abs(clause - np.searchsorted(marks, span[0]))
    near = np.maximum(candidate.similar[:, first:last], 0) ** 3 / (1 + apart / REACH)
    # A figure in digits is likelier meant than "one of the".
    spelt = not any(map(str.isdigit, candidate.article.text[slice(*span)]))
    plain = question.expects is AnswerType.NUMBER and spelt
    return float(question.weights @ near.max(axis=1, initial=0)) * (SPELT if plain else 1.0)
