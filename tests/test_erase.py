from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.backup import backup
from index.erase import remove
from index.errors import NotFound
from index.ingest import ingest_articles
from index.rebuild import rebuild
from index.search import Index
from index.store import Store
from qa import feedback
from tests.conftest import TEXTS

SECRET = {
    "pl": "Tajny świadek zeznał we wtorek przed sądem w Łodzi, że zaginione akta leżały w piwnicy młyna. ",
    "ja": "匿名の証人は火曜日、行方不明の書類が水車小屋の地下室にあったと証言した。",
    "ar": "شهد شاهد سري يوم الثلاثاء بأن الملفات المفقودة كانت في قبو الطاحونة القديمة. ",
}


def _add(data: Path, code: str, times: int = 1) -> str:
    text = SECRET[code] * times
    article = Article.make(
        key=f"id:secret-{code}", input="x", title=SECRET[code][:30], text=text, language=code
    )
    [item] = ingest_articles(data, [article]).items
    return str(item.article_id)


@pytest.mark.parametrize("code", SECRET)
@pytest.mark.parametrize("times", [1, 120])
def test_a_removed_article_is_nowhere_and_that_is_proved(collection: Path, code: str, times: int) -> None:
    id = _add(collection, code, times)
    rebuild(collection)
    trace = SECRET[code].strip()[:24].encode()
    before = [path for path in collection.rglob("*") if path.is_file() and trace in path.read_bytes()]
    assert before
    store = Store(collection)
    feedback.record(store, "right", "¿Dónde?", language="es", article_id=id, span=(0, 20))
    with Index.open(collection) as index:
        index.search(SECRET[code])
        steps: list[tuple[int, int]] = []
        [removal] = remove(store, [id], progress=lambda *step: steps.append(step))
        assert all(hit.passage.article_id != id for hit in index.search(SECRET[code], 50))
    assert removal.clean, removal
    assert removal.removed["articles"] == 1
    assert removal.removed["passages"] == removal.removed["vectors"] > 0
    assert removal.removed["feedback"] == 1
    assert removal.pieces > 0
    assert {"cita.db", "cache/CURRENT"} <= {place.name for place in removal.places}
    assert steps[-1] == (3, 3)
    store.close()
    assert [path for path in collection.rglob("*") if path.is_file() and trace in path.read_bytes()] == []


def test_what_is_left_is_found(collection: Path) -> None:
    """The proof can fail: a file with the words in it is reported."""
    id = _add(collection, "pl")
    (collection / "notes.txt").write_text(SECRET["pl"], "utf-8")
    store = Store(collection)
    [removal] = remove(store, [id])
    assert not removal.clean
    assert [place.name for place in removal.places if place.traces] == ["notes.txt"]
    store.close()


def test_words_that_another_article_shares_are_no_trace(collection: Path) -> None:
    id = _add(collection, "pl")
    shared = Article.make(key="id:2", input="x", title="", text=SECRET["pl"] + "Dalej.", language="pl")
    ingest_articles(collection, [shared])
    store = Store(collection)
    [removal] = remove(store, [id])
    assert removal.clean, removal
    store.close()


def test_backups_that_hold_it_are_named(collection: Path) -> None:
    id = _add(collection, "pl", 10)
    made = backup(collection)
    store = Store(collection)
    [removal] = remove(store, [id])
    assert removal.elsewhere == (str(made.path),)
    assert removal.clean
    store.close()


def test_later_leaves_the_disk_to_the_next_rebuild(collection: Path) -> None:
    store = Store(collection)
    ids = [article.id for article in store.articles()][:2]
    removals = remove(store, ids, erase=False)
    assert [removal.erased for removal in removals] == [False, False]
    assert store.counts()[0] == len(TEXTS) - 2
    with pytest.raises(NotFound, match="articles list"):
        remove(store, [next(store.articles()).id, "nosuch"])
    assert store.counts()[0] == len(TEXTS) - 2
    store.close()
