from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index import current, generation, ingest, merge, stamps
from index.article import Article
from index.errors import Unwritable
from index.ingest import ingest_articles
from index.rebuild import rebuild
from index.search import Index
from tests.conftest import TEXTS


def _article(number: int) -> Article:
    text = f"Der Pegel der Lenne stieg am Tag {number} auf {number} Meter. Der Deich hielt stand."
    return Article.make(key=f"id:{number}", input=str(number), title="", text=text, language="de")


def _wait(until: Callable[[], object], seconds: float = 30.0) -> None:
    """Until a call gives something."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def test_a_server_merges_in_another_process_while_it_answers(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever adds so many merges too, but not here: it is left to the server.
    monkeypatch.setattr(ingest, "catch_up", lambda *args, **named: False)
    with Index.open(collection, serving=True) as index:
        index.search("Pegel", 1)
        before = index.info().generation
        ingest_articles(collection, [_article(number) for number in range(merge.DELTA_LIMIT + 50)])
        index.refresh()

        def merged() -> bool:
            assert index.search("Pegel der Lenne", 3)[0].passage.text.startswith("Der Pegel")
            return index.info().generation != before

        _wait(merged)
        assert index.info().newer_passages == 0


def test_a_server_reads_its_caches_through_and_mends_them(collection: Path) -> None:
    rebuild(collection)
    with Index.open(collection) as index:
        folder = collection / "cache" / str(index.info().generation)
    path = sorted((folder / "lexical").glob("*.term"))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # tantivy may still have the old file mapped: one cut short beneath it kills the process
    path.write_bytes(content)
    # As a disk does it beneath the operating system: the stamp does not tell.
    stamps.note(folder, stamps.of(folder, stamps.known(folder)))
    with Index.open(collection, serving=True) as index:
        index.search(TEXTS["es"], 1)
        _wait(lambda: list((collection / "cache").glob("set-aside-*")))
        _wait(lambda: index.info().generation not in (None, folder.name))
        assert index.search(TEXTS["ru"], 1)[0].passage.text in TEXTS["ru"]
        assert index.degraded is None


def test_the_generation_before_answers_when_the_current_one_is_torn(collection: Path) -> None:
    rebuild(collection)
    ingest_articles(collection, [_article(1)])
    with Index.open(collection) as index:
        store = index._store
        with store.reading():
            merge.write(store, collection / "cache", generation.load(store))
    torn = max((collection / "cache").glob("gen-*"))
    (torn / "lexical" / "meta.json").write_bytes(b"torn")  # segments are shared by both
    with Index.open(collection) as index:
        assert index.search("Pegel der Lenne", 1)[0].passage.text.startswith("Der Pegel")
        info = index.info()
        assert info.generation is not None
        assert info.generation != torn.name
        assert "cita rebuild" in str(info.degraded)


def test_words_of_a_long_ingestion_are_read_after_a_while(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "LAG", 0.0)
    with Index.open(collection) as index:
        index.search("Pegel", 1)
        ingest_articles(collection, [_article(number) for number in range(250)])
        found = index.search("Pegel der Lenne am Tag 249", 3)
        assert found[0].signals.lexical is not None


def test_a_folder_that_may_only_be_read_is_searched(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a cache, and without the right to write one."""
    generation.set_aside(collection / "cache")

    def refused(*args: object, **named: object) -> bool:
        raise Unwritable("read only")

    monkeypatch.setattr(merge, "catch_up", refused)
    monkeypatch.setattr(current, "REBUILD_LIMIT", 3)
    monkeypatch.setattr(current, "NEWEST", 6)
    with Index.open(collection) as index:
        assert len(index.search(TEXTS["fr"], 50)) >= 1
        assert "newest 6 passages" in str(index.degraded)
