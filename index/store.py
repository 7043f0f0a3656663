"""The truth: one SQLite file with the articles, their passages and vectors, and what changed when.

Everything else on disk is a cache that can be rebuilt from here. Write-ahead logging with
`synchronous=FULL`: what a commit acknowledged survives the process and the power.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.errors import Damaged, Incompatible, NotFound
from index.passage import Passage

FORMAT = 1
_APPLICATION = 0x63697461  # "cita": marks the file as ours in the SQLite header
_FILE = "cita.db"

_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, input TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
    url TEXT, outlet TEXT, author TEXT, published TEXT, updated TEXT,
    captions TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX articles_digest ON articles(digest);
CREATE TABLE passages(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    change INTEGER NOT NULL);
CREATE INDEX passages_article ON passages(article);
CREATE INDEX passages_change ON passages(change);
CREATE TABLE vectors(
    passage INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
    vector BLOB NOT NULL);
CREATE TABLE removals(passage INTEGER PRIMARY KEY, change INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX removals_change ON removals(change);
"""
_ARTICLE = "id, key, input, title, text, language, url, outlet, author, published, updated, captions, digest"

Span = tuple[int, int]
Vectors = NDArray[np.float32]


def _article(row: Sequence[object]) -> Article:
    fields = dict(zip(_ARTICLE.split(", "), row, strict=True))
    fields["captions"] = tuple(json.loads(str(fields["captions"])))
    return Article(**fields)  # type: ignore[arg-type]  # the columns are the fields


def as_blob(vector: Vectors) -> bytes:
    """A vector as it is stored: half precision, little-endian."""
    return vector.astype("<f2").tobytes()


def _unblob(blobs: Sequence[bytes], dim: int) -> Vectors:
    if not blobs:
        return np.empty((0, dim), np.float32)
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), dim).astype(np.float32)


