from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index import doctor
from index.backup import backup
from index.doctor import CHECKS, Check, examine, repair
from index.errors import Incompatible, NotFound
from index.probe import probe
from index.rebuild import rebuild
from index.restore import restore
from index.schema import FORMAT
from index.search import Index
from index.store import Store
from tests.conftest import TEXTS
from tests.formats import write_format_1


def _failed(data: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(data) if not check.ok}


def _harm(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / "cita.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_healthy_collection_passes_every_check(collection: Path) -> None:
    rebuild(collection)
    steps: list[str] = []
    checks = examine(collection, progress=lambda done, total, name: steps.append(name))
    assert [check.name for check in checks] == [*CHECKS] == steps[:-1]
    assert all(check.ok and check.repair is None for check in checks), checks


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        ("DELETE FROM vectors WHERE passage = 1", "counts"),
        ("UPDATE vectors SET vector = x'00' WHERE passage = 2", "counts"),
        ("UPDATE passages SET end = 100000 WHERE id = 1", "offsets"),
        ("UPDATE passages SET start = -1 WHERE id = 3", "offsets"),
        ("UPDATE meta SET value = 'x' WHERE key = 'fingerprint'", "model"),
        pytest.param(
            "UPDATE meta SET value = '/no/model' WHERE key = 'embedder'", "model", marks=pytest.mark.slow
        ),
        ("UPDATE articles SET text = replace(text, '2', '3') WHERE language = 'es'", "articles"),
        ("INSERT INTO tables VALUES ('lost', 1, NULL, '', 1)", "tables"),
        (f"PRAGMA user_version={FORMAT - 1}", "format"),
    ],
)
def test_each_harm_is_found_and_named_with_a_command(collection: Path, harm: str, name: str) -> None:
    _harm(collection, harm)
    failed = _failed(collection)
    assert name in failed
    assert str(failed[name].repair).startswith("cita ")
    assert str(collection) in str(failed[name].repair)


@pytest.mark.parametrize(
    "harm",
    [
        (
            "UPDATE vectors SET vector = x'00' WHERE passage = 2",
            "DELETE FROM vectors WHERE passage = 3",
            "UPDATE passages SET end = 100000 WHERE id = 1",
        ),
        pytest.param(("DELETE FROM vectors WHERE passage = 1",), marks=pytest.mark.slow),
        pytest.param(("UPDATE meta SET value = '0ld' WHERE key = 'fingerprint'",), marks=pytest.mark.slow),
    ],
)
def test_what_can_be_mended_is_mended(collection: Path, harm: tuple[str, ...]) -> None:
    rebuild(collection)
    with Index.open(collection) as index:
        before = {code: [hit.passage.text for hit in index.search(TEXTS[code], 1)] for code in TEXTS}
    _harm(collection, *harm)
    assert _failed(collection)
    assert [check for check in repair(collection) if not check.ok] == []
    with Index.open(collection) as index:
        assert index.info().articles == len(TEXTS)
        after = {code: [hit.passage.text for hit in index.search(TEXTS[code], 1)] for code in TEXTS}
    assert after == before


def test_an_older_format_is_named_and_migrated(tmp_path: Path) -> None:
    write_format_1(tmp_path / "data", {"es": TEXTS["es"]})
    [check] = examine(tmp_path / "data")
    assert (check.name, check.ok) == ("format", False)
    assert "cita migrate" in str(check.repair)
    assert all(check.ok for check in repair(tmp_path / "data"))


@pytest.mark.parametrize("content", [b"torn", b""])
def test_a_torn_cache_is_found_and_rebuilt(collection: Path, content: bytes) -> None:
    rebuild(collection)
    folder = max((collection / "cache").glob("gen-*"))
    path = max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    path.write_bytes(content)
    failed = _failed(collection)
    assert list(failed) == ["indexes"]
    assert "cita rebuild" in str(failed["indexes"].repair)
    assert not probe(collection).ok
    assert [check for check in repair(collection) if not check.ok] == []


def test_a_child_that_crashes_is_a_finding(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    killer = collection / "python"
    killer.write_text("#!/bin/sh\nkill -SEGV $$\n")
    killer.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(killer))
    found = probe(collection)
    assert not found.ok
    assert "SIGSEGV" in found.detail


def test_a_torn_database_is_found_and_a_backup_is_named_that_mends_it(collection: Path) -> None:
    made = backup(collection)
    path = collection / "cita.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    failed = _failed(collection)
    assert list(failed) == ["database"]
    assert str(failed["database"].repair) == f"cita restore {made.path} --replace --data {collection}"
    restore(made.path, collection, replace=True)
    assert _failed(collection) == {}


def test_a_database_without_a_head_is_a_finding_and_another_programs_a_refusal(
    collection: Path, tmp_path: Path
) -> None:
    (collection / "cita.db").write_bytes(b"torn" * 4000)
    assert list(_failed(collection)) == ["database"]
    other = tmp_path / "other"
    other.mkdir()
    with closing(sqlite3.connect(other / "cita.db")) as connection:
        connection.execute("CREATE TABLE t(x)")
    with pytest.raises(Incompatible, match="another program"):
        examine(other)
    with pytest.raises(NotFound):
        examine(tmp_path / "nowhere")


def test_an_index_of_the_database_that_contradicts_its_table_is_written_anew(collection: Path) -> None:
    _harm(
        collection,
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX articles_digest ON articles(title)' "
        "WHERE name = 'articles_digest'",
    )
    failed = _failed(collection)
    assert "database" in failed
    assert "doctor --repair" in str(failed["database"].repair)
    assert [check for check in repair(collection) if not check.ok] == []
    store = Store(collection)
    assert store.counts()[0] == len(TEXTS)
    store.close()


def test_indexes_that_were_forgotten_are_a_finding(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild(collection)
    shutil.rmtree(collection / "cache")
    monkeypatch.setattr(doctor, "BEHIND", 3)
    [found] = [check for check in examine(collection) if not check.ok]
    assert (found.name, found.repair) == ("indexes", f"cita rebuild --data {collection}")
    assert all(check.ok for check in repair(collection))
    assert (collection / "cache" / "CURRENT").is_file()
