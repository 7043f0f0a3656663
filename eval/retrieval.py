"""How well the right documents are found: a data set through the product's own search.

    from eval.retrieval import evaluate
    result = evaluate("xquad/es.jsonl")
    result.overall["nDCG@10"]

A parallel data set (the same documents in several languages) is searched one language at a time, so
every question meets the documents of each language alone: `by_language_pair["ko-es"]` are Korean
questions to Spanish documents. `eval.pool` mixes them instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eval.corpora import corpora, prepared
from eval.dataset import Dataset, Progress, Qrels, Survey
from eval.journal import Journal
from eval.measures import PerQuestion, mean, recall_curve
from eval.search import Failure, Options, Scored, Searched, search
from eval.trec import Run
from index.embed import BUNDLED

__all__ = ["Failure", "Options", "Retrieval", "Scored", "evaluate"]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The figures of one data set. Each question counts the same in every mean; all are in [0, 1]."""

    dataset: str
    n_queries: int
    overall: dict[str, float]
    by_query_language: dict[str, dict[str, float]]
    by_language_pair: dict[str, dict[str, float]]
    config: dict[str, Any]
    timings: dict[str, float]
    digest: str
    """SHA-256 over questions, judgements and documents, hex."""
    recall_curves: dict[str, list[float]]
    """Recall at 1, 2, …, k per question language, and over all under "all"."""
    failures: tuple[Failure, ...]
    queries: tuple[Scored, ...]
    run: Run = field(repr=False)
    qrels: Qrels = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """All but run and qrels, which have a format of their own (`eval.trec`)."""
        names = (
            "dataset",
            "n_queries",
            "overall",
            "by_query_language",
            "by_language_pair",
            "config",
            "timings",
        )
        rest = {"digest": self.digest, "recall_curves": self.recall_curves}
        return {
            **{name: getattr(self, name) for name in names},
            "kind": "retrieval",
            **rest,
            "failures": [asdict(failure) for failure in self.failures],
            "queries": [asdict(query) for query in self.queries],
        }


def evaluate(
    dataset: Dataset | Path | str,
    *,
    data: Path | None = None,
    build: bool = False,
    options: Options | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Retrieval:
    """Search every question of a data set and measure what came.

    The documents are built into a collection first, kept in `cache` if given; or `data` is a
    collection that has them already, or with `build` where to build it. Raises BadInput, with file
    and line, for a data set that contradicts itself, and what `Index.open` raises.
    """
    dataset, options = prepared(dataset, options)
    result = _Result(dataset, options)
    name = options.embedder or BUNDLED
    for one in corpora(
        dataset, data=data, build=build, embedder=options.embedder, cache=cache, progress=progress
    ):
        name = one.corpus.index.embedder.name
        found = search(one.corpus, one.dataset, one.known, options, cache=cache, progress=progress)
        result.add(one.dataset, one.known, found, one.build_s)
    result.finish()
    return result.made({"data": None if data is None else str(data), "embedder": name})


class _Result:
    """Gathers what each collection gave."""

    def __init__(self, dataset: Dataset, options: Options) -> None:
        self._dataset = dataset
        self._options = options
        self._build = 0.0
        self._digests: list[str] = []
        self._scored: list[Scored] = []
        self._pairs: dict[str, PerQuestion] = {}
        self._failures: list[Failure] = []
        self._milliseconds: list[float] = []
        self._run: Run = {}
        self._qrels: Qrels = {}
        self._journals: list[Journal] = []

    def finish(self) -> None:
        """All collections are searched: nothing is left to go on with."""
        for journal in self._journals:
            journal.finish()

    def add(self, part: Dataset, known: Survey, searched: Searched, build_s: float) -> None:
        self._build += build_s
        self._digests.append(known.digest)
        self._scored += searched.scored
        for pair, values in searched.pairs.items():
            self._pairs.setdefault(pair, {}).update(values)
        self._failures += searched.failures
        self._milliseconds += searched.milliseconds
        self._run |= searched.run
        self._journals.append(searched.journal)
        self._qrels |= part.qrels

    def made(self, config: dict[str, Any]) -> Retrieval:
        options = self._options
        return Retrieval(
            dataset=self._dataset.name,
            n_queries=len(self._scored),
            overall=mean(scored.metrics for scored in self._scored),
            by_query_language=grouped(self._scored, lambda scored: (scored.language,)),
            by_language_pair={pair: mean(self._pairs[pair].values()) for pair in sorted(self._pairs)},
            config={"config": options.config, "k": options.k, "format": self._dataset.kind, **config},
            timings=self._timings(),
            digest=hashlib.sha256("".join(self._digests).encode()).hexdigest(),
            recall_curves=self._curves(),
            failures=tuple(self._failures),
            queries=tuple(self._scored),
            run=self._run,
            qrels=self._qrels,
        )

    def _timings(self) -> dict[str, float]:
        taken = self._milliseconds or [0.0]
        p50, p95, p99 = np.percentile(taken, [50, 95, 99])
        return {
            "build_s": round(self._build, 3),
            "search_s": round(sum(taken) / 1000, 3),
            "search_p50_ms": round(float(p50), 3),
            "search_p95_ms": round(float(p95), 3),
            "search_p99_ms": round(float(p99), 3),
        }

    def _curves(self) -> dict[str, list[float]]:
        asked: dict[str, Qrels] = {"all": self._qrels}
        for scored in self._scored:
            asked.setdefault(scored.language, {})[scored.id] = self._qrels[scored.id]
        return {name: recall_curve(qrels, self._run, self._options.k) for name, qrels in asked.items()}


def grouped(
    scored: Iterable[Scored], groups_of: Callable[[Scored], tuple[str, ...]]
) -> dict[str, dict[str, float]]:
    """Mean of each measure per group, groups in alphabetical order."""
    groups: dict[str, list[dict[str, float]]] = {}
    for one in scored:
        for group in groups_of(one):
            groups.setdefault(group, []).append(one.metrics)
    return {name: mean(groups[name]) for name in sorted(groups)}
