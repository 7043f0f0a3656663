"""The client of model servers, against a server that misbehaves in every way it can."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from index.errors import BadInput
from qa.llm import BYTES, LETTERS, ChatServer
from qa.writer import Message, ModelFailed
from tests.models import Asked, Line, Script, drips, says, scripted, status

ASK = [Message("system", "rules"), Message("user", "¿Qué? 何 что ไทย 😀")]
SECRET = "sk-very-secret-0123456789"


def _text(writer: ChatServer, limit: float = 20.0) -> str:
    return "".join(writer.write(ASK, deadline=time.monotonic() + limit))


@pytest.mark.parametrize(
    "text", ["El fin.", "Конец 😀", "النهاية", "समाप्त", "終わり", "끝 İ", "จบ", "a\nb\u2028c", ""]
)
def test_the_text_arrives_as_it_was_sent(text: str) -> None:
    with scripted(says(text, 1)) as server:
        assert _text(server.writer(key=SECRET)) == text
    [asked] = server.asked
    assert asked.body["messages"][1] == {"role": "user", "content": ASK[1].text}
    assert asked.body["stream"] is True
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"


def test_pieces_come_one_by_one() -> None:
    told = threading.Event()

    def script(line: Line, _: Asked) -> None:
        line.head()
        line.event("one ")
        assert told.wait(20)
        line.event("two")
        line.done()

    with scripted(script) as server:
        pieces = server.writer().write(ASK, deadline=time.monotonic() + 20)
        assert next(filter(None, pieces)) == "one "
        told.set()
        assert list(filter(None, pieces)) == ["two"]


def test_an_answer_in_one_piece_and_one_without_the_last_mark_are_read() -> None:
    def whole(line: Line, _: Asked) -> None:
        line.head(200, "application/json; charset=utf-8")
        line.raw(json.dumps({"choices": [{"message": {"content": "Ganzer Satz."}}]}).encode())

    def unmarked(line: Line, _: Asked) -> None:
        line.head()
        line.raw(b": a comment\r\nevent: message\r\n")
        line.raw(
            b'data: {"choices": []}\r\n\r\ndata: {"choices": [{"delta": {"role": "assistant"}}]}\r\n\r\n'
        )
        line.event("Ganzer ")
        line.event("Satz.", "length")

    for script in (whole, unmarked):
        with scripted(script) as server:
            assert _text(server.writer()) == "Ganzer Satz."


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(code: int) -> None:
    with scripted(status(code), says("there")) as server:
        assert _text(server.writer()) == "there"
    assert len(server.asked) == 2


@pytest.mark.parametrize("code", [429, 500])
def test_what_does_not_pass_is_tried_so_often_and_no_more(code: int) -> None:
    with scripted(status(code)) as server, pytest.raises(ModelFailed, match=f"HTTP {code}"):
        _text(server.writer(retries=1))
    assert len(server.asked) == 2


def test_a_server_may_ask_for_time_within_the_limit() -> None:
    with scripted(status(429, Retry_After="1"), says("there")) as server:
        began = time.monotonic()
        assert _text(server.writer()) == "there"
        assert time.monotonic() - began >= 1
    with scripted(status(503, Retry_After="3600")) as server:
        began = time.monotonic()
        with pytest.raises(ModelFailed, match="HTTP 503"):
            _text(server.writer())
        assert time.monotonic() - began < 10, "what comes after the limit is not waited for"


@pytest.mark.parametrize("code", [301, 307, 401, 403, 404, 418])
def test_what_will_not_pass_fails_at_once(code: int) -> None:
    elsewhere = status(code, Location="http://127.0.0.1:9/v1/chat/completions")
    with scripted(elsewhere) as server, pytest.raises(ModelFailed, match=f"HTTP {code}"):
        _text(server.writer(key=SECRET))
    assert len(server.asked) == 1, "a redirect is not followed: the key would go along"


def test_a_server_that_refuses_the_limits_is_asked_without_them() -> None:
    with scripted(status(400), says("there")) as server:
        assert _text(server.writer()) == "there"
    first, second = server.asked
    assert first.body["max_tokens"] == 1200
    assert "max_tokens" not in second.body
    assert "temperature" not in second.body


def _raw(*parts: bytes, kind: str = "text/event-stream", **headers: str) -> Script:
    def script(line: Line, _: Asked) -> None:
        line.head(200, kind, **headers)
        for part in parts:
            line.raw(part)

    return script


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (_raw(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n'), "UTF-8"),
        (_raw(b"data: \xc3"), "UTF-8"),
        (_raw(b"data: {not json}\n\n"), "JSON"),
        (_raw(b"data: [1, 2]\n\n"), "JSON"),
        (_raw(b"data: " + b"[" * 100_000 + b"\n\n"), "JSON"),
        (_raw(b"<script>alert(1)</script>", kind="text/html"), "closed in the middle"),
        (_raw(b'{"error": {"message": "out of memory"}}', kind="application/json"), "reported an error"),
        (_raw(b'data: {"error": {"message": "overloaded"}}\n\n'), "reported an error"),
        (_raw(b""), "closed in the middle"),
        (_raw(b'data: {"choices": [{"delta": {"content": "Hal'), "JSON"),
        (_raw(b'data: {"choices": [{"delta": {"content": "Half"}}]}\n\n'), "closed in the middle"),
        (_raw(b"x" * (BYTES + 600_001)), "did not stop"),
        (_raw(b"data: " + b"y" * (BYTES + 600_001)), "did not stop"),
        (_raw(b"\x1f\x8b", Content_Encoding="gzip"), "packed"),
    ],
)
def test_what_is_no_answer_fails_with_a_sentence(script: Script, said: str) -> None:
    with scripted(script) as server, pytest.raises(ModelFailed, match=said):
        _text(server.writer())


@pytest.mark.parametrize(
    "piece",
    [
        {"choices": [{"delta": {"content": None}}]},
        {"choices": [{"delta": {"content": ["x"]}}]},
        {"choices": [{"delta": "x"}]},
        {"choices": "x"},
        {"choices": [7]},
        {"usage": {}},
    ],
)
def test_pieces_without_text_are_none(piece: dict[str, object]) -> None:
    with scripted(_raw(f"data: {json.dumps(piece)}\n\n".encode(), b"data: [DONE]\n\n")) as server:
        assert _text(server.writer()) == ""


def test_halves_of_characters_are_left_out() -> None:
    body = rb'data: {"choices": [{"delta": {"content": "a\ud83db"}}]}' + b"\n\ndata: [DONE]\n\n"
    with scripted(_raw(body)) as server:
        assert _text(server.writer()) == "ab"


def test_a_million_tokens_are_not_read() -> None:
    def script(line: Line, _: Asked) -> None:
        line.head()
        for _n in range(1_000_000):
            line.event("token ")

    with scripted(script) as server:
        with pytest.raises(ModelFailed, match="did not stop"):
            _text(server.writer())
        assert server.gone.wait(20), "the connection is closed"


def test_a_server_that_never_stops_is_left_at_the_deadline() -> None:
    with scripted(drips("x")) as server:
        began = time.monotonic()
        with pytest.raises(ModelFailed, match="in time"):
            _text(server.writer(), limit=0.7)
        assert time.monotonic() - began < 2.7
        assert server.gone.wait(20), "the connection is closed"


def test_so_is_one_that_says_nothing_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        writer = ChatServer(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", "mute")
        began = time.monotonic()
        with pytest.raises(ModelFailed, match="in time"):
            _text(writer, limit=0.7)
        assert time.monotonic() - began < 2.7


def test_who_stops_listening_ends_the_call() -> None:
    with scripted(drips("x")) as server:
        with closing(server.writer().write(ASK, deadline=time.monotonic() + 60)) as pieces:
            assert next(filter(None, pieces)) == "x"
        assert server.gone.wait(20)


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ModelFailed, match="cannot be reached"):
        _text(ChatServer(f"http://127.0.0.1:{port}/v1", "m", key=SECRET, retries=0))


@pytest.fixture
def failures() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found
    assert not [text for text in found if SECRET in text or "127.0.0.1" in text]


@pytest.mark.parametrize("code", [401, 500])
def test_no_error_holds_the_key_or_the_address(code: int, failures: list[str]) -> None:
    with scripted(status(code)) as server:
        writer = server.writer(key=SECRET, retries=0)
        assert SECRET not in repr(writer)
        with pytest.raises(ModelFailed) as caught:
            _text(writer)
    failures += [str(caught.value), repr(caught.value)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "127.0.0.1:11434"},
        {"url": "file:///etc/passwd"},
        {"url": "http://"},
        {"url": "http://user:word@127.0.0.1/v1"},
        {"url": "http://127.0.0.1/v1?key=x"},
        {"model": " "},
        {"limit": 0},
        {"key": "a\r\nX: y"},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"expected|give the address|copy it") as caught:
        ChatServer(**{"url": "http://127.0.0.1/v1", "model": "m", **wrong})  # type: ignore[arg-type]
    assert "word@" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "name"),
    [("Qwen/Qwen3-8B", "Qwen/Qwen3-8B"), ("llama3:8b", "llama3:8b"), ("/home/ada/models/m.gguf", "m.gguf"),
     ("C:\\models\\m/", "m"), ("~/模型", "模型")],
)  # fmt: skip
def test_a_model_is_called_by_its_name_and_not_by_where_it_lies(model: str, name: str) -> None:
    assert ChatServer("http://127.0.0.1/v1", model).name == name


def test_the_bounds_grow_with_the_tokens_asked_for() -> None:
    thoughts = "thinking " * 4000
    with scripted(says(thoughts, 400)) as server:
        with pytest.raises(ModelFailed, match="did not stop"):
            _text(server.writer())
        assert _text(server.writer(tokens=8000)) == thoughts
    assert len(thoughts) > LETTERS
