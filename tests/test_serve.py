from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from index.errors import BadInput
from ui.guard import is_loopback
from ui.secret import Secret
from ui.serve import sample_questions, serve
from ui.settings import Settings

STOPS = 5.0
"""Seconds from SIGTERM to the end, whatever is open and whatever is being done."""

# Every address that is looked up or connected to is told on the error stream.
WATCHED = """
import sys
from pathlib import Path
def watch(event, args):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.gethostbyname", "socket.sendto"):
        print("SOCKET", event, args, file=sys.stderr, flush=True)
sys.addaudithook(watch)
from ui.serve import serve
from ui.settings import Settings
serve(Settings(data=Path(sys.argv[1]), port=int(sys.argv[2])))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def server(data: Path, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server in a process of its own, ready, and its address; its error stream goes to `log`."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GRADIO_")}
    with log.open("wb") as errors:
        command = [sys.executable, "-c", WATCHED, str(data), str(port)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment)
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 60
            while True:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                try:
                    if httpx.get(f"{address}/healthz", timeout=5).status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield process, address
        finally:
            process.kill()
            process.communicate()


@pytest.mark.slow
def test_one_process_serves_everything_reaches_nothing_outside_and_stops_with_a_tab_open(
    collection: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with server(collection, log) as (process, address), httpx.Client(timeout=20) as client:
        page = client.get(f"{address}/")
        assert page.status_code == 200
        assert "gradio" in page.text
        policy = page.headers["content-security-policy"]
        script = policy.split("script-src")[1].split(";")[0]
        assert "unsafe" not in script
        nonce = script.split("'nonce-")[1].split("'")[0]
        assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 0
        assert nonce not in client.get(f"{address}/").text
        answer = client.post(f"{address}/v1/ask", json={"question": "Сколько рабочих вышли на площадь?"})
        assert "4500" in answer.json()["quotes"][0]["text"]
        assert client.get(f"{address}/docs").status_code == 200
        assert client.get(f"{address}/gradio_api/file=/etc/passwd").status_code in (403, 404)
        upload = client.post(f"{address}/gradio_api/upload", files={"files": ("a.txt", b"x" * 5000)})
        assert upload.status_code >= 400
        big = client.post(f"{address}/gradio_api/upload", content=b"x" * (11 << 20))
        assert big.status_code == 413
        # A tab that is open: its event stream never ends by itself.
        with client.stream("GET", f"{address}/gradio_api/heartbeat/tab") as stream:
            assert stream.status_code == 200
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            assert time.monotonic() - started < STOPS
    outside = [line for line in log.read_text().splitlines() if "SOCKET" in line and "127.0.0.1" not in line]
    assert outside == []


@pytest.mark.slow
def test_a_server_with_a_job_under_way_stops_in_time_and_the_next_one_goes_on(
    collection: Path, tmp_path: Path
) -> None:
    sentence = "Der Bürgermeister {n} eröffnete die Brücke {n}, 市長 {n}. Sie kostete {n} Millionen Euro. "
    articles = [{"text": sentence.format(n=n) * 30, "title": f"Brücke {n}"} for n in range(900)]
    with server(collection, tmp_path / "log") as (process, address), httpx.Client(timeout=60) as client:
        job = client.post(f"{address}/v1/jobs", json={"articles": articles}).json()["id"]
        with client.stream("GET", f"{address}/gradio_api/heartbeat/tab") as stream:
            assert stream.status_code == 200
            while client.get(f"{address}/v1/jobs/{job}").json()["job"]["done"] == 0:
                time.sleep(0.05)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            assert time.monotonic() - started < STOPS
    with server(collection, tmp_path / "log2") as (_, address), httpx.Client(timeout=60) as client:
        deadline = time.monotonic() + 300
        while (told := client.get(f"{address}/v1/jobs/{job}").json()["job"])["state"] != "done":
            assert told["state"] in ("waiting", "running"), told
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert told["totals"]["failed"] == 0
        assert client.get(f"{address}/v1/info").json()["articles"] == 911


def test_the_sample_s_questions_are_offered_where_its_articles_are(
    collection: Path, news: Path, tmp_path: Path
) -> None:
    other = tmp_path / "sample"
    other.mkdir()
    (other / "elsewhere.txt").write_text("Nothing of it is in the collection.", "utf-8")
    assert sample_questions(tmp_path / "none yet", other)["ko"]
    assert sample_questions(collection, other) == {}
    assert sample_questions(collection, news)["ar"]


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"cannot listen on 127.0.0.1 port {port} .*--port"):
            serve(Settings(data=tmp_path, port=port))


def test_an_address_of_another_machine_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot listen on 192\.0\.2\.1 port"):
        serve(Settings(data=tmp_path, host="192.0.2.1", port=free_port(), api_key=Secret("x" * 40)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "news.example"])
def test_without_a_key_only_this_machine_is_listened_to(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadInput, match="there is no key: make one with `cita keys add"):
        serve(Settings(data=tmp_path, host=host, port=free_port()))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.5", False),
        ("localhost.example", False),
    ],
)
def test_loopback_addresses_are_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
