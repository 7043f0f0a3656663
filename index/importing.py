"""From an export back to a collection: the same articles, ids, offsets and dates.

Each line stands or falls by itself. What is there already is left as it is, so that an import that was
interrupted goes on when it is started again.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from index import duplicates, repeats, revisions
from index.article import Article
from index.dates import iso
from index.embed import Embedder, open_embedder
from index.errors import BadInput, NotFound, Unreadable
from index.export import FORMAT, Progress
from index.ingest import WAIT, open_for_writing
from index.lock import write_lock
from index.merge import catch_up
from index.renew import Draft, embedded
from index.report import Item, Report
from index.store import Span, Store, Vectors
from index.tables import Table, own

BATCH = 1024
"""Passages committed together."""

LINE_BYTES = 256 << 20
"""A longer line is no article, even with vectors."""

INDEXED = (revisions.TABLE, duplicates.TABLE, *repeats.TABLES)
"""The tables of other modules of the index, which an export may hold."""

_ID = re.compile("[0-9a-f]{16}")
_OPTIONAL = ("url", "outlet", "author", "published", "updated")
_NEEDED = ("id", "key", "input", "title", "text", "language", "digest")


@dataclass(frozen=True, slots=True)
class Line:
    """An article as a line of an export holds it."""

    article: Article
    spans: tuple[Span, ...]
    languages: tuple[str | None, ...]
    vectors: Vectors | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines."""

    report: Report
    """One item per article and per broken line."""
    rows: int
    """Of other modules' tables, put in."""
    complete: bool
    """Whether the last line of the export was there; without it, more may have been cut off."""


