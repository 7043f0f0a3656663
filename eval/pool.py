"""All languages in one collection: whether a question finds its answer in whatever language it is in.

LAReQA (Roy et al., "LAReQA: Language-agnostic answer retrieval from a multilingual pool", EMNLP 2020,
arXiv 2004.05484): every question has one right document per language, and mAP over all of them asks for
*strong* alignment: right documents before wrong ones, whatever the languages.

The language-bias gap says how much a question's own language is favoured. Over the questions with a
right document in their own language and in others, with ranks from 1 (k + 1 for a document not among
the k returned):

    rank_gap = mean(mean rank of the right documents in other languages - rank of the one in its own)
    rr_gap   = mean(1 / rank of the one in its own - mean of 1 / rank of those in other languages)

Both are 0 for a search that does not care about language, since then any right document may come
first, and positive for one that prefers the language of the question.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eval.corpora import Searchable, corpora, prepared
from eval.dataset import Dataset, Progress, Survey
from eval.measures import mean
from eval.retrieval import grouped
from eval.search import Options, Scored, Searched, search
from eval.significance import Interval, bootstrap
from index.errors import BadInput


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one question's own language is ahead."""

    id: str
    language: str
    rank_gap: float
    rr_gap: float
    own_first: float
    """1 when the first right document is in the question's language, else 0."""


@dataclass(frozen=True, slots=True)
class Pool:
    dataset: str
    n_queries: int
    overall: dict[str, float]
    """The measures over the pool; "AP" is LAReQA's mAP (documents beyond k count as missed)."""
    by_query_language: dict[str, dict[str, float]]
    bias: dict[str, Interval]
    """`rank_gap`, `rr_gap` and `own_first` with 95 % bootstrap intervals over questions."""
    bias_by_language: dict[str, dict[str, float]]
    config: dict[str, Any]
    digest: str
    queries: tuple[Scored, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "n_queries": self.n_queries,
            "overall": self.overall,
            "by_query_language": self.by_query_language,
            "language_bias_gap": {name: asdict(interval) for name, interval in self.bias.items()},
            "language_bias_gap_by_language": self.bias_by_language,
            "config": self.config,
            "kind": "pool",
            "digest": self.digest,
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
) -> Pool:
    """Search one collection of all languages. Raises BadInput where no question has a right document in
    its own language and one in another."""
    dataset, options = prepared(dataset, options)
    [found] = [
        _pool(one, options, cache, progress)
        for one in corpora(
            dataset,
            data=data,
            build=build,
            embedder=options.embedder,
            cache=cache,
            progress=progress,
            mixed=True,
        )
    ]
    return found


def _pool(one: Searchable, options: Options, cache: Path | None, progress: Progress | None) -> Pool:
    corpus, dataset, known = one.corpus, one.dataset, one.known
    whole = replace(dataset, name=f"{dataset.name}, all languages")
    searched = search(corpus, whole, known, options, cache=cache, progress=progress)
    gaps = _gaps(dataset, known, searched, options.k)
    if not gaps:
        raise BadInput(
            f"{dataset.name}: no question has right documents both in its own language and in another: "
            "expected a parallel data set, such as a folder with one file per language"
        )
    searched.journal.finish()
    named = [
        (gap.language, {name: getattr(gap, name) for name in ("rank_gap", "rr_gap", "own_first")})
        for gap in gaps
    ]
    return Pool(
        dataset=dataset.name,
        n_queries=len(searched.scored),
        overall=mean(scored.metrics for scored in searched.scored),
        by_query_language=grouped(searched.scored, lambda scored: (scored.language,)),
        bias={name: bootstrap([row[name] for _, row in named]) for name in named[0][1]},
        bias_by_language={
            language: mean(row for asked, row in named if asked == language)
            for language in sorted({asked for asked, _ in named})
        },
        config={"config": options.config, "k": options.k, "embedder": corpus.index.embedder.name},
        digest=known.digest,
        queries=tuple(searched.scored),
    )


def _gaps(dataset: Dataset, known: Survey, searched: Searched, k: int) -> list[Gap]:
    gaps: list[Gap] = []
    for query in dataset.queries:
        ranks = {document: rank for rank, document in enumerate(searched.run[query.id], 1)}
        right = [document for document, grade in dataset.qrels[query.id].items() if grade > 0]
        own = [ranks.get(doc, k + 1) for doc in right if known.judged[doc] == query.language]
        other = [ranks.get(doc, k + 1) for doc in right if known.judged[doc] != query.language]
        if own and other:
            gaps.append(_gap(query.id, query.language, own, other))
    return gaps


def _gap(id: str, language: str, own: list[int], other: list[int]) -> Gap:
    return Gap(
        id,
        language,
        rank_gap=sum(other) / len(other) - sum(own) / len(own),
        rr_gap=sum(1 / rank for rank in own) / len(own) - sum(1 / rank for rank in other) / len(other),
        own_first=float(min(own) < min(other)),
    )
