"""A retrieval data set: questions, documents, and which document is right for which question."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from index.errors import BadInput
from index.language import detect

CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})*")
"""A language code: ISO 639, with or without script or region ("es", "zh-Hant")."""

Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps in all or 0 where that is not known, what is being done)."""

Qrels = dict[str, dict[str, int]]
"""Relevance of documents per question id; above 0 is relevant."""


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    title: str
    text: str
    language: str | None
    """As the data set says it; None when it says nothing."""
    place: str
    """Where it was read, as "file:line"."""


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    text: str
    language: str
    place: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions and judgements in memory; documents are read anew, one at a time, at each call."""

    name: str
    kind: str
    """How it was written: "beir", "squad", "trec" or "jsonl"."""
    queries: tuple[Query, ...]
    qrels: Qrels
    documents: Callable[[], Iterator[Document]]
    judged: dict[str, str] = field(default_factory=dict)
    """Where ("file:line") each document of `qrels` was first judged."""
    parallel: bool = False
    """Whether the documents say the same in several languages, ids being "language:id"."""
    answers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """The answers to a question as they stand in each right document, where the data set has them."""

    def narrowed(
        self,
        *,
        questions: Collection[str] = (),
        passages: Collection[str] = (),
        limit: int | None = None,
        part: str | None = None,
    ) -> Dataset:
        """Fewer questions or documents: those in the languages named, at most `limit` questions per
        language (spread evenly), and the "even" or "odd" half of the numbered source articles
        (`parallel` sets whose ids start "d00", "d01", …). Raises BadInput when nothing is left.
        """
        asked = {query.language for query in self.queries}
        if unknown := set(questions) - asked:
            raise BadInput(
                f"{self.name} has no questions in {_listed(sorted(unknown))}: expected languages among "
                f"{_listed(sorted(asked))}"
            )
        kept = [query for query in self.queries if not questions or query.language in questions]
        documents = self.documents
        if passages:
            documents = _only(documents, lambda document: document.language in passages)
        qrels = self.qrels
        if part is not None:
            documents = _only(documents, lambda document: half(document.id) == part)
            qrels = {
                query: right
                for query, docs in qrels.items()
                if (right := {doc: grade for doc, grade in docs.items() if half(doc) == part})
            }
        if passages:
            judged = {doc for docs in qrels.values() for doc in docs}
            there = {document.id for document in documents() if document.id in judged}
            qrels = {
                query: right
                for query, docs in qrels.items()
                if (right := {doc: grade for doc, grade in docs.items() if doc in there})
            }
        kept = _spread([query for query in kept if query.id in qrels], limit)
        if not kept:
            raise BadInput(
                f"{self.name}: no question with a right document is left of {len(self.queries)} "
                f"(questions in {_listed(questions)}, passages in {_listed(passages)}, "
                f"half {part or 'both'}): "
                "choose more"
            )
        ids = {query.id for query in kept}
        return replace(
            self,
            queries=tuple(kept),
            qrels={query: docs for query, docs in qrels.items() if query in ids},
            documents=documents,
        )


def _listed(languages: Collection[str]) -> str:
    return ",".join(languages) or "any language"


def _only(
    documents: Callable[[], Iterator[Document]], keep: Callable[[Document], bool]
) -> Callable[[], Iterator[Document]]:
    return lambda: (document for document in documents() if keep(document))


def half(document_id: str) -> str | None:
    """Either "even" or "odd", by the number of the source article in a document's id, None without one."""
    found = re.match(r"(?:[a-z-]+:)?d(\d+)", document_id, re.IGNORECASE)
    return None if found is None else ("even", "odd")[int(found[1]) % 2]


def _spread(queries: list[Query], limit: int | None) -> list[Query]:
    """At most `limit` questions per language, evenly over the whole list, in its order."""
    if limit is None:
        return queries
    counts = Counter(query.language for query in queries)
    seen: Counter[str] = Counter()
    kept: list[Query] = []
    for query in queries:
        place, of = seen[query.language], counts[query.language]
        seen[query.language] += 1
        # Keeps exactly the rows at which the scaled count steps up: `limit` of them.
        if of <= limit or (place + 1) * limit // of > place * limit // of:
            kept.append(query)
    return kept


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the documents told."""

    documents: int
    languages: dict[str, int]
    """Documents per declared language; "und" for those that declare none."""
    judged: dict[str, str]
    """Language of each judged document, told from its words where none is declared."""
    documents_digest: str
    """SHA-256 over the documents, hex."""
    digest: str
    """SHA-256 over questions, judgements and documents, hex: the same data, the same digest."""


def survey(dataset: Dataset, *, progress: Progress | None = None) -> Survey:
    """Read all documents once and check them against the rest, in bounded memory (8 bytes a document).

    Raises BadInput, with file and line, for two documents of one id, for a judgement of an unknown
    document and for a data set without questions, judgements or documents.
    """
    if not dataset.queries:
        raise BadInput(f"{dataset.name}: no questions: expected at least one")
    missing = {doc for docs in dataset.qrels.values() for doc in docs}
    if not missing:
        raise BadInput(
            f"{dataset.name}: no judgements (an empty split?): expected at least one relevant document"
        )
    hashes = array("Q")
    languages: Counter[str] = Counter()
    judged: dict[str, str] = {}
    digest = hashlib.sha256()
    for document in dataset.documents():
        if progress is not None and len(hashes) % 1000 == 0:
            progress(len(hashes), 0, f"documents of {dataset.name} read")
        hashes.append(_hash(document.id))
        digest.update(repr((document.id, document.title, document.text, document.language)).encode())
        language = document.language or "und"
        languages[language] += 1
        if document.id in missing:
            told = document.language or detect(f"{document.title}\n{document.text}")[0]
            judged[document.id] = told
    if not hashes:
        raise BadInput(f"{dataset.name}: the corpus is empty: expected at least one document")
    _refuse_duplicates(dataset, hashes)
    for document_id in sorted(missing - judged.keys()):
        place = dataset.judged.get(document_id, dataset.name)
        raise BadInput(
            f"{place}: the document {document_id!r} is judged but not in the corpus: expected one of the "
            f"{len(hashes):,} ids there; check that judgements and corpus belong together"
        )
    whole = digest.copy()
    whole.update(repr([(query.id, query.text) for query in dataset.queries]).encode())
    whole.update(repr(sorted((id, sorted(docs.items())) for id, docs in dataset.qrels.items())).encode())
    return Survey(len(hashes), dict(languages), judged, digest.hexdigest(), whole.hexdigest())


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _refuse_duplicates(dataset: Dataset, hashes: array[int]) -> None:
    ordered = np.sort(np.frombuffer(hashes, np.uint64)) if hashes else np.empty(0, np.uint64)
    twice = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
    if not twice:
        return
    first: dict[str, str] = {}
    for document in dataset.documents():
        if _hash(document.id) in twice:
            if document.id in first:
                raise BadInput(
                    f"{document.place}: a second document with the id {document.id!r} (the first: "
                    f"{first[document.id]}): expected every id once"
                )
            first[document.id] = document.place


def language_code(value: object, place: str) -> str | None:
    """A declared language, checked; None for none. Raises BadInput."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise BadInput(f'{place}: the language {value!r}: expected an ISO 639 code such as "es" or "zh"')
    return value.split("-")[0]
