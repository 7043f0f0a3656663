from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.test_api import TEXT, client_of, problem
from tests.test_hostile_access import bearer
from ui.idempotency import KEPT, Replies
from ui.keys import Keys

RAW = {"Idempotency-Key": "3c1b-9"}


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


def count(client: TestClient) -> int:
    found: int = client.get("/v1/info").json()["articles"]
    return found


def test_the_same_request_is_done_once_and_answered_the_same(client: TestClient) -> None:
    before = count(client)
    first = client.post("/v1/articles", json={"text": TEXT}, headers=RAW)
    again = client.post("/v1/articles", json={"text": TEXT}, headers=RAW)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content, "without the key it would be `unchanged` now"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "default-src 'self'" in again.headers["content-security-policy"]
    assert count(client) == before + 1
    (item,) = first.json()["items"]
    gone = {"Idempotency-Key": "another"}
    for _ in range(3):
        assert client.delete(f"/v1/articles/{item['article_id']}", headers=gone).status_code == 204
    problem(client.delete(f"/v1/articles/{item['article_id']}"), 404)


def test_jobs_files_and_feedback_are_handed_in_once(client: TestClient) -> None:
    for number, (path, sent) in enumerate(
        [
            ("/v1/jobs", {"json": {"articles": [{"text": TEXT}]}}),
            ("/v1/jobs", {"files": [("files", ("ä.txt", TEXT.encode(), "text/plain"))]}),
            ("/v1/feedback", {"json": {"question": "ferry?", "verdict": "good"}}),
        ]
    ):
        headers = {"Idempotency-Key": str(number)}
        replies = [client.post(path, headers=headers, **sent) for _ in range(3)]  # type: ignore[arg-type]
        assert len({one.content for one in replies}) == 1
        assert len({one.headers.get("location") for one in replies}) == 1
    assert len(client.get("/v1/jobs").json()["jobs"]) == 2
    assert len(client.get("/v1/feedback").json()["feedback"]) == 1


def test_another_request_under_the_same_key_is_a_conflict(client: TestClient) -> None:
    assert client.post("/v1/articles", json={"text": TEXT}, headers=RAW).status_code == 201
    for response in (
        client.post("/v1/articles", json={"text": TEXT + " Más."}, headers=RAW),
        client.post("/v1/jobs", json={"articles": [{"text": TEXT}]}, headers=RAW),
        client.delete("/v1/articles/x", headers=RAW),
    ):
        assert "another request" in problem(response, 409)


def test_a_refusal_for_good_is_kept_and_a_fault_is_not(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        problem(client.post("/v1/articles", json={"text": ""}, headers=RAW), 422)
    broken = {"Idempotency-Key": "broken"}
    with monkeypatch.context() as patch:
        patch.setattr("ui.collection.Collection.add", lambda *_: 1 / 0)
        problem(client.post("/v1/articles", json={"text": TEXT}, headers=broken), 500)
    assert client.post("/v1/articles", json={"text": TEXT}, headers=broken).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_what_is_no_key_is_refused(client: TestClient, key: str) -> None:
    problem(client.post("/v1/articles", json={"text": TEXT}, headers={"Idempotency-Key": key}), 400)


def test_questions_are_answered_anew(client: TestClient) -> None:
    for _ in range(2):
        response = client.post("/v1/ask", json={"question": "ferry?"}, headers=RAW)
        assert response.status_code == 200
        assert "idempotent-replayed" not in response.headers


def test_a_body_over_the_limit_is_refused_as_without_a_key(client: TestClient) -> None:
    big = client.post("/v1/articles", content=iter([b" " * (1 << 20)] * 30), headers=RAW)
    problem(big, 413)


def test_two_holders_may_use_the_same_key(collection: Path) -> None:
    keys = Keys(collection / "keys.json")
    one, two = (keys.add(name, ["ingest"])[1].reveal() for name in ("one", "two"))
    with client_of(collection) as client:
        for token, text in ((one, TEXT), (two, TEXT + " Más palabras.")):
            response = client.post("/v1/articles", json={"text": text}, headers=bearer(token) | RAW)
            assert response.json()["added"] == 1


def test_at_the_same_time_only_one_of_many_does_it(client: TestClient) -> None:
    start = threading.Barrier(6)

    def send(_: int) -> int:
        start.wait(30)
        return client.post("/v1/jobs", json={"articles": [{"text": TEXT}]}, headers=RAW).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(send, range(6)))
    assert set(statuses) <= {202, 409}
    assert 202 in statuses
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1


def test_a_reply_is_kept_for_a_day_and_what_a_dead_server_left_is_begun_again(tmp_path: Path) -> None:
    now = 1000.0
    replies = Replies(tmp_path, "one", lambda: now)
    assert replies.begin("a", "r") is None
    running = replies.begin("a", "r")
    assert running is not None
    assert running.status is None
    assert Replies(tmp_path, "after a crash", lambda: now).begin("a", "r") is None
    replies.end("a", 201, {"location": "/x"}, "ответ".encode())
    kept = Replies(tmp_path, "two", lambda: now).begin("a", "other")
    assert kept is not None
    assert (kept.status, kept.headers, kept.body.decode()) == (201, {"location": "/x"}, "ответ")
    replies.forget("a")
    assert replies.begin("a", "r") is None
    replies.end("a", 201, {}, b"x")
    now += KEPT + 1
    assert replies.begin("b", "r") is None
    with sqlite3.connect(tmp_path / "replies.db") as db:
        assert db.execute("SELECT count(*) FROM replies").fetchone() == (1,)
    db.close()
