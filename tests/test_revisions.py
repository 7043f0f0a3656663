"""Earlier texts are kept when an address brings another, and never searched."""

from __future__ import annotations

from pathlib import Path

from index.article import Article
from index.ingest import ingest_articles
from index.revisions import KEPT, keep, revisions
from index.search import Index
from index.store import Store

TEXTS = [
    "El puente reabrió el martes. Costó 4 millones.",
    "El puente reabrió el miércoles. Costó 5 millones.",
    "橋は木曜日に再開した。費用は六百万だった。",
]


def article(text: str, **known: str) -> Article:
    known = {"title": "Puente", "language": "es"} | known
    return Article.make(key="url:https://x.example/puente", input="p", text=text, **known)  # type: ignore[arg-type]


def test_each_update_keeps_the_text_before(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for number, text in enumerate(TEXTS):
        report = ingest_articles(data, [article(text, published=f"2025-03-0{number + 1}")])
    assert report.count("updated") == 1
    article_id = report.items[0].article_id
    assert article_id is not None
    store = Store(data)
    found = revisions(store, article_id)
    assert [one.text for one in found] == TEXTS[1::-1]
    assert [one.published for one in found] == ["2025-03-02", "2025-03-01"]
    assert found[0].kept >= found[1].kept
    assert found[0].digest != found[1].digest
    with Index.open(data) as index:
        assert index.article(article_id).text == TEXTS[2]
        assert all("millones" not in hit.passage.text for hit in index.search("¿Cuántos millones costó?"))
    with store.writing():
        store.remove(article_id)
    assert revisions(store, article_id) == []
    store.close()


def test_the_same_text_again_and_other_metadata_make_no_revision(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ingest_articles(data, [article(TEXTS[0])])
    ingest_articles(data, [article(TEXTS[0])])
    report = ingest_articles(data, [article(TEXTS[0], author="Ana Gil")])
    assert report.count("updated") == 1
    store = Store(data)
    assert revisions(store, report.items[0].article_id or "") == []
    store.close()


def test_of_many_revisions_the_latest_stay(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ingest_articles(data, [article(TEXTS[0])])
    store = Store(data)
    with store.writing():
        for number in range(KEPT + 5):
            earlier = article(f"Texto {number}.")
            keep(store, earlier.succeeding(article(TEXTS[0])))
    found = revisions(store, article(TEXTS[0]).id)
    assert [one.text for one in found] == [f"Texto {number}." for number in range(KEPT + 4, 4, -1)]
    store.close()
