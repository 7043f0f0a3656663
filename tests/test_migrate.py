from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.backup import verify
from index.errors import Incompatible
from index.ingest import ingest
from index.migrate import migrate
from index.schema import FORMAT
from index.search import Index
from index.store import Store
from index.tables import known
from qa import feedback
from tests.conftest import TEXTS
from tests.formats import write_format_1

DELETED = "Tajny świadek zeznał we wtorek przed sądem w Łodzi. " * 30


def _format(data: Path) -> int:
    with closing(sqlite3.connect(data / "cita.db")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_an_older_collection_is_migrated_after_a_backup_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_format_1(data, TEXTS, feedback=True)
    steps: list[tuple[int, int]] = []
    done = migrate(data, progress=lambda *step: steps.append(step))
    assert done is not None
    assert (done.from_format, done.to_format, _format(data)) == (1, FORMAT, FORMAT)
    assert steps
    kept = verify(done.backup)
    assert (kept.format, kept.articles) == (1, len(TEXTS))
    with Index.open(data) as index:
        assert sorted(article.text for article in index.articles()) == sorted(TEXTS.values())
        assert index.search(TEXTS["ko"])[0].passage.text in TEXTS["ko"]
    store = Store(data)
    assert [table.name for table in known(store)] == ["feedback"]
    [judged] = feedback.given(store)
    assert judged.text == TEXTS["es"][:10]
    feedback.record(store, "good", "¿Qué pasó?", language="es")
    assert len(feedback.given(store)) == 2
    store.close()
    assert migrate(data) is None


def test_opening_an_older_collection_migrates_it(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    write_format_1(data, {"es": TEXTS["es"]})
    report = ingest(data, [news])
    assert report.count("added") + report.count("updated") + report.count("duplicate-of") == len(TEXTS)
    assert _format(data) == FORMAT
    assert len(list((data / "backups").glob("*.db"))) == 1


def test_what_an_older_version_left_of_a_deleted_article_goes_with_the_migration(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_format_1(data, TEXTS, deleted=DELETED)
    trace = "Tajny świadek".encode()
    assert trace in (data / "cita.db").read_bytes()
    migrate(data)
    assert trace not in (data / "cita.db").read_bytes()
    log = data / "cita.db-wal"
    assert not log.exists() or trace not in log.read_bytes()


def test_the_schema_of_a_migrated_collection_is_that_of_a_new_one(tmp_path: Path) -> None:
    write_format_1(tmp_path / "old", {"es": TEXTS["es"]})
    migrate(tmp_path / "old")
    Store.create(tmp_path / "new", embedder="bundled", fingerprint="f00d", dim=4).close()

    def schema(data: Path) -> dict[str, object]:
        with closing(sqlite3.connect(data / "cita.db")) as connection:
            tables = [
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            columns = {name: connection.execute(f"PRAGMA table_info('{name}')").fetchall() for name in tables}
            indexes = connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'")
            return {**columns, "indexes": sorted(indexes.fetchall())}

    assert schema(tmp_path / "old") == schema(tmp_path / "new")


def test_a_newer_format_is_refused_with_a_sentence(collection: Path) -> None:
    with closing(sqlite3.connect(collection / "cita.db")) as connection:
        connection.execute(f"PRAGMA user_version={FORMAT + 1}")
    for open_it in (Index.open, migrate):
        with pytest.raises(Incompatible, match=rf"format {FORMAT + 1}.*upgrade cita"):
            open_it(collection)


def test_a_step_that_fails_leaves_the_old_format_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index import migrate as module

    data = tmp_path / "data"
    write_format_1(data, TEXTS)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE passages ADD COLUMN language TEXT")
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(module, "STEPS", {1: half})
        with pytest.raises(ZeroDivisionError):
            migrate(data)
    assert _format(data) == 1
    assert migrate(data) is not None
    with Index.open(data) as index:
        assert index.info().articles == len(TEXTS)
