"""The file behind the store: its format, its connections, its transactions.

Write-ahead logging with `synchronous=FULL`: what a commit acknowledged survives the process and the
power. `secure_delete` overwrites what is deleted, so that it is gone from the file and not only from
the tables.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from index.errors import Damaged, Incompatible, NotFound, Outdated, Unwritable
from index.faults import of_sqlite, translated
from index.schema import APPLICATION, FILE, FORMAT, SCHEMA

WAIT = 30.0
"""Seconds SQLite itself waits for another process's transaction."""


_SETTINGS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "mmap_size=2147418112",  # fetching 200 rows takes a quarter to half less
)


class Connection(sqlite3.Connection):
    """A connection whose errors are cita's."""

    folder: Path

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise of_sqlite(error, self.folder) from error

    def executemany(self, sql: str, parameters: Iterable[Any]) -> sqlite3.Cursor:
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise of_sqlite(error, self.folder) from error


class Database:
    """One data folder's `cita.db`. Safe to read from many threads, each with a connection of its own."""

    def __init__(self, folder: Path) -> None:
        """Open the database in `folder`, which must exist.

        Raises NotFound where there is none, Incompatible for a file that is not cita's or of a newer
        format, Outdated for one of an older format.
        """
        self.folder = folder
        self.path = folder / FILE
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, Connection]] = []
        self._guard = threading.Lock()
        self._frozen: tuple[int, int] | None = None
        if not self.path.is_file():
            raise NotFound(
                f"no collection in {str(folder)!r} ({FILE} is not there): expected a folder made by "
                f"`cita ingest`; run `cita ingest PATH --data {folder}` first"
            )
        try:
            self._check_format()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, folder: Path, *, embedder: str, fingerprint: str, dim: int) -> Self:
        """A new, empty database for vectors of `dim` numbers made by that model."""
        folder.mkdir(parents=True, exist_ok=True)
        # Made under another name: a process killed half-way leaves no file that looks like a store.
        draft = folder / f"{FILE}.new"
        for leftover in folder.glob(f"{FILE}.new*"):
            leftover.unlink()
        with translated(folder):
            connection = sqlite3.connect(draft)
            try:
                connection.executescript(SCHEMA)
                connection.execute(f"PRAGMA application_id={APPLICATION}")
                connection.execute(f"PRAGMA user_version={FORMAT}")
                rows = {"embedder": embedder, "fingerprint": fingerprint, "dim": str(dim), "change": "0"}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())
                connection.execute("INSERT INTO meta VALUES ('collection', ?)", (new_name(),))
                connection.commit()
                connection.execute("PRAGMA journal_mode=WAL")
            finally:
                connection.close()
            draft.rename(folder / FILE)
        return cls(folder)

    def _check_format(self) -> None:
        try:
            application, format = (
                self.connection().execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version")
            )
        except Damaged as error:
            raise Incompatible(
                f"{self.path} is not a readable SQLite database ({error.__cause__}): expected a collection "
                f"made by cita; `cita restore BACKUP --data {self.folder}` puts a backup in its place, or "
                "choose another folder with --data"
            ) from error
        if application != APPLICATION:
            raise Incompatible(
                f"{self.path} is a database of another program: expected a collection made by cita; "
                "choose another folder with --data"
            )
        if format > FORMAT:
            raise Incompatible(
                f"{self.path} has format {format}, this version of cita reads formats up to {FORMAT}: "
                "upgrade cita"
            )
        if format < FORMAT:
            raise Outdated(
                f"{self.path} has format {format}, this version of cita works with format {FORMAT}: "
                f"run `cita migrate --data {self.folder}`, which makes a backup first"
            )

    # -- connections

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for the modules that bring their own SQL."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None and self._frozen is not None and self._frozen != self._stamp():
            connection = None  # someone who may write has done so
        if connection is None:
            connection = self._local.connection = self._connect()
            with self._guard:
                # Threads of a pool come and go, and a server runs for years: theirs go with them.
                for thread, theirs in self._opened:
                    if not thread.is_alive():
                        theirs.close()
                self._opened = [pair for pair in self._opened if pair[0].is_alive()]
                self._opened.append((threading.current_thread(), connection))
        return connection

    def _connect(self) -> Connection:
        """A connection that may write; else one that may read; else, where even SQLite's shared memory
        cannot be made, one that takes the file for unchanging."""
        failure: sqlite3.Error | None = None
        for mode in ("mode=rw", "mode=ro", "immutable=1"):
            if mode == "immutable=1":
                if self._log_size() or os.access(self.folder, os.W_OK):
                    break
                self._frozen = self._stamp()
            # close() must be able to close the connections of all threads.
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{mode}",
                uri=True,
                timeout=WAIT,
                check_same_thread=False,
                isolation_level=None,
                factory=Connection,
            )
            connection.folder = self.folder
            try:
                sqlite3.Connection.execute(connection, "SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            except sqlite3.OperationalError as error:
                connection.close()
                failure = error
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                    break
                continue
            except sqlite3.DatabaseError as error:
                connection.close()
                raise of_sqlite(error, self.folder) from error
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            return connection
        assert failure is not None
        if self._log_size() and not os.access(self.folder, os.W_OK):
            raise Unwritable(
                f"{str(self.folder)!r} cannot be written to, and its latest articles are still in "
                f"{FILE}-wal: open it once with the right to write (`cita info`), then again here"
            ) from failure
        raise of_sqlite(failure, self.folder) from failure

    def _stamp(self) -> tuple[int, int]:
        """Changes when another process writes: of use only where SQLite's own means are out of reach."""
        found = self.path.stat()
        return found.st_mtime_ns, found.st_size + self._log_size()

    def _log_size(self) -> int:
        with suppress(OSError):
            return self.path.with_name(f"{FILE}-wal").stat().st_size
        return 0

    def close(self) -> None:
        with self._guard:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    # -- transactions

    @contextmanager
    def writing(self, *, advance: bool = True) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing.

        Advances the change number, unless told that nothing a search looks at is written. Raises Busy,
        and Unwritable where the disk is full or read-only.
        """
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            if advance:
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'change'")
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself has rolled back when the disk was full
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads inside see one and the same state, whatever is committed meanwhile."""
        connection = self.connection()
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def settle(self) -> bool:
        """Move everything from the log into the file and empty the log; False while a reader still needs
        it."""
        row = self.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(row[0] == 0)

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

    @property
    def collection(self) -> str:
        """A random name, another after each restore: tells the caches of one collection from another's."""
        return self.meta("collection")


def new_name() -> str:
    """A name no other collection has."""
    return secrets.token_hex(8)
