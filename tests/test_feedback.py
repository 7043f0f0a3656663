"""Feedback: kept with the collection, exported as data to measure with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.answers import evaluate as answers
from eval.retrieval import evaluate as retrieval
from index.errors import BadInput, NotFound
from index.search import Index
from index.store import Store
from qa import feedback
from tests.conftest import TEXTS

QUESTION = "¿Cuántas personas fueron evacuadas de San Martín?"


@pytest.fixture
def store(collection: Path) -> Iterator[Store]:
    opened = Store(collection)
    yield opened
    opened.close()


def _id(store: Store, language: str) -> str:
    return next(article.id for article in store.articles() if article.language == language)


def test_nothing_given(store: Store, tmp_path: Path) -> None:
    assert feedback.given(store) == []
    with pytest.raises(NotFound, match="no feedback has been given"):
        feedback.export(store, tmp_path)


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_what_is_given_is_kept_in_every_script(store: Store, language: str) -> None:
    text = TEXTS[language]
    given = feedback.record(
        store,
        "right",
        f"{text[:20]}? 🚂",
        language=language,
        article_id=_id(store, language),
        span=(2, 15),
        note="да",
    )
    [kept] = feedback.given(store)
    assert kept == given
    assert (kept.text, kept.question, kept.note) == (text[2:15], f"{text[:20]}? 🚂", "да")
    assert kept.at.endswith("+00:00")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"verdict": "great"}, "the verdict 'great': expected one of good, bad, right"),
        ({"question": "  "}, "expected a question"),
        ({"question": "ы" * 2001}, "a question of 2,001"),
        ({"note": "ы" * 2001}, "a note of 2,001"),
        ({"verdict": "right"}, "a right passage without article or span"),
        ({"span": (5, 4)}, "the span 5:4 lies outside"),
        ({"span": (0, 10_000)}, "the span 0:10000 lies outside"),
    ],
)
def test_what_cannot_be_kept(store: Store, arguments: dict[str, object], message: str) -> None:
    given = {"verdict": "good", "question": QUESTION, "language": "es"} | arguments
    if "span" in given:
        given["article_id"] = _id(store, "es")
    with pytest.raises(BadInput, match=message):
        feedback.record(store, given.pop("verdict"), given.pop("question"), **given)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no article has the id"):
        feedback.record(store, "good", QUESTION, language="es", article_id="nowhere")
    assert feedback.given(store) == []


def test_feedback_can_be_taken_back(store: Store) -> None:
    first = feedback.record(store, "good", QUESTION, language="es")
    second = feedback.record(store, "bad", QUESTION, language="es")
    feedback.forget(store, first.id)
    assert feedback.given(store) == [second]
    with pytest.raises(NotFound, match=f"no feedback has the number {first.id}"):
        feedback.forget(store, first.id)


def test_it_outlives_the_article_and_stays_out_of_the_search(collection: Path, store: Store) -> None:
    article = _id(store, "ko")
    feedback.record(store, "right", "몇 조 원?", language="ko", article_id=article, span=(0, 10))
    with Index.open(collection) as index:
        index.remove(article)
        assert index.search("공장")
    assert [one.text for one in feedback.given(store)] == [TEXTS["ko"][:10]]


def test_grades(store: Store) -> None:
    es, en = _id(store, "es"), _id(store, "en")

    def give(verdict: feedback.Verdict, article: str | None, span: tuple[int, int] | None = None) -> None:
        feedback.record(store, verdict, QUESTION, language="es", article_id=article, span=span)

    give("bad", None)
    give("good", en, (0, 10))
    give("right", es, (46, 90))
    give("bad", es, (0, 20))
    give("bad", en, (0, 10))
    given = feedback.given(store)
    [(id, grades)] = feedback.qrels(given).items()
    assert grades == {es: 2, en: 0}
    [case] = feedback.cases(given)
    assert (case["id"], case["articles"], case["gold"]) == (id, [es], [TEXTS["es"][46:90]])


def test_the_same_question_has_the_same_id() -> None:
    assert feedback.query_id("¿Cuántas  personas?") == feedback.query_id(" ¿cuántas personas? ".strip())
    assert feedback.query_id("¿Cuántas personas?") != feedback.query_id("¿Cuántos barcos?")


def test_the_export_is_a_data_set_and_a_file_of_cases(collection: Path, store: Store, tmp_path: Path) -> None:
    start = TEXTS["es"].index("Unas")
    feedback.record(
        store, "right", QUESTION, language="es", article_id=_id(store, "es"), span=(start, start + 30)
    )
    feedback.record(store, "bad", QUESTION, language="es", article_id=_id(store, "ar"))
    folder = tmp_path / "judged"
    assert feedback.export(store, folder) == {"queries": 1, "qrels": 2, "cases": 1}
    result = retrieval(folder, data=collection)
    assert (result.n_queries, result.overall["Success@1"]) == (1, 1.0)
    assert answers(folder / "cases.jsonl", data=collection).n == 1
    [line] = (folder / "cases.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["gold"] == [TEXTS["es"][start : start + 30]]
