"""Answers on a data set whose questions come with their paragraph: is the sentence with the answer quoted?

Every paragraph is an article. A share of them can be left out: their questions have no answer then, though
what else the collection holds of the same subject stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from eval.answers import Answers, Outcome, ask_all, told
from eval.cases import Case
from eval.collection import built
from eval.corpora import parts, prepared
from eval.dataset import Dataset, Document, Progress, survey
from eval.search import Options
from index.embed import BUNDLED, open_embedder
from index.errors import BadInput


def evaluate(
    dataset: Dataset | Path | str,
    *,
    left_out: float = 0.0,
    options: Options | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Answers:
    """Ask every question of the paragraphs, each language's a collection of its own in a parallel set.

    `left_out` is the share of paragraphs, in [0, 1), that are not in the collection. Raises BadInput where
    the data set has no answers.
    """
    dataset, options = prepared(dataset, options)
    if not dataset.answers:
        raise BadInput(f"{dataset.name}: no answers: expected questions with `answers` that are in `context`")
    model = open_embedder(options.embedder or BUNDLED)
    asked: list[tuple[Outcome, float]] = []
    pairs: dict[str, str] = {}
    digest = hashlib.sha256()
    for language, part in parts(dataset):
        held = _without(part, left_out)
        known = survey(held, progress=progress)
        # In a part of a parallel set the documents' language is written before the question's id.
        prefix = "" if language is None else f"{language}/"
        cases = list(_cases(part, held, {prefix + id: texts for id, texts in dataset.answers.items()}))
        languages = {document.id: document.language or "und" for document in part.documents()}
        pairs.update(
            (case.id, f"{case.language}-{languages[document]}")
            for case in cases
            for document in part.qrels[case.id]
        )
        digest.update(known.digest.encode())
        with built(held, known, model, cache=cache, progress=progress) as corpus:
            asked += list(ask_all(corpus.index, cases, progress))
    return told(dataset.name, digest.hexdigest(), asked, pairs)


def _without(part: Dataset, share: float) -> Dataset:
    """The data set without a share of its documents, the same ones in each language."""

    def stays(document_id: str) -> bool:
        number = hashlib.sha256(document_id.rpartition(":")[2].encode()).digest()[0]
        return number >= share * 256

    def documents() -> Iterator[Document]:
        return (document for document in part.documents() if stays(document.id))

    qrels = {
        query: right
        for query, docs in part.qrels.items()
        if (right := {doc: grade for doc, grade in docs.items() if stays(doc)})
    }
    return replace(
        part,
        queries=tuple(query for query in part.queries if query.id in qrels),
        qrels=qrels,
        documents=documents,
    )


def _cases(
    part: Dataset, held: Dataset, answers: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Iterator[Case]:
    for query in part.queries:
        right = held.qrels.get(query.id, {})
        gold = tuple(text for document in right for text in answers[query.id].get(document, ()))
        if right and not gold:
            continue  # a paragraph without a marked answer tells nothing
        yield Case(query.id, query.text, query.language, tuple(right), gold, bool(gold), query.place)
