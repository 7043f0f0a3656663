from __future__ import annotations

from pathlib import Path

import pytest

from index.doctor import Check, examine
from index.rebuild import rebuild
from index.store import Store


def _failed(data: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(data) if not check.ok}


def test_a_healthy_collection_passes_every_check(collection: Path) -> None:
    rebuild(collection)
    assert [check.name for check in examine(collection)] == [
        "database", "counts", "offsets", "model", "indexes", "disk",
    ]  # fmt: skip
    assert _failed(collection) == {}


@pytest.mark.parametrize(
    ("harm", "name", "repair"),
    [
        ("DELETE FROM vectors WHERE passage = 1", "counts", "reembed"),
        ("UPDATE passages SET end = 100000 WHERE id = 1", "offsets", "backup"),
        ("UPDATE meta SET value = 'x' WHERE key = 'fingerprint'", "model", "reembed"),
        ("UPDATE meta SET value = '/no/model' WHERE key = 'embedder'", "model", "reembed"),
    ],
)
def test_each_harm_is_found_and_its_repair_named(collection: Path, harm: str, name: str, repair: str) -> None:
    store = Store(collection)
    store.connection().execute(harm)
    store.close()
    assert repair in str(_failed(collection)[name].repair)


def test_a_torn_cache_is_found(collection: Path) -> None:
    rebuild(collection)
    folder = max((collection / "cache").glob("gen-*"))
    path = folder / "vectors.faiss"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    failed = _failed(collection)
    assert list(failed) == ["indexes"]
    assert "cita rebuild" in str(failed["indexes"].repair)


def test_a_torn_database_is_found(collection: Path) -> None:
    path = collection / "cita.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    assert "database" in _failed(collection)
