from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI, Request
from starlette.types import Message, Scope

from ui.guard import Guard, policy


def scope(method: str = "POST", path: str = "/", **headers: str) -> Scope:
    given = {"host": "localhost"} | headers
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}


def answered(guarded: Guard, asked: Scope, chunks: list[bytes], pause: float = 0.0) -> tuple[int, bytes]:
    """Status and body of a response to a request whose body arrives in chunks, a pause before each."""
    sent: list[Message] = []

    async def run() -> None:
        left = list(chunks)

        async def receive() -> Message:
            await asyncio.sleep(pause)
            if not left:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        async def send(message: Message) -> None:
            sent.append(message)

        await guarded(asked, receive, send)

    asyncio.run(run())
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], body


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.post("/")
    async def size(request: Request) -> int:
        return len(await request.body())

    return app


def test_a_body_within_its_limits_passes_whole(app: FastAPI) -> None:
    assert answered(Guard(app, body_limit=6), scope(), [b"abc", b"def"]) == (200, b"6")


@pytest.mark.parametrize("length", [None, "3", "7", "99999999999999999999999999", "-1", "x", "\u0663"])
def test_a_body_over_the_limit_is_cut_off_whatever_length_it_told(app: FastAPI, length: str | None) -> None:
    asked = scope() if length is None else scope(**{"content-length": length})
    status, _ = answered(Guard(app, body_limit=6), asked, [b"abc", b"def", b"g"])
    assert status == 413


def test_a_body_that_drips_is_cut_off_at_the_deadline(app: FastAPI) -> None:
    status, _ = answered(Guard(app, body_seconds=0.2), scope(), [b"a"] * 100, pause=0.05)
    assert status == 408


def test_an_answer_may_take_longer_than_its_body(app: FastAPI) -> None:
    @app.post("/slow")
    async def slow(request: Request) -> str:
        await request.body()
        await asyncio.sleep(0.2)
        await request.receive()
        return "done"

    assert answered(Guard(app, body_seconds=0.1), scope(path="/slow"), [b"a"], pause=0.05) == (200, b'"done"')


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    for directive in policy().split("; "):
        name, *sources = directive.split()
        assert set(sources) <= {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
        if name in ("script-src", "default-src", "connect-src"):
            assert sources == ["'self'"]
    assert "script-src 'self' 'nonce-abc';" in policy("abc")
