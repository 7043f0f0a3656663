from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.errors import Incompatible, NotFound
from index.store import Store
from tests.conftest import TEXTS

DIM = 8


def _store(folder: Path) -> Store:
    return Store.create(folder, embedder="bundled", fingerprint="f00d", dim=DIM)


def _article(text: str, key: str = "file:/a", **more: object) -> Article:
    return Article.make(key=key, input="a.txt", title="T", text=text, language="und", **more)  # type: ignore[arg-type]


def _add(store: Store, article: Article, spans: list[tuple[int, int]]) -> Article:
    vectors = np.eye(len(spans), DIM, dtype=np.float32)
    with store.writing():
        return store.add(article, spans, vectors)


@pytest.mark.parametrize("language", TEXTS)
def test_articles_and_passages_come_back_as_they_went_in(tmp_path: Path, language: str) -> None:
    text = TEXTS[language] + " 🙂👩‍👩‍👧 e\u0301"
    store = _store(tmp_path)
    article = _add(
        store, _article(text, captions=("Foto: «Ñ»",), published="2025-06-05"), [(0, 9), (9, len(text))]
    )
    assert (
        store.find(id=article.id) == article == store.find(key="file:/a") == store.find(digest=article.digest)
    )
    first, second = store.passages_of(article)
    assert (first.text, second.text) == (text[:9], text[9:])
    assert store.passages([first.id, second.id, 999]) == {first.id: first, second.id: second}
    assert np.array_equal(store.vectors([second.id])[second.id], np.eye(2, DIM)[1])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.data())
def test_offsets_count_code_points(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    store = _store(tmp_path_factory.mktemp("store"))
    article = _add(store, _article(text), [(start, end)])
    (passage,) = store.passages_of(article)
    assert store.passages([passage.id])[passage.id].text == article.text[start:end]
    store.close()


def test_a_failed_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    store = _store(tmp_path)
    before = store.change

    def add_and_fail() -> None:
        with store.writing():
            store.add(_article("uno dos"), [(0, 3)], np.eye(1, DIM, dtype=np.float32))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert store.counts() == (0, 0)
    assert store.change == before


def test_removing_takes_passages_and_vectors_along_and_is_remembered(tmp_path: Path) -> None:
    store = _store(tmp_path)
    article = _add(store, _article("uno dos"), [(0, 3), (4, 7)])
    ids = [passage.id for passage in store.passages_of(article)]
    change = store.change
    with store.writing():
        store.remove(article.id)
    assert store.counts() == (0, 0)
    assert store.vectors(ids) == {}
    assert sorted(store.removed_since(change)) == ids
    again = _add(store, article, [(0, 3)])
    assert [p.id for p in store.passages_of(again)] != ids[:1], (
        "numbers of removed passages are never used again"
    )
    with pytest.raises(NotFound, match="articles list"), store.writing():
        store.remove("nosuch")


def test_the_change_number_says_what_is_newer(tmp_path: Path) -> None:
    store = _store(tmp_path)
    _add(store, _article("uno", key="a"), [(0, 3)])
    middle = store.change
    newer = _add(store, _article("дом", key="b"), [(0, 3)])
    assert store.added_since(middle) == 1
    ((ids, vectors),) = store.scan_vectors(since=middle)
    assert [p.id for p in store.passages_of(newer)] == ids.tolist()
    assert vectors.shape == (1, DIM)
    assert [text.text for text in store.scan_texts(since=middle)] == ["дом"]


def test_the_same_text_under_another_key_gets_another_id(tmp_path: Path) -> None:
    store = _store(tmp_path)
    first = _add(store, _article("uno", key="a"), [(0, 3)])
    second = _add(store, _article("uno", key="b"), [(0, 3)])
    assert first.id != second.id
    assert store.find(key="b") == second


def test_a_folder_without_a_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cita ingest"):
        Store(tmp_path)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough " * 200, b"SQLite format 3\x00" + b"\x00" * 2000]
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cita.db").write_bytes(content)
    with pytest.raises(Incompatible, match=r"cita\.db"):
        Store(tmp_path)


def test_databases_of_others_and_of_newer_versions_are_refused(tmp_path: Path) -> None:
    _store(tmp_path).close()
    with sqlite3.connect(tmp_path / "cita.db") as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(Incompatible, match=r"format 99.*upgrade"):
        Store(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    with sqlite3.connect(other / "cita.db") as connection:
        connection.execute("CREATE TABLE t(x)")
    connection.close()
    with pytest.raises(Incompatible, match="another program"):
        Store(other)
