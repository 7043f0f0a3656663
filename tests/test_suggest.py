"""Questions to ask next: from the articles, in the reader's language, answered by those articles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.ingest import ingest
from index.search import Index
from qa.messages import LANGUAGES
from qa.suggest import candidates, examples, next_questions
from ui.api import create_app
from ui.demo import SAMPLE


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suggest") / "data"
    ingest(folder, [SAMPLE / "articles"])
    return folder


@pytest.fixture(scope="module")
def index(data: Path) -> Iterator[Index]:
    with Index.open(data) as index:
        yield index


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_has_something_to_ask_in_every_language(index: Index, language: str) -> None:
    for article in index.articles(limit=100):
        asked = list(candidates(article, language, ""))
        assert asked
        assert all(question.count("{") == 0 and len(question) < 300 for question in asked)
        assert len(set(asked)) == len(asked)


def test_what_was_asked_is_not_suggested(index: Index) -> None:
    for article in index.articles(limit=100):
        first = next(iter(candidates(article, "en", "")))
        assert first not in list(candidates(article, "en", first))


@pytest.mark.parametrize("language", ["en", "es", "ru", "ar", "ja"])
def test_suggestions_are_answered_by_their_articles(index: Index, language: str) -> None:
    articles = index.articles(limit=4)
    found = next_questions(index, articles, asked="Who?", language=language)
    assert 1 <= len(found) <= 3
    assert len(set(found)) == len(found)
    for question in found:
        hits = index.search(question, 10)
        assert {hit.passage.article_id for hit in hits} & {article.id for article in articles}


def test_untried_ones_cost_no_search(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.suggest.examine", None)
    assert next_questions(index, index.articles(limit=3), asked="", language="de", tried=0)


def test_examples_are_in_the_articles_own_languages(index: Index) -> None:
    articles = index.articles(limit=100)
    found = examples(index, articles[:8])
    spoken = {article.id: article.language for article in articles}
    assert len(found) >= 4
    assert all(one.language == spoken[one.article_id] for one in found)


def test_the_api_suggests_and_gives_examples(data: Path) -> None:
    with TestClient(create_app(data, chat=False), base_url="http://localhost") as client:
        told = client.get("/v1/examples").json()["examples"]
        assert len({one["language"] for one in told}) >= 6
        assert client.get("/v1/examples").json()["examples"] == told
        answer = client.post("/v1/ask", json={"question": "How many people are missing?"}).json()
        asked = {
            "question": answer["question"],
            "language": "fr",
            "articles": [source["article_id"] for source in answer["sources"]],
        }
        found = client.post("/v1/suggestions", json=asked).json()["questions"]
        assert found
        assert all("?" in question for question in found)
        nothing = client.post("/v1/suggestions", json={**asked, "articles": ["0" * 16]})
        assert nothing.json() == {"questions": []}


def test_an_empty_collection_has_no_examples(tmp_path: Path) -> None:
    with TestClient(create_app(tmp_path / "none", chat=False), base_url="http://localhost") as client:
        assert client.get("/v1/examples").json() == {"examples": []}
