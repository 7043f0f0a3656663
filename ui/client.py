"""A client of a cita server, for Python: the same methods at once (`Cita`) and as coroutines (`AsyncCita`).

    from ui.client import Cita

    with Cita("http://127.0.0.1:8000", api_key="cita_…") as cita:
        answer = cita.ask("¿Cuántas personas fueron evacuadas?")
        for article in cita.articles():
            print(article.id, article.title)

What comes back are cita's own objects: `Answer`, `Hit`, `Article`, `Report`, `Job`, `Info`, `Feedback`. What
goes wrong is raised as `ui.refusals` has it. A request is sent again when the server asks for that, with
Retry-After or without, and when no answer came; nothing is done twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack
from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, overload

import httpx

from index.scope import Scope
from ui import calls
from ui.calls import Earlier
from ui.eventstream import ANSWER, Done, Event, Events, Quoted, Stage, Text
from ui.exchange import Pause, Plan, Send, exchange, parsed, persistent, reading
from ui.refusals import Conflicting, Denied, Failed, Missing, Refusal, TryLater, Unreachable, Wrong

if TYPE_CHECKING:
    from index.listing import Order

__all__ = [
    "AsyncCita",
    "Cita",
    "Conflicting",
    "Denied",
    "Done",
    "Event",
    "Failed",
    "Missing",
    "Quoted",
    "Refusal",
    "Scope",
    "Stage",
    "Text",
    "TryLater",
    "Unreachable",
    "Wrong",
]

ADDRESS = "http://127.0.0.1:8000"
"""Where `cita serve` listens unless told otherwise."""

P = ParamSpec("P")
T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)


class _Method(Generic[P, T]):
    """A plan as a method: of `Cita` it gives the result, of `AsyncCita` a coroutine of it."""

    def __init__(self, plan: Callable[P, Plan[T]]) -> None:
        self._plan = plan

    @overload
    def __get__(self, client: Cita, owner: object = None) -> Callable[P, T]: ...

    @overload
    def __get__(self, client: AsyncCita, owner: object = None) -> Callable[P, Coroutine[Any, Any, T]]: ...

    @overload
    def __get__(self, client: None, owner: object = None) -> Callable[P, Plan[T]]: ...

    def __get__(self, client: Cita | AsyncCita | None, owner: object = None) -> Any:
        if client is None:
            return self._plan  # so that `help(Cita)` shows it

        @wraps(self._plan)
        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client._carried_out(persistent(self._plan(*args, **kwargs), client.retries))

        return method


class _Methods(Generic[H]):
    """What both kinds can do."""

    ask = _Method(calls.ask)
    search = _Method(calls.search)
    info = _Method(calls.info)
    page = _Method(calls.page)
    article = _Method(calls.article)
    add = _Method(calls.add)
    add_files = _Method(calls.add_files)
    change = _Method(calls.change)
    delete = _Method(calls.delete)
    hand_in = _Method(calls.hand_in)
    jobs = _Method(calls.jobs)
    job = _Method(calls.job)
    outcomes = _Method(calls.outcomes)
    wait = _Method(calls.wait)
    cancel = _Method(calls.cancel)
    retry = _Method(calls.retry)
    judge = _Method(calls.judge)
    feedback = _Method(calls.feedback)
    take_back = _Method(calls.take_back)

    _kind: type[H]

    def __init__(
        self, address: str = ADDRESS, *, api_key: str | None = None, timeout: float = 60.0, retries: int = 3
    ) -> None:
        """A client of the server at `address`, with a key where that wants one.

        `timeout` is in seconds, for each wait on the network; `retries` is how often one request is sent
        again at most.
        """
        self.retries = retries
        self._http: H = self._kind(
            base_url=address,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)),
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            # The proxies that the environment names are for elsewhere.
            trust_env=httpx.URL(address).host not in ("localhost", "127.0.0.1", "::1"),
        )


def _request(client: httpx.Client | httpx.AsyncClient, step: Send, opened: ExitStack) -> httpx.Request:
    """The request; its files are open until the stack is closed."""
    headers = dict(step.headers)
    files = [("files", (path.name, opened.enter_context(path.open("rb")))) for path in step.files]
    if files:
        # The same request sent again is the same to the byte, boundary and all.
        headers["Content-Type"] = f"multipart/form-data; boundary={step.headers['Idempotency-Key']}"
    return client.build_request(
        step.method, step.path, params=step.params, json=step.json, files=files or None, headers=headers
    )


class Cita(_Methods[httpx.Client]):
    """A client of a server; may be used from several threads. Use as a context manager, or call `close`."""

    _kind = httpx.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def stream(
        self,
        question: str,
        *,
        language: str | None = None,
        scope: Scope | None = None,
        explain: bool = False,
        conversation: Sequence[Earlier] = (),
    ) -> Iterator[Event]:
        """As `ask`, as it happens: stages as they begin, quotes and text as they come, `Done` at the end."""
        asked = calls.asking(question, language, scope, explain, conversation, events=True)
        response = self._carried_out(exchange(asked, self.retries))
        try:
            events = Events()
            with reading():
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    yield Done(parsed(ANSWER, response.read()))
                    return
                for chunk in response.iter_bytes():
                    yield from events.read(chunk)
            events.end()
        finally:
            response.close()

    def articles(
        self, *, words: str = "", scope: Scope | None = None, order: Order = "id", limit: int = 100
    ) -> Iterator[Any]:
        """The articles in `scope` that have all the `words`, without their texts; `limit` is how many are
        asked for at a time."""
        after: str | None = None
        while True:
            page = self.page(words=words, scope=scope, order=order, limit=limit, after=after)
            yield from page.articles
            if (after := page.next) is None:
                return

    def _carried_out(self, plan: Plan[T]) -> T:
        given: httpx.Response | None = None
        failed: httpx.TransportError | None = None
        while True:
            try:
                step = plan.send(given) if failed is None else plan.throw(failed)
            except StopIteration as end:
                result: T = end.value
                return result
            given, failed = None, None
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                continue
            try:
                given = self._sent(step)
            except httpx.TransportError as error:
                failed = error

    def _sent(self, step: Send) -> httpx.Response:
        with ExitStack() as opened:
            response = self._http.send(_request(self._http, step, opened), stream=step.streamed)
            if not response.is_success:
                response.read()
            return response


class AsyncCita(_Methods[httpx.AsyncClient]):
    """As `Cita`, for coroutines: what is called there is awaited here, what is iterated there `async for`."""

    _kind = httpx.AsyncClient

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def stream(
        self,
        question: str,
        *,
        language: str | None = None,
        scope: Scope | None = None,
        explain: bool = False,
        conversation: Sequence[Earlier] = (),
    ) -> AsyncIterator[Event]:
        """As `ask`, as it happens: stages as they begin, quotes and text as they come, `Done` at the end."""
        asked = calls.asking(question, language, scope, explain, conversation, events=True)
        response = await self._carried_out(exchange(asked, self.retries))
        try:
            events = Events()
            with reading():
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    yield Done(parsed(ANSWER, await response.aread()))
                    return
                async for chunk in response.aiter_bytes():
                    for event in events.read(chunk):
                        yield event
            events.end()
        finally:
            await response.aclose()

    async def articles(
        self, *, words: str = "", scope: Scope | None = None, order: Order = "id", limit: int = 100
    ) -> AsyncIterator[Any]:
        """The articles in `scope` that have all the `words`, without their texts; `limit` is how many are
        asked for at a time."""
        after: str | None = None
        while True:
            page = await self.page(words=words, scope=scope, order=order, limit=limit, after=after)
            for article in page.articles:
                yield article
            if (after := page.next) is None:
                return

    async def _carried_out(self, plan: Plan[T]) -> T:
        given: httpx.Response | None = None
        failed: httpx.TransportError | None = None
        while True:
            try:
                step = plan.send(given) if failed is None else plan.throw(failed)
            except StopIteration as end:
                result: T = end.value
                return result
            given, failed = None, None
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                continue
            try:
                given = await self._sent(step)
            except httpx.TransportError as error:
                failed = error

    async def _sent(self, step: Send) -> httpx.Response:
        with ExitStack() as opened:
            response = await self._http.send(_request(self._http, step, opened), stream=step.streamed)
            if not response.is_success:
                await response.aread()
            return response