class Store:
    """Articles, passages and vectors of one data folder. Safe to read from many threads.

    Writing methods must run inside `with store.writing():`, one transaction, by the one process
    that holds the folder's write lock (`index.lock`).
    """

    def __init__(self, folder: Path) -> None:
        """Open the store in `folder`, which must exist.

        Raises NotFound where there is none, Incompatible for a file that is not cita's or is of
        another format.
        """
        self.folder = folder
        self.path = folder / _FILE
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        if not self.path.is_file():
            raise NotFound(
                f"no collection in {str(folder)!r} ({_FILE} is not there): expected a folder made by "
                f"`cita ingest`; run `cita ingest PATH --data {folder}` first"
            )
        self._check_format()

    @classmethod
    def create(cls, folder: Path, *, embedder: str, fingerprint: str, dim: int) -> Store:
        """A new, empty store for vectors of `dim` numbers made by that model."""
        folder.mkdir(parents=True, exist_ok=True)
        # Made under another name: a process killed half-way leaves no file that looks like a store.
        draft = folder / f"{_FILE}.new"
        for leftover in folder.glob(f"{_FILE}.new*"):
            leftover.unlink()
        connection = sqlite3.connect(draft)
        try:
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA application_id={_APPLICATION}")
            connection.execute(f"PRAGMA user_version={FORMAT}")
            rows = {"embedder": embedder, "fingerprint": fingerprint, "dim": str(dim), "change": "0"}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())
            connection.commit()
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
        draft.rename(folder / _FILE)
        return cls(folder)

    def _check_format(self) -> None:
        try:
            application, format = (
                self.connection().execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version")
            )
        except sqlite3.DatabaseError as error:
            self.close()
            raise Incompatible(
                f"{self.path} is not a readable SQLite database ({error}): expected a collection made by "
                "cita; restore it from a backup, or choose another folder with --data"
            ) from error
        if application != _APPLICATION:
            self.close()
            raise Incompatible(
                f"{self.path} is a database of another program: expected a collection made by cita; "
                "choose another folder with --data"
            )
        if format != FORMAT:
            self.close()
            raise Incompatible(
                f"{self.path} has format {format}, this version of cita reads format {FORMAT}: "
                + ("upgrade cita" if format > FORMAT else "ingest the articles again into a new folder")
            )

    # -- connections

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for the few modules that bring their own SQL (doctor, reembed)."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # Threads of a pool come and go; close() must be able to close all of theirs.
            connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False, isolation_level=None)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            self._local.connection = connection
            with self._guard:
                self._opened.append(connection)
        return connection

    def close(self) -> None:
        with self._guard:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    @contextmanager
    def writing(self, *, advance: bool = True) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing.

        Advances the change number, unless told that nothing a search looks at is written.
        """
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            if advance:
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'change'")
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads inside see one and the same state, whatever is committed meanwhile."""
        connection = self.connection()
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    # -- what is known of the collection

    def meta(self, key: str) -> str:
        row = self.connection().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise Damaged(f"{self.path} has no {key!r} entry: run `cita doctor`")
        return str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        self.connection().execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def dim(self) -> int:
        return int(self.meta("dim"))

    @property
    def change(self) -> int:
        """Number of the last committed transaction that changed articles or vectors."""
        return int(self.meta("change"))

    def counts(self) -> tuple[int, int]:
        """(articles, passages)."""
        one = self.connection().execute
        return (
            one("SELECT count(*) FROM articles").fetchone()[0],
            one("SELECT count(*) FROM passages").fetchone()[0],
        )

    def languages(self) -> dict[str, int]:
        """Articles per language, most first."""
        rows = self.connection().execute(
            "SELECT language, count(*) FROM articles GROUP BY language ORDER BY 2 DESC, 1"
        )
        return dict(rows.fetchall())

    # -- articles

    def find(
        self, *, id: str | None = None, key: str | None = None, digest: str | None = None
    ) -> Article | None:
        """The article with that id, key or digest (one of them), or None."""
        column, value = next(
            (name, value)
            for name, value in (("id", id), ("key", key), ("digest", digest))
            if value is not None
        )
        row = (
            self.connection()
            .execute(f"SELECT {_ARTICLE} FROM articles WHERE {column} = ?", (value,))
            .fetchone()
        )
        return None if row is None else _article(row)

    def articles(self, *, after: str = "", limit: int = -1) -> Iterator[Article]:
        """Articles in order of id, those after `after`, at most `limit` (-1: all)."""
        yield from map(
            _article,
            self.connection().execute(
                f"SELECT {_ARTICLE} FROM articles WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
            ),
        )

    def add(self, article: Article, spans: Sequence[Span], vectors: Vectors) -> Article:
        """Store an article with its passages; returns it with the id it got.

        An id already taken by another key (a text seen before under a key that has since
        changed) is made anew from text and key.
        """
        connection = self.connection()
        if self.find(id=article.id) is not None:
            article = article.renamed()
        row = [getattr(article, name) for name in _ARTICLE.split(", ")]
        row[11] = json.dumps(article.captions, ensure_ascii=False)
        marks = ", ".join("?" * len(row))
        number = connection.execute(f"INSERT INTO articles({_ARTICLE}) VALUES ({marks})", row).lastrowid
        self._add_passages(number, spans, vectors)
        return article

    def _add_passages(self, number: int | None, spans: Sequence[Span], vectors: Vectors) -> None:
        connection = self.connection()
        change = self.change
        for (start, end), vector in zip(spans, vectors, strict=True):
            passage = connection.execute(
                "INSERT INTO passages(article, start, end, change) VALUES (?, ?, ?, ?)",
                (number, start, end, change),
            ).lastrowid
            connection.execute("INSERT INTO vectors VALUES (?, ?)", (passage, as_blob(vector)))

    def remove(self, article_id: str) -> None:
        """Delete an article, its passages and vectors; raises NotFound."""
        connection = self.connection()
        row = connection.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            raise NotFound(
                f"no article has the id {article_id!r}: `cita articles list` shows the ids there are"
            )
        connection.execute(
            "INSERT INTO removals SELECT id, ? FROM passages WHERE article = ?", (self.change, row[0])
        )
        connection.execute("DELETE FROM articles WHERE number = ?", row)

    # -- passages

    def passages_of(self, article: Article) -> list[Passage]:
        rows = self.connection().execute(
            "SELECT p.id, p.start, p.end FROM passages p JOIN articles a ON a.number = p.article "
            "WHERE a.id = ? ORDER BY p.start",
            (article.id,),
        )
        return [Passage(id, article.id, start, end, article.text[start:end]) for id, start, end in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """The passages with those ids; ids no longer there are missing from the result."""
        found: dict[int, Passage] = {}
        for batch in _batches(ids, 500):
            # substr counts code points, as Python does, and spares copying whole articles.
            rows = self.connection().execute(
                "SELECT p.id, a.id, p.start, p.end, substr(a.text, p.start + 1, p.end - p.start) "
                "FROM passages p JOIN articles a ON a.number = p.article "
                f"WHERE p.id IN ({', '.join('?' * len(batch))})",
                [int(id) for id in batch],
            )
            found.update((row[0], Passage(*row)) for row in rows)
        return found

    def vectors(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors, float32 `(dim,)`, of those passages that exist."""
        dim = self.dim
        found: dict[int, Vectors] = {}
        for batch in _batches(ids, 500):
            rows = self.connection().execute(
                f"SELECT passage, vector FROM vectors WHERE passage IN ({', '.join('?' * len(batch))})",
                [int(id) for id in batch],
            )
            found.update((id, _unblob([blob], dim)[0]) for id, blob in rows)
        return found

    def scan_vectors(
        self, *, since: int = 0, batch: int = 8192
    ) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
        """(ids `(n,)`, vectors `(n, dim)`) of all passages that came after change number `since`."""
        dim = self.dim
        cursor = self.connection().execute(
            "SELECT v.passage, v.vector FROM passages p JOIN vectors v ON v.passage = p.id "
            "WHERE p.change > ? ORDER BY p.id",
            (since,),
        )
        while rows := cursor.fetchmany(batch):
            yield np.array([id for id, _ in rows], np.int64), _unblob([blob for _, blob in rows], dim)

    def scan_texts(self, *, since: int = 0) -> Iterator[tuple[int, str, str]]:
        """(passage id, text, article's language) of all passages that came after `since`."""
        cursor = self.connection().execute(
            "SELECT p.id, substr(a.text, p.start + 1, p.end - p.start), a.language "
            "FROM passages p JOIN articles a ON a.number = p.article WHERE p.change > ? ORDER BY p.id",
            (since,),
        )
        yield from cursor

    def added_since(self, since: int) -> int:
        """How many passages came after change number `since`."""
        row = self.connection().execute("SELECT count(*) FROM passages WHERE change > ?", (since,)).fetchone()
        return int(row[0])

    def removed_since(self, since: int) -> list[int]:
        """Ids of passages removed after change number `since`."""
        rows = self.connection().execute("SELECT passage FROM removals WHERE change > ?", (since,))
        return [id for (id,) in rows]


def _batches(ids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (ids[i : i + size] for i in range(0, len(ids), size))
