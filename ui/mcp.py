"""The tools by the Model Context Protocol: at /mcp (streamable HTTP), and by `cita mcp` on standard streams.

Over HTTP nothing is kept of a client: each request stands for itself, so there are no sessions to fill the
memory, none to end, and no stream that would hold up a stop of the server. Needs the extra `mcp`.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from starlette.routing import Route

from index.errors import CitaError, Incompatible
from ui.collection import Collection
from ui.problems import problem, told
from ui.tools import INSTRUCTIONS, TOOLS, Tool

if TYPE_CHECKING:
    from fastapi import FastAPI
    from mcp.server.lowlevel.server import Server
    from mcp.types import CallToolResult

PATH = "/mcp"

LARGEST = 1 << 20
"""Bytes of one message."""

_MISSING = "the package `mcp` is not installed: run `pip install 'cita[mcp]'`, then try again"

_log = logging.getLogger(__name__)


def server(articles: Collection, seconds: float = math.inf) -> Server[Any]:
    """The protocol's server, which offers `TOOLS` over `articles`; a call may take some `seconds`.

    Raises Incompatible without the extra.
    """
    try:
        from mcp import types
        from mcp.server.lowlevel.server import Server
        from mcp.shared.exceptions import MCPError
    except ImportError:
        raise Incompatible(_MISSING) from None

    known = {tool.name: tool for tool in TOOLS}
    listing = [
        types.Tool(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            input_schema=tool.takes,
            output_schema=tool.result,
            annotations=types.ToolAnnotations(
                title=tool.title,
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )
        for tool in TOOLS
    ]

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listing)

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = known.get(params.name)
        if tool is None:
            said = f"there is no tool {params.name[:80]!r}: expected one of {', '.join(known)}"
            raise MCPError(types.INVALID_PARAMS, said)
        with anyio.move_on_after(seconds):
            call = partial(_called, tool, articles, params.arguments or {})
            return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
        return _error(f"this took longer than {seconds:g} s and was stopped: ask again, or for less")

    return Server(
        "cita",
        title="cita",
        version=version("cita"),
        description="Answers about a collection of news articles, in verbatim quotes.",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _called(tool: Tool[Any], articles: Collection, arguments: dict[str, Any]) -> CallToolResult:
    """What a tool gives, as data and as the same in text; or, as text, why it gives nothing."""
    from mcp.types import CallToolResult, TextContent

    try:
        given = tool.call(articles, arguments)
    except CitaError as error:
        return _error(told(error))
    except Exception as error:  # its words might tell of the server's inside: they are for the log
        _log.error("the tool %s failed", tool.name, exc_info=error)
        return _error("the server met an error of its own; its log says more")
    text = TextContent(type="text", text=json.dumps(given, ensure_ascii=False))
    return CallToolResult(content=[text], structured_content=given)


def _error(said: str) -> CallToolResult:
    """An error that is for the caller's model to read, as the protocol wants those of tools."""
    from mcp.types import CallToolResult, TextContent

    return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)


class Endpoint:
    """The ASGI app at `PATH`, alive within its `lifespan`; a call may take some `seconds`."""

    def __init__(self, articles: Collection, seconds: float) -> None:
        self._articles = articles
        self._seconds = seconds
        self._manager: Any = None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """For the app's own; where the extra is missing, the path says so."""
        try:
            served = server(self._articles, self._seconds)
        except Incompatible:
            yield
            return
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # Who may come in, and from where, has been settled by the door (`ui.guard`) and the key check.
        manager = StreamableHTTPSessionManager(served, stateless=True, max_request_body_size=LARGEST)
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._manager is None:
            await problem(501, _MISSING)(scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)


def install(app: FastAPI, articles: Collection, seconds: float) -> Endpoint:
    """Add the path to `app`, whose lifespan must hold the endpoint's."""
    endpoint = Endpoint(articles, seconds)
    # Without sessions there is nothing to listen to (GET) nor to end (DELETE): those are answered by 405.
    app.router.routes.append(Route(PATH, endpoint, methods=["POST"]))
    return endpoint


def serve_stdio(data: Path) -> None:
    """Serve the collection in `data` over standard input and output until the input ends.

    Standard output carries the protocol and nothing else: whatever else is written to it goes to the error
    stream. Raises Incompatible without the extra.
    """
    import signal

    articles = Collection(data)
    served = server(articles)
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            await served.run(incoming, outgoing, served.create_initialization_options())

    # A thread waits for input meanwhile, and nothing is written to the collection: an interrupt ends it all.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(run)
    finally:
        articles.close()
