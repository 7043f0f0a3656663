"""A real server on the loopback address that speaks, and misspeaks, the OpenAI protocol as it is scripted."""

from __future__ import annotations

import http.server
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from qa.llm import ChatServer


@dataclass
class Asked:
    """A request as it came in."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    def excerpts(self) -> list[str]:
        """The texts of the excerpts as the model is shown them."""
        mark = re.search(r"between <<<([0-9a-f]{16}) and", self.system)
        assert mark is not None
        fenced = re.findall(rf"<<<{mark[1]}\n(.*?)\n{mark[1]}>>>", self.user, re.DOTALL)
        return fenced[1:-1:2]  # heading, text, heading, text, …, question


class Line:
    """What a script may do with a connection: send events, raw bytes, statuses, or nothing for a while."""

    def __init__(self, handler: http.server.BaseHTTPRequestHandler, over: threading.Event) -> None:
        self._handler = handler
        self.over = over
        """Set when the test is over: a script that never stops looks at it."""

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def raw(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def event(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        self.raw(f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n".encode())

    def done(self) -> None:
        self.event("", "stop")
        self.raw(b"data: [DONE]\n\n")


Script = Callable[[Line, Asked], None]


@dataclass
class Scripted:
    """A running server: its address, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when a client closed while a script was still writing."""

    def writer(self, limit: float = 20.0, **more: Any) -> ChatServer:
        return ChatServer(self.url, "scripted", limit=limit, **more)


@contextmanager
def scripted(*scripts: Script) -> Iterator[Scripted]:
    """A server whose nth request is answered by the nth script, and further ones by the last."""
    over = threading.Event()
    server_state: list[Scripted] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            state = server_state[0]
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = Asked(body, dict(self.headers))
            state.asked.append(asked)
            script = scripts[min(len(state.asked), len(scripts)) - 1]
            try:
                script(Line(self, over), asked)
            except OSError:
                state.gone.set()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    server_state.append(Scripted(f"http://127.0.0.1:{server.server_port}/v1"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server_state[0]
    finally:
        over.set()
        with suppress(OSError):
            server.shutdown()
        server.server_close()
        thread.join()


def says(text: str, size: int = 7) -> Script:
    """A server that behaves: the text in pieces, then its end."""

    def script(line: Line, _: Asked) -> None:
        line.head()
        for start in range(0, len(text), size):
            line.event(text[start : start + size])
        line.done()

    return script


def answers(make: Callable[[list[str]], str], size: int = 7) -> Script:
    """As `says`, with a text made from the excerpts that were sent."""
    return lambda line, asked: says(make(asked.excerpts()), size)(line, asked)


def status(code: int, **headers: str) -> Script:
    def script(line: Line, _: Asked) -> None:
        line.head(code, "application/json", **headers)
        line.raw(b'{"error": {"message": "no"}}')

    return script


def drips(piece: str, pause: float = 0.05) -> Script:
    """A server that never stops."""

    def script(line: Line, _: Asked) -> None:
        line.head()
        while not line.over.is_set():
            line.event(piece)
            time.sleep(pause)

    return script
