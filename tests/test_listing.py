from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from index.article import Article
from index.errors import BadInput
from index.ingest import ingest_articles
from index.listing import ORDERS, Order, listing
from index.scope import Scope
from index.store import Store

TITLES = (
    "Überschwemmung im Süden",
    "Выборы в Озёрске",
    "火山の噴火",
    "İstanbul'da grev",
    "Le café fermé",
    "10",
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    articles = [
        Article.make(
            key=f"id:{n}",
            input=f"{n}",
            title=TITLES[n % len(TITLES)] if n < 18 else TITLES[0],
            text=f"Satz Nummer {n} über Straßen. 市長の佐藤花子 spoke of {n * 7}.",
            language=("de", "ru", "ja")[n % 3],
            outlet=("Der Bote", "Заря", None)[n % 3],
            published=None if n % 5 == 0 else f"2024-{1 + n % 12:02d}-{1 + n:02d}",
        )
        for n in range(20)
    ]
    ingest_articles(tmp_path / "data", articles)
    return Store(tmp_path / "data")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_together_are_the_whole_in_its_order(store: Store, order: Order, limit: int) -> None:
    whole = listing(store, order=order, limit=1000)
    assert whole.next is None
    assert len(whole.articles) == 20
    seen, after = [], None
    while True:
        page = listing(store, order=order, after=after, limit=limit)
        assert len(page.articles) <= limit
        seen += page.articles
        if (after := page.next) is None:
            break
    assert seen == whole.articles
    dates = [one.published for one in whole.articles if one.published]
    if order in ("newest", "oldest"):
        assert dates == sorted(dates, reverse=order == "newest")
        assert [one.published for one in whole.articles[-4:]] == [None] * 4
    if order == "title":
        titles = [one.title for one in whole.articles]
        assert titles == sorted(titles)
    assert {(one.text, one.captions) for one in seen} == {("", ())}


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("", 20),
        ("STRASSEN", 20),
        ("straßen nummer", 20),
        ("выборы ОЗЁРСКЕ", 3),
        ("выборы overschwemmung", 0),
        ("佐藤", 20),
        ("заря", 7),
        ("133", 1),
        (unicodedata.normalize("NFD", "café"), 3),
        ("%", 0),
        ("'; drop table articles", 0),
    ],
)
def test_words_are_looked_for_in_any_script_and_case(store: Store, words: str, count: int) -> None:
    assert len(listing(store, words=words).articles) == count


def test_a_scope_and_words_narrow_together(store: Store) -> None:
    found = listing(store, Scope(languages=("ru",), since="2024-03"), "выборы")
    assert {one.language for one in found.articles} == {"ru"}
    assert all((one.published or "") >= "2024-03" for one in found.articles)
    assert len(listing(store, Scope(outlets=("der bote",))).articles) == 7
    with pytest.raises(BadInput, match="no article has the outlet"):
        listing(store, Scope(outlets=("Nobody",)))


@pytest.mark.parametrize("after", ["x", "", "e30", "WyJpZCIsICJhIiwgImIiXQ", "é", "WzEsMiwzXQ", "=" * 50])
def test_a_cursor_of_elsewhere_is_told(store: Store, after: str) -> None:
    with pytest.raises(BadInput, match="no place in this order"):
        listing(store, order="newest", after=after)


def test_a_page_goes_on_where_its_last_article_has_been_removed(store: Store) -> None:
    first = listing(store, order="title", limit=5)
    with store.writing():
        store.remove(first.articles[-1].id)
    whole = [one.id for one in listing(store, order="title").articles]
    rest = listing(store, order="title", after=first.next)
    assert [one.id for one in first.articles[:-1]] + [one.id for one in rest.articles] == whole
