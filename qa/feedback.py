"""What users said of answers, kept with the collection; `qa.judgements` makes data of it to measure with.

Three verdicts: "good" and "bad" (👍 and 👎) on an answer or on one of its quotes, and "right": this is
the passage that answers. A passage's words are kept along with its offsets, so that they still say
something when the article has changed. Of an answer judged as a whole is kept what it showed: its status
and where its quotes stand.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from index.errors import BadInput, NotFound
from index.store import Store
from index.tables import Table, own, owned
from qa.answer import Status

Verdict = Literal["good", "bad", "right"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

LONGEST = 2000
"""Code points of a question or a note."""

MOST = 50
"""Quotes that an answer may have shown."""

_MADE = """
CREATE TABLE feedback(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, verdict TEXT NOT NULL, question TEXT NOT NULL, language TEXT NOT NULL,
    article TEXT, start INTEGER, end INTEGER, text TEXT, note TEXT NOT NULL);
"""
_WHAT_WAS_SHOWN = """
ALTER TABLE feedback ADD COLUMN status TEXT;
ALTER TABLE feedback ADD COLUMN shown TEXT NOT NULL DEFAULT '[]';
"""
TABLE = Table(name="feedback", steps=(_MADE, _WHAT_WAS_SHOWN), article="article", erased=("text",))
"""A judgement outlives its article, whose words go with it."""

_COLUMNS = "id, at, verdict, question, language, article, start, end, text, note, status, shown"


Span = tuple[str, int, int]
"""(article id, start, end) of a quote, in code points of the article's text."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote of an answer that was judged as a whole."""

    article_id: str
    start: int
    end: int
    digest: str
    """Of its words, which are not kept (see `digest_of`)."""


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
    """`article.text[start:end]` when it was judged; None once the article has been removed."""
    note: str
    status: Status | None = None
    """Of an answer judged as a whole; None where it was not said."""
    shown: tuple[Shown, ...] = ()
    """Its quotes in their order."""


def record(
    store: Store,
    verdict: Verdict,
    question: str,
    *,
    language: str,
    article_id: str | None = None,
    span: tuple[int, int] | None = None,
    note: str = "",
    status: Status | None = None,
    shown: Sequence[Span] = (),
) -> Feedback:
    """Keep one judgement; a "right" one names an article and the span in it.

    `status` and `shown`, the spans of its quotes, say what an answer was that is judged as a whole.
    Raises BadInput for an unknown verdict or status, an empty or overlong question or note, a span outside
    its article, or quotes beside an article, and NotFound for an article that is not there.
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
    if status is not None and status not in get_args(Status):
        raise BadInput(f"the status {status!r}: expected one of {', '.join(get_args(Status))}")
    if len(shown) > MOST or (article_id is not None and (status is not None or shown)):
        raise BadInput(
            f"{len(shown)} quotes shown, {'an' if article_id is not None else 'no'} article judged: expected "
            f"status and quotes, at most {MOST}, only where the answer is judged as a whole"
        )
    text = None if article_id is None else _text(store, article_id, span)
    quotes = tuple(Shown(*one, digest_of(str(_text(store, one[0], one[1:])))) for one in shown)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    start, end = span or (None, None)
    row = (at, verdict, question.strip(), language, article_id, start, end, text, note, status)
    values = (*row, json.dumps([asdict(quote) for quote in quotes]))
    with _table(store) as connection:
        id = connection.execute(
            f"INSERT INTO feedback({_COLUMNS.removeprefix('id, ')}) VALUES ({', '.join('?' * len(values))})",
            values,
        ).lastrowid
    assert id is not None
    return Feedback(id, *row, quotes)


def digest_of(words: str) -> str:
    """What tells words from others without keeping them: 16 hex digits of SHA-256."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


@contextmanager
def _table(store: Store) -> Iterator[sqlite3.Connection]:
    """The table, made if it is not there, within one transaction; raises Busy."""
    with store.writing(advance=False):
        own(store, TABLE)
        yield store.connection()


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
    if not owned(store, TABLE):
        return []
    there = {row[1] for row in store.connection().execute("PRAGMA table_info(feedback)")}
    # Before the first judgement by this version the table has the columns of an earlier one.
    columns = _COLUMNS if "shown" in there else _COLUMNS.replace("status, shown", "NULL, '[]'")
    rows = store.connection().execute(f"SELECT {columns} FROM feedback ORDER BY id")
    return [
        replace(Feedback(*row[:-1]), shown=tuple(Shown(**one) for one in json.loads(row[-1]))) for row in rows
    ]


def forget(store: Store, id: int) -> None:
    """Take one judgement back; raises NotFound."""
    with _table(store) as connection:
        if connection.execute("DELETE FROM feedback WHERE id = ?", (id,)).rowcount == 0:
            raise NotFound(f"no feedback has the number {id}: it may have been taken back already")
