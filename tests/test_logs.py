"""Row 48: a key in a setting, a request, an error or a traceback never stands in the log."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.test_serve import free_port
from ui.keys import Keys
from ui.logs import Masking

SECRET = "sk-очень-секретно-7f3a9c"
TOKEN = "cita_0123456789ab_" + "Zy-_9" * 8


def logged(message: str, *, as_json: bool, error: Exception | None = None) -> str:
    information = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("ui.x", logging.ERROR, "x.py", 1, message, None, information)
    return Masking([SECRET], as_json=as_json).format(record)


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        (f"settings {SECRET}!", SECRET),
        (f"Authorization: Bearer {TOKEN}", TOKEN),
        ("authorization: bearer abc.def-ghi", "abc.def-ghi"),
        (f"GET /v1/info?key={TOKEN}&k=3", TOKEN),
        ("GET /v1/info?a=1&api_key=hunter22 HTTP/1.1", "hunter22"),
        ("Cookie: cita_session=0123.99.abcdef; a=b", "0123.99.abcdef"),
        (f'{{"token": "{TOKEN}"}}', TOKEN),
    ],
)
def test_what_looks_like_a_key_is_masked_and_the_rest_is_there(
    message: str, hidden: str, as_json: bool
) -> None:
    line = logged(f"начало {message} 終わり", as_json=as_json)
    assert hidden not in line
    assert "********" in line
    assert "начало" in line
    assert "終わり" in line
    if as_json:
        assert json.loads(line)["level"] == "error"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_traceback_is_masked_as_well(as_json: bool) -> None:
    def fail(secret: str) -> None:
        raise ValueError(f"refused: {secret}\nand {TOKEN}")

    try:
        fail(SECRET)
    except ValueError as caught:
        line = logged("it failed", as_json=as_json, error=caught)
    assert "ValueError" in line
    assert "in fail" in line
    assert SECRET not in line
    assert TOKEN not in line


def test_a_line_stays_one_line_in_json() -> None:
    assert "\n" not in logged('two\nlines "and quotes" \u2028 🙂', as_json=True)


LOUD = """
import sys
import ui.api
from ui.cli import main
def broken(*args, **options):
    raise RuntimeError(f"the model refused the key {ui.api.LEAKED}")
ui.api.ask_checked = broken
import os
ui.api.LEAKED = os.environ["CITA_LLM_API_KEY"]
sys.argv = ["cita", *sys.argv[1:]]
main()
"""


@pytest.mark.slow
def test_a_whole_server_s_log_holds_no_key_whatever_happens(collection: Path, tmp_path: Path) -> None:
    key, token = Keys(collection / "keys.json").add("desk", ["admin"])
    secrets = [SECRET, "the-key-of-the-settings-0815", token.reveal(), token.reveal().rpartition("_")[2]]
    environment = os.environ | {
        "CITA_LLM_API_KEY": SECRET,
        "CITA_API_KEY": secrets[1],
        "CITA_LOG_LEVEL": "debug",
        "CITA_LOG_FORMAT": "json",
    }
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-c", LOUD, "serve", "--data", str(collection), "--port", str(port)]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            deadline = time.monotonic() + 60
            while True:
                assert time.monotonic() < deadline, log.read_text()
                try:
                    client.get("/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            told = []
            for value in (token.reveal(), secrets[1], "cita_0_wrong"):
                headers = {"Authorization": f"Bearer {value}"}
                told.append(client.get("/v1/info", headers=headers))
                told.append(client.get("/v1/info", params={"key": value}))
                told.append(client.post("/v1/ask", json={"question": f"What is {value}?"}, headers=headers))
                told.append(client.post("/login", data={"key": value}))
                told.append(client.get("/config", headers=headers))
                told.append(client.get("/openapi.json", headers=headers))
                told.append(client.get("/metrics", headers=headers))
            assert 500 in {one.status_code for one in told}
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    finally:
        process.kill()
        process.wait()
    text = log.read_text("utf-8")
    assert "RuntimeError" in text, "the fault was logged"
    assert f'"key": "{key.id}"' in text, "the requests were logged"
    for secret in secrets:
        assert secret not in text
        assert not [one.url for one in told if secret in one.text.replace(f"What is {secret}?", "")]
    rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {row["path"] for row in rows if "path" in row} >= {"/v1/info", "/v1/ask", "/login", "/metrics"}
