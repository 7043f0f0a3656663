from __future__ import annotations

import threading
from pathlib import Path

import pytest

from index import current, generation
from index.article import Article
from index.errors import BadInput, NotFound
from index.ingest import ingest_articles
from index.rebuild import rebuild
from index.search import Index
from tests.conftest import TEXTS


def _article(code: str, text: str) -> Article:
    return Article.make(key=f"id:{code}", input=code, title=text[:20], text=text, language=code)


@pytest.mark.parametrize("language", TEXTS)
def test_a_question_in_its_own_language_finds_the_article(collection: Path, language: str) -> None:
    with Index.open(collection) as index:
        best = index.search(TEXTS[language][:30], k=3)[0]
        assert index.article(best.passage.article_id).language == language
        assert best.passage.text in TEXTS[language]


def test_hits_are_in_order_and_explain_themselves(collection: Path) -> None:
    with Index.open(collection) as index:
        hits = index.search("How many passengers were rescued from the ferry?", k=5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits) == 5
    best = hits[0].signals
    assert best.dense is not None
    assert -1.01 <= best.dense <= 1.01
    assert best.lexical is not None
    assert 0 < best.lexical <= 1


def test_what_is_newer_than_the_generation_is_found_and_what_is_gone_is_not(collection: Path) -> None:
    rebuild(collection)
    with Index.open(collection) as index:
        question = "¿Quién ganó el torneo de ajedrez de Zárate?"
        text = "La joven Lucía Ferrer ganó el torneo de ajedrez de Zárate. Venció en la final."
        (item,) = ingest_articles(collection, [_article("es", text)]).items
        assert index.info().newer_passages > 0
        assert index.search(question)[0].passage.article_id == item.article_id
        index.remove(str(item.article_id))
        assert item.article_id not in {hit.passage.article_id for hit in index.search(question, 50)}
        old = index.search(TEXTS["ko"], 1)[0].passage.article_id
        index.remove(old)
        assert old not in {hit.passage.article_id for hit in index.search(TEXTS["ko"], 50)}
        with pytest.raises(NotFound):
            index.article(old)
        with pytest.raises(NotFound):
            index.remove(old)


def test_with_and_without_a_generation_the_ranking_is_the_same(collection: Path) -> None:
    questions = list(TEXTS.values())

    def ranking() -> list[list[int]]:
        with Index.open(collection) as index:
            return [[hit.passage.id for hit in index.search(question[:40], 3)] for question in questions]

    rebuild(collection)
    cached = ranking()
    generation.set_aside(collection / "cache")
    assert ranking() == cached


def test_a_damaged_cache_is_set_aside_and_the_answers_go_on(collection: Path) -> None:
    rebuild(collection)
    folder = max((collection / "cache").glob("gen-*"))
    (folder / "vectors.faiss").write_bytes(b"torn")
    with Index.open(collection) as index:
        assert index.search(TEXTS["ru"], 1)[0].passage.text in TEXTS["ru"]
        assert "cita rebuild" in str(index.info().degraded)
    assert list((collection / "cache").glob("set-aside-*"))
    rebuild(collection)
    with Index.open(collection) as index:
        assert index.info().degraded is None


def test_a_search_itself_rebuilds_a_large_missing_cache(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation.set_aside(collection / "cache")
    monkeypatch.setattr(current, "REBUILD_LIMIT", 3)
    with Index.open(collection) as index:
        assert index.info().generation is not None
        assert index.info().newer_passages == 0


def test_readers_in_many_threads_never_see_a_removed_article(collection: Path) -> None:
    rebuild(collection)
    faults: list[object] = []
    with Index.open(collection) as index:
        ids = [article.id for article in index.articles()]
        removed: set[str] = set()
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                before = set(removed)
                found = {hit.passage.article_id for hit in index.search("volcán ferry завод", 50)}
                if found & before:
                    faults.append(found & before)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number, id in enumerate(ids[:6]):
            index.remove(id)
            removed.add(id)
            ingest_articles(collection, [_article("en", f"A new story number {number} about a volcano.")])
        stop.set()
        for thread in threads:
            thread.join()
    assert faults == []


@pytest.mark.parametrize(
    "question", ['"a"b"', "NEAR(", "*", "x:", "-", "'; drop table f", "🙂", "\x00", "\ud800 x", "a" * 5000]
)
def test_no_question_breaks_the_search(collection: Path, question: str) -> None:
    with Index.open(collection) as index:
        assert len(index.search(question, 3)) <= 3


def test_bad_requests_are_refused(collection: Path, tmp_path: Path) -> None:
    with Index.open(collection) as index:
        with pytest.raises(BadInput, match="empty"):
            index.search("  ")
        with pytest.raises(BadInput, match="at least 1"):
            index.search("volcán", 0)
    with pytest.raises(NotFound, match="cita ingest"):
        Index.open(tmp_path / "nowhere")
