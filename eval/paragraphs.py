"""Questions that come with their paragraph: one JSON object a line, or SQuAD's nested JSON.

JSON Lines: `question`, `context`, and optionally `id`, `paragraph_id` (the same in every language of a
parallel set), `title`, `language`; or `question_pt` with `context_en`, the languages in the names.
SQuAD (Rajpurkar et al. 2016), XQuAD (Artetxe et al. 2020), MLQA (Lewis et al. 2020): `data`,
`paragraphs`, `qas`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eval.dataset import Dataset, Document, Qrels, Query, language_code
from eval.lines import Record, lines, opened, records, text_of
from index.errors import BadInput
from index.language import detect

LARGEST = 2**30
"""Bytes a nested JSON file may have; it can only be read whole."""

_NAMED = re.compile(r"(?:^|[._-])([a-z]{2})(?=\.(?:jsonl?)(?:\.(?:xz|gz))?$)")
_MLQA = re.compile(r"context-([a-z]{2})-question-([a-z]{2})\.json")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its paragraph."""

    id: str
    question: str
    asked_in: str | None
    paragraph: str
    title: str
    text: str
    told_in: str | None
    place: str
    answers: tuple[str, ...] = ()
    """As they stand in the paragraph."""


def load(files: Iterable[Path], name: str) -> Dataset:
    """One data set out of files that each hold one language, or one pair of languages.

    Where files of several languages share their paragraph ids, the set is parallel: every question
    has a right paragraph in every language, and ids are "language:id".
    """
    files = list(files)
    read = {path: list(_languages(path, _file(path))) for path in files}
    parallel = _is_parallel(list(read.values()))
    documents: dict[str, Document] = {}
    queries: dict[str, Query] = {}
    qrels: Qrels = {}
    answers: dict[str, dict[str, tuple[str, ...]]] = {}
    for path, rows in read.items():
        seen: dict[str, str] = {}
        for row in rows:
            if row.id in seen:
                raise BadInput(
                    f"{row.place}: a second question with the id {row.id!r} (the first: {seen[row.id]}): "
                    "expected every id once"
                )
            seen[row.id] = row.place
            if not row.question.strip() or not row.text.strip():
                raise BadInput(f"{row.place}: an empty question or context: expected some words in both")
            document_id = _document_id(row, parallel, nested=not _is_lines(path))
            query_id = f"{row.asked_in}:{row.id}" if len(files) > 1 else row.id
            _add(row, document_id, query_id, documents, queries)
            qrels.setdefault(query_id, {})[document_id] = 1
            answers.setdefault(row.id if parallel else query_id, {})[document_id] = row.answers
    if parallel:
        qrels = _in_every_language(qrels, documents)
        answers = {id: answers[id.partition(":")[2]] for id in queries}
    kind = "jsonl" if any(_is_lines(path) for path in files) else "squad"
    return Dataset(
        name,
        kind,
        tuple(queries.values()),
        qrels,
        lambda: iter(documents.values()),
        {id: document.place for id, document in documents.items()},
        parallel,
        answers if any(row.answers for rows in read.values() for row in rows) else {},
    )


def _is_parallel(files: list[list[Asked]]) -> bool:
    """Whether most questions are there in several files, each file asked and told in one language."""
    counts = Counter(id for rows in files for id in {row.id for row in rows})
    alike = all(row.asked_in == row.told_in or row.told_in is None for rows in files for row in rows)
    return alike and sum(count > 1 for count in counts.values()) * 2 > len(counts)


def _document_id(row: Asked, parallel: bool, *, nested: bool) -> str:
    if parallel:
        return f"{row.told_in or detect(row.text)[0]}:{row.paragraph}"
    return _digest(row.text) if nested else row.paragraph


def is_paragraphs(path: Path) -> bool:
    """Whether the file holds questions with paragraphs, told by its first line."""
    return _is_lines(path) or _is_nested(path)


def _is_lines(path: Path) -> bool:
    for _, line in lines(path):
        if line.strip():
            try:
                record = json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                return False
            return isinstance(record, dict) and any(key.startswith("context") for key in record)
    return False


def _is_nested(path: Path) -> bool:
    with opened(path) as file:
        start = file.read(4096).lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and (b'"data"' in start or b'"paragraphs"' in start)


def _file(path: Path) -> Iterator[Asked]:
    return _lines(path) if _is_lines(path) else _nested(path)


