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
from index.tables import Table, own
from qa import feedback, judgements
from qa.answer import Status
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
        judgements.export(store, tmp_path)


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
        ({"status": "sure"}, "the status 'sure': expected one of answered, weak, not_found"),
        ({"span": (0, 5), "status": "weak"}, "0 quotes shown, an article judged"),
        ({"shown": [("x", 0, 1)] * 51}, "51 quotes shown, no article judged"),
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


def test_it_outlives_the_article_whose_words_go_and_stays_out_of_the_search(
    collection: Path, store: Store
) -> None:
    article = _id(store, "ko")
    feedback.record(store, "right", "몇 조 원?", language="ko", article_id=article, span=(0, 10))
    with Index.open(collection) as index:
        index.remove(article)
        assert index.search("공장")
    assert [(one.question, one.text) for one in feedback.given(store)] == [("몇 조 원?", None)]


def test_grades(store: Store) -> None:
    es, en = _id(store, "es"), _id(store, "en")

    def give(verdict: feedback.Verdict, article: str | None, span: tuple[int, int] | None = None) -> None:
        feedback.record(store, verdict, QUESTION, language="es", article_id=article, span=span)

    give("bad", None)
    give("good", en, (0, 10))
    give("right", es, (46, 90))
    give("bad", es, (0, 20))
    give("bad", en, (0, 10))
    said = judgements.judgements(store)
    [(id, grades)] = judgements.qrels(said).items()
    assert grades == {es: 2, en: 0}
    [case] = judgements.cases(said)
    assert (case["id"], case["articles"], case["gold"]) == (id, [es], [TEXTS["es"][46:90]])


def test_the_same_question_has_the_same_id() -> None:
    assert judgements.query_id("¿Cuántas  personas?") == judgements.query_id(" ¿cuántas personas? ".strip())
    assert judgements.query_id("¿Cuántas personas?") != judgements.query_id("¿Cuántos barcos?")


def test_the_export_is_a_data_set_and_a_file_of_cases(collection: Path, store: Store, tmp_path: Path) -> None:
    start = TEXTS["es"].index("Unas")
    feedback.record(
        store, "right", QUESTION, language="es", article_id=_id(store, "es"), span=(start, start + 30)
    )
    feedback.record(store, "bad", QUESTION, language="es", article_id=_id(store, "ar"))
    folder = tmp_path / "judged"
    written = judgements.export(store, folder)
    assert written == {"queries": 1, "qrels": 2, "unresolved": 0, "cases": 1}
    result = retrieval(folder, data=collection)
    assert (result.n_queries, result.overall["Success@1"]) == (1, 1.0)
    assert answers(folder / "cases.jsonl", data=collection).n == 1
    [line] = (folder / "cases.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["gold"] == [TEXTS["es"][start : start + 30]]


def _thumb(store: Store, verdict: feedback.Verdict, status: Status, *languages: str) -> None:
    shown = [(_id(store, code), 2, 12) for code in languages]
    feedback.record(store, verdict, QUESTION, language="es", status=status, shown=shown)


def _made(store: Store) -> tuple[dict[str, int], list[dict[str, object]]]:
    said = judgements.judgements(store)
    [grades] = judgements.qrels(said).values() or [{}]
    return grades, list(judgements.cases(said))


def test_a_thumb_up_says_something_of_the_first_quote_only(store: Store) -> None:
    _thumb(store, "good", "answered", "es", "ru", "ko")
    grades, [case] = _made(store)
    assert grades == {_id(store, "es"): 1}
    assert (case["gold"], case["answerable"]) == ([TEXTS["es"][2:12]], True)
    [kept] = feedback.given(store)
    assert [one.article_id for one in kept.shown] == [_id(store, code) for code in ("es", "ru", "ko")]


def test_a_thumb_down_says_something_of_all_quotes_and_less_than_what_is_said_of_one(store: Store) -> None:
    feedback.record(store, "right", QUESTION, language="es", article_id=_id(store, "es"), span=(46, 90))
    _thumb(store, "bad", "weak", "es", "ru")
    grades, [case] = _made(store)
    assert grades == {_id(store, "es"): 2, _id(store, "ru"): 0}
    assert case["gold"] == [TEXTS["es"][46:90]]


def test_the_last_thumb_counts(store: Store) -> None:
    _thumb(store, "good", "answered", "es")
    _thumb(store, "bad", "answered", "es")
    assert _made(store) == ({_id(store, "es"): 0}, [])
    _thumb(store, "good", "answered", "es")
    assert _made(store)[0] == {_id(store, "es"): 1}


def test_agreeing_that_nothing_was_found_makes_an_unanswerable_case(store: Store) -> None:
    _thumb(store, "good", "not_found", "ar")  # the nearest passages are no answer
    grades, [case] = _made(store)
    assert (grades, case["gold"], case["answerable"]) == ({}, [], False)
    _thumb(store, "bad", "not_found")
    assert _made(store) == ({}, [])


def test_what_is_gone_or_has_changed_is_left_out(store: Store, tmp_path: Path) -> None:
    _thumb(store, "good", "answered", "ko")
    feedback.record(store, "right", QUESTION, language="es", article_id=_id(store, "ru"), span=(0, 10))
    with store.writing():
        connection = store.connection()
        connection.execute("UPDATE articles SET text = '3조' || text WHERE language = 'ko'")
        store.remove(_id(store, "ru"))
    assert _made(store) == ({}, [])
    written = judgements.export(store, tmp_path)
    assert written == {"queries": 0, "qrels": 0, "unresolved": 0, "cases": 0}


def test_questions_with_nothing_relevant_are_a_split_of_their_own(
    collection: Path, store: Store, tmp_path: Path
) -> None:
    _thumb(store, "bad", "answered", "ru", "ar")
    written = judgements.export(store, tmp_path / "judged")
    assert written == {"queries": 1, "qrels": 0, "unresolved": 2, "cases": 0}
    with pytest.raises(BadInput, match=r"feedback\.tsv is an empty split"):
        retrieval(tmp_path / "judged", data=collection)


def test_feedback_of_an_earlier_version_is_read_and_goes_on(store: Store) -> None:
    earlier = Table(feedback.TABLE.name, feedback.TABLE.steps[:1], article="article", erased=("text",))
    with store.writing(advance=False):
        own(store, earlier)
        store.connection().execute(
            "INSERT INTO feedback(at, verdict, question, language, note) VALUES ('', 'good', ?, 'es', '')",
            (QUESTION,),
        )
    [kept] = feedback.given(store)
    assert (kept.verdict, kept.status, kept.shown) == ("good", None, ())
    _thumb(store, "good", "answered", "es")
    assert len(feedback.given(store)) == 2
    assert _made(store)[0] == {_id(store, "es"): 1}
