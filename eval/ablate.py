"""What each part of the search is worth: every configuration on the same questions, one table.

One search per question gives both legs, their fusion and what the second stage reads, so all rows see
the same passages. Two rows more say what storing costs: vectors as they are stored (half precision,
searched by the index on disk) against vectors as the model gives them (single precision, plain scan).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.collection import Corpus
from eval.corpora import corpora
from eval.dataset import Dataset, Query, Survey
from eval.datasets import load
from eval.measures import PerQuestion, mean, per_question
from eval.ranking import by_document, falling, ordered
from eval.search import Options, Progress
from eval.significance import randomisation_test
from eval.trec import Run
from index.embed import in_context
from index.search import Index
from qa.question import check

ROWS = {
    "dense": "dense only, as stored",
    "exact": "dense only, never rounded",
    "lexical": "lexical only",
    "fused": "both fused",
    "full": "both fused, second stage",
}

AGAINST = "fused"
"""The row the others are tested against."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    what: str
    metrics: dict[str, float]
    p: float | None
    """Randomisation test of the first measure against the row `AGAINST`; None for that row."""


@dataclass(frozen=True, slots=True)
class Ablation:
    dataset: str
    n_queries: int
    rows: tuple[Row, ...]
    by_language_pair: dict[str, dict[str, float]]
    """The first measure per row for each pair of languages: {"ko-es": {"dense": …}}."""
    measure: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(
    dataset: Dataset | Path | str,
    *,
    data: Path | None = None,
    build: bool = False,
    options: Options | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Ablation:
    """Every configuration on every question; `options.config` is not looked at."""
    options = options or Options()
    if not isinstance(dataset, Dataset):
        dataset = load(Path(dataset))
    values: dict[str, PerQuestion] = {name: {} for name in ROWS}
    pairs: dict[str, list[str]] = {}
    for one in corpora(
        dataset, data=data, build=build, embedder=options.embedder, cache=cache, progress=progress
    ):
        _take(one.corpus, one.dataset, one.known, options, values, pairs, progress)
    return _ablation(dataset.name, options, values, pairs)


def _take(
    corpus: Corpus,
    dataset: Dataset,
    known: Survey,
    options: Options,
    values: dict[str, PerQuestion],
    pairs: dict[str, list[str]],
    progress: Progress | None,
) -> None:
    runs: dict[str, Run] = {name: {} for name in ROWS}
    exact = _Unrounded(corpus.index)
    for done, query in enumerate(dataset.queries):
        if progress is not None:
            progress(done, len(dataset.queries), f"questions to {dataset.name}")
        for name, ranking in _rankings(corpus, query, exact, options.k).items():
            runs[name][query.id] = ranking
        told = {known.judged[doc] for doc, grade in dataset.qrels[query.id].items() if grade > 0}
        for language in told:
            pairs.setdefault(f"{query.language}-{language}", []).append(query.id)
    for name, run in runs.items():
        values[name] |= per_question(dataset.qrels, run, options.measures)


def _rankings(corpus: Corpus, query: Query, exact: _Unrounded, k: int) -> dict[str, dict[str, float]]:
    text = check(query.text)
    # Deep enough that both legs keep all they offer.
    hits = corpus.index.search(text, max(6 * k, 400))
    rankings = {
        name: dict(by_document(corpus, ordered(corpus.index, text, query.language, hits, name), k))
        for name in ROWS
        if name != "exact"
    }
    return rankings | {"exact": dict(by_article(corpus, exact.search(text, 3 * k), k))}


def by_article(corpus: Corpus, found: list[tuple[str, float]], k: int) -> list[tuple[str, float]]:
    """(article id, score) of passages, best first, as documents."""
    best: dict[str, float] = {}
    for article_id, score in found:
        for name in corpus.names(article_id):
            best.setdefault(name, score)
    return falling(list(best.items())[:k])


class _Unrounded:
    """All passages' vectors as ingestion makes them, before they are rounded to be stored."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._articles: list[str] = []
        rows: list[NDArray[np.float32]] = []
        after: str | None = None
        while batch := index.articles(after=after, limit=200):
            for article in batch:
                texts = [passage.text for passage in index.passages(article.id)]
                vectors = index.embedder.embed_passages(texts)
                rows.append(in_context(vectors, index.embedder.embed_passages([article.title])))
                self._articles += [article.id] * len(texts)
            after = batch[-1].id
        self._vectors = np.concatenate(rows) if rows else np.empty((0, index.embedder.dim), np.float32)

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """(article id, cosine) of the `k` nearest passages, best first."""
        scores = self._vectors @ self._index.embedder.embed_questions([text])[0]
        return [(self._articles[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


def _ablation(
    name: str, options: Options, values: dict[str, PerQuestion], pairs: dict[str, list[str]]
) -> Ablation:
    measure = options.measures[0]
    base = values[AGAINST]

    def p_of(row: str) -> float | None:
        if row == AGAINST:
            return None
        return randomisation_test(
            [values[row][id][measure] for id in base], [base[id][measure] for id in base]
        )

    return Ablation(
        dataset=name,
        n_queries=len(base),
        rows=tuple(Row(row, what, mean(values[row].values()), p_of(row)) for row, what in ROWS.items()),
        by_language_pair={
            pair: {row: mean(values[row][id] for id in ids)[measure] for row in ROWS}
            for pair, ids in sorted(pairs.items())
        },
        measure=measure,
    )


def table(ablation: Ablation) -> str:
    """The ablation as text."""
    measures = list(ablation.rows[0].metrics)
    width = max(map(len, ROWS.values())) + 2
    lines = [f"{'':<{width}}" + "".join(f"{name:>11}" for name in measures) + f"{'p':>8}"]
    for row in ablation.rows:
        p = "-" if row.p is None else f"{row.p:.3f}"
        lines.append(
            f"{row.what:<{width}}" + "".join(f"{row.metrics[m]:11.3f}" for m in measures) + f"{p:>8}"
        )
    lines.append(
        f"{ablation.n_queries} questions; p: randomisation test of {ablation.measure} against both fused"
    )
    return "\n".join(lines)
