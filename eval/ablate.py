"""What each part of the search is worth: every configuration on the same questions, one table.

Three rows say what storing and searching vectors in little space costs. "Exact" compares the question with
all vectors as the model gives them, in single precision, by a plain scan. "Quantised" is
`index.vectors.CodedVectors`, which large collections are searched by: RaBitQ codes of one bit a dimension
name candidates, and rows in half precision decide. "As
searched" is whichever of its ways the index takes in a collection of this size.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.collection import Corpus
from eval.corpora import corpora, prepared
from eval.dataset import Dataset, Progress, Query, Survey
from eval.measures import PerQuestion, mean, per_question
from eval.pairs import by_pair
from eval.ranking import falling, rank
from eval.search import Options
from eval.significance import randomisation_test
from eval.trec import Run
from index.embed import in_context
from index.search import Index
from index.vectors import CodedVectors, ExactVectors, Ranked, exact_search
from qa.question import LONGEST

ROWS = {
    "exact": "dense only, exact",
    "coded": "dense only, quantised",
    "dense": "dense only, as searched",
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
    overlap: dict[str, float]
    """Share of the first ten documents of "exact" that are among the first ten of the other dense rows."""

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
    dataset, options = prepared(dataset, options)
    gathered = _Gathered()
    for one in corpora(
        dataset, data=data, build=build, embedder=options.embedder, cache=cache, progress=progress
    ):
        gathered.take(one.corpus, one.dataset, one.known, options, progress)
    return gathered.made(dataset.name, options)


class _Gathered:
    """What each collection gave."""

    def __init__(self) -> None:
        self._values: dict[str, PerQuestion] = {name: {} for name in ROWS}
        self._pairs: dict[str, dict[str, PerQuestion]] = {}
        self._overlap: dict[str, list[float]] = {"coded": [], "dense": []}

    def take(
        self, corpus: Corpus, dataset: Dataset, known: Survey, options: Options, progress: Progress | None
    ) -> None:
        runs: dict[str, Run] = {name: {} for name in ROWS}
        vectors = _Vectors(corpus.index)
        for done, query in enumerate(dataset.queries):
            if progress is not None:
                progress(done, len(dataset.queries), f"questions to {dataset.name}")
            for name, ranking in _rankings(corpus, query, vectors, options.k).items():
                runs[name][query.id] = ranking
        for name, run in runs.items():
            values = per_question(dataset.qrels, run, options.measures)
            self._values[name] |= values
            pairs = by_pair(dataset.queries, dataset.qrels, known.judged, run, values, options.measures)
            for pair, found in pairs.items():
                self._pairs.setdefault(pair, {}).setdefault(name, {}).update(found)
        for name, shares in self._overlap.items():
            for id, ranking in runs["exact"].items():
                first = list(ranking)[:10]
                if first:
                    shares.append(len({*first} & {*list(runs[name][id])[:10]}) / len(first))

    def made(self, dataset: str, options: Options) -> Ablation:
        measure = options.measures[0]
        values, base = self._values, self._values[AGAINST]

        def p_of(row: str) -> float | None:
            if row == AGAINST:
                return None
            return randomisation_test(
                [values[row][id][measure] for id in base], [base[id][measure] for id in base]
            )

        return Ablation(
            dataset=dataset,
            n_queries=len(base),
            rows=tuple(Row(row, what, mean(values[row].values()), p_of(row)) for row, what in ROWS.items()),
            by_language_pair={
                pair: {row: mean(rows[row].values())[measure] for row in ROWS}
                for pair, rows in sorted(self._pairs.items())
            },
            measure=measure,
            overlap={name: float(np.mean(shares)) for name, shares in self._overlap.items() if shares},
        )


def _rankings(corpus: Corpus, query: Query, vectors: _Vectors, k: int) -> dict[str, dict[str, float]]:
    alone = vectors.search(query.text.strip()[:LONGEST], 3 * k)
    rankings = {name: _documents(corpus, found, vectors, k) for name, found in alone.items()}
    for config in ("dense", "lexical", "fused", "full"):
        rankings[config] = dict(rank(corpus, query.text, query.language, config=config, k=k))
    return rankings


def _documents(corpus: Corpus, found: Ranked, vectors: _Vectors, k: int) -> dict[str, float]:
    """Passages, best first, as documents."""
    best: dict[str, float] = {}
    for passage, score in found:
        for name in corpus.names(vectors.article_of[passage]):
            best.setdefault(name, score)
    return dict(falling(list(best.items())[:k]))


class _Vectors:
    """All passages' vectors as ingestion makes them, and coded; all of it is in memory."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.article_of: dict[int, str] = {}
        dim = index.embedder.dim
        rows = [np.empty((0, dim), np.float32)]
        after: str | None = None
        while batch := index.articles(after=after, limit=200):
            for article in batch:
                passages = index.passages(article.id)
                self.article_of.update((passage.id, article.id) for passage in passages)
                own = index.embedder.embed_passages([passage.text for passage in passages])
                rows.append(in_context(own, index.embedder.embed_passages([article.title])))
            after = batch[-1].id
        ids = np.fromiter(self.article_of, np.int64)
        order = np.argsort(ids)
        self._ids, self._rows = ids[order], np.concatenate(rows)[order]
        self._stored = ExactVectors.build(dim, [(self._ids, self._rows)])
        self._coded = CodedVectors.build(self._ids, self._stored.fetch, dim) if len(ids) else None

    def search(self, text: str, k: int) -> dict[str, Ranked]:
        """The `k` nearest passages, exactly and by codes."""
        vector = self._index.embedder.embed_questions([text])[0]
        coded = [] if self._coded is None else self._coded.search(vector, k, self._stored.fetch)
        return {"exact": exact_search(self._ids, self._rows, vector, k), "coded": coded}


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
    if ablation.overlap:
        shares = ", ".join(f"{ROWS[name]} {share:.3f}" for name, share in ablation.overlap.items())
        lines.append(f"share of the exact search's first ten documents among theirs: {shares}")
    return "\n".join(lines)
