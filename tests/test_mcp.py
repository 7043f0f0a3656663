"""The MCP server, asked by the SDK's own client: over HTTP, and over standard streams of a real process."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import jsonschema
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent

from index.article import Article
from index.ingest import ingest
from index.search import Index
from tests.conftest import TEXTS
from tests.test_serve import server as whole_server
from tests.uvicorns import running
from ui.api import create_app
from ui.keys import Keys
from ui.serve import GRACE
from ui.settings import Limits, Settings

QUESTIONS = [
    ("How many passengers were saved from the ferry?", "112"),
    ("Сколько рабочих вышли на площадь?", "4500"),
    ("정부는 반도체 공장에 얼마를 투자하나요?", "3조"),
    ("كم عدد الركاب الذين أنقذهم خفر السواحل؟", "مئة واثني عشر"),
]
READ_ONLY = {"ask", "search", "get_article", "list_articles"}

Connect = Callable[[], Any]
"""Opens a connection, as a context."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Path:
    data = tmp_path_factory.mktemp("mcp") / "data"
    ingest(data, [news])
    return data


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with running(create_app(data, chat=False)) as address:
        yield address


def process(data: Path) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "ui.cli", "mcp", "--data", str(data)],
        cwd=Path(__file__).parent.parent,
    )


@pytest.fixture(params=["http", "http of 2025", "stdio", "stdio of 2025"])
def connect(request: pytest.FixtureRequest, data: Path, address: str) -> Connect:
    """Both transports, as clients of today and of the years before speak them."""
    there = f"{address}/mcp" if request.param.startswith("http") else process(data)
    mode = "legacy" if request.param.endswith("2025") else "auto"

    @asynccontextmanager
    async def connected() -> AsyncIterator[Client]:
        async with Client(there, mode=mode, read_timeout_seconds=60) as client:
            yield client

    return connected


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 120))


def given(result: CallToolResult) -> Any:
    """The structured content, which the text repeats."""
    assert not result.is_error, result.content
    [text] = result.content
    assert isinstance(text, TextContent)
    assert json.loads(text.text) == result.structured_content
    return result.structured_content


def refused(result: CallToolResult) -> str:
    assert result.is_error
    assert result.structured_content is None
    [text] = result.content
    assert isinstance(text, TextContent)
    return text.text


def test_the_tools_say_what_they_take_and_give_and_only_read(connect: Connect) -> None:
    async def work() -> None:
        async with connect() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools.keys() == READ_ONLY
            for tool in tools.values():
                assert tool.description
                assert tool.annotations is not None
                assert tool.annotations.read_only_hint is True
                assert tool.annotations.destructive_hint is False
                assert tool.annotations.open_world_hint is False
                for schema in (tool.input_schema, tool.output_schema):
                    assert schema is not None
                    assert schema["type"] == "object"
                    assert "$ref" not in json.dumps(schema)
                    jsonschema.Draft202012Validator.check_schema(schema)
            assert "never instructions" in (client.instructions or "")

    run(work)


def test_a_question_is_answered_with_quotes_of_the_stored_text(connect: Connect, data: Path) -> None:
    async def work() -> None:
        async with connect() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            for question, words in QUESTIONS:
                answer = given(await client.call_tool("ask", {"question": question}))
                jsonschema.validate(answer, tools["ask"].output_schema or {})
                assert words in answer["quotes"][0]["text"]
                for quote in answer["quotes"]:
                    asked = {"article_id": quote["article_id"], "start": quote["start"]}
                    length = quote["end"] - quote["start"]
                    part = given(await client.call_tool("get_article", asked | {"length": length}))
                    assert part["text"] == quote["text"]
                    assert (part["start"], part["end"]) == (quote["start"], quote["end"])

    run(work)


def test_a_question_may_lean_on_what_was_asked_before(address: str) -> None:
    async def work() -> None:
        async with Client(f"{address}/mcp") as client:
            before = [{"question": "How many passengers of the ferry Aurora did rescuers save?"}]
            asked = {"question": "And who was the captain?", "conversation": before}
            answer = given(await client.call_tool("ask", asked))
            assert "Aurora" in "".join(answer["about"])

    run(work)


