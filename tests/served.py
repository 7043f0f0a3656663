"""The app behind a real uvicorn with our own connections, in a thread of the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from ui.api import create_app
from ui.connections import connection, unbroken
from ui.settings import Settings


@contextmanager
def served(data: Path, **more: Any) -> Iterator[int]:
    """The port of a server of `data`, without the chat page; `more` are settings."""
    settings = Settings(data=data, **more)
    limits = settings.limits
    app = create_app(data, chat=False, settings=settings)
    config = uvicorn.Config(
        unbroken(app),
        http=connection(most=limits.connections, idle=limits.idle_seconds, slow=limits.body_seconds),
        log_config=None,
        access_log=False,
        timeout_keep_alive=int(limits.idle_seconds),
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as sock:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(30)
