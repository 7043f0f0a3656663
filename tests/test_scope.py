from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.errors import BadInput
from index.hit import Hit
from index.ingest import ingest_articles
from index.lexical import LexicalIndex, PlainLexical, Text
from index.rebuild import rebuild
from index.scope import Scope
from index.search import Index
from index.vectors import ExactVectors, exact_search
from qa.ask import ask

QUESTION = "Which bridge was closed after the storm?"
SAID = {
    "en": "The storm closed bridge {n} on the river.",
    "es": "La tormenta cerró el puente {n} sobre el río.",
    "ru": "Шторм закрыл мост {n} через реку.",
    "zh": "风暴关闭了河上的{n}号桥。",
    "ar": "أغلقت العاصفة الجسر {n} على النهر.",
}
OUTLETS = ("El Faro", "The Pier", "Вестник", "晨报", None)
COUNT = 400
RARE = "Şafak Gazetesi"


def _articles() -> list[Article]:
    chance = random.Random(7)
    made = []
    for n in range(COUNT):
        language = chance.choice(list(SAID))
        published = chance.choice([None, "2023-11-02", "2024-06-18T09:30:00Z", "2024-06-19", "2025-01-01"])
        made.append(
            Article.make(
                key=f"id:{n}",
                input=str(n),
                title="",
                text=SAID[language].format(n=n),
                language=language,
                outlet=chance.choice(OUTLETS),
                published=published,
            )
        )
    # Of all articles the one that has least to do with the question.
    text = "Bahçede üç kedi uyuyor."
    made.append(
        Article.make(
            key="id:rare",
            input="rare",
            title="",
            text=text,
            language="tr",
            outlet=RARE,
            published="2024-02-29",
        )
    )
    return made


@pytest.fixture(scope="module", params=["generation", "delta"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("scoped") / "data"
    ingest_articles(folder, _articles())
    if request.param == "generation":
        rebuild(folder)
    with Index.open(folder) as opened:
        yield opened


def _lets_through(scope: Scope, article: Article) -> bool:
    """The plain reading of a scope, one article at a time."""
    day = article.published[:10] if article.published else None
    if scope.since and (day is None or day < scope.since):
        return False
    if scope.until and (day is None or day[: len(scope.until)] > scope.until):
        return False
    if scope.outlets and article.outlet not in scope.outlets:
        return False
    if scope.languages and article.language not in scope.languages:
        return False
    return not scope.articles or article.id in scope.articles


def _ranking(hits: list[Hit]) -> list[tuple[float, str]]:
    return sorted((-round(hit.score, 4), hit.passage.article_id) for hit in hits)


SCOPES = [
    Scope(since="2024"),
    Scope(until="2024-06"),
    Scope(since="2024-06-18", until="2024-06-18"),
    Scope(since="2024-06-18", until="2024"),
    Scope(outlets=("Вестник",)),
    Scope(outlets=("晨报", "El Faro"), languages=("ar", "zh")),
    Scope(languages=("ru",), since="2025-01-01"),
    Scope(outlets=(RARE,)),
    Scope(languages=("tr",), until="2023"),
]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_a_scoped_search_ranks_as_the_whole_ranking_filtered(index: Index, scope: Scope) -> None:
    stored = {article.id: article for article in index.articles(limit=-1)}
    whole = index.search(QUESTION, 10_000)
    assert len(whole) == COUNT + 1
    wanted = [hit for hit in whole if _lets_through(scope, stored[hit.passage.article_id])]
    for k in (1, 10, 10_000):
        found = index.search(QUESTION, k, scope=scope)
        assert len(found) == min(k, len(wanted))
        # By value: passages of equal score may change places at the edge.
        assert [round(hit.score, 4) for hit in found] == [round(hit.score, 4) for hit in wanted[:k]]
        assert all(_lets_through(scope, stored[hit.passage.article_id]) for hit in found)
    assert _ranking(index.search(QUESTION, 10_000, scope=scope)) == _ranking(wanted)


def test_what_is_rare_is_found_below_the_depth_of_any_ranking(index: Index) -> None:
    unscoped = index.search(QUESTION, 200)
    rare = index.search(QUESTION, 1, scope=Scope(outlets=(RARE,)))[0].passage
    assert rare.text == "Bahçede üç kedi uyuyor."
    assert rare.id not in {hit.passage.id for hit in unscoped}
    answer = ask(index, QUESTION, scope=Scope(outlets=("şafak gazetesi",), until="2024-02-29"))
    assert {source.outlet for source in answer.sources} == {RARE}


def test_a_set_of_articles_and_nothing_else_is_quoted(index: Index) -> None:
    ids = tuple(article.id for article in index.articles(limit=3))
    answer = ask(index, QUESTION, scope=Scope(articles=ids))
    assert {source.article_id for source in answer.sources} <= set(ids)
    assert {hit.passage.article_id for hit in index.search(QUESTION, 50, scope=Scope(articles=ids))} == set(
        ids
    )


def test_an_empty_scope_limits_nothing(index: Index) -> None:
    assert not Scope()
    assert Scope(languages=("ru",))
    assert index.search(QUESTION, 20, scope=Scope()) == index.search(QUESTION, 20)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(outlets=("Der Bote",)), "no article has the outlet 'Der Bote'.*El Faro.*晨报"),
        (Scope(languages=("fr",)), "no article has the language 'fr'.*tr"),
        (Scope(articles=("0123456789abcdef",)), "no article has the id '0123456789abcdef'"),
    ],
)
def test_what_the_collection_does_not_have_is_said_with_what_it_has(
    index: Index, scope: Scope, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        index.search(QUESTION, scope=scope)


@pytest.mark.parametrize(
    "day", ["", "ayer", "2024-13-01", "2024-02-30", "24-01-01", "2024-1-1", "２０２４", "0000"]
)
def test_what_is_no_date_is_refused(day: str) -> None:
    with pytest.raises(BadInput, match="YYYY-MM-DD"):
        Scope(since=day)
    with pytest.raises(BadInput, match="is not a date"):
        Scope(until=day)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput, match="ends before it begins"):
        Scope(since="2024-06-19", until="2024-06-18")
    with pytest.raises(BadInput, match="ends before it begins"):
        Scope(since="2025", until="2024-12")
    assert Scope(since="2024-06-19", until="2024-06")


