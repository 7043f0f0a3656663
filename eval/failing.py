"""Failing examples as they stand in a report: what was asked, what was right, what came instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from eval.answers import Outcome, Shown
from eval.page import Html, marked
from eval.search import Failure

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# Vowel signs and accents are no letters to `re`, but part of the word they stand in.
_SIGNS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0981-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd"
_WORD = re.compile(rf"\d+|(?:[^\W\d_]|[{_SIGNS}])+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def retrieval_cases(failures: Iterable[Failure]) -> Html:
    return Html("".join(_retrieval(failure) for failure in failures))


def answer_cases(outcomes: Iterable[Outcome]) -> Html:
    return Html("".join(_answer(outcome) for outcome in outcomes))


def _retrieval(failure: Failure) -> str:
    right = "".join(_quoted(text, _shared(text, failure.question), id) for id, text in failure.gold)
    came = "".join(
        _quoted(text, _shared(text, failure.question), f"{id} · score {score:.3f}")
        for id, text, score in failure.returned
    )
    return (
        f'<article class="case">{_question(failure.id, failure.language, failure.question)}'
        f'<div class="sides"><div><h3>right</h3>{right}</div>'
        f"<div><h3>returned first</h3>{came or '<p>nothing</p>'}</div></div></article>"
    )


def _answer(outcome: Outcome) -> str:
    gold = "".join(
        f'<blockquote dir="auto"><mark class="gold">{escape(text)}</mark></blockquote>'
        for text in outcome.gold
    )
    nothing = "not said" if outcome.answerable else "nothing answers it"
    named = f' <span class="note">in {escape(", ".join(outcome.articles))}</span>' if outcome.articles else ""
    right = f"<h3>gold, any of</h3>{gold}{named}" if gold else f"<h3>gold</h3><p>{nothing}{named}</p>"
    title = "nearest, shown as not an answer" if outcome.status == "not_found" else "quoted"
    came = "".join(_shown(quote, outcome) for quote in outcome.quotes)
    why = f'<p class="why">{escape(outcome.reason or "")} · status {escape(outcome.status)}</p>'
    return (
        f'<article class="case">{_question(outcome.id, outcome.language, outcome.question)}{why}'
        f'<div class="sides"><div>{right}</div>'
        f"<div><h3>{title}</h3>{came or '<p>nothing</p>'}</div></div></article>"
    )


def _question(id: str, language: str, question: str) -> str:
    way = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return (
        f'<p class="q" dir="{way}" lang="{escape(language)}"><span class="tag">{escape(language)} · '
        f"{escape(id)}</span>{escape(question)}</p>"
    )


def _shown(quote: Shown, outcome: Outcome) -> str:
    spans = [(at, at + len(gold), "gold") for gold in outcome.gold for at in _places(quote.text, gold)]
    if quote.span is not None:
        spans.append((*quote.span, ""))
    return _quoted(
        quote.text, spans, f"{quote.title or quote.input} · {quote.input} · score {quote.score:.3f}"
    )


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _quoted(text: str, spans: Iterable[tuple[int, int, str]], cite: str) -> str:
    return f'<blockquote dir="auto">{marked(text, spans)}<cite dir="ltr">{escape(cite)}</cite></blockquote>'


def _shared(text: str, question: str) -> Iterator[tuple[int, int, str]]:
    """Where the text has words of the question: whole words, or pairs of letters where none are spaced."""
    asked = {word.casefold() for word in _WORD.findall(question) if len(word) > 3 or word.isdigit()}
    pairs = {question[i : i + 2] for i in range(len(question) - 1) if _UNSPACED.match(question[i])}
    for found in _WORD.finditer(text):
        word = found[0]
        if word.casefold() in asked:
            yield found.start(), found.end(), ""
        elif _UNSPACED.match(word):
            yield from _runs(word, found.start(), pairs)


def _runs(word: str, at: int, pairs: set[str]) -> Iterator[tuple[int, int, str]]:
    start = None
    for i in range(len(word)):
        if word[i : i + 2] in pairs:
            start = i if start is None else start
        elif start is not None:
            yield at + start, at + i + 1, ""
            start = None
