"""Answers compared with cases: each figure from answers whose worth is known."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.answers import evaluate, outcome_of, shares
from eval.cases import Case, load
from eval.collection import is_called
from eval.results import parse
from index.article import Article
from index.search import Index
from qa.answer import Answer, Quote, Source, Status
from tests.worlds import jsonl


@pytest.fixture
def index(collection: Path) -> Iterator[Index]:
    with Index.open(collection) as opened:
        yield opened


def _case(*, gold: str = "2.300 personas", answerable: bool = True, articles: tuple[str, ...] = ()) -> Case:
    return Case("c1", "¿Cuántas?", "es", articles, (gold,) if answerable else (), answerable, "cases.jsonl:1")


def _answer(index: Index, *spans: tuple[str, int, int], status: Status = "answered") -> Answer:
    articles = {article.language: article for article in index.articles()}
    quotes = tuple(
        Quote.cut(articles[code], start, end, source=n, score=0.9 - n / 10)
        for n, (code, start, end) in enumerate(spans, 1)
    )
    sources = tuple(
        Source(n, a.id, a.title, None, None, None, None, a.language, a.input)
        for n, a in enumerate((articles[code] for code, _, _ in spans), 1)
    )
    return Answer("¿Cuántas?", "es", status, "", quotes=quotes, sources=sources)


def test_gold_counts_from_the_place_it_is_quoted_at(index: Index) -> None:
    answer = _answer(index, ("ru", 0, 20), ("es", 0, 20), ("es", 30, 100))
    metrics = outcome_of(_case(), answer, index).metrics
    assert (metrics["gold@1"], metrics["gold@3"], metrics["gold@5"]) == (0.0, 1.0, 1.0)
    assert (metrics["answered_when_answerable"], metrics["weak_when_answerable"]) == (1.0, 0.0)
    assert metrics["quote_exact"] == 1.0
    assert "article@1" not in metrics
    assert "answered_when_unanswerable" not in metrics


def test_articles_go_by_id_key_or_file_name(index: Index) -> None:
    answer = _answer(index, ("es", 0, 20))
    [article] = [article for article in index.articles() if article.language == "es"]
    for name in (article.id, article.key, "es", Path(article.input).name):
        assert outcome_of(_case(articles=("x", name)), answer, index).metrics["article@1"] == 1.0
    for name in ("ko", "s", "", "es/es", "."):
        assert outcome_of(_case(articles=(name,)), answer, index).metrics["article@1"] == 0.0
    nothing = replace(answer, quotes=(), status="not_found")
    assert outcome_of(_case(articles=("es",)), nothing, index).metrics["article@1"] == 0.0


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Ελλάδα.txt", True),
        ("Ελλάδα", True),
        (unicodedata.normalize("NFD", "Ελλάδα.txt"), True),
        ("2025/Ελλάδα.txt", True),
        ("./news/2025/Ελλάδα", True),
        ("2024/Ελλάδα.txt", False),
        ("άδα.txt", False),
        ("2025", False),
    ],
)
def test_articles_go_by_the_end_of_their_path_with_or_without_its_ending(name: str, meant: bool) -> None:
    article = Article.make(
        key="file:/a/news/2025/Ελλάδα.txt", input="/a/news/2025/Ελλάδα.txt", title="", text="…", language="el"
    )
    assert is_called(article, name) is meant


def test_without_gold_only_the_article_is_told(index: Index) -> None:
    answer = _answer(index, ("es", 30, 100))
    case = replace(_case(articles=("es",)), gold=())
    outcome = outcome_of(case, answer, index)
    assert outcome.metrics["article@1"] == 1.0
    assert "gold@1" not in outcome.metrics
    assert outcome.reason is None
    other = outcome_of(replace(case, articles=("ru",)), answer, index)
    assert (other.metrics["article@1"], other.reason) == (0.0, "the first quote is from another article")


def test_a_quote_that_is_not_the_stored_text_is_told(index: Index) -> None:
    answer = _answer(index, ("es", 0, 20), ("es", 30, 100))
    altered = replace(answer.quotes[0], text=answer.quotes[0].text.upper())
    outcome = outcome_of(_case(), replace(answer, also_reported=(altered,)), index)
    assert outcome.metrics["quote_exact"] == pytest.approx(2 / 3)
    assert outcome.reason == "a quote is not the stored text"
    gone = replace(altered, article_id="gone")
    assert outcome_of(_case(), replace(answer, nearest=(gone,)), index).metrics["quote_exact"] < 1


@pytest.mark.parametrize(
    ("status", "answerable", "reason"),
    [
        ("answered", True, None),
        ("weak", True, None),
        ("not_found", True, "not found, though there is an answer"),
        ("answered", False, "answered, though nothing answers it"),
        ("weak", False, None),
        ("not_found", False, None),
    ],
)
def test_failures(index: Index, status: Status, answerable: bool, reason: str | None) -> None:
    answer = _answer(index, ("es", 30, 100), status=status)
    if status == "not_found":
        answer = replace(answer, quotes=(), nearest=answer.quotes)
    outcome = outcome_of(_case(answerable=answerable), answer, index)
    assert outcome.reason == reason
    assert outcome_of(_case(gold="millones"), answer, index).reason is not None
    kind = "answerable" if answerable else "unanswerable"
    assert outcome.metrics[f"answered_when_{kind}"] == (status == "answered")


def test_shares_are_over_the_cases_they_apply_to(index: Index) -> None:
    answer = _answer(index, ("es", 30, 100))
    rows = [
        outcome_of(_case(), answer, index),
        outcome_of(_case(gold="millones", articles=("es",)), answer, index),
        outcome_of(_case(answerable=False), answer, index),
        outcome_of(_case(answerable=False), replace(answer, status="weak"), index),
    ]
    figures = shares(rows)
    assert figures["n"] == 4
    assert (figures["gold@1"], figures["article@1"]) == (0.5, 1.0)
    assert (figures["answered_when_answerable"], figures["answered_when_unanswerable"]) == (1.0, 0.5)


def test_cases_through_the_whole_of_it(collection: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "es", "question": "¿Cuántas personas fueron evacuadas de San Martín?", "language": "es",
         "articles": ["es"], "gold": ["2.300 personas"], "answerable": True},
        {"id": "ru", "question": "Почему остановлен завод микросхем в Озёрске?", "language": "ru",
         "articles": ["ru"], "gold": ["из-за забастовки"], "answerable": True},
        {"id": "no", "question": "What is the capital of Australia?", "language": "en",
         "articles": [], "gold": [], "answerable": False},
    ]  # fmt: skip
    path = jsonl(tmp_path / "cases.jsonl", rows)
    result = evaluate(path, data=collection)
    assert result.overall["gold@3"] == 1.0
    assert result.overall["quote_exact"] == 1.0
    record = json.loads(json.dumps(result.to_json()))
    assert list(record)[:4] == ["n", "overall", "by_language", "failures"]
    assert list(record["overall"])[:7] == [
        "gold@1", "gold@3", "gold@5", "article@1", "answered_when_answerable",
        "answered_when_unanswerable", "quote_exact",
    ]  # fmt: skip
    assert set(record["by_language"]) == {"es", "ru", "en"}
    assert parse(record, "here").values["es"]["gold@1"] == 1.0
    assert result.digest == load(path).digest
    assert sum(one.n for one in result.calibration) == 3


def test_a_figure_no_case_tells_of_is_null(collection: Path, tmp_path: Path) -> None:
    row = {"id": "no", "question": "What is the capital of Australia?", "answerable": False}
    record = evaluate(jsonl(tmp_path / "cases.jsonl", [row]), data=collection).to_json()
    assert record["overall"]["gold@1"] is None
    assert list(record["by_language"]["en"])[:8] == ["n", *list(record["overall"])[:7]]
    assert record["by_language"]["en"]["gold@1"] is None
    assert record["overall"]["answered_when_unanswerable"] in (0.0, 1.0)
    assert "gold@1" not in parse(record, "here").overall