def _lines(path: Path) -> Iterator[Asked]:
    for place, record in records(path):
        question, asked_in = _column(record, "question", place)
        context, told_in = _column(record, "context", place)
        declared = language_code(record.get("language"), place)
        paragraph = record.get("paragraph_id")
        yield Asked(
            text_of(record, "id", place) if "id" in record else place.rsplit(":", 1)[1],
            question,
            asked_in or declared,
            str(paragraph) if paragraph is not None else _digest(context),
            str(record.get("title") or ""),
            context,
            told_in or declared,
            place,
            _answers(record.get("answers")),
        )


def _answers(value: object) -> tuple[str, ...]:
    """Texts, or SQuAD's objects with a `text`; what is neither is passed over: it is no part of retrieval."""
    found = value if isinstance(value, list) else []
    texts = [answer.get("text") if isinstance(answer, dict) else answer for answer in found]
    return tuple(text for text in texts if isinstance(text, str) and text)


def _column(record: Record, name: str, place: str) -> tuple[str, str | None]:
    """A text and its language, where the field's name says it ("question_pt")."""
    if name in record:
        return text_of(record, name, place), None
    found = [key for key in record if re.fullmatch(rf"{name}_[a-z]{{2}}", key)]
    # Of a question given in several languages the first is the one asked.
    return (
        (text_of(record, found[0], place), found[0][-2:]) if found else (text_of(record, name, place), None)
    )


def _nested(path: Path) -> Iterator[Asked]:
    raw = b""
    with opened(path) as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise BadInput(f"{path} is larger than {LARGEST // 2**30} GB: expected JSON Lines for so much")
    place = f"{path}"
    try:
        articles = json.loads(raw)["data"]
        for a, article in enumerate(articles):
            place = f"{path}:data[{a}]"
            title = str(article.get("title") or "")
            for p, paragraph in enumerate(article["paragraphs"]):
                place = f"{path}:data[{a}].paragraphs[{p}]"
                for q, qa in enumerate(paragraph["qas"]):
                    place = f"{path}:data[{a}].paragraphs[{p}].qas[{q}]"
                    if not qa.get("is_impossible"):
                        text, question = str(paragraph["context"]), str(qa["question"])
                        paragraph_id, given = f"d{a:02}p{p}", _answers(qa.get("answers"))
                        yield Asked(
                            str(qa["id"]), question, None, paragraph_id, title, text, None, place, given
                        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"{path}: not JSON ({error}): expected SQuAD's format") from error
    except (KeyError, TypeError, AttributeError) as error:
        what = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise BadInput(
            f"{place}: not SQuAD's format ({what}): expected "
            "data[].paragraphs[].{context, qas[].{id, question}}"
        ) from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _languages(path: Path, rows: Iterable[Asked]) -> Iterator[Asked]:
    """The rows with their languages: declared, else in the file's name, else the question's own."""
    pair, named = _MLQA.search(path.name), _NAMED.search(path.name)
    for row in rows:
        asked_in = row.asked_in or (pair[2] if pair else named[1] if named else detect(row.question)[0])
        told_in = row.told_in or (pair[1] if pair else named[1] if named else None)
        yield replace(row, asked_in=asked_in, told_in=told_in)


def _add(
    row: Asked, document_id: str, query_id: str, documents: dict[str, Document], queries: dict[str, Query]
) -> None:
    known = documents.get(document_id)
    if known is None:
        told_in = row.told_in or detect(row.text)[0]
        known = documents[document_id] = Document(document_id, row.title, row.text, told_in, row.place)
    if known.text != row.text:
        raise BadInput(
            f"{row.place}: another text for the paragraph {document_id!r} (the first: {known.place}): "
            "expected every id to mean one text"
        )
    asked = queries.setdefault(query_id, Query(query_id, row.question, row.asked_in or "und", row.place))
    if asked.text != row.question:
        raise BadInput(
            f"{row.place}: another question with the id {query_id!r} (the first: {asked.place}): "
            "expected every id to mean one question"
        )


def _in_every_language(qrels: Qrels, documents: dict[str, Document]) -> Qrels:
    """Each question's paragraph judged right in all the languages that have it."""
    editions: dict[str, list[str]] = {}
    for id in documents:
        editions.setdefault(id.split(":", 1)[1], []).append(id)
    return {
        query: {id: 1 for right in docs for id in editions[right.split(":", 1)[1]]}
        for query, docs in qrels.items()
    }
