"""Row 41: no key, a wrong key, a key in the query, and every door of the server: one and the same 401."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from index.ingest import ingest
from qa.messages import LANGUAGES, phrase
from ui.api import create_app
from ui.gate import COOKIE, needed
from ui.keys import SCOPES, Keys
from ui.secret import Secret
from ui.settings import Limits, Settings

ORIGIN = "http://127.0.0.1"
DOORS = [
    *("/", "/docs", "/openapi.json", "/mcp", "/metrics", "/ui", "/nothing", "/cita/shell.js", "/cita"),
    *("/gradio_api/info", "/config", "/gradio_api/mcp/schema", "/gradio_api/file=/etc/passwd", "/logout"),
    *("/v1/info", "/v1/articles", "/v1/articles/x", "/v1/jobs", "/v1/work", "/v1/export", "/v1/feedback"),
    *("//v1/info", "/v1/../v1/info", "/V1/info", "/healthz/", "/healthz/../v1/info", "/login/x", "/%2e/v1"),
]


def app_of(data: Path, **more: Any) -> TestClient:
    app = create_app(data, chat=False, settings=Settings(data=data, **more))
    return TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Path:
    data = tmp_path_factory.mktemp("locked") / "data"
    ingest(data, [news])
    return data


@pytest.fixture(scope="module")
def tokens(data: Path) -> dict[str, str]:
    """One key of each scope."""
    keys = Keys(data / "keys.json")
    return {scope: keys.add(f"for {scope}", [scope])[1].reveal() for scope in SCOPES}


@pytest.fixture(scope="module")
def locked(data: Path, tokens: dict[str, str]) -> Iterator[TestClient]:
    with app_of(data) as client:
        yield client


def told(response: Response) -> tuple[int, str, dict[str, str]]:
    return response.status_code, response.text, dict(response.headers)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_without_a_key_every_door_answers_the_same(locked: TestClient) -> None:
    expected = told(locked.get("/v1/info"))
    assert expected[0] == 401
    assert expected[2]["www-authenticate"].startswith("Bearer")
    assert expected[2]["content-type"] == "application/problem+json"
    for door in DOORS:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            assert told(locked.request(method, door)) == expected, (method, door)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer cita_000000000000_" + "x" * 43},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer " + "ключ".encode().decode("latin-1")},
        {"X-API-Key": "wrong"},
        {"Cookie": f"{COOKIE}=a.b.c"},
        {"Cookie": f'{COOKIE}="\\377; {COOKIE}='},
    ],
)
def test_a_wrong_key_is_as_good_as_none(locked: TestClient, headers: dict[str, str]) -> None:
    expected = told(locked.get("/v1/info"))
    for door in ("/v1/info", "/mcp", "/metrics", "/"):
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        assert told(locked.get(door, headers=raw)) == expected


def test_a_right_key_in_the_address_is_refused_even_beside_one_in_the_header(
    locked: TestClient, tokens: dict[str, str]
) -> None:
    token = tokens["admin"]
    for query in ({"key": "x"}, {"API_KEY": token}, {"anything": token}, {"access_token": ""}):
        for headers in ({}, bearer(token)):
            assert locked.get("/v1/info", params=query, headers=headers).status_code == 401
    assert locked.get("/v1/articles?limit=1", headers=bearer(token)).status_code == 200


def test_a_right_key_opens_and_only_what_is_open_is_open(locked: TestClient, tokens: dict[str, str]) -> None:
    for header in (bearer(tokens["ask"]), {"X-API-Key": tokens["ask"]}):
        assert locked.get("/v1/info", headers=header).status_code == 200
        assert locked.get("/openapi.json", headers=header).status_code == 200
        assert locked.post("/v1/ask", json={"question": "ferry?"}, headers=header).status_code == 200
    for path in ("/healthz", "/readyz", "/login"):
        assert locked.get(path).status_code == 200


ROUTES = [
    ("ask", "POST", "/v1/search"),
    ("ask", "GET", "/v1/articles/x"),
    ("ask", "POST", "/v1/feedback"),
    ("ingest", "POST", "/v1/articles"),
    ("ingest", "DELETE", "/v1/articles/x"),
    ("ingest", "POST", "/v1/jobs"),
    ("ingest", "GET", "/v1/jobs"),
    ("ingest", "POST", "/v1/import"),
    ("admin", "POST", "/v1/work"),
    ("admin", "GET", "/v1/backups"),
    ("admin", "GET", "/v1/export"),
    ("admin", "GET", "/v1/feedback"),
    ("admin", "DELETE", "/v1/feedback/1"),
    ("admin", "GET", "/metrics"),
]


@pytest.mark.parametrize(("scope", "method", "path"), ROUTES)
def test_a_key_does_what_its_scope_says_and_no_more(
    locked: TestClient, tokens: dict[str, str], scope: str, method: str, path: str
) -> None:
    assert needed(method, path) == scope
    for holder, token in tokens.items():
        status = locked.request(method, path, headers=bearer(token)).status_code
        assert (status == 403) == (holder not in (scope, "admin")), (holder, status)


def test_every_route_has_a_scope_that_somebody_chose(locked: TestClient) -> None:
    for route in locked.app.routes:  # type: ignore[attr-defined]
        for method in getattr(route, "methods", None) or ():
            path = route.path
            if path.startswith("/v1/"):
                assert needed(method, path) in SCOPES
    assert needed("GET", "/v1/something/new") == "admin", "what nobody has thought of needs the most"


def test_a_browser_logs_in_once_and_its_cookie_is_of_use_to_nobody_else(
    locked: TestClient, tokens: dict[str, str]
) -> None:
    browser = TestClient(locked.app, base_url=ORIGIN, follow_redirects=False)
    page = browser.get("/docs", headers={"accept": "text/html", "accept-language": "de-DE,de"})
    assert page.status_code == 401
    assert phrase("log_in", "de") in page.text
    assert 'value="/docs"' in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    wrong = browser.post("/login", data={"key": "no", "next": "/docs"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    inside = browser.post("/login", data={"key": f" {tokens['ask']}\n", "next": "/docs"})
    assert (inside.status_code, inside.headers["location"]) == (303, "/docs")
    cookie = inside.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert tokens["ask"].lower() not in cookie
    assert browser.get("/docs").status_code == 200
    assert browser.post("/v1/ask", json={"question": "ferry?"}).status_code == 200
    assert browser.post("/v1/work", json={"what": "doctor"}).status_code == 403
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert browser.post("/v1/ask", json={"question": "x"}, headers=evil).status_code == 403
    assert browser.post("/login", data={"key": tokens["ask"]}, headers=evil).status_code == 403
    assert phrase("log_out", "en") in browser.get("/login").text
    assert browser.post("/login", data={"leave": "1"}).status_code == 303
    assert browser.get("/docs").status_code == 401


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:alert(1)", "/a\r\nX: y", ""]
)
def test_logging_in_never_leads_to_another_site(
    locked: TestClient, tokens: dict[str, str], place: str
) -> None:
    browser = TestClient(locked.app, base_url=ORIGIN, follow_redirects=False)
    inside = browser.post("/login", data={"key": tokens["ask"], "next": place})
    assert inside.headers["location"] == "/"


def test_the_login_page_is_there_in_every_language(locked: TestClient) -> None:
    for language in LANGUAGES:
        page = locked.get("/login", headers={"accept-language": language}).text
        assert f'lang="{language}"' in page
        assert phrase("log_in", language) in page
    assert 'dir="rtl"' in locked.get("/login", headers={"accept-language": "ar"}).text
    shown = locked.get('/"><script>x', headers={"accept": "text/html"}).text
    assert "<script" not in shown


def test_a_form_of_many_megabytes_or_of_no_text_is_a_wrong_key(locked: TestClient) -> None:
    for body in (b"key=" + b"x" * (5 << 20), b"\xff\xfe", b"", b"&" * 100_000):
        assert locked.post("/login", content=body).status_code == 401


def test_keys_taken_away_do_not_open_the_server(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    key, token = keys.add("only one")
    with app_of(tmp_path) as client:
        assert client.get("/docs", headers=bearer(token.reveal())).status_code == 200
        keys.remove(key.id)
        assert client.get("/docs", headers=bearer(token.reveal())).status_code == 401
        assert client.get("/docs").status_code == 401
        keys.file.unlink()
        assert client.get("/docs").status_code == 401
        keys.file.write_text("{")
        assert client.get("/docs").status_code in (401, 500)


def test_a_server_others_can_reach_lets_nobody_in_without_a_key(tmp_path: Path) -> None:
    with app_of(tmp_path, host="0.0.0.0") as client:
        assert client.get("/docs").status_code == 401
    given = Secret("a key of the settings, long enough")
    with app_of(tmp_path, host="0.0.0.0", api_key=given) as client:
        assert client.get("/docs", headers=bearer(given.reveal())).status_code == 200


def test_whoever_asks_too_often_is_told_when_to_come_back(data: Path, tokens: dict[str, str]) -> None:
    with app_of(data, limits=Limits(rate=0.5, burst=3)) as client:
        statuses = [client.get("/v1/info", headers=bearer(tokens["ask"])) for _ in range(6)]
        assert [one.status_code for one in statuses] == [200, 200, 200, 429, 429, 429]
        assert int(statuses[-1].headers["retry-after"]) >= 1
        assert statuses[-1].headers["content-type"] == "application/problem+json"
        assert client.get("/v1/info", headers=bearer(tokens["admin"])).status_code == 200
        assert client.get("/docs", headers=bearer(tokens["ask"])).status_code == 200
        guesses = [client.get("/v1/info").status_code for _ in range(6)]
        assert guesses == [401, 401, 401, 429, 429, 429]
        assert client.get("/healthz").status_code == 200
