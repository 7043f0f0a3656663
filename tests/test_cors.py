from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.test_api import problem
from tests.test_hostile_access import app_of, bearer
from ui.keys import Keys

DESK = "https://desk.example.org"
ASKING = {"origin": DESK, "access-control-request-method": "POST"}


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with app_of(collection, cors=(f"{DESK}/", "http://localhost:5173")) as client:
        yield client


def test_a_page_that_is_named_may_call_the_api_and_read_the_answer(client: TestClient) -> None:
    for origin in (DESK, "http://localhost:5173"):
        headers = {"origin": origin, "sec-fetch-site": "cross-site"}
        response = client.post("/v1/ask", json={"question": "ferry?"}, headers=headers)
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in response.headers
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    before = client.options("/v1/articles", headers=ASKING)
    assert before.status_code == 204
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "Authorization" in before.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{DESK}.evil.example", "http://desk.example.org", "null", ""]
)
def test_no_other_page_gets_in(client: TestClient, origin: str) -> None:
    problem(client.post("/v1/ask", json={"question": "ferry?"}, headers={"origin": origin}), 403)
    for response in (
        client.get("/v1/info", headers={"origin": origin}),
        client.options("/v1/ask", headers=ASKING | {"origin": origin}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_only_the_api_is_opened(client: TestClient) -> None:
    for path in ("/docs", "/metrics", "/healthz", "/cita/shell.js"):
        response = client.get(path, headers={"origin": DESK})
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
    problem(client.post("/login", data={"key": "x"}, headers={"origin": DESK}), 403)


def test_a_page_that_is_named_needs_a_key_where_there_are_keys(collection: Path) -> None:
    token = Keys(collection / "keys.json").add("desk", ["ask"])[1].reveal()
    with app_of(collection, cors=(DESK,)) as client:
        asked = {"question": "ferry?"}
        refused = client.post("/v1/ask", json=asked, headers={"origin": DESK})
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == DESK, "the page can read why"
        allowed = client.post("/v1/ask", json=asked, headers={"origin": DESK} | bearer(token))
        assert allowed.status_code == 200
        assert client.options("/v1/ask", headers=ASKING).status_code == 204
