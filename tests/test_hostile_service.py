"""Rows 37 to 42, 46 and 47: what is sent to make the service fall, hang, open up or tell too much."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from index.rebuild import rebuild
from tests.served import served
from tests.test_api import client_of, problem
from ui.settings import Limits

JSON = {"content-type": "application/json"}
PATIENCE = 30.0
"""Seconds after which a test gives up waiting for what should have happened long before."""


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


# -- row 37: bodies


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b" " * (30 << 20), {413}),
        (b"[" * 100_000, {400, 422}),
        (b'{"question":' * 100_000, {400, 422}),
        (b'{"question": ["' + b"x" * 1000 + b'"]}', {422}),
        (b'{"question": "x", "k": -1}', {422}),
        (b'{"question": "x", "k": 1000000000}', {422}),
        (b'{"question": "x", "k": NaN}', {422}),
        (b'{"question": "x", "k": 1e400}', {422}),
        (b'{"question": "x", "__proto__": {"a": 1}}', {422}),
        (b"\xff\xfe\x00", {400, 422}),
        (b'{"question": "x"' + b', "a": 1' * 100_000 + b"}", {422}),
    ],
    ids=range(11),
)
def test_row_37_a_hostile_body_is_a_short_problem(
    client: TestClient, body: bytes, statuses: set[int]
) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/articles", "/v1/jobs", "/v1/feedback", "/v1/work"):
        began = time.monotonic()
        response = client.post(path, content=body, headers=JSON)
        taken = time.monotonic() - began
        assert response.status_code in statuses | {422}, path
        assert len(problem(response, response.status_code)) < 500
        assert len(response.content) < 20_000
        assert taken < PATIENCE


# -- row 38: slow and idle


def reply(sock: socket.socket) -> bytes:
    """All that the server sends until it closes the connection."""
    sock.settimeout(PATIENCE)
    got = b""
    while chunk := sock.recv(65536):
        got += chunk
    return got


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def test_row_38_idle_and_dripping_connections_are_cut_and_others_are_not_held_up(collection: Path) -> None:
    limits = Limits(idle_seconds=1, body_seconds=2, seconds=20)
    head = b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with served(collection, limits=limits) as port:
        idle = [opened(port) for _ in range(300)]
        in_head = opened(port)
        in_head.sendall(head)
        in_body = opened(port)
        in_body.sendall(head + b"Content-Length: 100\r\n\r\n{")
        blank = opened(port)
        used = opened(port)
        used.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = httpx.post(
            f"http://127.0.0.1:{port}/v1/ask", json={"question": "How many passengers?"}, timeout=PATIENCE
        )
        assert answer.status_code == 200
        for sock in idle:
            assert reply(sock) == b""
            sock.close()
        try:
            for _ in range(20):  # empty lines are no request, however many come
                blank.sendall(b"\r\n")
                time.sleep(0.3)
        except OSError:
            pass
        else:
            pytest.fail("a connection that sends empty lines only is kept")
        finally:
            blank.close()
        assert b"408" in reply(in_body).split(b"\r\n")[0]
        assert reply(in_head) == b""
        assert reply(used).startswith(b"HTTP/1.1 200"), "kept open for a while, then closed"
        for sock in (in_head, in_body, used):
            sock.close()


def test_row_38_a_client_that_does_not_read_its_answer_is_cut(collection: Path) -> None:
    with sqlite3.connect(collection / "cita.db") as db:
        db.execute("UPDATE articles SET text = text || ?", ("x" * 4_000_000,))
    db.close()
    with served(collection, limits=Limits(body_seconds=1, concurrent=1)) as port:
        id = httpx.get(f"http://127.0.0.1:{port}/v1/articles?limit=1", timeout=PATIENCE).json()["articles"][
            0
        ]["id"]
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", port))
        deaf.sendall(f"GET /v1/articles/{id} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        deadline = time.monotonic() + PATIENCE
        while httpx.get(f"http://127.0.0.1:{port}/v1/info", timeout=PATIENCE).status_code == 429:
            assert time.monotonic() < deadline, "the one place is never free again"
            time.sleep(0.1)
        deaf.close()


def test_row_38_a_head_without_end_is_cut(collection: Path) -> None:
    with served(collection) as port, opened(port) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        got = b""
        try:
            for n in range(1000):
                sock.sendall(b"X-%d: " % n + b"x" * 1000 + b"\r\n")
            got = reply(sock)
        except OSError:  # the server has closed while we were sending
            got = b"closed"
        assert got.startswith(b"HTTP/1.1 431") or got == b"closed"
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200


def test_row_38_more_connections_than_may_be_are_told_to_come_back(collection: Path) -> None:
    with served(collection, limits=Limits(connections=8)) as port:
        held = [opened(port) for _ in range(8)]
        deadline = time.monotonic() + PATIENCE
        while True:
            with opened(port) as one:
                one.settimeout(1)
                try:
                    got = one.recv(4096)
                except TimeoutError:
                    got = b""
            if got:
                break
            assert time.monotonic() < deadline
        assert got.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5" in got
        assert json.loads(got.partition(b"\r\n\r\n")[2])["status"] == 503
        for sock in held:
            sock.close()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
                break
            except (AssertionError, httpx.TransportError):
                assert time.monotonic() < deadline
                time.sleep(0.1)


# -- row 39: very many at once


def test_row_39_more_at_once_than_may_be_get_429_and_the_rest_their_answer(collection: Path) -> None:
    with served(collection, limits=Limits(concurrent=4)) as port:
        address = f"http://127.0.0.1:{port}/v1/search"

        def ask(n: int) -> httpx.Response:
            return httpx.post(address, json={"question": f"ferry {n}"}, timeout=60)

        ask(0)
        with ThreadPoolExecutor(40) as pool:
            responses = list(pool.map(ask, range(200)))
        assert {one.status_code for one in responses} <= {200, 429}
        assert sum(one.status_code == 200 for one in responses) >= 4
        for one in responses:
            if one.status_code == 429:
                assert one.headers["retry-after"] == "1"
                assert one.headers["content-type"] == "application/problem+json"
        assert ask(0).status_code == 200


@pytest.mark.slow
def test_row_39_ten_thousand_requests_leave_the_memory_as_it_was(collection: Path, tmp_path: Path) -> None:
    import asyncio

    from eval.bench.api import memory
    from eval.bench.api import served as process
    from eval.bench.load import hammer, request

    searches = [request("POST", "/v1/search", {"question": f"ferry {n}"}) for n in range(100)]

    def crowd(port: int, count: int) -> tuple[int, set[int]]:
        sent, statuses = 0, set[int]()
        while sent < count:
            load = asyncio.run(hammer(port, searches, connections=200, seconds=3))
            assert load.broken == 0
            assert load.without_retry == 0
            sent += load.statuses.total()
            statuses |= set(load.statuses)
        return sent, statuses

    with process(collection, tmp_path / "log") as (port, pid):
        crowd(port, 2000)
        before = memory(pid)
        _, statuses = crowd(port, 10_000)
        grown = memory(pid) - before
    assert statuses == {200, 429}
    assert grown < 30 << 20


# -- row 42: other sites


@pytest.mark.parametrize(
    "path", ["/v1/ask", "/v1/articles", "/v1/feedback", "/v1/jobs", "/v1/work", "/login"]
)
def test_row_42_another_site_s_page_gets_nothing_done_and_nothing_read(client: TestClient, path: str) -> None:
    body = json.dumps({"text": "Evil text. It is evil.", "question": "ferry?"}).encode()
    for headers in (
        {"origin": "https://evil.example", "content-type": "text/plain"},
        {"origin": "https://evil.example", "content-type": "application/json"},
        {"sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded"},
        {"origin": "null"},
    ):
        response = client.post(path, content=body, headers=headers)
        problem(response, 403)
        assert not [name for name in response.headers if name.startswith("access-control-")]
    asking = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    preflight = client.options(path, headers=asking)
    assert preflight.status_code >= 400
    assert "access-control-allow-origin" not in preflight.headers
    problem(client.post(path, content=body, headers={"host": "rebound.example"}), 421)
    if path != "/v1/ask":
        assert client.get("/v1/info").json()["articles"] == 11


def test_row_42_nothing_is_changed_by_reading(client: TestClient) -> None:
    before = client.get("/v1/info").content
    (one, *_) = client.get("/v1/articles").json()["articles"]
    for path in ("/v1/articles/sample", "/v1/work?what=erase", f"/v1/articles/{one['id']}?_method=DELETE"):
        client.get(path)
        client.head(path)
        client.post(path, headers={"x-http-method-override": "DELETE"})
    assert client.get("/v1/info").content == before


# -- row 46: paths


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/articles/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/v1/articles/....//....//etc/passwd",
        "/v1/articles/%00",
        "/v1/articles//etc/passwd",
        "/v1/backups/..%2f..%2fcita.db",
        "/v1/backups/cita.db",
        "/v1/backups/keys.json",
        "/v1/jobs/..%2f..%2fetc",
        "/cita/..%2f..%2fapi.py",
        "/cita/..%5c..%5capi.py",
        "/cita/phrases/..%2fmessages.py",
        "/file=/etc/passwd",
        "/gradio_api/file=/etc/passwd",
        "/static/../../etc/passwd",
    ],
)
def test_row_46_no_path_leads_out(client: TestClient, path: str) -> None:
    for method in ("GET", "DELETE", "PUT"):
        response = client.request(method, path)
        assert response.status_code in (403, 404, 405, 422)
        assert "root:" not in response.text
        assert "SQLite" not in response.text


# -- row 47: stored data that is not what it was


def test_row_47_damage_leaves_the_service_up_and_names_the_command(collection: Path) -> None:
    rebuild(collection)
    (folder,) = (collection / "cache").glob("gen-*")
    harmed = max((one for one in folder.rglob("*") if one.is_file()), key=lambda one: one.stat().st_size)
    data = bytearray(harmed.read_bytes())
    data[len(data) // 2] ^= 1
    harmed.write_bytes(data)
    with client_of(collection) as client:
        quotes = client.post("/v1/ask", json={"question": "How many passengers were saved?"}).json()["quotes"]
        assert any("112" in quote["text"] for quote in quotes)
        assert "cita rebuild" in client.get("/v1/info").json()["degraded"]
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("change", "command"),
    [
        ("PRAGMA user_version = 99", "upgrade cita"),
        ("UPDATE meta SET value = 'other' WHERE key = 'fingerprint'", "cita reembed"),
    ],
)
def test_row_47_data_of_another_version_is_refused_and_the_service_is_up(
    collection: Path, change: str, command: str
) -> None:
    with sqlite3.connect(collection / "cita.db") as db:
        db.execute(change)
    db.close()
    with client_of(collection) as client:
        for _ in range(2):
            assert command in problem(client.post("/v1/ask", json={"question": "ferry?"}), 409)
            assert command in problem(client.get("/readyz"), 503)
        assert client.get("/healthz").status_code == 200
        assert client.get("/docs").status_code == 200
        assert str(collection) not in client.get("/readyz").text


@pytest.mark.slow
def test_row_47_a_folder_with_code_is_no_model(tmp_path: Path) -> None:
    """Nothing in it is run, by the command and by the embedder alike."""
    model, ran = tmp_path / "model", tmp_path / "it-ran"
    model.mkdir()
    code = f"open({str(ran)!r}, 'w').close()\n"
    for name in ("modeling.py", "__init__.py", "sitecustomize.py"):
        (model / name).write_text(code)
    (model / "config.json").write_text(
        json.dumps({"auto_map": {"AutoModel": "modeling.Model"}, "model_type": "evil"})
    )
    (model / "pytorch_model.bin").write_bytes(b"cposix\nsystem\n(S'touch " + str(ran).encode() + b"'\ntR.")
    (tmp_path / "a.txt").write_text("El ferry se hundió el martes. Hubo 112 rescatados.")
    command = [
        sys.executable,
        "-m",
        "ui.cli",
        "ingest",
        str(tmp_path / "a.txt"),
        "--data",
        str(tmp_path / "d"),
    ]
    run = subprocess.run(
        [*command, "--embedder", str(model)], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode != 0
    assert not ran.exists()