def test_the_collection_says_what_a_scope_may_name(index: Index) -> None:
    known = index.info()
    assert set(known.outlets) == {outlet for outlet in OUTLETS if outlet} | {RARE}
    assert list(known.outlets.values()) == sorted(known.outlets.values(), reverse=True)
    assert known.days == ("2023-11-02", "2025-01-01")


@given(st.data())
def test_each_leg_gives_the_best_of_those_allowed(
    legs: tuple[LexicalIndex, ExactVectors], data: st.DataObject
) -> None:
    lexical, dense = legs
    allowed = np.array(sorted(data.draw(st.sets(st.integers(1, 300)))), np.int64)
    k = data.draw(st.integers(1, 30))
    groups = [("paloma",), ("мост", "puente")]
    all_found = lexical.search(groups, 1000)
    wanted = [score for id, score in all_found if id in set(allowed.tolist())][:k]
    assert [score for _, score in lexical.search(groups, k, allowed)] == pytest.approx(wanted)
    plain = [score for _, score in PLAIN.search(groups, k, allowed=allowed)]
    assert plain == pytest.approx(wanted, rel=1e-4)
    vector = VECTORS[0]
    found = dense.search(vector, k, allowed)
    assert {id for id, _ in found} <= set(allowed.tolist())
    exact = [score for _, score in exact_search(IDS, VECTORS, vector, k, allowed)]
    assert [score for _, score in found] == pytest.approx(exact, abs=1e-5)


_CHANCE = np.random.default_rng(3)
IDS = np.arange(1, 301, dtype=np.int64)
VECTORS = _CHANCE.normal(size=(300, 8)).astype(np.float16).astype(np.float32)
TEXTS = [
    Text(int(id), " ".join(_CHANCE.choice(["paloma", "мост", "puente", "otra", "хлеб"], 6)), "es")
    for id in IDS
]
PLAIN = PlainLexical(TEXTS)


@pytest.fixture(scope="module")
def legs(tmp_path_factory: pytest.TempPathFactory) -> tuple[LexicalIndex, ExactVectors]:
    folder: Path = tmp_path_factory.mktemp("legs")
    LexicalIndex.build(folder, TEXTS)
    return LexicalIndex(folder), ExactVectors.build(8, [(IDS, VECTORS)])