def import_file(
    data: Path,
    file: Path,
    *,
    tables: Sequence[Table] = (),
    embedder: str | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Add all that an export holds to the collection in `data`, made if it is not there.

    An article that is there under the same key becomes the one of the export. Rows of other modules are
    put into the `tables` that are named here and those of the index, where they are empty or hold rows of
    this very export. `progress` counts articles.
    Raises NotFound, BadInput for a file that is no export, Incompatible, Busy, Unwritable.
    """
    if not file.is_file():
        raise NotFound(f"no file {str(file)!r}: expected one that `cita export` wrote")
    with file.open("rb") as stream:
        return import_stream(data, stream, tables=tables, embedder=embedder, progress=progress)


def import_stream(
    data: Path,
    stream: BinaryIO,
    *,
    tables: Sequence[Table] = (),
    embedder: str | None = None,
    progress: Progress | None = None,
) -> Imported:
    """As `import_file`, for an open file."""
    found = _records(stream)
    _, head = next(found, (0, {}))
    about = head.get("cita") if isinstance(head, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get("export"), int):
        raise BadInput(
            "this is no export of cita: its first line should say so; for other files use `cita ingest`"
        )
    if about["export"] > FORMAT:
        raise BadInput(f"the export is of format {about['export']}, expected up to {FORMAT}: upgrade cita")
    store, model = open_for_writing(data, embedder or _usable(data, about.get("embedder")))
    with closing(store):
        run = _Run(store, model, {table.name: table for table in (*INDEXED, *tables)}, about)
        total = about.get("articles")
        for number, record in found:
            run.take(number, record)
            if progress is not None:
                progress(
                    len(run.report.items), max(total if isinstance(total, int) else 0, len(run.report.items))
                )
        run.commit()
        run.commit_rows()
        catch_up(store)
        return Imported(run.report, run.rows, run.complete)


def _usable(data: Path, name: object) -> str | None:
    """The exported collection's model, for a new collection; else that of the collection there is."""
    if not isinstance(name, str) or (data / "cita.db").exists():
        return None
    try:
        open_embedder(name)
    except (NotFound, BadInput):
        return None
    return name


def _records(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(number from 1, the object in the line, or what is wrong with it) per line."""
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(line) > LINE_BYTES:
            while (rest := stream.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, f"the line is longer than {LINE_BYTES >> 20} MB"
            continue
        try:
            value = json.loads(line)
        except RecursionError:
            yield number, "the line is nested too deep"
        except ValueError as error:
            yield number, f"the line is not valid JSON ({error})"
        else:
            yield number, value if isinstance(value, dict) else "the line holds no JSON object"


def parsed(record: dict[str, Any], dim: int) -> Line:
    """The article of a line; raises Unreadable with what is wrong."""
    for name in _NEEDED:
        if not isinstance(record.get(name), str):
            raise Unreadable(f"{name} is missing or no string")
    for name in _OPTIONAL:
        if not isinstance(record.get(name), str | None):
            raise Unreadable(f"{name} is no string")
    captions = record.get("captions")
    if not isinstance(captions, list) or not all(isinstance(one, str) for one in captions):
        raise Unreadable("captions are no list of strings")
    values = {field.name: record.get(field.name) for field in fields(Article)}
    article = Article(**(values | {"captions": tuple(captions)}))
    _check(article)
    spans, languages = _spans(record.get("passages"), article.text)
    return Line(article, spans, languages, _vectors(record.get("vectors"), len(spans), dim))


def _check(article: Article) -> None:
    if not _ID.fullmatch(article.id):
        raise Unreadable(f"the id {article.id[:40]!r} is none of cita's: expected 16 hexadecimal digits")
    if any("\ud800" <= char <= "\udfff" for char in article.title + article.text + article.key):
        raise Unreadable("half of a surrogate pair is not text")
    if not article.text or unicodedata.normalize("NFC", article.text) != article.text:
        raise Unreadable("the text is empty or not in Unicode NFC: offsets would not count what they should")
    if hashlib.sha256(f"{article.title}\x00{article.text}".encode()).hexdigest() != article.digest:
        raise Unreadable("title and text are not those of the digest: the line has been changed")
    for name in ("published", "updated"):
        date = getattr(article, name)
        if date is not None and iso(date) is None:
            raise Unreadable(f"{name} is {date[:40]!r}: expected an ISO 8601 date")
    if article.url is not None and not article.url.startswith(("http://", "https://")):
        raise Unreadable(f"the address {article.url[:80]!r} is no link to a page")


def _spans(value: object, text: str) -> tuple[tuple[Span, ...], tuple[str | None, ...]]:
    if not isinstance(value, list):
        raise Unreadable("passages are no list")
    spans: list[Span] = []
    languages: list[str | None] = []
    for one in value:
        match one:
            case [int(start), int(end), *rest] if 0 <= start < end <= len(text):
                spans.append((start, end))
                languages.append(rest[0] if rest and isinstance(rest[0], str) else None)
            case _:
                raise Unreadable(
                    f"the passage {str(one)[:60]} does not lie in the text of {len(text):,} characters"
                )
    return tuple(spans), tuple(languages)


def _vectors(value: object, count: int, dim: int) -> Vectors | None:
    """None where there are none, or of another size: then the passages are embedded."""
    if not isinstance(value, str):
        return None
    try:
        blob = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Unreadable(f"the vectors are not valid base64 ({error})") from error
    if len(blob) != count * dim * 2:
        return None
    rows = np.frombuffer(blob, "<f2").reshape(count, dim).astype(np.float32)
    if not np.isfinite(rows).all():
        raise Unreadable("the vectors hold what is no number")
    return rows


class _Run:
    """One import: lines wait until there are enough of them to commit together."""

    def __init__(
        self, store: Store, model: Embedder, tables: dict[str, Table], about: dict[str, Any]
    ) -> None:
        self.report = Report()
        self.rows = 0
        self.complete = False
        self._store = store
        self._model = model
        self._tables = tables
        self._export = f"{about.get('collection')}:{about.get('change')}"
        self._same_model = about.get("fingerprint") == model.fingerprint
        self._waiting: list[tuple[int, Line, Article | None]] = []
        self._passages = 0
        self._rows: list[tuple[str, dict[str, object]]] = []
        self._columns: dict[str, set[str]] = {}
        """By table: what its rows may hold; nothing where it was not empty."""

    def take(self, number: int, record: dict[str, Any] | str) -> None:
        """Take in one line."""
        if isinstance(record, str):
            self._fail(number, record)
        elif "end" in record:
            self.complete = True
        elif "table" in record:
            self._row(number, record)
        else:
            self._article(number, record)

    def _fail(self, number: int, reason: str) -> None:
        self.report.items.append(Item(f"line {number}", "failed", f"line {number}: {reason}"))

    def _article(self, number: int, record: dict[str, Any]) -> None:
        try:
            line = parsed(record, self._model.dim)
        except Unreadable as error:
            self._fail(number, str(error))
            return
        waiting = {one.article.key for _, one, _ in self._waiting}
        if line.article.key in waiting:
            self.commit()
        known = self._store.find(key=line.article.key)
        place = len(self.report.items)
        if known == line.article and self._spans_of(known) == list(line.spans):
            self.report.items.append(Item(line.article.input, "unchanged", article_id=known.id))
            return
        self.report.items.append(Item(line.article.input, "failed"))
        self._waiting.append((place, line, known))
        self._passages += len(line.spans)
        if self._passages >= BATCH:
            self.commit()

    def _spans_of(self, article: Article) -> list[Span]:
        return [(passage.start, passage.end) for passage in self._store.passages_of(article)]

    def commit(self) -> None:
        """Store what waits, in one transaction; embeds what came without vectors of this model."""
        if not self._waiting:
            return
        batch, self._waiting, self._passages = self._waiting, [], 0
        rows: list[Vectors | None] = [line.vectors if self._same_model else None for _, line, _ in batch]
        missing = [n for n, one in enumerate(rows) if one is None]
        made = embedded(self._model, [Draft(batch[n][1].article, batch[n][1].spans) for n in missing])
        for n, embedding in zip(missing, made, strict=True):
            rows[n] = embedding
        with write_lock(self._store.folder, wait=WAIT), self._store.writing():
            for (place, line, known), vectors in zip(batch, rows, strict=True):
                assert vectors is not None
                self._put(place, line, known, vectors)

    def _put(self, place: int, line: Line, known: Article | None, vectors: Vectors) -> None:
        store, article = self._store, line.article
        known = store.find(key=article.key) if known is None else known
        if known is None:
            stored = store.add(article, line.spans, vectors, languages=line.languages)
        else:
            stored = store.update(known, article, line.spans, vectors, languages=line.languages)
        status = "added" if known is None else "updated"
        self.report.items[place] = Item(article.input, status, article_id=stored.id)  # type: ignore[arg-type]

    def _row(self, number: int, record: dict[str, Any]) -> None:
        self.commit()  # the articles come first
        name, row = record.get("table"), record.get("row")
        table = self._tables.get(name) if isinstance(name, str) else None
        if table is None or not isinstance(row, dict):
            self._fail(number, f"no table {str(name)[:40]!r} is known here: this row is left out")
            return
        if table.name not in self._columns:
            self._columns[table.name] = self._begin(table)
        columns = self._columns[table.name]
        if not columns:
            return  # there are rows of another origin, and numbers of the two would clash
        if not row.keys() <= columns:
            self._fail(number, f"the table {table.name} has no {sorted(row.keys() - columns)}")
            return
        self._rows.append((table.name, {column: _value(value) for column, value in row.items()}))
        if len(self._rows) >= BATCH:
            self.commit_rows()

    def _begin(self, table: Table) -> set[str]:
        """The columns of the table, made if it is not there; none where it holds rows already."""
        with write_lock(self._store.folder, wait=WAIT), self._store.writing(advance=False):
            own(self._store, table)
            connection = self._store.connection()
            found = connection.execute("SELECT value FROM meta WHERE key = 'imported'").fetchone()
            filled = connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone() is not None
            if filled and (found is None or found[0] != self._export):
                return set()
            self._store.set_meta("imported", self._export)
        return {column[1] for column in connection.execute(f"PRAGMA table_info({table.name})")}

    def commit_rows(self) -> None:
        """Put the rows that wait into their tables, in one transaction."""
        rows, self._rows = self._rows, []
        if rows:
            with write_lock(self._store.folder, wait=WAIT), self._store.writing(advance=False):
                for name, values in rows:
                    done = self._store.connection().execute(
                        f"INSERT OR IGNORE INTO {name}({', '.join(values)}) "
                        f"VALUES ({', '.join('?' * len(values))})",
                        list(values.values()),
                    )
                    self.rows += done.rowcount


def _value(value: object) -> object:
    if isinstance(value, dict):
        return base64.b64decode(str(value.get("base64", "")))
    return value if isinstance(value, str | int | float | None) else json.dumps(value)
