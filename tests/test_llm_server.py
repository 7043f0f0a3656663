"""Whole questions against a real server, `transformers serve`, with a tiny and untrained model."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from qa.ask import ask
from qa.llm import ChatServer
from qa.messages import phrase
from qa.writer import Message
from tests import tiny
from tests.stories import FERRY, article, opened
from tests.test_ask import hold
from tests.test_draft import ASKED, promised

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, model) of a server with a model of random weights."""
    folder = tiny.chatter(tmp_path_factory.mktemp("models") / "chatter")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder)]
    log = folder.with_suffix(".log").open("wb")
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 180
        while True:
            assert server.poll() is None, Path(log.name).read_text("utf-8", "replace")[-3000:]
            assert time.monotonic() < deadline, "the server did not start"
            try:
                httpx.get(f"{address}/health", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield f"{address}/v1", str(folder)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def test_its_text_arrives(served: tuple[str, str]) -> None:
    writer = ChatServer(*served, limit=120, tokens=40)
    pieces = list(writer.write([Message("user", "¿Qué? 何 что 😀")], deadline=time.monotonic() + 120))
    assert len(pieces) > 1, "it is streamed"
    assert "".join(pieces)


@pytest.mark.parametrize("language", ["en", "es", "ru", "ja"])
def test_what_an_untrained_model_writes_ends_in_a_valid_answer(
    served: tuple[str, str], tmp_path: Path, language: str
) -> None:
    question, _ = ASKED[language]
    writer = ChatServer(*served, limit=120, tokens=60)
    shown: list[str] = []
    with opened(tmp_path, *(article(code, FERRY[code], outlet=code) for code in FERRY)) as index:
        answer = ask(index, question, writer=writer, translate=True, on_text=shown.append)
        assert answer.written is not None
        if answer.written.outcome == "used":
            promised(index, answer)
        else:
            hold(index, answer)
            plain = ask(index, question)
            assert (answer.text, answer.quotes, answer.status) == (plain.text, plain.quotes, plain.status)
            assert answer.note == phrase(f"model_{answer.written.outcome}", language)
            assert answer.written.cause in ("", "the model wrote nothing")
            assert shown == []


def test_a_model_too_slow_for_its_limit(served: tuple[str, str], tmp_path: Path) -> None:
    writer = ChatServer(*served, limit=0.5, tokens=4000)
    with opened(tmp_path, article("en", FERRY["en"])) as index:
        ask(index, ASKED["en"][0])  # all else is loaded
        began = time.monotonic()
        answer = ask(index, ASKED["en"][0], writer=writer)
        assert time.monotonic() - began < 2.5
        hold(index, answer)
    assert answer.written is not None
    assert answer.written.outcome == "failed"
    assert answer.note == phrase("model_failed", "en")
