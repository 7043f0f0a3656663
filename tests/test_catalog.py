"""The list of articles: searched, sorted, counted; and articles that come back after they were removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.article import Article
from index.catalog import found, statistics
from index.errors import BadInput, NotFound
from index.ingest import ingest_articles
from index.removed import KEPT, SECONDS, Removed
from index.scope import Scope
from index.search import Index
from index.store import Store
from qa import feedback
from ui.api import create_app

ROWS = (
    ("en", "Ferry sinks", "Coast Wire", "2024-06-18", "The ferry sank. Nine people died in the strait."),
    ("es", "El volcán Tacaná despierta", "El Faro", "2024-06-20T10:00:00Z", "Ceniza sobre Íñigo."),
    ("ru", "Забастовка в Озёрске", "Восток", "2023-01-02", "Рабочие вышли на площадь."),
    ("ar", "غرق عبّارة", "الساحل", None, "أنقذ خفر السواحل الركاب."),
    ("hi", "अनाज समझौता", "समाचार", "2024", "मंत्री ने हस्ताक्षर किए।"),
    ("zh", "港口城市签署协议", "海峡日报", "2024-06-18", "双方同意每年运输小麦。"),
    ("ja", "火山の噴火", "海峡日報", "2022-12-31", "約千人の住民が避難した。"),
    ("ko", "반도체 공장", "한빛일보", "2024-07-01", "공장은 2027년에 문을 연다."),
    ("th", "ภูเขาไฟระเบิด", None, "2024-07-02", "ชาวบ้านอพยพ 👩‍👩‍👧"),
    ("tr", "İstanbul'da grev", "Kıyı Postası", "2024-07-03", "İşçiler zam istiyor."),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    articles = [
        Article.make(
            key=f"id:{language}", input=f"{language}.txt", title=title, outlet=outlet, published=published,
            language=language, text=text,
        )
        for language, title, outlet, published, text in ROWS
    ]  # fmt: skip
    assert ingest_articles(tmp_path / "data", articles).count("added") == len(ROWS)
    store = Store(tmp_path / "data")
    yield store
    store.close()


def languages(store: Store, words: str = "", **wanted: object) -> list[str]:
    return [one.language for one in found(store, words, **wanted).articles]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("FERRY strait", "en"),
        ("volcan tacana", "es"),
        ("íñigo", "es"),
        ("ОЗЕРСКЕ", "ru"),
        ("площадь", "ru"),
        ("عبارة", "ar"),
        ("हस्ताक्षर", "hi"),
        ("小麦", "zh"),
        ("噴火", "ja"),
        ("반도체", "ko"),
        ("👩‍👩‍👧", "th"),
        ("kıyı zam", "tr"),
        ("istanbul", "tr"),
    ],
)
def test_an_article_is_found_by_what_stands_in_it(store: Store, words: str, code: str) -> None:
    assert languages(store, words) == [code]


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "ferry volcán", '"', "\ud800qqq"])
def test_marks_are_letters_and_all_words_must_be_there(store: Store, words: str) -> None:
    assert found(store, words).total == 0


def test_too_many_words_are_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="21 words"):
        found(store, "a " * 21)


def test_sorted_by_date_what_has_none_comes_last_either_way(store: Store) -> None:
    assert languages(store)[:2] == ["tr", "th"]
    assert languages(store)[-1] == languages(store, descending=False)[-1] == "ar"
    assert languages(store, descending=False)[0] == "ja"


def test_sorted_by_title_outlet_length_and_arrival(store: Store) -> None:
    titles = [one.title for one in found(store, sort="title", descending=False).articles]
    assert titles[:3] == ["El volcán Tacaná despierta", "Ferry sinks", "İstanbul'da grev"]
    assert languages(store, sort="outlet", descending=False)[-1] == "th"
    lengths = [one.length for one in found(store, sort="length").articles]
    assert lengths == sorted(lengths, reverse=True)
    assert languages(store, sort="added", descending=False) == [row[0] for row in ROWS]


def test_pages_follow_one_another(store: Store) -> None:
    pages = [languages(store, offset=offset, limit=3) for offset in (0, 3, 6, 9, 12)]
    assert [code for page in pages for code in page] == languages(store)
    assert found(store, offset=9, limit=3).total == len(ROWS)


def test_limits_narrow_list_and_numbers_alike(store: Store) -> None:
    june = Scope("2024-06", "2024-06")
    assert set(languages(store, scope=june)) == {"en", "es", "zh"}
    told = statistics(store, scope=june)
    assert (told.articles, told.unit) == (3, "day")
    assert told.timeline == {"2024-06-18": 2, "2024-06-20": 1}
    assert statistics(store, scope=Scope(outlets=("el faro",))).languages == {"es": 1}
    with pytest.raises(BadInput):
        found(store, scope=Scope(outlets=("nobody",)))


def test_numbers_of_all(store: Store) -> None:
    told = statistics(store)
    assert (told.articles, told.undated, told.unit) == (10, 1, "year")
    assert told.timeline == {"2022": 1, "2023": 1, "2024": 7}
    assert sum(told.languages.values()) == 10
    assert sum(told.outlets.values()) == 9


def test_months_where_every_date_has_one(store: Store) -> None:
    told = statistics(store, scope=Scope("2024-06", "2024-12-31"))
    assert told.unit == "day"
    assert (
        statistics(store, scope=Scope("2022-12-31", "2024-06-30", languages=("ja", "ru", "en"))).unit
        == "month"
    )


def test_a_removed_article_comes_back_as_it_was(collection: Path) -> None:
    removed = Removed()
    with Index.open(collection) as index:
        store = Store(collection)
        article = next(one for one in store.articles() if one.language == "es")
        question = "¿Cuántas personas fueron evacuadas?"
        span = (article.text.index("Unas"), article.text.index("San Martín"))
        feedback.record(store, "right", question, language="es", article_id=article.id, span=span)
        before = [(hit.passage.start, hit.score) for hit in index.search(question, 1)]
        removed.remove(store, article.id)
        assert store.find(id=article.id) is None
        assert index.search(question, 1)[0].passage.article_id != article.id
        assert removed.restore(store, article.id) == article
        assert store.find(id=article.id) == article
        [hit] = index.search(question, 1)
        assert hit.passage.article_id == article.id
        assert hit.passage.start == before[0][0]
        assert [one.text for one in feedback.given(store)] == [article.text[slice(*span)]]
        with pytest.raises(NotFound):
            removed.restore(store, article.id)
        store.close()


def test_what_was_added_again_is_not_doubled(store: Store) -> None:
    removed = Removed()
    article = found(store, "ferry").articles[0]
    whole = store.find(id=article.id)
    assert whole is not None
    removed.remove(store, article.id)
    ingest_articles(store.folder, [whole])
    with pytest.raises(BadInput, match="again meanwhile"):
        removed.restore(store, article.id)
    assert found(store).total == len(ROWS)


def test_after_a_while_it_is_gone_for_good(store: Store) -> None:
    now = [0.0]
    removed = Removed(clock=lambda: now[0])
    article = found(store, "ferry").articles[0]
    removed.remove(store, article.id)
    now[0] = SECONDS + 1
    with pytest.raises(NotFound, match="10 minutes"):
        removed.restore(store, article.id)
    assert not removed._kept
    assert KEPT >= 100


def test_the_api_lists_counts_removes_and_brings_back(store: Store) -> None:
    with TestClient(create_app(store.folder, chat=False), base_url="http://localhost") as client:
        found = client.get("/v1/catalog", params={"words": "ferry", "language": ["en", "es"]}).json()
        assert found["total"] == 1
        id = found["articles"][0]["id"]
        assert client.delete(f"/v1/articles/{id}").status_code == 204
        assert client.get("/v1/catalog", params={"words": "ferry"}).json() == {"total": 0, "articles": []}
        assert client.post(f"/v1/articles/{id}/restore").json() == {"id": id}
        assert client.get(f"/v1/articles/{id}").json()["title"] == "Ferry sinks"
        assert client.post(f"/v1/articles/{id}/restore").status_code == 404
        told = client.get("/v1/catalog/statistics", params={"from": "2024-06", "to": "2024-06"}).json()
        assert told["timeline"] == {"2024-06-18": 2, "2024-06-20": 1}
        for wrong in (
            {"sort": "x"},
            {"limit": 501},
            {"from": "ayer"},
            {"outlet": "?"},
            {"words": "x" * 2001},
        ):
            assert client.get("/v1/catalog", params=wrong).status_code == 422


def test_the_api_of_no_collection_lists_nothing(tmp_path: Path) -> None:
    with TestClient(create_app(tmp_path / "none", chat=False), base_url="http://localhost") as client:
        assert client.get("/v1/catalog").json()["total"] == 0
        assert client.get("/v1/catalog/statistics").json()["articles"] == 0
        assert client.delete("/v1/articles/0123").status_code == 404


def test_the_commands_find_and_count(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    from ui.cli import app

    def run(*arguments: str) -> str:
        app([*arguments, "--data", str(store.folder)], standalone_mode=False)
        return capsys.readouterr().out

    assert "Ferry sinks" in run("articles", "find", "strait")
    assert "1 of 10" in run("articles", "find", "--limit", "1")
    assert json.loads(run("articles", "find", "--language", "ja", "--json"))["total"] == 1
    assert "2024" in run("articles", "statistics")
    assert json.loads(run("articles", "statistics", "volcán", "--json"))["articles"] == 1
