"""Ways to rank documents for a question: one leg of the search, both, or all that an answer goes through.

| name    | what ranks                                                                  |
|---------|-----------------------------------------------------------------------------|
| dense   | the question's vector against the passages' vectors                          |
| lexical | BM25 over words                                                              |
| fused   | both, as `cita search` gives them                                            |
| full    | the same, the first passages read token by token, as `cita ask` reads them   |

Each goes through `index.search.Index.search`, the second stage through `qa.retrieve`: what is
measured is what the product does. A document is ranked by its best passage. The first documents do
not depend on how many are kept.
"""

from __future__ import annotations

from collections.abc import Callable

from eval.collection import Corpus
from index.errors import BadInput
from index.hit import Hit
from index.search import DEPTH, Index
from qa.question import LONGEST, check
from qa.retrieve import READ, consulted

CONFIGS = ("full", "fused", "dense", "lexical")
DEFAULT = "full"

WIDE = 3
"""Passages asked for per document wanted, at first."""

DEEPEST = 100
"""Passages asked for per document wanted, at most."""

Hits = list[tuple[Hit, float]]


def rank(
    corpus: Corpus, question: str, language: str, *, config: str = DEFAULT, k: int = 100
) -> list[tuple[str, float]]:
    """(document id, score) of at most `k` documents, best first; scores fall strictly.

    Identical documents come at the place of the one that is stored.
    """
    return by_document(corpus, passages(corpus.index, question, language, config=config, k=k), k)


def by_document(corpus: Corpus, found: Hits, k: int) -> list[tuple[str, float]]:
    """Documents in the order of their best passages, at most `k`, with scores that fall strictly."""
    best: dict[str, float] = {}
    for hit, score in found:
        for name in corpus.names(hit.passage.article_id):
            best.setdefault(name, score)
    return falling(list(best.items())[:k])


def passages(index: Index, question: str, language: str, *, config: str = DEFAULT, k: int = 100) -> Hits:
    """(hit, score) of the passages of at least `k` documents, if there are as many, best first.

    Both legs offer `DEPTH` passages, as they do for an answer; what a deeper search adds comes behind. A
    leg alone is looked for deeper at once: among those of both, the other's crowd out its last ones. A
    question is cut where it is longer than cita takes; one without letters and digits finds nothing.
    """
    try:
        text = check(question.strip()[:LONGEST])
    except BadInput:
        return []
    depth = min(WIDE * k, DEPTH) if config in ("fused", "full") else max(2 * WIDE * k, 2 * DEPTH)
    found = ordered(index, text, language, index.search(text, depth), config)
    while len(found) >= depth < DEEPEST * k and len({hit.passage.article_id for hit, _ in found}) < k:
        depth *= 2
        known = {hit.passage.id for hit, _ in found}
        deeper = [hit for hit in index.search(text, depth) if hit.passage.id not in known]
        found += ordered(index, text, language, deeper, "fused" if config == "full" else config)
    return found


def ordered(index: Index, text: str, language: str, hits: list[Hit], config: str) -> Hits:
    """Hits of one search in the order another configuration gives them."""
    if config == "dense":
        return _by(hits, lambda hit: (hit.signals.dense_rank, hit.signals.dense))
    if config == "lexical":
        return _by(hits, lambda hit: (hit.signals.lexical_rank, hit.signals.lexical))
    if config == "fused":
        return [(hit, hit.score) for hit in hits]
    return _read_on(index, text, language, hits)


def _by(hits: list[Hit], leg: Callable[[Hit], tuple[int | None, float | None]]) -> Hits:
    placed = [(place, hit, score) for hit in hits for place, score in [leg(hit)] if place is not None]
    return [(hit, score or 0.0) for _, hit, score in sorted(placed, key=lambda row: row[0])]


def _read_on(index: Index, text: str, language: str, hits: list[Hit]) -> Hits:
    """The first passages as the second stage orders them, the others behind in their order.

    A passage that was read scores at least what it scored before, so none falls behind the others.
    """
    _, candidates = consulted(index, text, language, hits[:READ])
    reached = {candidate.hit.passage.id for candidate in candidates}
    rest = [(hit, hit.score) for hit in hits if hit.passage.id not in reached]
    return [(candidate.hit, candidate.score) for candidate in candidates] + rest


def falling(ranking: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The same order with scores that fall by at least a float32's step.

    trec_eval keeps scores in single precision and orders ties by document id: without this the order
    measured would not be the order returned.
    """
    falling: list[tuple[str, float]] = []
    last = float("inf")
    for document, score in ranking:
        last = min(score, last - max(abs(last), 1.0) * 2e-7) if falling else score
        falling.append((document, last))
    return falling