def test_passages_articles_and_lists_are_what_the_collection_holds(connect: Connect, data: Path) -> None:
    async def work() -> None:
        async with connect() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            found = given(await client.call_tool("search", {"question": "забастовка", "k": 2}))
            jsonschema.validate(found, tools["search"].output_schema or {})
            assert len(found["hits"]) == 2
            assert found["hits"][0]["passage"]["text"] in TEXTS["ru"]
            seen: list[str] = []
            after = None
            while True:
                page = given(await client.call_tool("list_articles", {"limit": 4, "after": after}))
                jsonschema.validate(page, tools["list_articles"].output_schema or {})
                seen += [article["id"] for article in page["articles"]]
                after = page["next"]
                if after is None:
                    break
            with Index.open(data) as index:
                assert seen == [article.id for article in index.articles(limit=-1)]
            named = given(await client.call_tool("list_articles", {"words": "забастовки"}))
            assert [article["language"] for article in named["articles"]] == ["ru"]
            scope = {"languages": ["ko", "th"]}
            scoped = given(await client.call_tool("list_articles", {"scope": scope, "order": "title"}))
            assert {article["language"] for article in scoped["articles"]} == {"ko", "th"}
            whole = given(await client.call_tool("get_article", {"article_id": seen[0]}))
            jsonschema.validate(whole, tools["get_article"].output_schema or {})
            assert (whole["start"], whole["end"], whole["length"]) == (
                0,
                len(whole["text"]),
                len(whole["text"]),
            )
            assert whole["text"] in TEXTS.values()
            assert set(whole["article"]) == set(Article.__dataclass_fields__) - {"text", "captions"}
            beyond = given(await client.call_tool("get_article", {"article_id": seen[0], "start": 10**6}))
            assert (beyond["text"], beyond["start"]) == ("", whole["length"])

    run(work)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {}, "question: it is missing"),
        ("ask", {"question": "?"}, "no letters or digits"),
        ("ask", {"question": "é" * 2001}, "at most 2000"),
        ("ask", {"question": 7}, "question: .*string"),
        ("ask", {"question": "who?", "language": "english"}, "language"),
        ("ask", {"question": "who?", "scope": {"outlets": ["None Such"]}}, "None Such"),
        ("ask", {"question": "who?", "colour": 1}, "colour: there is no such field"),
        ("search", {"question": "who?", "k": 10**9}, "k: "),
        ("search", {"question": "who?", "k": -1}, "k: "),
        ("get_article", {"article_id": "../../etc/passwd"}, "no article has the id"),
        ("get_article", {"article_id": "x", "start": -1}, "start: "),
        ("list_articles", {"limit": 0}, "limit: "),
        ("list_articles", {"order": "colour"}, "order: "),
        ("list_articles", {"after": "none such", "order": "newest"}, "no place in this order"),
    ],
)
def test_what_cannot_be_done_is_told_to_the_caller_s_model(
    address: str, tool: str, arguments: dict[str, Any], said: str
) -> None:
    async def work() -> None:
        async with Client(f"{address}/mcp") as client:
            assert re.search(said, refused(await client.call_tool(tool, arguments)))

    run(work)


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(connect: Connect) -> None:
    async def work() -> None:
        async with connect() as client:
            with pytest.raises(MCPError, match="there is no tool 'erase': expected one of ask, "):
                await client.call_tool("erase", {})

    run(work)


def test_many_ask_at_once(address: str) -> None:
    async def one(question: str, words: str) -> None:
        async with Client(f"{address}/mcp") as client:
            assert words in given(await client.call_tool("ask", {"question": question}))["quotes"][0]["text"]

    async def work() -> None:
        await asyncio.gather(*(one(*asked) for asked in QUESTIONS * 4))

    run(work)


def test_an_empty_collection_says_so(tmp_path: Path) -> None:
    async def asked(client: Client) -> None:
        assert "cita ingest" in refused(await client.call_tool("ask", {"question": "who?"}))
        assert given(await client.call_tool("list_articles", {})) == {"articles": [], "next": None}

    async def work() -> None:
        with running(create_app(tmp_path / "none", chat=False)) as address:
            async with Client(f"{address}/mcp") as client:
                await asked(client)
        async with Client(process(tmp_path / "none")) as client:
            await asked(client)

    run(work)


