"""All questions of a data set, searched in one collection: rankings, values and a few failures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from eval.cache import BATCH
from eval.collection import Corpus, code_digest
from eval.dataset import Dataset, Progress, Query, Survey
from eval.journal import Journal, Ranked
from eval.measures import MEASURES, PerQuestion, per_question
from eval.pairs import Told, by_pair, told
from eval.ranking import CONFIGS, DEFAULT, passages, rank
from eval.trec import Run
from index.errors import BadInput

FAILURES = 3
"""Failing questions kept per collection, with what was returned for them."""

LONGEST = 360
"""Code points of a text kept with a failure."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a data set is searched: what its figures depend on besides the data and the code."""

    config: str = DEFAULT
    """One of `eval.ranking.CONFIGS`."""
    k: int = 100
    """Documents kept per question."""
    embedder: str | None = None
    measures: tuple[str, ...] = MEASURES

    def __post_init__(self) -> None:
        if self.config not in CONFIGS:
            raise BadInput(f"the configuration {self.config!r}: expected one of {', '.join(CONFIGS)}")
        if self.k < 1:
            raise BadInput(f"k is {self.k}: expected at least 1 document per question")


@dataclass(frozen=True, slots=True)
class Scored:
    """One question, and what its ranking was worth."""

    id: str
    """In a parallel set searched by language, with the documents' language in front: "es/ko:56beb4"."""
    language: str
    pairs: tuple[str, ...]
    """The question's language with each language of its relevant documents: "ko-es"."""
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Failure:
    """A question whose right document was not among the first ten."""

    id: str
    language: str
    question: str
    gold: tuple[tuple[str, str], ...]
    """(id, beginning of the text) of right documents."""
    returned: tuple[tuple[str, str, float], ...]
    """(id, passage, score) of the first passages returned."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What searching one collection gave."""

    scored: list[Scored]
    run: Run
    pairs: dict[str, PerQuestion]
    """Values per pair of languages and question; see `eval.pairs`."""
    failures: list[Failure]
    milliseconds: list[float]
    """Per question searched now (not those found in a journal), without embedding it."""
    journal: Journal
    """What was written down on the way: to be finished once all the evaluation is done."""


def search(
    corpus: Corpus,
    dataset: Dataset,
    known: Survey,
    options: Options,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Searched:
    """Rank the documents for all questions and value the rankings.

    With `cache`, rankings are written down as they come, and a search that was stopped goes on where
    it was, as long as documents, model, options and code are the same.
    """
    run: Run = {}
    milliseconds: list[float] = []
    journal = Journal(None if cache is None else cache / "runs" / f"{_key(corpus, known, options)}.jsonl")
    try:
        _embed_ahead(corpus, dataset, progress)
        for done, query in enumerate(dataset.queries):
            if progress is not None:
                progress(done, len(dataset.queries), f"questions to {dataset.name}")
            run[query.id] = dict(_ranking(corpus, query, options, journal, milliseconds))
    finally:
        journal.close()
    values = per_question(dataset.qrels, run, options.measures)
    spoken = told(dataset.qrels, known.judged)
    scored = [
        Scored(query.id, query.language, _pairs(query, spoken), values[query.id]) for query in dataset.queries
    ]
    pairs = by_pair(dataset.queries, dataset.qrels, known.judged, run, values, options.measures)
    failures = list(_failures(corpus, dataset, run, options))
    return Searched(scored, run, pairs, failures, milliseconds, journal)


def _key(corpus: Corpus, known: Survey, options: Options) -> str:
    whole = (
        known.documents_digest,
        corpus.index.embedder.fingerprint,
        options.config,
        options.k,
        code_digest("index", "qa"),
    )
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:16]


def _embed_ahead(corpus: Corpus, dataset: Dataset, progress: Progress | None) -> None:
    """Many questions are embedded at once far faster than one by one."""
    embedder = corpus.index.embedder
    for start in range(0, len(dataset.queries), BATCH):
        if progress is not None:
            progress(start, len(dataset.queries), "questions embedded")
        embedder.embed_questions([query.text for query in dataset.queries[start : start + BATCH]])


def _ranking(
    corpus: Corpus, query: Query, options: Options, journal: Journal, milliseconds: list[float]
) -> Ranked:
    key = hashlib.sha256(f"{query.language}\x00{query.text}".encode()).hexdigest()[:24]
    known = journal.get(key)
    if known is not None:
        return known
    started = perf_counter()
    ranking = rank(corpus, query.text, query.language, config=options.config, k=options.k)
    milliseconds.append((perf_counter() - started) * 1000)
    journal.add(key, ranking)
    return ranking


def _pairs(query: Query, spoken: Told) -> tuple[str, ...]:
    return tuple(f"{query.language}-{language}" for language in sorted(spoken[query.id]))


def _failures(corpus: Corpus, dataset: Dataset, run: Run, options: Options) -> Iterator[Failure]:
    """Some questions without a right document among the first ten, spread over the data set."""
    missed = [query for query in dataset.queries if not _found(dataset, run, query)]
    step = max(1, len(missed) // FAILURES)
    chosen = missed[step // 2 :: step][:FAILURES]
    if not chosen:
        return
    wanted = {document for query in chosen for document in dataset.qrels[query.id]}
    texts = {doc.id: doc.text for doc in dataset.documents() if doc.id in wanted}
    for query in chosen:
        right = [document for document, grade in dataset.qrels[query.id].items() if grade > 0]
        hits = passages(corpus.index, query.text, query.language, config=options.config, k=3)[:3]
        yield Failure(
            query.id,
            query.language,
            query.text,
            tuple((document, _beginning(texts.get(document, ""))) for document in right[:3]),
            tuple(
                (corpus.names(hit.passage.article_id)[0], _beginning(hit.passage.text), score)
                for hit, score in hits
            ),
        )


def _beginning(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _found(dataset: Dataset, run: Run, query: Query) -> bool:
    first = list(run[query.id])[:10]
    return any(dataset.qrels[query.id].get(document, 0) > 0 for document in first)
