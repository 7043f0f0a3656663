"""BEIR folders: `corpus.jsonl`, `queries.jsonl`, `qrels/<split>.tsv` (Thakur et al., "BEIR", 2021)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.dataset import Dataset, Document, Qrels, Query, language_code
from eval.lines import lines, records, text_of
from index.errors import BadInput
from index.language import detect

PREFERRED = ("test", "dev", "validation")
PACKED = ("", ".gz", ".xz")


def is_beir(folder: Path) -> bool:
    """Whether a folder is laid out so: questions and judgements; the corpus may be a collection's."""
    return _file(folder, "queries.jsonl") is not None and (folder / "qrels").is_dir()


def load(folder: Path, *, split: str | None = None) -> Dataset:
    """The data set in a folder; `split` names a file of `qrels`. Raises BadInput with file and line."""
    qrels, judged = _qrels(_split(folder, split))
    queries_file = _file(folder, "queries.jsonl")
    assert queries_file is not None
    queries = _queries(queries_file)
    known = {query.id for query in queries}
    for query_id in qrels:
        if query_id not in known:
            raise BadInput(
                f"{judged[next(iter(qrels[query_id]))]}: the question {query_id!r} is judged but not in "
                f"{queries_file}: expected one of the {len(known):,} ids there"
            )
    corpus = _file(folder, "corpus.jsonl")

    def documents() -> Iterator[Document]:
        if corpus is None:
            raise BadInput(
                f"{folder} has no corpus.jsonl: give --data DIR, the collection its judgements are about"
            )
        return _documents(corpus)

    return Dataset(
        folder.resolve().name, "beir", tuple(q for q in queries if q.id in qrels), qrels, documents, judged
    )


def _file(folder: Path, name: str) -> Path | None:
    return next((path for end in PACKED if (path := folder / f"{name}{end}").is_file()), None)


def _split(folder: Path, split: str | None) -> Path:
    files = {path.name.split(".")[0]: path for path in sorted((folder / "qrels").glob("*.tsv*"))}
    if split is None:
        split = next((name for name in PREFERRED if name in files), next(iter(files), None))
    if split is None or split not in files:
        raise BadInput(
            f"{folder / 'qrels'} has no split {split or 'at all'!r} "
            f"(there: {', '.join(files) or 'no .tsv file'}): choose one of those with --split"
        )
    return files[split]


def _qrels(path: Path) -> tuple[Qrels, dict[str, str]]:
    qrels: Qrels = {}
    judged: dict[str, str] = {}
    for number, line in lines(path):
        if not line.strip() or (number == 1 and line.lower().startswith("query-id")):
            continue
        place = f"{path}:{number}"
        parts = line.split("\t")
        if len(parts) != 3:
            raise BadInput(
                f"{place}: {len(parts)} fields: expected 3, tabs between them (query-id, corpus-id, score)"
            )
        query, document, grade = parts
        add_judgement(qrels, judged, query, document, grade, place)
    if not qrels:
        raise BadInput(f"{path} is an empty split: expected at least one judgement")
    return qrels, judged


def add_judgement(
    qrels: Qrels, judged: dict[str, str], query: str, document: str, grade: str, place: str
) -> None:
    """One judgement more; raises BadInput for a grade that is no whole number or a second judgement."""
    try:
        value = int(grade)
    except ValueError as error:
        raise BadInput(f"{place}: the relevance {grade!r}: expected a whole number") from error
    if document in qrels.setdefault(query, {}):
        raise BadInput(f"{place}: {document!r} is judged a second time for {query!r}: expected it once")
    qrels[query][document] = value
    judged.setdefault(document, place)


def _queries(path: Path) -> list[Query]:
    found: dict[str, Query] = {}
    for place, record in records(path):
        id, text = text_of(record, "_id", place), text_of(record, "text", place)
        if id in found:
            raise BadInput(f"{place}: a second question with the id {id!r} (the first: {found[id].place})")
        declared = _metadata(record, place).get("language", record.get("language"))
        found[id] = Query(id, text, language_code(declared, place) or detect(text)[0], place)
    return list(found.values())


def _documents(path: Path) -> Iterator[Document]:
    for place, record in records(path):
        declared = _metadata(record, place).get("language", record.get("language"))
        title = record.get("title")
        yield Document(
            text_of(record, "_id", place),
            title if isinstance(title, str) else "",
            text_of(record, "text", place),
            language_code(declared, place),
            place,
        )


def _metadata(record: dict[str, object], place: str) -> dict[str, object]:
    metadata = record.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise BadInput(f"{place}: the field 'metadata' is a {type(metadata).__name__}: expected an object")
    return metadata
