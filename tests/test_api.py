from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from index.article import Article
from index.ingest import ingest
from index.lock import write_lock
from index.rebuild import rebuild
from index.search import Index
from qa.answer import Answer, Quote
from qa.feedback import Feedback
from ui.api import BODY_LIMIT, create_app
from ui.asking import ask_checked, checked

ORIGIN = "http://127.0.0.1"


def client_of(data: Path, **settings: object) -> TestClient:
    app = create_app(data, chat=False, **settings)  # type: ignore[arg-type]
    return TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    """A client of a collection that the test may change."""
    with client_of(collection) as client:
        yield client


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Iterator[TestClient]:
    """A client of a collection that no test changes."""
    data = tmp_path_factory.mktemp("reader") / "data"
    ingest(data, [news])
    with client_of(data) as client:
        yield client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    with client_of(tmp_path / "none yet") as client:
        yield client


def problem(response: Response, status: int) -> str:
    """The sentence of a problem response, which must be one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    assert "Traceback" not in response.text
    return str(body["detail"])


# -- asking


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many passengers were saved from the ferry?", "en"),
        ("Сколько рабочих вышли на площадь?", "ru"),
        ("정부는 반도체 공장에 얼마를 투자하나요?", "ko"),
        ("كم عدد الركاب الذين أنقذهم خفر السواحل؟", "ar"),
        ("火山の噴火で何人が避難した？", "ja"),
    ],
)
def test_every_quote_of_an_answer_is_the_text_its_offsets_count(
    reader: TestClient, question: str, language: str
) -> None:
    response = reader.post("/v1/ask", json={"question": question})
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer.keys() == {field.name for field in fields(Answer)}
    assert answer["language"] == language
    quotes = answer["quotes"] + answer["nearest"]
    assert quotes
    numbers = {source["n"]: source["article_id"] for source in answer["sources"]}
    for quote in quotes:
        text = reader.get(f"/v1/articles/{quote['article_id']}").json()["text"]
        assert text[quote["start"] : quote["end"]] == quote["text"]
        assert numbers[quote["source"]] == quote["article_id"]


def test_search_gives_passages_and_the_signals_behind_them(reader: TestClient) -> None:
    found = reader.post("/v1/search", json={"question": "волнения на заводе", "k": 3}).json()
    assert found["question"] == "волнения на заводе"
    assert len(found["hits"]) == 3
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    for hit in found["hits"]:
        passage = hit["passage"]
        text = reader.get(f"/v1/articles/{passage['article_id']}").json()["text"]
        assert text[passage["start"] : passage["end"]] == passage["text"]
        assert hit["signals"].keys() == {
            *("dense", "dense_rank", "lexical", "lexical_rank", "outstanding", "rerank"),
        }


@pytest.mark.parametrize("question", ["", "   ", "?", "🙂🙂", "x" * 100_000])
def test_a_question_that_asks_nothing_is_refused(reader: TestClient, question: str) -> None:
    assert len(problem(reader.post("/v1/ask", json={"question": question}), 422)) < 400


@pytest.mark.parametrize("language", ["", "english", "EN", "../x", "e", 5])
def test_a_language_that_is_no_code_is_refused(reader: TestClient, language: object) -> None:
    problem(reader.post("/v1/ask", json={"question": "ferry?", "language": language}), 422)


def test_the_language_given_is_the_answer_s(reader: TestClient) -> None:
    asked = {"question": "Aurora?", "language": "fr"}
    assert reader.post("/v1/ask", json=asked).json()["language"] == "fr"


def test_a_quote_that_is_no_longer_the_text_is_dropped(collection: Path) -> None:
    with Index.open(collection) as index:
        answer = ask_checked(index, "How many passengers were saved from the ferry?")
        assert answer.quotes
        assert checked(answer, index) is answer
        false = replace(answer.quotes[0], text=answer.quotes[0].text.replace("112", "113"))
        assert false != answer.quotes[0]
        left = checked(replace(answer, quotes=(false,), also_reported=(), disagreements=()), index)
    assert left.quotes == ()
    assert left.sources == ()
    assert left.status == "not_found"
    assert "[1]" not in left.text


def test_a_quote_of_an_article_removed_meanwhile_is_dropped(collection: Path) -> None:
    with Index.open(collection) as index:
        gone = Quote("0" * 16, 0, 3, "abc", 1, 0.5)
        assert checked(Answer("?", "en", "weak", "abc [1]", quotes=(gone,)), index).quotes == ()


# -- bodies of the wrong form


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"question": 5}', 422),
        (b'{"question": null}', 422),
        (b'{"question": "x", "extra": 1}', 422),
        (b'{"question": "x", "k": 0}', 422),
        (b'{"question": "x", "k": -1}', 422),
        (b'{"question": "x", "k": 101}', 422),
        (b'{"question": "x", "k": 1000000000}', 422),
        (b'{"question": "x", "k": 1.5}', 422),
        (b'{"question": "x", "k": "3"}', 422),
        (b'{"question": "x", "k": true}', 422),
        (b'{"question": "x", "k": NaN}', 422),
        (b'{"question": "x", "k": 1e999}', 422),
        (b'{"question": "\\ud800"}', 422),
    ],
)
def test_a_body_of_the_wrong_form_is_a_problem_and_not_a_crash(
    reader: TestClient, body: bytes, status: int
) -> None:
    response = reader.post("/v1/search", content=body, headers={"content-type": "application/json"})
    assert len(problem(response, status)) < 400


def test_a_body_of_another_type_is_refused(reader: TestClient) -> None:
    body = json.dumps({"question": "ferry"}).encode()
    problem(reader.post("/v1/ask", content=body, headers={"content-type": "text/plain"}), 422)
    problem(reader.post("/v1/articles", content=body, headers={"content-type": "text/plain"}), 415)
    problem(reader.post("/v1/articles", content=body), 415)


@pytest.mark.parametrize("route", ["/v1/ask", "/v1/articles"])
def test_a_body_over_the_limit_is_cut_off_whatever_its_header_says(reader: TestClient, route: str) -> None:
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(30):
            sent += 1
            yield b" " * (1 << 20)

    headers = {"content-type": "application/json"}
    problem(reader.post(route, content=body(), headers=headers), 413)  # chunked: no length is told
    problem(reader.post(route, content=b" " * (BODY_LIMIT + 1), headers=headers), 413)


# -- articles


def test_articles_are_listed_page_by_page_without_their_texts(reader: TestClient) -> None:
    seen, after = [], None
    while True:
        query = {"limit": 4} | ({"after": after} if after else {})
        page = reader.get("/v1/articles", params=query).json()
        seen += page["articles"]
        if (after := page["next"]) is None:
            break
        assert len(page["articles"]) == 4
    assert len({one["id"] for one in seen}) == len(seen) == reader.get("/v1/info").json()["articles"]
    assert seen[0].keys() == {field.name for field in fields(Article)} - {"text", "captions"}


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=" + "x" * 4000])
def test_a_page_out_of_bounds_is_refused(reader: TestClient, query: str) -> None:
    problem(reader.get(f"/v1/articles?{query}"), 422)


@pytest.mark.parametrize(
    "name",
    ["nothing", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "'; drop table", "é"],
)
def test_an_unknown_article_is_not_found(reader: TestClient, name: str) -> None:
    problem(reader.get(f"/v1/articles/{name}"), 404)
    problem(reader.delete(f"/v1/articles/{name}"), 404)


TEXT = "La alcaldesa Amaia Etxeberría inauguró el puente nuevo, que costó 48 millones de euros. Hubo fiesta."


def test_an_added_article_is_found_at_once_updated_by_its_address_and_deleted(client: TestClient) -> None:
    article = {
        "text": TEXT,
        "title": "Puente",
        "url": "https://example.org/puente",
        "published": "2025-05-04",
    }
    first = client.post("/v1/articles", json=article)
    assert first.status_code == 201, first.text
    (item,) = first.json()["items"]
    assert (first.json()["added"], item["status"]) == (1, "added")
    assert item["input"] == "https://example.org/puente"
    stored = client.get(f"/v1/articles/{item['article_id']}").json()
    assert (stored["title"], stored["text"], stored["published"]) == ("Puente", TEXT, "2025-05-04")
    answer = client.post("/v1/ask", json={"question": "¿Cuánto costó el puente nuevo?"}).json()
    assert [quote for quote in answer["quotes"] if "48 millones" in quote["text"]]

    again = client.post("/v1/articles", json=article)
    assert (again.status_code, again.json()["unchanged"]) == (200, 1)
    changed = client.post("/v1/articles", json=article | {"text": TEXT.replace("48", "52")})
    assert (changed.status_code, changed.json()["updated"]) == (201, 1)
    answer = client.post("/v1/ask", json={"question": "¿Cuánto costó el puente nuevo?"}).json()
    assert [quote for quote in answer["quotes"] if "52 millones" in quote["text"]]

    assert client.delete(f"/v1/articles/{item['article_id']}").status_code == 204
    problem(client.get(f"/v1/articles/{item['article_id']}"), 404)
    answer = client.post("/v1/ask", json={"question": "¿Cuánto costó el puente nuevo?"}).json()
    assert all(quote["article_id"] != item["article_id"] for quote in answer["quotes"])


def test_files_are_read_by_their_content_and_each_is_accounted_for(client: TestClient) -> None:
    files = [
        ("files", ("../../etc/passwd", TEXT.encode(), "text/plain")),
        ("files", ("vacío.txt", b"", "text/plain")),
        (
            "files",
            ("वेब.html", "<html><body><article><p>" + TEXT * 3 + "</p></article></body></html>", "text/html"),
        ),
    ]
    response = client.post("/v1/articles", files=files)
    assert response.status_code == 201, response.text
    report = response.json()
    assert [item["input"] for item in report["items"]] == ["passwd", "vacío.txt", "वेब.html"]
    assert [item["status"] for item in report["items"]] == ["added", "skipped", "added"]
    assert sum(count for name, count in report.items() if name != "items") == 3
    again = client.post("/v1/articles", files=[("files", ("other name.txt", TEXT.encode(), "text/plain"))])
    assert again.json()["unchanged"] == 1


def test_two_files_of_one_name_are_two_articles(client: TestClient) -> None:
    for text in (TEXT, TEXT.replace("puente", "túnel")):
        files = [("files", ("article.txt", text.encode(), "text/plain"))]
        assert client.post("/v1/articles", files=files).json()["added"] == 1
    assert client.get("/v1/info").json()["articles"] == 13


@pytest.mark.parametrize(
    "article", [{}, {"text": ""}, {"text": 5}, {"text": "x", "id": "1"}, {"text": "x", "__proto__": {}}, []]
)
def test_an_article_of_the_wrong_form_is_refused(reader: TestClient, article: object) -> None:
    problem(reader.post("/v1/articles", json=article), 422)


def test_a_form_without_files_is_refused(reader: TestClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    problem(reader.post("/v1/articles", content=b"--x--\r\n", headers=headers), 422)
    broken = reader.post("/v1/articles", content=b"nonsense", headers={"content-type": "multipart/form-data"})
    problem(broken, 400)


# -- feedback


def quoted_by(client: TestClient, question: str) -> dict[str, object]:
    """The best quote for a question, as a span that can be judged."""
    quote = client.post("/v1/ask", json={"question": question}).json()["quotes"][0]
    return {"article_id": quote["article_id"], "start": quote["start"], "end": quote["end"]}


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many passengers were saved from the ferry?", "en"),
        ("¿Cuántas personas fueron evacuadas de San Martín?", "es"),
        ("Сколько рабочих вышли на площадь?", "ru"),
        ("كم عدد الركاب الذين أنقذهم خفر السواحل؟", "ar"),
        ("정부는 반도체 공장에 얼마를 투자하나요?", "ko"),
    ],
)
def test_a_right_passage_is_kept_word_for_word_listed_and_taken_back(
    client: TestClient, question: str, language: str
) -> None:
    span = quoted_by(client, question)
    given = client.post("/v1/feedback", json={"question": f" {question} ", "verdict": "right", **span})
    assert given.status_code == 201, given.text
    kept = given.json()
    assert kept.keys() == {field.name for field in fields(Feedback)}
    text = client.get(f"/v1/articles/{span['article_id']}").json()["text"]
    assert kept["text"] == text[kept["start"] : kept["end"]]
    assert (kept["question"], kept["language"]) == (question, language)
    assert client.get("/v1/feedback").json() == {"feedback": [kept], "next": None}
    assert client.delete(f"/v1/feedback/{kept['id']}").status_code == 204
    assert client.get("/v1/feedback").json()["feedback"] == []
    problem(client.delete(f"/v1/feedback/{kept['id']}"), 404)


def test_a_thumb_keeps_what_the_answer_showed(client: TestClient) -> None:
    question = "How many passengers were saved from the ferry?"
    shown = [quoted_by(client, question)]
    judged = {"question": question, "verdict": "good", "status": "answered", "shown": shown}
    kept = client.post("/v1/feedback", json=judged).json()
    assert [{name: one[name] for name in shown[0]} for one in kept["shown"]] == shown
    assert (kept["status"], kept["text"]) == ("answered", None), "words of an article are not kept twice"
    problem(client.post("/v1/feedback", json=judged | shown[0]), 422)
    problem(client.post("/v1/feedback", json=judged | {"status": "sure"}), 422)
    problem(client.post("/v1/feedback", json=judged | {"shown": shown * 51}), 422)
    problem(client.post("/v1/feedback", json=judged | {"shown": [shown[0] | {"article_id": "x"}]}), 404)


def test_feedback_is_listed_page_by_page_newest_last(client: TestClient) -> None:
    for n in range(5):
        judged = {"question": f"ferry {n}?", "verdict": ("good", "bad")[n % 2], "language": "fr"}
        assert client.post("/v1/feedback", json=judged).status_code == 201
    seen, after = [], 0
    while after is not None:
        page = client.get("/v1/feedback", params={"limit": 2, "after": after}).json()
        assert 0 < len(page["feedback"]) <= 2
        seen += page["feedback"]
        after = page["next"]
    assert [one["question"] for one in seen] == [f"ferry {n}?" for n in range(5)]
    assert {one["language"] for one in seen} == {"fr"}


def test_an_answer_is_the_same_after_feedback(client: TestClient) -> None:
    asked = {"question": "How many passengers were saved from the ferry?"}
    before = client.post("/v1/ask", json=asked).json()
    client.post("/v1/feedback", json=asked | {"verdict": "bad", "note": "İt was 👩‍👩‍👧 more"})
    after = client.post("/v1/ask", json=asked).json()
    assert before["quotes"] == after["quotes"] != []


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        ({}, 422),
        ({"question": "ferry?"}, 422),
        ({"verdict": "good"}, 422),
        ({"question": "", "verdict": "good"}, 422),
        ({"question": "🙂", "verdict": "good"}, 422),
        ({"question": "x" * 3000, "verdict": "good"}, 422),
        ({"question": "ferry?", "verdict": "fine"}, 422),
        ({"question": "ferry?", "verdict": True}, 422),
        ({"question": "ferry?", "verdict": "good", "language": "English"}, 422),
        ({"question": "ferry?", "verdict": "good", "note": "x" * 3000}, 422),
        ({"question": "ferry?", "verdict": "good", "note": "\ud800"}, 422),
        ({"question": "ferry?", "verdict": "good", "id": 5}, 422),
        ({"question": "ferry?", "verdict": "right"}, 422),
        ({"question": "ferry?", "verdict": "right", "start": 0, "end": 5}, 422),
        ({"question": "ferry?", "verdict": "good", "article_id": "nothing"}, 404),
        ({"question": "ferry?", "verdict": "good", "article_id": "\ud800"}, 422),
        ({"question": "ferry?", "verdict": "good", "article_id": "x" * 200}, 422),
    ],
)
def test_feedback_of_the_wrong_form_is_refused(
    reader: TestClient, judged: dict[str, object], status: int
) -> None:
    headers = {"content-type": "application/json"}
    assert (
        len(problem(reader.post("/v1/feedback", content=json.dumps(judged), headers=headers), status)) < 400
    )
    assert reader.get("/v1/feedback").json()["feedback"] == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (5, 4), (-1, 5), (0, 10**6), (0, 10**30), (0, None), (None, 5), (0.5, 2), ("0", 5), (True, 5)],
)
def test_a_span_that_is_not_in_the_article_is_refused(reader: TestClient, start: object, end: object) -> None:
    (article, *_) = reader.get("/v1/articles").json()["articles"]
    judged = {"question": "ferry?", "verdict": "right", "article_id": article["id"]}
    problem(reader.post("/v1/feedback", json=judged | {"start": start, "end": end}), 422)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 30, "%00"])
def test_a_number_that_no_feedback_can_have_is_refused(reader: TestClient, number: str) -> None:
    problem(reader.delete(f"/v1/feedback/{number}"), 422)


def test_a_page_of_feedback_out_of_bounds_is_refused(reader: TestClient) -> None:
    for query in ("limit=0", "limit=1001", "after=-1", "after=x", "after=" + "9" * 30):
        problem(reader.get(f"/v1/feedback?{query}"), 422)


def test_feedback_needs_a_collection(empty: TestClient) -> None:
    assert empty.get("/v1/feedback").json() == {"feedback": [], "next": None}
    problem(empty.post("/v1/feedback", json={"question": "ferry?", "verdict": "good"}), 404)
    problem(empty.delete("/v1/feedback/1"), 404)


def test_feedback_while_another_process_writes_is_told_to_come_back(
    client: TestClient, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.collection.JUDGING_WAIT", 0.1)
    judged = {"question": "ferry?", "verdict": "good"}
    assert client.post("/v1/feedback", json=judged).status_code == 201
    with write_lock(collection):
        for response in (client.post("/v1/feedback", json=judged), client.delete("/v1/feedback/1")):
            problem(response, 503)
            assert int(response.headers["retry-after"]) > 0
        assert len(client.get("/v1/feedback").json()["feedback"]) == 1, "reading waits for nobody"
    assert client.delete("/v1/feedback/1").status_code == 204


# -- a collection that is not there, or not ready


def test_an_empty_collection_says_so_and_takes_its_first_article(empty: TestClient) -> None:
    assert empty.get("/healthz").json() == {"status": "ok"}
    assert empty.get("/v1/articles").json() == {"articles": [], "next": None}
    for response in (empty.post("/v1/ask", json={"question": "¿Quién?"}), empty.get("/v1/info")):
        problem(response, 404)
    assert empty.post("/v1/articles", json={"text": TEXT}).status_code == 201
    assert empty.get("/v1/info").json()["articles"] == 1


def test_the_sample_is_loaded_where_there_is_one(tmp_path: Path, news: Path, empty: TestClient) -> None:
    problem(empty.post("/v1/articles/sample"), 404)
    with client_of(tmp_path / "data", samples=news) as client:
        assert client.post("/v1/articles/sample").json()["added"] == 11
        assert client.get("/v1/info").json()["articles"] == 11


def test_a_collection_another_process_writes_to_is_busy(
    client: TestClient, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.collection.WAIT", 0.1)
    monkeypatch.setattr("index.ingest.write_lock", lambda data, wait=0: write_lock(data, wait=0))
    with write_lock(collection):
        response = client.post("/v1/articles", json={"text": TEXT})
    problem(response, 503)
    assert int(response.headers["retry-after"]) > 0


def test_a_cache_set_aside_is_told_without_the_folder_s_name(collection: Path) -> None:
    rebuild(collection)
    for vectors in (collection / "cache").glob("gen-*/lexical/*.term"):
        vectors.write_bytes(vectors.read_bytes()[:100])
    with client_of(collection) as client:
        told = client.get("/v1/info")
        assert "cita rebuild" in told.json()["degraded"]
        assert str(collection) not in told.text
        assert client.post("/v1/ask", json={"question": "ferry Aurora passengers?"}).json()["quotes"]


def test_a_collection_of_another_model_is_a_conflict(collection: Path) -> None:
    import sqlite3

    with sqlite3.connect(collection / "cita.db") as db:
        db.execute("UPDATE meta SET value = 'other' WHERE key = 'fingerprint'")
    db.close()
    with client_of(collection) as client:
        assert "cita reembed" in problem(client.post("/v1/ask", json={"question": "ferry?"}), 409)


def test_a_fault_of_ours_shows_nothing_of_the_inside(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ui.api.ask_checked", lambda *_, **__: 1 / 0)
    response = reader.post("/v1/ask", json={"question": "ferry?"})
    assert "division" not in problem(response, 500)
    assert "ZeroDivisionError" in caplog.text
    assert "default-src 'self'" in response.headers["content-security-policy"]


# -- the door


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.", "[", "10.0.0.5"]
)
def test_a_host_that_is_not_ours_is_refused(reader: TestClient, host: str) -> None:
    problem(reader.get("/healthz", headers={"host": host}), 421)
    problem(reader.post("/v1/ask", json={"question": "x"}, headers={"host": host}), 421)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_loopback_hosts_are_ours(reader: TestClient, host: str) -> None:
    assert reader.get("/healthz", headers={"host": host}).status_code == 200


def test_the_name_we_are_bound_to_is_ours_and_a_wildcard_admits_numbers_only(tmp_path: Path) -> None:
    def reached(bound: str, host: str) -> bool:
        with client_of(tmp_path, hosts=[bound]) as client:
            return client.get("/healthz", headers={"host": host}).status_code == 200

    assert reached("news.internal", "news.internal:8000")
    assert not reached("news.internal", "10.0.0.5")
    assert reached("0.0.0.0", "10.0.0.5:8000")
    assert reached("::", "[fd00::5]")
    assert not reached("0.0.0.0", "rebound.example")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_what_changes_something_must_come_from_our_own_page(
    reader: TestClient, headers: dict[str, str]
) -> None:
    problem(reader.post("/v1/articles", json={"text": TEXT}, headers=headers), 403)
    problem(reader.delete("/v1/articles/x", headers=headers), 403)
    problem(reader.post("/v1/feedback", json={"question": "x", "verdict": "good"}, headers=headers), 403)
    assert reader.get("/v1/info").json()["articles"] == 11


def test_our_own_page_may_and_a_program_without_origin_may(reader: TestClient) -> None:
    own = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    assert reader.post("/v1/search", json={"question": "ferry"}, headers=own).status_code == 200
    assert reader.post("/v1/search", json={"question": "ferry"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/info", "/docs", "/openapi.json", "/cita/shell.js", "/nothing"]
)
def test_every_response_is_protected_and_none_is_shared(reader: TestClient, path: str) -> None:
    response = reader.get(path, headers={"origin": "https://evil.example"})
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_get_changes_nothing(reader: TestClient) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/articles/sample"):
        assert reader.get(path).status_code in (404, 405)
    for response in (reader.get("/v1/ask"), reader.get("/nothing")):
        problem(response, response.status_code)


# -- the description


def test_the_description_is_exact_and_its_page_loads_nothing_from_elsewhere(reader: TestClient) -> None:
    described = reader.get("/openapi.json").json()
    assert set(described["paths"]) == {
        *("/v1/ask", "/v1/search", "/v1/articles", "/v1/articles/{article_id}"),
        *("/v1/articles/sample", "/v1/feedback", "/v1/feedback/{id}", "/v1/info", "/healthz", "/readyz"),
        *("/v1/work", "/v1/work/{id}", "/v1/backups", "/v1/backups/{name}", "/v1/export", "/v1/import"),
        *("/v1/jobs", "/v1/jobs/{job_id}", "/v1/jobs/{job_id}/cancel", "/v1/jobs/{job_id}/retry"),
        *("/v1/articles/{article_id}/copies", "/v1/articles/{article_id}/revisions"),
        *("/v1/ask/export", "/v1/catalog", "/v1/catalog/statistics"),
        *("/v1/suggestions", "/v1/examples"),
        *("/v1/evaluations", "/v1/evaluations/compare", "/v1/evaluations/{id}"),
        "/v1/articles/{article_id}/restore",
        *("/v1/chat/completions", "/v1/models", "/v1/models/{model}"),
    }
    schemas = described["components"]["schemas"]
    named = re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(described))
    assert set(named) <= schemas.keys()
    assert "$defs" not in json.dumps(described)
    assert set(schemas["Answer"]["properties"]) == {field.name for field in fields(Answer)}
    assert set(schemas["Feedback"]["properties"]) == {field.name for field in fields(Feedback)}
    assert "duplicate-of" in schemas["ReportBody"]["properties"]
    page = reader.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text.replace("<!--", "").split("</head>")[0]
    for name in ("docs.js", "docs.css", "colours.css", "icon.svg"):
        assert reader.get(f"/cita/{name}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/cita/../api.py", "/cita/%2e%2e/api.py", "/cita//etc/passwd", "/cita/phrases"]
)
def test_only_assets_are_served_as_files(reader: TestClient, path: str) -> None:
    assert reader.get(path).status_code == 404
