"""The API's jobs, revisions and copies, and the page that shows a job as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import TEXTS
from ui.api import create_app

HEADERS = {"host": "127.0.0.1"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(tmp_path / "data", chat=False)
    with TestClient(app, base_url="http://127.0.0.1", headers=HEADERS) as opened:
        yield opened


def ended(client: TestClient, job: str) -> dict[str, Any]:
    for _ in range(600):
        told: dict[str, Any] = client.get(f"/v1/jobs/{job}").json()
        if told["job"]["state"] not in ("waiting", "running"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_files_become_a_job_with_a_reason_for_each_input(client: TestClient) -> None:
    assert client.get("/v1/jobs").json() == {"jobs": []}
    files = [
        ("files", ("../новости.txt", TEXTS["ru"].encode())),
        ("files", ("ニュース.html", f"<html><body><p>{TEXTS['ja']}</p></body></html>".encode())),
        ("files", ("फ़ाइल.jsonl", b'{"text": 5}\n')),
        ("files", ("vacío.txt", b"")),
    ]
    answer = client.post("/v1/jobs", files=files)
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert (job["state"], job["inputs"]) == ("waiting", 4)
    told = ended(client, job["id"])
    assert told["job"]["state"] == "done"
    by_name = {item["input"].partition(":")[0]: item for item in told["items"]}
    assert {name: item["status"] for name, item in by_name.items()} == {
        "новости.txt": "added",
        "ニュース.html": "added",
        "फ़ाइल.jsonl": "failed",
        "vacío.txt": "skipped",
    }
    assert "expected a string" in by_name["फ़ाइल.jsonl"]["reason"]
    assert told["next"] is None
    assert client.get(f"/v1/jobs/{job['id']}?limit=1&after=1").json()["next"] == 2
    assert client.get("/v1/info").json()["articles"] == 2
    assert [one["id"] for one in client.get("/v1/jobs").json()["jobs"]] == [job["id"]]


def test_texts_and_addresses_become_jobs(client: TestClient) -> None:
    job = client.post(
        "/v1/jobs", json={"articles": [{"text": TEXTS["ko"], "title": "공장"}, {"text": TEXTS["tr"]}]}
    )
    told = ended(client, job.json()["id"])
    assert [(item["input"], item["status"]) for item in told["items"]] == [
        ("공장", "added"),
        ("text", "added"),
    ]
    job = client.post("/v1/jobs", json={"urls": ["https://news.example/a"]})
    told = ended(client, job.json()["id"])
    assert told["items"][0]["status"] == "failed"
    assert "--allow-network" in told["items"][0]["reason"]
    again = client.post(f"/v1/jobs/{told['job']['id']}/retry")
    assert again.json()["state"] == "waiting"
    ended(client, told["job"]["id"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"urls": ["file:///etc/passwd"]}, 422),
        ({"urls": ["javascript:alert(1)"]}, 422),
        ({"urls": "https://x.example/"}, 422),
        ({"paths": ["/etc/passwd"]}, 422),
        ({"articles": [{"title": "x"}]}, 422),
        ({"urls": ["https://x.example/"] * 1001}, 422),
        ([], 422),
    ],
)
def test_what_is_no_job_is_refused(client: TestClient, body: object, status: int) -> None:
    answer = client.post("/v1/jobs", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/jobs").json() == {"jobs": []}


def test_jobs_that_are_not_there(client: TestClient) -> None:
    for method, address in (
        ("GET", "/v1/jobs/x"),
        ("POST", "/v1/jobs/x/cancel"),
        ("POST", "/v1/jobs/..%2f..%2fetc/retry"),
    ):
        assert client.request(method, address).status_code == 404
    assert client.get("/v1/jobs/x/cancel").status_code in (404, 405)
    assert client.post("/v1/jobs", content=b"x", headers={"content-type": "text/plain"}).status_code in (
        403,
        415,
    )
    assert (
        client.post("/v1/jobs", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    )


def test_cancelling_a_finished_job_says_so(client: TestClient) -> None:
    job = client.post("/v1/jobs", json={"articles": [{"text": TEXTS["ar"]}]}).json()["id"]
    ended(client, job)
    answer = client.post(f"/v1/jobs/{job}/cancel")
    assert answer.status_code == 422
    assert "ended already" in answer.json()["detail"]
    assert client.post(f"/v1/jobs/{job}/retry").status_code == 422


def test_revisions_and_copies(client: TestClient) -> None:
    url = "https://x.example/puente"
    long = " ".join(f"{TEXTS['es']} Capítulo {n} de {n * 7}." for n in range(4))
    first = client.post("/v1/articles", json={"text": long, "url": url, "published": "2025-03-01"}).json()
    updated = client.post("/v1/articles", json={"text": f"{long} Y el río bajó.", "url": url}).json()
    article_id = first["items"][0]["article_id"]
    assert updated["items"][0] | {"reason": None} == {
        "input": url, "status": "updated", "reason": None, "article_id": article_id,
    }  # fmt: skip
    (revision,) = client.get(f"/v1/articles/{article_id}/revisions").json()
    assert revision["text"] == long
    assert revision["published"] == "2025-03-01"
    other = client.post(
        "/v1/articles", json={"text": f"Aralia. {long}", "url": f"{url}2", "published": "2025-03-02"}
    )
    item = other.json()["items"][0]
    assert "nearly the same" in item["reason"]
    found = client.get(f"/v1/articles/{item['article_id']}/copies").json()
    assert {one["article_id"] for one in found} == {article_id, item["article_id"]}
    assert all(0.4 < one["similarity"] <= 1 for one in found)
    for what in ("revisions", "copies"):
        assert client.get(f"/v1/articles/nobody/{what}").status_code == 404


def test_the_description_names_the_jobs(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert "post" in described["paths"]["/v1/jobs"]
    assert "/v1/articles/{article_id}/revisions" in described["paths"]
    form = described["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]
    assert set(form) == {"application/json", "multipart/form-data"}
