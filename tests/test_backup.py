from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from index.article import Article
from index.backup import backup, listed, named, verify
from index.errors import BadInput, Damaged, Incompatible, NotFound, Unwritable
from index.ingest import ingest_articles
from index.restore import restore
from index.search import Index
from index.store import Store
from tests.conftest import TEXTS


def _articles(data: Path) -> list[Article]:
    with Index.open(data) as index:
        return index.articles(limit=-1)


def _added(data: Path, number: int) -> None:
    text = f"Une nouvelle brève, la {number}ᵉ de la journée. 短い記事{number}。"
    ingest_articles(data, [Article.make(key=f"id:{number}", input="x", title="", text=text, language="fr")])


def test_a_backup_holds_everything_and_comes_back(collection: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    made = backup(collection, tmp_path / "b.db", progress=lambda *step: steps.append(step))
    assert steps[-1][0] == steps[-1][1] > 0
    assert (made.articles, made.path.name) == (len(TEXTS), "b.db")
    assert verify(made.path) == made
    restored = restore(made.path, tmp_path / "again")
    assert restored.set_aside is None
    assert _articles(tmp_path / "again") == _articles(collection)
    with Index.open(tmp_path / "again") as index, Index.open(collection) as before:
        assert index.info().newer_passages == 0
        for text in TEXTS.values():
            now, then = index.search(text), before.search(text)
            assert [hit.passage.text for hit in now] == [hit.passage.text for hit in then]


def test_one_made_while_others_write_is_one_state(collection: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    written = [0]

    def write() -> None:
        while not stop.is_set():
            _added(collection, written[0])
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            made = backup(collection, tmp_path / f"{number}.db")
            with closing(sqlite3.connect(made.path)) as copy:
                keys = {row[0] for row in copy.execute("SELECT key FROM articles")}
            count = len(keys) - len(TEXTS)
            assert {f"id:{n}" for n in range(count)} <= keys, "an article without the one before it"
    finally:
        stop.set()
        writer.join()
    assert written[0] > 0


@pytest.mark.parametrize("where", [0.2, 0.5, 0.8, 0.97])
def test_a_backup_that_was_changed_is_refused_and_nothing_is_touched(
    collection: Path, tmp_path: Path, where: float
) -> None:
    made = backup(collection, tmp_path / "b.db")
    with closing(sqlite3.connect(made.path)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    content = bytearray(made.path.read_bytes())
    at = int(pages * where) * 4096 + 3000
    content[at : at + 200] = bytes(byte ^ 1 for byte in content[at : at + 200])
    made.path.write_bytes(content)
    before = _articles(collection)
    try:
        restore(made.path, tmp_path / "again")
    except Damaged:
        assert not (tmp_path / "again").exists()
    else:  # the bytes were in a free part of a page: then nothing of the collection is in them
        assert _articles(tmp_path / "again") == before
    assert _articles(collection) == before


def test_every_changed_row_is_noticed(collection: Path, tmp_path: Path) -> None:
    made = backup(collection, tmp_path / "b.db")
    for change in (
        "UPDATE articles SET text = replace(text, 'a', 'b') WHERE number = 1",
        "DELETE FROM vectors WHERE passage = 2",
        "UPDATE vectors SET vector = zeroblob(length(vector)) WHERE passage = 3",
        "UPDATE meta SET value = 'x' WHERE key = 'embedder'",
        "CREATE TABLE extra(x)",
    ):
        harmed = tmp_path / "harmed.db"
        harmed.write_bytes(made.path.read_bytes())
        with closing(sqlite3.connect(harmed)) as connection:
            connection.execute(change)
            connection.commit()
        with pytest.raises(Damaged, match="not as they were written"):
            verify(harmed)


def test_restoring_over_a_collection_sets_the_old_one_aside(collection: Path, tmp_path: Path) -> None:
    made = backup(collection, tmp_path / "b.db")
    _added(collection, 1)
    with Index.open(collection) as index:
        assert index.info().articles == len(TEXTS) + 1
        with pytest.raises(BadInput, match="--replace"):
            restore(made.path, collection)
        restored = restore(made.path, collection, replace=True)
        # Whoever has it open goes on, with the restored collection.
        assert index.info().articles == len(TEXTS)
        assert index.search(TEXTS["th"])[0].passage.text in TEXTS["th"]
        index.search("nouvelle brève")
    assert restored.set_aside is not None
    assert len(_articles(restored.set_aside)) == len(TEXTS) + 1
    _added(collection, 2)
    assert len(_articles(collection)) == len(TEXTS) + 1


def test_a_database_that_cannot_be_read_is_replaced_too(collection: Path, tmp_path: Path) -> None:
    made = backup(collection, tmp_path / "b.db")
    (collection / "cita.db").write_bytes(b"torn" * 5000)
    with pytest.raises(Incompatible, match="cita restore"):
        Store(collection)
    restored = restore(made.path, collection, replace=True)
    assert len(_articles(collection)) == len(TEXTS)
    assert restored.set_aside is not None
    assert (restored.set_aside / "cita.db").read_bytes().startswith(b"torn")


def test_without_a_name_backups_go_into_the_collection(collection: Path) -> None:
    first, second = backup(collection), backup(collection)
    assert list(listed(collection)) == [first.path, second.path]
    assert named(collection, first.path.name) == first.path
    for wrong in ("../cita.db", "no.db", "", "a/b.db"):
        with pytest.raises(NotFound):
            named(collection, wrong)


def test_what_is_no_backup_is_refused(collection: Path, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("ceci n’est pas une sauvegarde " * 500, "utf-8")
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE t(x)")
    with pytest.raises(Damaged):
        verify(tmp_path / "text.db")
    with pytest.raises(Incompatible, match="another program"):
        verify(tmp_path / "other.db")
    with pytest.raises(NotFound):
        restore(tmp_path / "nowhere.db", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    with pytest.raises(BadInput, match="already"):
        backup(collection, tmp_path / "text.db")
    with pytest.raises(NotFound):
        backup(tmp_path / "nowhere")


def test_one_interrupted_leaves_nothing_behind(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.backup.PAGES", 4)
    monkeypatch.setattr("index.restore.PAGES", 4)

    class Stopped(BaseException):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        backup(collection, tmp_path / "b.db", progress=stop)
    assert list(tmp_path.glob("b.db*")) == []
    made = backup(collection, tmp_path / "b.db")
    before = _articles(collection)
    _added(collection, 1)
    with pytest.raises(Stopped):
        restore(made.path, collection, replace=True, progress=stop)
    assert len(_articles(collection)) == len(before) + 1
    assert not list(collection.glob("cita.db.new*"))
    restore(made.path, collection, replace=True)
    assert _articles(collection) == before


def test_too_little_room_is_said_before_anything_is_written(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))  # type: ignore[attr-defined]
    with pytest.raises(Unwritable, match="MB are free"):
        backup(collection, tmp_path / "b.db")
    assert not list(tmp_path.glob("b.db*"))
