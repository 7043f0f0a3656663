from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from index.database import Database
from index.errors import Busy, CitaError, Damaged, Unwritable
from index.faults import of_sqlite, room, translated
from index.store import Store


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.create(tmp_path / "data", embedder="bundled", fingerprint="f00d", dim=4)


def test_each_collection_has_a_name_of_its_own(tmp_path: Path, database: Database) -> None:
    other = Database.create(tmp_path / "other", embedder="bundled", fingerprint="f00d", dim=4)
    assert database.collection != other.collection
    assert Database(database.folder).collection == database.collection


def test_what_is_written_is_flushed_and_what_is_deleted_overwritten(database: Database) -> None:
    one = database.connection().execute
    found = {
        name: one(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_connections_of_threads_that_ended_are_closed(database: Database) -> None:
    def look() -> None:
        assert database.change == 0

    for _ in range(20):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert database.connection()
    assert len(database._opened) <= 2


def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    def fail() -> None:
        with database.writing():
            database.set_meta("clé", "значение")
            database.connection().execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(CitaError, match="nowhere"):
        fail()
    with pytest.raises(Damaged):
        database.meta("clé")
    with database.writing():
        database.set_meta("clé", "значение")
    assert (database.meta("clé"), database.change) == ("значение", 1)


def test_readers_see_one_state_while_others_write(database: Database) -> None:
    other = Store(database.folder)
    with database.reading():
        assert database.change == 0
        with other.writing():
            pass
        assert (database.change, other.change) == (0, 1)
    assert database.change == 1
    other.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, Unwritable),
        (sqlite3.SQLITE_READONLY, Unwritable),
        (sqlite3.SQLITE_READONLY_DBMOVED, Unwritable),
        (sqlite3.SQLITE_BUSY, Busy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Busy),
        (sqlite3.SQLITE_CORRUPT, Damaged),
        (sqlite3.SQLITE_NOTADB, Damaged),
        (sqlite3.SQLITE_ERROR, CitaError),
    ],
)
def test_every_refusal_is_a_sentence_of_a_kind(tmp_path: Path, code: int, kind: type[CitaError]) -> None:
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    told = of_sqlite(error, tmp_path)
    assert type(told) is kind
    assert str(tmp_path) in str(told)
    assert "database is locked" not in str(told)


def test_errors_of_the_disk_are_sentences_and_others_stay_what_they_are(tmp_path: Path) -> None:
    def fail(error: OSError) -> None:
        with translated(tmp_path):
            raise error

    with pytest.raises(Unwritable, match="full"):
        fail(OSError(28, "No space left on device"))
    with pytest.raises(Unwritable, match="cannot be written"):
        fail(OSError(30, "Read-only file system"))
    with pytest.raises(IsADirectoryError):
        fail(IsADirectoryError(21, "Is a directory"))
    with pytest.raises(Unwritable, match="the copy takes"):
        room(tmp_path, 1 << 60, "the copy")
    room(tmp_path, 1, "the copy")
