"""Real web servers on the loopback address for the tests of the guard and of what is read through it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from index.fetch import Fetcher
from index.guard import Address, Guard

Respond = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def serving(routes: dict[str, Respond]) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """(base address, requests seen) of a server that answers by path; robots.txt is missing unless given."""
    seen: list[tuple[str, dict[str, str]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append((self.path, dict(self.headers)))
            self.close_connection = True
            with suppress(OSError):  # the client has had enough
                routes.get(self.path, lambda h: send(h, b"", 404))(self)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: http.server.BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    given = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    for name, value in (given | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def said(body: bytes = b"<p>hola", status: int = 200, **headers: str) -> Respond:
    return lambda handler: send(handler, body, status, **headers)


def local(**more: object) -> Fetcher:
    """A fetcher that may go to the loopback address, on any port."""
    loopback: Callable[[Address], bool] = lambda address: address.is_loopback  # noqa: E731
    return Fetcher(guard=Guard(allowed=loopback, ports=None), pause=0, **more)  # type: ignore[arg-type]
