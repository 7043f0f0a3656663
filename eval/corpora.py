"""The collections a data set is searched in, one after the other, each with its part of the questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from eval.cache import HeldQuestions
from eval.collection import Corpus, built, remembered, stored
from eval.dataset import Dataset, Progress, Survey, survey
from eval.datasets import load
from eval.search import Options
from index.embed import BUNDLED, open_embedder
from index.search import Index


@dataclass(frozen=True, slots=True)
class Searchable:
    """A collection, open, and the questions to it."""

    corpus: Corpus
    dataset: Dataset
    known: Survey
    build_s: float
    """Seconds it took to build, 0 for one that was there."""


def prepared(dataset: Dataset | Path | str, options: Options | None) -> tuple[Dataset, Options]:
    """A data set, read if it is a path, and the options, the usual ones for None."""
    return dataset if isinstance(dataset, Dataset) else load(Path(dataset)), options or Options()


def corpora(
    dataset: Dataset,
    *,
    data: Path | None = None,
    build: bool = False,
    embedder: str | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
    mixed: bool = False,
) -> Iterator[Searchable]:
    """Each collection in turn; it is closed when the next is asked for.

    `data` is a collection that is there, or with `build` the folder to build in (a folder in it per
    language of a parallel data set, unless `mixed`). Without `data` collections are kept in `cache`,
    or else temporary. Raises BadInput and what `Index.open` raises.
    """
    if data is not None and not build:
        with _opened(data, dataset, cache, progress) as found:
            yield found
        return
    model = HeldQuestions(open_embedder(embedder or BUNDLED))
    for language, part in [(None, dataset)] if mixed else parts(dataset):
        known = survey(part, progress=progress)
        into = data / language if data is not None and language is not None else data
        started = perf_counter()
        with built(part, known, model, cache=cache, into=into, progress=progress) as corpus:
            yield Searchable(corpus, part, known, perf_counter() - started)


def parts(dataset: Dataset) -> Iterator[tuple[str | None, Dataset]]:
    """A parallel data set as (language, data set) for each language of its documents; any other as it is.

    The questions are all there in each part, under ids with the documents' language in front.
    """
    if not dataset.parallel:
        yield None, dataset
        return
    for language in sorted({document.language or "und" for document in dataset.documents()}):
        part = dataset.narrowed(passages=[language])
        yield (
            language,
            replace(
                part,
                name=f"{dataset.name} in {language}",
                queries=tuple(replace(query, id=f"{language}/{query.id}") for query in part.queries),
                qrels={f"{language}/{query}": documents for query, documents in part.qrels.items()},
                parallel=False,
            ),
        )


@contextmanager
def _opened(
    data: Path, dataset: Dataset, cache: Path | None, progress: Progress | None
) -> Iterator[Searchable]:
    """A collection that is there, with the data set whose documents its articles are."""
    judged = {document for documents in dataset.qrels.values() for document in documents}
    with (
        Index.open(data) as plain,
        remembered(HeldQuestions(plain.embedder), cache) as embedder,
        Index.open(data, embedder=embedder) as index,
    ):
        at_hand = replace(dataset, documents=lambda: stored(index, judged))
        yield Searchable(Corpus(index, {}, judged), at_hand, survey(at_hand, progress=progress), 0.0)
