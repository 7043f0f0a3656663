"""What users said of answers: kept with the collection, and turned into data to measure with.

Three verdicts: "good" and "bad" (👍 and 👎) on an answer or on one of its quotes, and "right": this is
the passage that answers. The words are kept along with the offsets, so that they still say something when
the article has changed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from index.errors import BadInput, Busy, NotFound
from index.store import Store

Verdict = Literal["good", "bad", "right"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

GRADES: dict[Verdict, int] = {"right": 2, "good": 1, "bad": 0}
"""Relevance of the article judged, as `export` writes it."""

LONGEST = 2000
"""Code points of a question or a note."""

_TABLE = """
CREATE TABLE IF NOT EXISTS feedback(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, verdict TEXT NOT NULL, question TEXT NOT NULL, language TEXT NOT NULL,
    article TEXT, start INTEGER, end INTEGER, text TEXT, note TEXT NOT NULL)
"""
_COLUMNS = "id, at, verdict, question, language, article, start, end, text, note"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One judgement."""

    id: int
    at: str
    """ISO 8601, UTC."""
    verdict: Verdict
    question: str
    language: str
    """Of the question, ISO 639-1."""
    article_id: str | None
    """The article judged; None for a judgement of the answer as a whole."""
    start: int | None
    end: int | None
    text: str | None
    """`article.text[start:end]` when it was judged."""
    note: str


def record(
    store: Store,
    verdict: Verdict,
    question: str,
    *,
    language: str,
    article_id: str | None = None,
    span: tuple[int, int] | None = None,
    note: str = "",
) -> Feedback:
    """Keep one judgement; a "right" one names an article and the span in it.

    Raises BadInput for an unknown verdict, an empty or overlong question or note, or a span outside the
    article, and NotFound for an article that is not there.
    """
    if verdict not in VERDICTS:
        raise BadInput(f"the verdict {verdict!r}: expected one of {', '.join(VERDICTS)}")
    if not question.strip() or len(question) > LONGEST or len(note) > LONGEST:
        raise BadInput(
            f"a question of {len(question):,} and a note of {len(note):,} characters: expected a question, "
            f"and at most {LONGEST:,} in each"
        )
    if verdict == "right" and (article_id is None or span is None):
        raise BadInput("a right passage without article or span: expected article_id, start and end")
    text = None if article_id is None else _text(store, article_id, span)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    start, end = span or (None, None)
    row = (at, verdict, question.strip(), language, article_id, start, end, text, note)
    with _table(store) as connection:
        id = connection.execute(
            f"INSERT INTO feedback({_COLUMNS.removeprefix('id, ')}) VALUES ({', '.join('?' * len(row))})", row
        ).lastrowid
    assert id is not None
    return Feedback(id, *row)


@contextmanager
def _table(store: Store) -> Iterator[sqlite3.Connection]:
    """The table, made if it is not there, within one transaction; raises Busy."""
    try:
        with store.writing(advance=False):
            connection = store.connection()
            connection.execute(_TABLE)
            yield connection
    except sqlite3.OperationalError as error:
        raise Busy(
            f"the collection is being written to ({error}): expected it to be free, try again in a moment"
        ) from error


def _text(store: Store, article_id: str, span: tuple[int, int] | None) -> str | None:
    """The words judged; checked to be there."""
    article = store.find(id=article_id)
    if article is None:
        raise NotFound(f"no article has the id {article_id!r}: `cita articles list` shows the ids there are")
    if span is None:
        return None
    start, end = span
    if not 0 <= start < end <= len(article.text):
        raise BadInput(
            f"the span {start}:{end} lies outside the article's text of {len(article.text):,} code points: "
            "expected the offsets of a quote"
        )
    return article.text[start:end]


def given(store: Store) -> list[Feedback]:
    """All judgements, oldest first; empty where none was ever given."""
    connection = store.connection()
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'feedback'")
    if known.fetchone() is None:
        return []
    rows = connection.execute(f"SELECT {_COLUMNS} FROM feedback ORDER BY id")
    return [Feedback(*row) for row in rows]


def forget(store: Store, id: int) -> None:
    """Take one judgement back; raises NotFound."""
    with _table(store) as connection:
        if connection.execute("DELETE FROM feedback WHERE id = ?", (id,)).rowcount == 0:
            raise NotFound(f"no feedback has the number {id}: it may have been taken back already")


def query_id(question: str) -> str:
    """The id under which a question is exported: the same words, the same id."""
    return hashlib.sha256(" ".join(question.split()).casefold().encode()).hexdigest()[:12]


def queries(feedback: Iterable[Feedback]) -> dict[str, tuple[str, str]]:
    """(question, language) by id, of the questions that have a judged article."""
    return {query_id(one.question): (one.question, one.language) for one in feedback if one.article_id}


def qrels(feedback: Iterable[Feedback]) -> dict[str, dict[str, int]]:
    """Relevance of articles by question id: 2 right, 1 good, 0 bad. The last word on an article counts,
    but a "bad" about one quote does not take back that its article holds the right passage."""
    judged: dict[str, dict[str, int]] = {}
    for one in feedback:
        if one.article_id is None:
            continue
        grades = judged.setdefault(query_id(one.question), {})
        if not (one.verdict == "bad" and grades.get(one.article_id) == GRADES["right"]):
            grades[one.article_id] = GRADES[one.verdict]
    return judged


def cases(feedback: Iterable[Feedback]) -> Iterator[dict[str, object]]:
    """Cases for `cita eval answers`: questions with passages that users called right or good, less those
    they called bad later."""
    gold: dict[str, dict[str, str]] = {}
    asked: dict[str, Feedback] = {}
    for one in feedback:
        if one.text is None or one.article_id is None:
            continue
        id = query_id(one.question)
        if one.verdict == "bad":
            gold.get(id, {}).pop(one.text, None)
        else:
            gold.setdefault(id, {})[one.text] = one.article_id
            asked[id] = one
    for id, texts in gold.items():
        if texts:
            yield {
                "id": id,
                "question": asked[id].question,
                "language": asked[id].language,
                "articles": sorted(set(texts.values())),
                "gold": list(texts),
                "answerable": True,
            }


def export(store: Store, folder: Path) -> dict[str, int]:
    """Write all feedback into `folder` as `queries.jsonl`, `qrels/feedback.tsv` (BEIR's layout, the
    collection being the corpus) and `cases.jsonl`; returns how many lines each has."""
    feedback = given(store)
    if not feedback:
        raise NotFound(f"no feedback has been given in {str(store.folder)!r} yet: there is nothing to export")
    asked = queries(feedback)
    judged = [(id, article, grade) for id, row in qrels(feedback).items() for article, grade in row.items()]
    made = list(cases(feedback))
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write(
        folder / "queries.jsonl",
        (
            _json({"_id": id, "text": text, "metadata": {"language": code}})
            for id, (text, code) in asked.items()
        ),
    )
    _write(
        folder / "qrels" / "feedback.tsv",
        ["query-id\tcorpus-id\tscore", *(f"{id}\t{article}\t{grade}" for id, article, grade in judged)],
    )
    _write(folder / "cases.jsonl", map(_json, made))
    return {"queries": len(asked), "qrels": len(judged), "cases": len(made)}


def _json(record: dict[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
