from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect, Request

from index.errors import Busy
from tests.test_api import client_of, problem
from tests.test_serve import server
from ui.running import Event, Left, Runner, Tell
from ui.streaming import wanted

STREAM = {"accept": "text/event-stream"}


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


def events(text: str) -> list[tuple[str, Any]]:
    """(name, data) of each event in a stream."""
    found = []
    for block in text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@pytest.mark.parametrize(
    "question",
    ["How many passengers were saved?", "Сколько рабочих вышли на площадь?", "火山の噴火で何人が避難した？"],
)
def test_a_streamed_answer_is_the_answer_in_pieces(client: TestClient, question: str) -> None:
    asked = {"question": question, "explain": True}
    response = client.post("/v1/ask", json=asked, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    found = events(response.text)
    names = [name for name, _ in found]
    assert names[:2] == ["stage", "stage"]
    assert names[-1] == "done"
    assert [data["stage"] for name, data in found if name == "stage"] == ["searching", "choosing_quotes"]
    answer = found[-1][1]
    assert [data["quote"] for name, data in found if name == "quote"] == answer["quotes"] != []
    assert all(data["source"] in answer["sources"] for name, data in found if name == "quote")
    assert "".join(data["text"] for name, data in found if name == "text") == answer["text"]
    whole = client.post("/v1/ask", json=asked).json()
    assert whole | {"timings": 0} == answer | {"timings": 0}


def test_what_is_wrong_with_the_question_is_a_problem_in_both_forms(client: TestClient) -> None:
    for body in ({"question": "?"}, {"question": ""}, {"question": "x" * 5000}, {}):
        problem(client.post("/v1/ask", json=body, headers=STREAM), 422)


def test_what_goes_wrong_later_is_an_event(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    scoped = {"question": "ferry?", "scope": {"outlets": ["Nobody's Post"]}}
    (_, error) = events(client.post("/v1/ask", json=scoped, headers=STREAM).text)[-1]
    assert (error["status"], error["type"]) == (422, "about:blank")

    def broken(*_: object, on_stage: Any, **__: object) -> None:
        on_stage("searching")
        raise ZeroDivisionError("secret-of-the-inside")

    monkeypatch.setattr("ui.api.ask_checked", broken)
    text = client.post("/v1/ask", json={"question": "ferry?"}, headers=STREAM).text
    assert events(text)[-1][0] == "error"
    assert events(text)[-1][1]["status"] == 500
    assert "secret-of-the-inside" not in text


@pytest.mark.parametrize(
    ("accept", "stream"),
    [
        ("text/event-stream", True),
        ("TEXT/EVENT-STREAM", True),
        ("text/event-stream, application/json;q=0.5", True),
        ("application/json, text/event-stream;q=0.9", True),
        ("application/json, text/event-stream;q=0", False),
        ("text/event-stream; q=0.0, */*", False),
        ("*/*", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_a_stream_is_for_those_who_ask_for_one(accept: str, stream: bool) -> None:
    scope = {"type": "http", "headers": [(b"accept", accept.encode())]}
    assert wanted(Request(scope)) == stream


# -- the runner: time, and clients that leave


def request_that(leaves: asyncio.Event) -> Request:
    async def receive() -> dict[str, Any]:
        await leaves.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": []}, receive)


class Slow:
    """Work that tells on and on until it is stopped, and says when that was."""

    def __init__(self) -> None:
        self.begun, self.stopped = threading.Event(), threading.Event()

    def __call__(self, tell: Tell) -> str:
        self.begun.set()
        try:
            while True:
                tell(Event("text", {"text": "…"}))
                time.sleep(0.01)
        except Left:
            self.stopped.set()
            raise


def test_work_stops_when_its_client_leaves() -> None:
    async def run(streamed: bool) -> Slow:
        runner, work, leaves = Runner(60.0), Slow(), asyncio.Event()
        request = request_that(leaves)

        async def consume() -> int:
            return len([event async for event in runner.events(request, work)])

        task: Any = asyncio.ensure_future(consume() if streamed else runner.result(request, work))
        await asyncio.to_thread(work.begun.wait, 30)
        leaves.set()
        if streamed:
            await asyncio.wait_for(task, 30)
        else:
            with pytest.raises(ClientDisconnect):
                await asyncio.wait_for(task, 30)
        runner.close()
        return work

    for streamed in (False, True):
        assert asyncio.run(run(streamed)).stopped.wait(2)


def test_work_stops_when_its_time_is_over() -> None:
    async def run(streamed: bool) -> Slow:
        runner, work = Runner(0.2), Slow()
        request = request_that(asyncio.Event())

        async def consume() -> list[Any]:
            return [event async for event in runner.events(request, work)]

        with pytest.raises(Busy, match=r"longer than 0\.2 s"):
            await (consume() if streamed else runner.result(request, work))
        runner.close()
        return work

    for streamed in (False, True):
        assert asyncio.run(run(streamed)).stopped.wait(2)


def test_what_has_not_begun_when_its_client_leaves_never_begins() -> None:
    async def run() -> None:
        runner, first, second = Runner(60.0, waiting=1), Slow(), Slow()
        stays, leaves = asyncio.Event(), asyncio.Event()
        one = asyncio.ensure_future(runner.result(request_that(stays), first))
        await asyncio.to_thread(first.begun.wait, 30)
        other = asyncio.ensure_future(runner.result(request_that(leaves), second))
        await asyncio.sleep(0)
        leaves.set()
        with pytest.raises(ClientDisconnect):
            await other
        stays.set()
        with pytest.raises(ClientDisconnect):
            await one
        runner.close()
        assert not second.begun.is_set()

    asyncio.run(run())


@pytest.mark.slow
def test_row_40_a_client_that_leaves_in_the_middle_of_a_stream(collection: Path, tmp_path: Path) -> None:
    """Over a real connection: the server is told at the next event, and goes on serving others."""
    with server(collection, tmp_path / "log") as (process, address):
        for _ in range(20):
            with httpx.stream(
                "POST", f"{address}/v1/ask", json={"question": "ferry?"}, headers=STREAM, timeout=20
            ) as stream:
                next(stream.iter_lines())
        with httpx.stream(
            "POST", f"{address}/v1/ask", json={"question": "How many passengers?"}, headers=STREAM, timeout=20
        ) as stream:
            text = stream.read().decode()
        assert events(text)[-1][0] == "done"
        assert process.poll() is None
    assert "Traceback" not in (tmp_path / "log").read_text()
