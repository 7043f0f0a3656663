"""An explanation in words for the terminal, and as data for the page, which has its own words for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from qa.answer import Answer
from qa.explain import quoted_hit
from qa.explanation import Explained, Explanation, Match
from qa.messages import listing, phrase

LEAST = 0.05
"""Log odds below which a heading is not worth a word."""


def explanation_lines(answer: Answer) -> Iterator[str]:
    """Why the status is what it is, then what each stage said of each passage."""
    told = answer.explanation
    if told is None:
        return
    yield from status_lines(told, answer.status, answer.language)
    sources = {
        hit.rank: quote.source
        for quote in (*answer.nearest, *answer.also_reported, *answer.quotes)
        if (hit := quoted_hit(told.hits, quote.article_id, quote.start, quote.end)) is not None
    }
    for hit in told.hits:
        yield ""
        mark = f"[{sources[hit.rank]}] " if hit.rank in sources else ""
        yield f"{hit.rank:>3}. {mark}{hit.article_id} {hit.start}:{hit.end}"
        for line in hit_lines(hit, answer.language):
            yield f"     {line}"


def status_lines(told: Explanation, status: str, language: str) -> Iterator[str]:
    """The evidence against the thresholds, then what spoke for and against."""
    yield phrase(
        f"why_{status}",
        language,
        probability=f"{told.probability:.2f}",
        answered=f"{told.answered:.2f}",
        weak=f"{told.weak:.2f}",
    )
    for key, sign in (("speaks_for", 1), ("speaks_against", -1)):
        things = [
            f"{phrase(f'heading_{heading}', language)} ({value:+.2f})"
            for heading, value in told.headings.items()
            if value * sign >= LEAST
        ]
        if things:
            yield phrase(key, language, things=listing(things, language))


def hit_lines(hit: Explained, language: str) -> Iterator[str]:
    """What the legs and the second stage said of a passage, and which words met."""

    def leg(key: str, score: float | None, rank: int | None) -> str:
        place = phrase("place_of", language, rank=rank) if rank else phrase("beyond_first", language)
        said = phrase("no_word", language) if score is None else f"{place}, {score:.2f}"
        return f"{phrase(key, language)}: {said}"

    yield " · ".join(
        [
            leg("by_sense", hit.dense, hit.dense_rank),
            leg("by_word", hit.lexical, hit.lexical_rank),
            leg("read_closely", hit.second_stage, hit.rank),
        ]
    )
    if hit.matches:
        yield f"{phrase('words_met', language)}: {listing(map(_met, hit.matches), language)}"


def _met(match: Match) -> str:
    return f"{match.asked} → {match.found} ({match.similarity:.2f})"


def why_json(answer: Answer) -> str:
    """What the page needs to say why: the status, and of each quoted passage what the stages said."""
    told = answer.explanation
    assert told is not None
    hits: dict[int, dict[str, Any]] = {}
    for quote in (*answer.quotes, *answer.also_reported, *answer.nearest):
        hit = quoted_hit(told.hits, quote.article_id, quote.start, quote.end)
        if hit is not None:
            hits[hit.rank] = {
                name: value for name, value in asdict(hit).items() if name not in ("signals", "sentence")
            }
    status = {
        "status": answer.status,
        "probability": told.probability,
        "answered": told.answered,
        "weak": told.weak,
        "headings": told.headings,
    }
    return json.dumps(status | {"hits": list(hits.values())}, ensure_ascii=False)
