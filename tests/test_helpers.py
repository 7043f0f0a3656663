from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.test_serve import free_port
from tests.test_streaming import STREAM, events
from ui.keys import Keys

pytestmark = pytest.mark.slow
JSON = {"content-type": "application/json"}
QUESTION = {"question": "Сколько рабочих вышли на площадь?"}


def until(true: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def helped(data: Path, log: Path, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    port = free_port()
    command = [sys.executable, "-m", "ui.cli", "serve", "--data", str(data), "--port", str(port)]
    environment = os.environ | {"CITA_PROCESSES": "2", "TMPDIR": str(log.parent)} | more
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

            def up() -> bool:
                assert process.poll() is None, log.read_text()
                try:
                    return client.get("/healthz").status_code == 200
                except httpx.TransportError:
                    return False

            until(up)
            assert len(children(process.pid)) == 2
            until(lambda: len(list(log.parent.glob("cita-*/*"))) == 2)
            yield process, client
    finally:
        process.kill()
        process.wait()


def test_helpers_answer_as_the_server_does_and_end_with_it(collection: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    token = Keys(collection / "keys.json").add("x", ["ask", "ingest", "admin"])[1].reveal()
    key = {"Authorization": f"Bearer {token}"}
    with helped(collection, log) as (process, client):
        assert client.post("/v1/ask", json=QUESTION).status_code == 401
        assert client.post("/v1/ask", json=QUESTION | {"question": "?"}, headers=key).status_code == 422
        assert client.post("/v1/ask", content=b"{", headers=key | JSON).status_code == 400
        for _ in range(5):
            response = client.post("/v1/ask", json=QUESTION, headers=key)
            assert "4500" in response.json()["quotes"][0]["text"]
            assert "default-src 'self'" in response.headers["content-security-policy"]
            streamed = events(client.post("/v1/ask", json=QUESTION, headers=STREAM | key).text)
            assert [name for name, _ in streamed][:2] == ["stage", "stage"]
            assert streamed[-1][1]["quotes"] == response.json()["quotes"]
        added = {"text": "La alcaldesa inauguró el puente, que costó 48 millones de euros."}
        (item,) = client.post("/v1/articles", json=added, headers=key).json()["items"]
        asked = {"question": "¿Cuánto costó el puente?"}
        for _ in range(4):
            quotes = client.post("/v1/ask", json=asked, headers=key).json()["quotes"]
            assert "48 millones" in quotes[0]["text"]
        client.delete(f"/v1/articles/{item['article_id']}", headers=key)
        for _ in range(4):
            answer = client.post("/v1/ask", json=asked, headers=key).json()
            assert item["article_id"] not in {quote["article_id"] for quote in answer["quotes"]}
        helpers = children(process.pid)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        until(lambda: not [pid for pid in helpers if Path(f"/proc/{pid}/exe").exists()])
        assert not list(tmp_path.glob("cita-*"))
    assert "Traceback" not in log.read_text()


def test_the_server_answers_itself_where_a_helper_has_died(collection: Path, tmp_path: Path) -> None:
    with helped(collection, tmp_path / "log") as (process, client):
        assert client.post("/v1/ask", json=QUESTION).status_code == 200
        for pid in children(process.pid):
            os.kill(pid, signal.SIGKILL)
            for _ in range(4):
                assert client.post("/v1/ask", json=QUESTION).json()["quotes"]
        assert client.post("/v1/search", json=QUESTION).status_code == 200


def test_helpers_end_when_the_server_is_killed(collection: Path, tmp_path: Path) -> None:
    with helped(collection, tmp_path / "log") as (process, _):
        helpers = children(process.pid)
        process.kill()
        process.wait()
        until(lambda: not [pid for pid in helpers if Path(f"/proc/{pid}/exe").exists()])
