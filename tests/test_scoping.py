"""Limits and explanations through the command line and the API."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.article import Article
from index.errors import BadInput
from index.ingest import ingest_articles
from index.scope import Scope
from ui import cli
from ui.api import create_app
from ui.fields import scope_in
from ui.render import question_html
from ui.reply import replies

QUESTION = "How many passengers were rescued from the ferry?"
SAID = (
    ("en", "The Pier", "2024-06-18", "Rescuers saved 112 passengers from the ferry Aurora before dawn."),
    (
        "es",
        "El Faro",
        "2024-06-19",
        "Los equipos de rescate salvaron a 112 pasajeros del transbordador Aurora.",
    ),
    ("ru", "Вестник", "2024-07-01", "Спасатели спасли 118 пассажиров парома «Аврора» до рассвета."),
    ("ko", None, None, "구조대는 새벽 전에 여객선 오로라호 승객 112명을 구조했다."),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scoping") / "data"
    articles = [
        Article.make(
            key=f"id:{code}", input=code, title=code, text=text, language=code, outlet=outlet, published=day
        )
        for code, outlet, day, text in SAID
    ]
    assert ingest_articles(folder, articles).count("added") == len(SAID)
    return folder


@pytest.fixture(scope="module")
def client(data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(data, chat=False), base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cita", *arguments, "--data", str(data)])
        status = 0
        try:
            cli.main()
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "reconfigure", lambda **_: None, raising=False)
    return run


LIMITS = [
    ({"languages": ["es"]}, ["--language", "es"], {"es"}),
    ({"outlets": ["the pier", "Вестник"]}, ["--outlet", "the pier", "--outlet", "Вестник"], {"en", "ru"}),
    ({"from": "2024-06-19"}, ["--from", "2024-06-19"], {"es", "ru"}),
    ({"from": "2024-06", "to": "2024-06"}, ["--from", "2024-06", "--to", "2024-06"], {"en", "es"}),
    ({}, [], {"en", "es", "ru", "ko"}),
]


@pytest.mark.parametrize(("scope", "options", "languages"), LIMITS)
def test_only_what_is_within_the_limits_is_found(
    client: TestClient, run: Any, scope: dict[str, Any], options: list[str], languages: set[str]
) -> None:
    listed = client.get("/v1/articles").json()["articles"]
    code_of = {article["id"]: article["language"] for article in listed}
    body = {"question": QUESTION, "scope": scope}
    hits = client.post("/v1/search", json=body).json()["hits"]
    assert {code_of[hit["passage"]["article_id"]] for hit in hits} == languages
    answer = client.post("/v1/ask", json=body).json()
    assert {source["language"] for source in answer["sources"]} <= languages
    assert answer["sources"]
    status, out, _ = run("search", QUESTION, "--json", *options)
    assert status == 0
    assert {code_of[hit["passage"]["article_id"]] for hit in json.loads(out)["hits"]} == languages
    status, out, _ = run("ask", QUESTION, "--json", *options)
    assert {source["language"] for source in json.loads(out)["sources"]} <= languages


def test_one_article_is_asked_by_its_id(client: TestClient, run: Any) -> None:
    wanted = next(
        one["id"] for one in client.get("/v1/articles").json()["articles"] if one["language"] == "ko"
    )
    answer = client.post("/v1/ask", json={"question": QUESTION, "scope": {"articles": [wanted]}}).json()
    assert {source["article_id"] for source in answer["sources"]} == {wanted}
    status, out, _ = run("ask", QUESTION, "--json", "--article", wanted)
    assert (status, {source["article_id"] for source in json.loads(out)["sources"]}) == (0, {wanted})


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"outlets": ["Der Bote"]}, "those there are: El Faro, The Pier, Вестник"),
        ({"languages": ["fr"]}, "those there are: en, es, ko, ru"),
        ({"articles": ["../../etc/passwd"]}, "no article has the id '../../etc/passwd'"),
        ({"from": "2024-02-30"}, "'2024-02-30' is not a date"),
        ({"from": "2024-06-19", "to": "2024-06-18"}, "ends before it begins"),
        ({"from": "ayer"}, "scope/from"),
        ({"language": ["es"]}, "scope/language"),
        ({"outlets": "El Faro"}, "scope/outlets"),
        ({"outlets": ["x"] * 1001}, "scope/outlets"),
        ("es", "scope"),
    ],
)
def test_limits_that_cannot_be_are_a_problem(client: TestClient, scope: object, said: str) -> None:
    for route in ("/v1/ask", "/v1/search"):
        response = client.post(route, json={"question": QUESTION, "scope": scope})
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert said in response.json()["detail"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--outlet", "Der Bote"], "El Faro, The Pier, Вестник"),
        (["--language", "fr"], "en, es, ko, ru"),
        (["--from", "ayer"], "YYYY-MM-DD"),
        (["--article", "0"], "cita articles list"),
    ],
)
def test_the_command_says_what_there_is(run: Any, options: list[str], said: str) -> None:
    for command in ("ask", "search"):
        status, out, err = run(command, QUESTION, *options)
        assert (status, out) == (2, "")
        assert said in err


def test_the_description_names_the_limits(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert set(schemas["Limits"]["properties"]) == {"from", "to", "outlets", "languages", "articles"}
    assert {"scope", "explain"} <= set(schemas["Question"]["properties"])
    assert {"Explanation", "Explained", "Match", "Part"} <= set(schemas)
    assert client.get("/v1/info").json()["days"] == ["2024-06-18", "2024-07-01"]


def test_an_answer_explains_itself_where_asked_to(client: TestClient, run: Any) -> None:
    assert client.post("/v1/ask", json={"question": QUESTION}).json()["explanation"] is None
    told = client.post("/v1/ask", json={"question": QUESTION, "explain": True}).json()["explanation"]
    assert told["hits"][0]["rank"] == 1
    assert told["hits"][0]["matches"]
    assert {part["name"] for part in told["evidence"]} >= {"bias", "margin"}
    status, out, _ = run("ask", QUESTION, "--explain")
    assert status == 0
    assert "By meaning: place" in out
    assert "Words that met: " in out
    assert f"{told['probability']:.2f}" in out
    status, out, _ = run("ask", "¿Cuántos pasajeros fueron rescatados?", "--explain", "--language", "ru")
    assert "Por palabras: ninguna palabra en común" in out
    status, out, _ = run("ask", QUESTION, "--explain", "--json")
    assert json.loads(out)["explanation"] == told


def test_a_page_s_filters_are_read_and_told(data: Path) -> None:
    scope = scope_in('{"languages": ["es"], "from": "2024-06-01"}')
    assert scope == Scope(since="2024-06-01", languages=("es",))
    assert scope_in("  ") is None
    shown = question_html("¿Quién?", scope, "tr")
    assert "İspanyolca" in shown
    assert "1 Haziran 2024" in shown
    assert "<script>" not in question_html("?", Scope(outlets=("<script>x",)), "en")
    for bad in ("{", "[]", '{"from": 2024}', '{"who": 1}', '{"languages": ["<b>"]}'):
        with pytest.raises(BadInput, match="clear them and try again"):
            scope_in(bad)


def test_a_reply_keeps_to_the_limits_and_carries_its_reasons(data: Path) -> None:
    from ui.collection import Collection

    articles = Collection(data)
    try:
        *_, answer = replies(articles, QUESTION, "en", Scope(languages=("es",)))
        *_, refused = replies(articles, QUESTION, "en", Scope(languages=("fr",)))
    finally:
        articles.close()
    assert "pasajeros" in answer
    assert "Rescuers" not in answer
    assert "cita-why-data" in answer
    assert "those there are" in refused
