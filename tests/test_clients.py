"""The API with clients that people have: curl as a program, httpx over a real connection."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.served import served
from tests.test_api import TEXT
from tests.test_streaming import events
from ui.keys import Keys


@pytest.fixture
def address(collection: Path) -> Iterator[str]:
    with served(collection) as port:
        yield f"http://127.0.0.1:{port}"


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    return subprocess.run(
        ["curl", "--silent", "--max-time", "60", *arguments], capture_output=True, text=True, check=True
    )


def test_curl_asks_streams_uploads_and_downloads(address: str, tmp_path: Path) -> None:
    question = json.dumps({"question": "Сколько рабочих вышли на площадь?"}, ensure_ascii=False)
    sent = ("-H", "Content-Type: application/json", "-d", question, f"{address}/v1/ask")
    answer = json.loads(curl(*sent).stdout)
    assert "4500" in answer["quotes"][0]["text"]
    streamed = events(curl("-N", "-H", "Accept: text/event-stream", *sent).stdout)
    assert streamed[-1][1]["quotes"] == answer["quotes"]
    file = tmp_path / "新闻 új.txt"
    file.write_text(TEXT, "utf-8")
    report = json.loads(curl("-F", f"files=@{file}", f"{address}/v1/articles").stdout)
    (item,) = report["items"]
    assert (item["status"], item["input"]) == ("added", file.name)
    place = f"{address}/v1/articles/{item['article_id']}"
    tag = tmp_path / "tag"
    first = curl("--etag-save", str(tag), "-o", str(tmp_path / "a.json"), "-w", "%{http_code}", place)
    assert first.stdout == "200"
    again = curl("--etag-compare", str(tag), "-w", "%{http_code}", place)
    assert again.stdout == "304"
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["text"] == TEXT
    assert curl("-X", "DELETE", "-w", "%{http_code}", place).stdout == "204"
    assert curl("-w", "%{http_code}", "-o", "/dev/null", place).stdout == "404"
    head = curl("-I", f"{address}/healthz").stdout
    assert head.startswith("HTTP/1.1 405")


def test_curl_with_a_key(collection: Path) -> None:
    token = Keys(collection / "keys.json").add("curl", ["ask"])[1].reveal()
    with served(collection) as port:
        place = f"http://127.0.0.1:{port}/v1/info"
        code = ("-o", "/dev/null", "-w", "%{http_code}")
        assert curl(*code, place).stdout == "401"
        assert curl(*code, "-H", f"Authorization: Bearer {token}", place).stdout == "200"
        assert curl(*code, "--oauth2-bearer", token, place).stdout == "200"
        assert curl(*code, f"{place}?key={token}").stdout == "401"
        assert (
            curl(*code, "-X", "DELETE", "-H", f"X-API-Key: {token}", f"{place[:-5]}/articles/x").stdout
            == "403"
        )


def test_httpx_keeps_one_connection_through_answers_refusals_and_streams(address: str) -> None:
    asked: dict[str, Any] = {"json": {"question": "How many passengers were saved?"}}
    with httpx.Client(base_url=address, timeout=60, limits=httpx.Limits(max_connections=1)) as client:
        for _ in range(3):
            assert client.post("/v1/ask", **asked).json()["status"] == "answered"
            assert client.post("/v1/ask", json={"question": "?"}).status_code == 422
            assert client.get("/nothing").status_code == 404
            with client.stream("POST", "/v1/ask", headers={"accept": "text/event-stream"}, **asked) as stream:
                text = "\n".join(stream.iter_lines()) + "\n"
            assert events(text)[-1][0] == "done"
            page = client.get("/v1/articles", params={"language": ["es", "ru"], "order": "title"})
            assert {one["language"] for one in page.json()["articles"]} == {"es", "ru"}


def test_many_questions_of_an_async_httpx_client_at_once(address: str) -> None:
    import asyncio

    async def run() -> list[int]:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            questions = [client.post("/v1/ask", json={"question": f"ferry {n}?"}) for n in range(30)]
            return [one.status_code for one in await asyncio.gather(*questions)]

    assert asyncio.run(run()) == [200] * 30
