"""The server process: one uvicorn worker with the chat, the API and its documentation."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BadInput, CitaError, NotFound
from ui.guard import is_loopback
from ui.settings import Settings

if TYPE_CHECKING:
    from ui.siblings import Siblings

SWITCH = 0.001
"""Seconds a thread may hold the interpreter while another waits for it."""

GRACE = 2
"""Seconds an open connection may hold up a stop: a browser tab's event stream never ends by itself."""


def serve(
    settings: Settings,
    *,
    examples: Mapping[str, str] | None = None,
    samples: Path | None = None,
) -> None:
    """Serve the collection in `settings.data` until interrupted or terminated.

    `examples` are questions for the start page, by language; when left out, those about the sample
    articles where the collection is empty or holds them. `samples` is the folder an empty collection
    offers to load. Raises BadInput for an address that cannot be listened on.
    """
    _closed_to_others(settings)
    _room(settings.limits.connections)
    with _listen(settings.host, settings.port) as sock:
        if not settings.processes:
            _run(sock, settings, examples, samples)
            return
        from ui.siblings import Siblings

        with Siblings(settings, sock) as siblings:
            _run(sock, settings, examples, samples, siblings)


def _run(
    sock: socket.socket,
    settings: Settings,
    examples: Mapping[str, str] | None,
    samples: Path | None,
    siblings: Siblings | None = None,
) -> None:
    import uvicorn

    from ui import logs
    from ui.api import create_app
    from ui.connections import connection, unbroken
    from ui.demo import SAMPLE

    logs.install(settings)
    samples = samples or SAMPLE / "articles"
    host = settings.host
    app = create_app(
        settings.data,
        settings=settings,
        examples=sample_questions(settings.data, samples) if examples is None else examples,
        samples=samples,
        siblings=siblings,
    )
    # The event loop asks the threads that reckon for the interpreter a thousand times a second instead of two
    # hundred: with many people at once it has hundreds of small things to do between two answers.
    sys.setswitchinterval(SWITCH)
    limits = settings.limits
    config = uvicorn.Config(
        unbroken(app),
        http=connection(most=limits.connections, idle=limits.idle_seconds, slow=limits.body_seconds),
        log_config=None,
        access_log=False,  # ours tells no query
        timeout_keep_alive=int(limits.idle_seconds),
        timeout_graceful_shutdown=GRACE,
        server_header=False,
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


def _room(connections: int) -> None:
    """Have the system let this process hold so many connections, as far as it may: 1,024 files are usual."""
    try:
        import resource
    except ImportError:  # no such limit on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 512
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _closed_to_others(settings: Settings) -> None:
    """Raises BadInput where other machines could come in without a key."""
    from ui.keys import Keys

    if not Keys(settings.keys_file, settings.api_key) and not is_loopback(settings.host):
        raise BadInput(
            f"{settings.host} can be reached from other machines, and there is no key: make one with "
            f"`cita keys add NAME --data {settings.data}` (or set CITA_API_KEY), or listen on 127.0.0.1"
        )


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
