"""Ways to rank documents for a question: one leg of the search, both, or all that an answer goes through.

| name    | what ranks                                                                  |
|---------|-----------------------------------------------------------------------------|
| dense   | the question's vector against the passages' vectors                          |
| lexical | BM25 over words                                                              |
| fused   | both, as `cita search` gives them                                            |
| full    | the same, the first passages read token by token, as `cita ask` reads them   |

Each goes through `index.search.Index.search`, the second stage through `qa.retrieve`: what is
measured is what the product does. A document is ranked by its best passage.
"""

from __future__ import annotations

from collections.abc import Callable

from eval.collection import Corpus
from index.hit import Hit
from index.search import Index
from qa.question import analyse, check, token_table
from qa.retrieve import READ, read

CONFIGS = ("full", "fused", "dense", "lexical")
DEFAULT = "fused"

WIDE = 3
"""Passages asked for per document wanted, at first."""

Hits = list[tuple[Hit, float]]


def rank(
    corpus: Corpus, question: str, language: str, *, config: str = DEFAULT, k: int = 100
) -> list[tuple[str, float]]:
    """(document id, score) of at most `k` documents, best first; scores fall strictly.

    Identical documents come at the place of the one that is stored. Raises BadInput for an empty
    question.
    """
    return by_document(corpus, _enough(corpus, question, language, config, k), k)


def by_document(corpus: Corpus, found: Hits, k: int) -> list[tuple[str, float]]:
    """Documents in the order of their best passages, at most `k`, with scores that fall strictly."""
    best: dict[str, float] = {}
    for hit, score in found:
        for name in corpus.names(hit.passage.article_id):
            best.setdefault(name, score)
    return falling(list(best.items())[:k])


def passages(index: Index, question: str, language: str, *, config: str = DEFAULT, depth: int = 100) -> Hits:
    """(hit, score) of at most `depth` passages, best first."""
    text = check(question)
    hits = index.search(text, depth)
    return ordered(index, text, language, hits, config)


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
    found = [(hit, index.article(hit.passage.article_id)) for hit in hits[:READ]]
    asked = analyse(index, text, language, {article.language for _, article in found})
    candidates = read(asked, token_table(index.embedder), found)
    reached = {candidate.hit.passage.id for candidate in candidates}
    rest = [(hit, hit.score) for hit in hits if hit.passage.id not in reached]
    return [(candidate.hit, candidate.score) for candidate in candidates] + rest


def _enough(corpus: Corpus, question: str, language: str, config: str, k: int) -> Hits:
    """Passages of at least `k` documents, if there are as many."""
    depth = WIDE * k
    while True:
        found = passages(corpus.index, question, language, config=config, depth=depth)
        documents = {hit.passage.article_id for hit, _ in found}
        if len(documents) >= k or len(found) < depth or depth >= 100 * k:
            return found
        depth *= 4


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
