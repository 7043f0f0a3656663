from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.test_api import client_of
from tests.test_hostile_access import app_of


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


def value(text: str, name: str, **labels: str) -> float:
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if found and found[1] == name:
            pairs = dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
            if labels.items() <= pairs.items():
                return float(found[3])
    return 0.0


def test_requests_answers_and_articles_are_counted(client: TestClient) -> None:
    client.post("/v1/ask", json={"question": "How many passengers were saved?"})
    client.post("/v1/ask", json={"question": "?"})
    for _ in range(3):
        client.get("/v1/articles/nothing")
    client.get("/healthz", headers={"host": "evil.example"})
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    text = response.text
    assert value(text, "cita_requests_total", route="/v1/ask", status="200", method="POST") == 1
    assert value(text, "cita_requests_total", route="/v1/ask", status="422") == 1
    assert value(text, "cita_requests_total", route="/v1/articles/{article_id}", status="404") == 3
    assert value(text, "cita_requests_total", status="421") == 1
    assert value(text, "cita_request_seconds_count", route="/v1/ask") == 2
    assert value(text, "cita_answers_total") == 1
    assert value(text, "cita_stage_seconds_count", stage="search") == 1
    assert value(text, "cita_articles") == 11
    assert value(text, "cita_requests_running") == 0
    assert value(text, "process_resident_memory_bytes") > 1e7


def test_no_address_that_anybody_makes_up_becomes_a_label(client: TestClient) -> None:
    for n in range(50):
        client.get(f"/v1/made-up-{n}-مقالة")
        client.request(f"VERB{n}", "/v1/info")
    text = client.get("/metrics").text
    assert "made-up" not in text
    assert "VERB" not in text
    assert len(re.findall(r"^cita_requests_total", text, re.MULTILINE)) < 10


def test_metrics_can_be_left_out_and_an_empty_collection_has_them(tmp_path: Path) -> None:
    with app_of(tmp_path, metrics=False) as client:
        assert client.get("/metrics").status_code == 404
    with client_of(tmp_path / "none yet") as client:
        assert value(client.get("/metrics").text, "cita_articles") == 0
