"""BEIR folders: `corpus.jsonl`, `queries.jsonl`, `qrels/<split>.tsv` (Thakur et al., "BEIR", 2021)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.dataset import Dataset, Document, Query, language_code
from eval.judgements import Judgements
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
    judgements = _qrels(_split(folder, split))
    queries_file = _file(folder, "queries.jsonl")
    assert queries_file is not None
    queries = _queries(queries_file)
    judgements.refuse_unknown({query.id for query in queries}, queries_file)
    corpus = _file(folder, "corpus.jsonl")

    def documents() -> Iterator[Document]:
        if corpus is None:
            raise BadInput(
                f"{folder} has no corpus.jsonl: give --data DIR, the collection its judgements are about"
            )
        return _documents(corpus)

    return Dataset(
        folder.resolve().name,
        "beir",
        tuple(query for query in queries if query.id in judgements.qrels),
        judgements.qrels,
        documents,
        judgements.documents,
    )


def _file(folder: Path, name: str) -> Path | None:
    return next((path for end in PACKED if (path := folder / f"{name}{end}").is_file()), None)


def _split(folder: Path, split: str | None) -> Path:
    files = {path.name.split(".")[0]: path for path in sorted((folder / "qrels").glob("*.tsv*"))}
    if not files:
        raise BadInput(f"{folder / 'qrels'} holds no .tsv file: expected a split of judgements, test.tsv")
    if split is None:
        split = next((name for name in PREFERRED if name in files), next(iter(files)))
    if split not in files:
        raise BadInput(
            f"{folder / 'qrels'} has no split {split!r} (there: {', '.join(files)}): choose one of those "
            "with --split"
        )
    return files[split]


def _qrels(path: Path) -> Judgements:
    judgements = Judgements()
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
        judgements.add(query, document, grade, place)
    judgements.refuse_empty(path)
    return judgements


def _queries(path: Path) -> list[Query]:
    found: dict[str, Query] = {}
    for place, record in records(path):
        id, text = text_of(record, "_id", place), text_of(record, "text", place)
        if id in found:
            raise BadInput(
                f"{place}: a second question with the id {id!r} (the first: {found[id].place}): "
                "expected every id once"
            )
        if not text.strip():
            raise BadInput(f"{place}: the question {id!r} is empty: expected some words")
        declared = _metadata(record, place).get("language", record.get("language"))
        found[id] = Query(id, text, language_code(declared, place) or detect(text)[0], place)
    if not found:
        raise BadInput(f"{path} is empty: expected at least one question")
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