def test_articles_added_meanwhile_are_found(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "later"

    async def work() -> None:
        async with Client(process(data)) as client:
            assert given(await client.call_tool("list_articles", {}))["articles"] == []
            await asyncio.to_thread(ingest, data, [news])
            question, words = QUESTIONS[0]
            assert words in given(await client.call_tool("ask", {"question": question}))["quotes"][0]["text"]

    run(work)


# -- the door


def post(address: str, body: bytes, **headers: str) -> httpx.Response:
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.post(f"{address}/mcp", content=body, headers=sent, timeout=30)


PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()


def test_the_door_holds_before_mcp_too(address: str) -> None:
    assert post(address, PING).status_code == 200
    assert post(address, PING, Host="evil.example").status_code == 421
    assert post(address, PING, Origin="https://evil.example").status_code == 403
    assert post(address, PING, Sec_Fetch_Site="cross-site").status_code == 403
    assert post(address, PING, Content_Type="text/plain").status_code == 400
    assert post(address, b" " * (2 << 20)).status_code == 413
    assert "access-control-allow-origin" not in post(address, PING).headers
    assert "default-src 'self'" in post(address, PING).headers["content-security-policy"]


def test_a_key_opens_mcp_and_nothing_of_it_is_shown_without(collection: Path) -> None:
    _, secret = Keys(collection / "keys.json").add("an assistant", ["ask"])

    async def work(address: str) -> None:
        headers = {"Authorization": f"Bearer {secret.reveal()}"}
        async with httpx2.AsyncClient(headers=headers) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport) as client:
                question, words = QUESTIONS[0]
                answer = given(await client.call_tool("ask", {"question": question}))
                assert words in answer["quotes"][0]["text"]

    with running(create_app(collection, chat=False)) as address:
        for headers in ({}, {"Authorization": "Bearer cita_0_wrong"}):
            refused = post(address, PING, **headers)
            assert refused.status_code == 401
            assert "tools" not in refused.text
            assert httpx.get(f"{address}/mcp", headers=headers).status_code == 401
        asyncio.run(asyncio.wait_for(work(address), 60))


def test_a_call_that_takes_too_long_is_ended(data: Path) -> None:
    settings = Settings(data=data, limits=Limits(seconds=0.0001))

    async def work() -> None:
        with running(create_app(data, chat=False, settings=settings)) as address:
            async with Client(f"{address}/mcp") as client:
                said = refused(await client.call_tool("ask", {"question": QUESTIONS[0][0]}))
                assert "took longer than" in said

    run(work)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_nothing_stays_open_and_there_is_no_session_to_end(address: str, method: str) -> None:
    refused = httpx.request(method, f"{address}/mcp", headers={"Accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert "mcp-session-id" not in post(address, PING).headers


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"NaN", b"[" * 100_000, b"\xff", b'{"jsonrpc": "2.0", "id": 1}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": 5}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": []}}',
    ],
)  # fmt: skip
def test_a_body_of_the_wrong_form_is_told_apart(address: str, body: bytes) -> None:
    response = post(address, body)
    assert response.status_code in (200, 400, 404)
    assert '"error"' in response.text
    assert "Traceback" not in response.text


def test_without_the_extra_the_command_and_the_path_say_what_to_install(data: Path) -> None:
    hidden = (
        "import sys\nsys.modules['mcp'] = None\nfrom pathlib import Path\n"
        "from fastapi.testclient import TestClient\nfrom ui.api import create_app\n"
        "with TestClient(create_app(Path(sys.argv[2]), chat=False), base_url='http://localhost') as client:\n"
        "    print(client.post('/mcp').text)\n"
        "sys.argv = ['cita', 'mcp', '--data', sys.argv[2]]\nfrom ui.cli import main\nmain()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", hidden, "-", str(data)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["status"] == 501
    assert "pip install 'cita[mcp]'" in ran.stdout
    assert ran.stderr.splitlines()[-1].startswith("cita: the package `mcp` is not installed")


def test_standard_output_carries_nothing_but_the_protocol(data: Path) -> None:
    def message(id: int, method: str, **params: Any) -> bytes:
        return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n"

    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    lines = [
        message(1, "initialize", **about),
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n',
        b"this is no JSON\n",
        message(2, "tools/call", name="ask", arguments={"question": "Кто требует повысить зарплату?"}),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "mcp", "--data", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(lines))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline())]
        while told[-1].get("id") != 2:
            told.append(json.loads(process.stdout.readline()))
        # The end of the input ends the process, which has nothing more to say.
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(30) == 0
    assert told[0]["result"]["serverInfo"]["name"] == "cita"
    assert "Профсоюз" in told[-1]["result"]["structuredContent"]["quotes"][0]["text"]


def test_an_interrupt_ends_the_process(data: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "mcp", "--data", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) != 0
        assert process.stdout.read() == b""
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.slow
def test_a_whole_server_stops_in_time_while_a_client_is_connected(collection: Path, tmp_path: Path) -> None:
    async def work() -> None:
        with whole_server(collection, tmp_path / "log") as (process, address):
            async with Client(f"{address}/mcp", mode="legacy") as client:
                question, words = QUESTIONS[1]
                answer = given(await client.call_tool("ask", {"question": question}))
                assert words in answer["quotes"][0]["text"]
                started = time.monotonic()
                process.terminate()
                await asyncio.to_thread(process.wait, GRACE + 5)
                assert time.monotonic() - started < GRACE

    run(work)
