"""The server process: one uvicorn worker with the chat, the API and its documentation."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from index.errors import BadInput, CitaError, NotFound

SWITCH = 0.001
"""Seconds a thread may hold the interpreter while another waits for it."""

GRACE = 5
"""Seconds an open connection may hold up a stop: a browser tab's event stream never ends by itself."""


def serve(
    data: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    examples: Mapping[str, str] | None = None,
    samples: Path | None = None,
    network: bool = False,
) -> None:
    """Serve the collection in `data` until interrupted or terminated.

    `examples` are questions for the start page, by language; when left out, those about the sample
    articles where the collection is empty or holds them. `samples` is the folder an empty collection
    offers to load; `network` allows jobs to fetch addresses. Raises BadInput for an address that
    cannot be listened on.
    """
    sock = _listen(host, port)
    with sock:
        _run(sock, data, host, examples, samples, network)


def _run(
    sock: socket.socket,
    data: Path,
    host: str,
    examples: Mapping[str, str] | None,
    samples: Path | None,
    network: bool,
) -> None:
    import uvicorn

    from ui.api import create_app
    from ui.demo import SAMPLE

    samples = samples or SAMPLE / "articles"
    app = create_app(
        data,
        hosts=[host],
        examples=sample_questions(data, samples) if examples is None else examples,
        samples=samples,
        network=network,
    )
    # The event loop asks the threads that reckon for the interpreter a thousand times a second instead of two
    # hundred: with many people at once it has hundreds of small things to do between two answers.
    sys.setswitchinterval(SWITCH)
    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    if not is_loopback(host):
        print(
            f"cita: {host} can be reached from other machines, and whoever reaches it can ask, add and "
            "remove articles: put a proxy that asks for a login in front of it",
            file=sys.stderr,
        )
    name, port = (f"[{host}]" if ":" in host else host), sock.getsockname()[1]
    address = f"http://{name}:{port}"
    print(f"cita is at {address}/ (API: {address}/docs); stop it with Ctrl+C", flush=True)
    uvicorn.Server(config).run(sockets=[sock])


def sample_questions(data: Path, samples: Path) -> dict[str, str]:
    """The questions about the sample articles, for a collection that is empty or holds any of them."""
    from index.search import Index
    from ui.demo import examples

    names = {path.name for path in samples.iterdir()}
    try:
        with Index.open(data) as index:
            known = index.articles(limit=1000)
    except NotFound:
        return examples()
    except CitaError:
        return {}  # the page opens all the same, and tells what is wrong when it is asked
    held = any(Path(article.input.rpartition(":")[0] or article.input).name in names for article in known)
    return examples() if held or not known else {}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken first: a port in use is told before seconds of loading."""
    try:
        (family, *_), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {host} port {port} ({error.strerror or error}): expected an address of this "
            "machine and a free port; choose others with --host and --port"
        ) from None
