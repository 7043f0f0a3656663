"""The HTTP API under /v1, its documentation, and the app that carries the chat as well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from index.article import Article
from index.errors import Busy, CitaError, NotFound
from index.info import Info
from index.jobs import Job
from index.listing import Order
from index.removed import Removed
from index.scope import Scope
from index.worker import Worker
from qa.answer import Answer
from qa.messages import PHRASES
from ui import (
    description,
    doors,
    editing,
    evaluating,
    exports,
    history,
    jobroutes,
    judging,
    library,
    mcp,
    openai,
    problems,
    streaming,
    suggesting,
    tending,
    uploads,
)
from ui.asking import ask_checked
from ui.collection import Collection as Articles
from ui.fields import Code, Day, Name, Words, scope_of, turns_of
from ui.guard import protections
from ui.lists import Found, Page, page
from ui.metrics import Metrics
from ui.models import asking_for, models_of
from ui.problems import responses, told
from ui.questions import Question, Search
from ui.running import Event, Runner, Tell
from ui.settings import Settings
from ui.siblings import Siblings

Fetch = Callable[[str], Job]

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes one request may carry."""

LEAVE = 1.0
"""Seconds a job, and work, get to come to a good end when the server stops; cut off, they go on later too."""

ASSETS = Path(__file__).parent / "assets"

SAMPLES = Path(__file__).parent / "sample" / "articles"

DEGRADED = "a damaged part of the index was set aside, and searches are slower: run `cita rebuild`"
"""What clients are told of it; the folder and the cause are for the server's own user (`cita info`)."""


_FOUND = TypeAdapter(Found)


class _Assets(StaticFiles):
    """Our own style sheets and scripts, asked for again after an update of cita."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(
    data: Path,
    *,
    chat: bool = True,
    hosts: Collection[str] = (),
    examples: Mapping[str, str] | None = None,
    samples: Path | None = None,
    embedder: str | None = None,
    network: bool = False,
    settings: Settings | None = None,
    siblings: Siblings | None = None,
    sibling: bool = False,
) -> FastAPI:
    """The app of one data folder, which need not exist yet.

    `chat` puts the chat page at /; `examples` are questions offered on the start page, by their
    language; `samples` is a folder of articles that an empty collection offers to load. `hosts`,
    `embedder` and `network` are settings in short, for where `settings` is left out. `siblings` are
    processes that questions are passed on to; `sibling` is for the app in one of those, which does no jobs.
    """
    if settings is None:
        settings = Settings(data=data, hosts=tuple(hosts), embedder=embedder, allow_network=network)
    articles = Articles(data, embedder=settings.embedder, models=models_of(settings))
    seconds = settings.limits.seconds + articles.models.seconds
    worker = Worker(data, network=settings.allow_network, embedder=settings.embedder)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if not sibling:
            worker.start()
        async with nullcontext() if sibling else tools.lifespan():
            yield
        ended = await run_in_threadpool(runner.close, LEAVE)
        if siblings is not None:
            siblings.close()
        await run_in_threadpool(worker.stop, LEAVE)
        await run_in_threadpool(app.state.bench.close, LEAVE)
        await run_in_threadpool(app.state.evaluations.close)
        if ended:
            articles.close()
        if app.state.tracing is not None:
            await run_in_threadpool(app.state.tracing.close)

    app = FastAPI(
        title="cita",
        version="1",
        description="Answers questions about a collection of articles with verbatim quotes.",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,  # an Answer is one thing, given or sent back to be exported
        lifespan=lifespan,
    )
    app.state.settings = settings
    runner = Runner(seconds)
    counted = doors.install(app, settings, articles, siblings)
    problems.install(app)
    _asking(app, articles, runner, counted)
    _reading(app, articles)
    _writing(app, articles, samples, jobroutes.fetching(data, worker.wake, allowed=settings.allow_network))
    removed = Removed()
    editing.install(app, articles, removed)
    app.state.evaluations = evaluating.install(app, articles, (samples or SAMPLES).parent)
    exports.install(app, articles)
    library.install(app, articles, removed)
    suggesting.install(app, articles)
    judging.install(app, articles)
    history.install(app, articles)
    jobroutes.install(app, articles, worker.wake)
    app.state.bench = tending.install(app, articles)
    openai.install(app, articles, runner, counted)
    tools = mcp.install(app, articles, seconds)
    _pages(app)
    description.complete(app)
    if chat:
        from ui.chat import mount  # gradio takes seconds to import: only where it is wanted

        mount(app, articles, examples=examples or {})
    return app


def _asking(app: FastAPI, articles: Articles, runner: Runner, metrics: Metrics) -> None:
    @app.post(
        "/v1/ask",
        response_model=Answer,
        responses={200: streaming.DESCRIBED, **responses(400, 404, 409, 413, 422, 429, 500, 503)},
    )
    async def ask(asked: Question, request: Request) -> Response:
        """Answer a question with verbatim quotes and their sources.

        For every quote, `article.text[start:end] == text`, counted in Unicode code points. With
        `Accept: text/event-stream` the answer comes as events: `stage`, `quote`, `text`, `done`, or `error`.
        Where a language model writes the answer, `text` comes as it is written, each sentence checked
        against the stored text; should the answer come out without the model, `done` has another text.
        """
        models = asking_for(articles.models, llm=asked.llm, translate=asked.translate)

        def work(tell: Tell) -> Answer:
            answer = ask_checked(
                articles.index(),
                asked.question,
                language=asked.language,
                scope=scope_of(asked.scope),
                explain=asked.explain,
                on_stage=lambda stage: tell(Event("stage", {"stage": stage})),
                on_text=lambda text: tell(Event("text", {"text": text})),
                models=models,
                conversation=turns_of(asked.conversation),
            )
            metrics.answer(answer)
            return answer

        return await streaming.answered(request, runner, work)

    @app.post("/v1/search", response_model=Found, responses=responses(400, 404, 409, 413, 422, 429, 500, 503))
    async def search(wanted: Search, request: Request) -> Response:
        """Find the passages nearest to a question, with the signals behind their places."""

        def work(tell: Tell) -> bytes:
            hits = articles.index().search(wanted.question, wanted.k, scope=scope_of(wanted.scope))
            return _FOUND.dump_json(Found(wanted.question, hits))

        body = await runner.result(request, work, quick=True)
        return Response(body, media_type="application/json")


def _reading(app: FastAPI, articles: Articles) -> None:
    @app.get("/v1/articles", responses=responses(404, 409, 422, 500))
    def list_articles(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[str | None, Query(max_length=3000, description="`next` of the page before")] = None,
        q: Annotated[
            Words, Query(description="words that title, outlet, author, address or text all have")
        ] = "",
        outlet: Annotated[list[Name], Query(max_length=100, description="any of these")] = [],  # noqa: B006
        language: Annotated[list[Code], Query(max_length=100, description="any of these")] = [],  # noqa: B006
        since: Annotated[Day | None, Query(alias="from", description="first day")] = None,
        until: Annotated[Day | None, Query(alias="to", description="last day")] = None,
        order: Annotated[Order, Query(description="by id, by date, or by title")] = "id",
    ) -> Page:
        """List the articles, without their texts, page by page."""
        scope = Scope(since, until, tuple(outlet), tuple(language))
        return page(articles, scope, q, order=order, after=after, limit=limit)

    @app.get("/v1/articles/{article_id}", response_model=Article, responses=responses(404, 409, 500))
    def get_article(article_id: str) -> Response:
        """Get one article with the stored text that offsets count."""
        return Response(editing.shown(articles.index().article(article_id)), media_type="application/json")

    @app.get("/v1/info", responses=responses(404, 409, 500))
    def info() -> Info:
        """Say what the collection holds; 404 while it holds nothing."""
        known = articles.index().info()
        return replace(known, degraded=DEGRADED) if known.degraded else known

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Say that the server is up."""
        return {"status": "ok"}

    @app.get("/readyz", responses=responses(503))
    def readyz() -> dict[str, str]:
        """Say that questions can be answered; 503 while the collection cannot be opened."""
        try:
            articles.size()
        except CitaError as error:
            raise Busy(told(error)) from None
        return {"status": "ready"}


def _writing(app: FastAPI, articles: Articles, samples: Path | None, fetch: Fetch) -> None:
    @app.post(
        "/v1/articles",
        status_code=201,
        openapi_extra={"requestBody": uploads.REQUEST_BODY},
        responses={
            200: {"model": uploads.ReportBody, "description": "Nothing new: what became of each input"},
            201: {"model": uploads.ReportBody, "description": "What became of each input"},
            202: {"model": Job, "description": "An address, handed in as a job"},
            **responses(400, 403, 409, 413, 415, 422, 500, 503, 507),
        },
    )
    async def add_articles(request: Request) -> JSONResponse:
        """Add one article as JSON, or files as a multipart form.

        Files of any kind that `cita ingest` reads, told by their content: text, Markdown, HTML, MHTML, PDF,
        Word, EPUB, JSON, JSON Lines, CSV, feeds, NITF, NewsML, WARC, and ZIP archives of these. An address
        alone is fetched as a job, where the server is allowed to; else it is 403.
        """
        json = request.headers.get("content-type", "").lower().startswith("application/json")
        if json and (url := uploads.address_in(await request.body())) is not None:
            job = await run_in_threadpool(fetch, url)
            headers = {"Location": f"/v1/jobs/{job.id}"}
            return JSONResponse(asdict(job), status_code=202, headers=headers)
        async with uploads.received(request) as files:
            report = await run_in_threadpool(articles.add, uploads.records(files))
        fresh = report.count("added") + report.count("updated")
        return JSONResponse(report.to_json(), status_code=201 if fresh else 200)

    @app.post(
        "/v1/articles/sample",
        responses={200: {"model": uploads.ReportBody}, **responses(404, 409, 500, 503)},
    )
    def add_sample() -> JSONResponse:
        """Add the sample articles that ship with cita."""
        if samples is None:
            raise NotFound("this server has no sample articles: add your own with POST /v1/articles")
        return JSONResponse(articles.add_files([samples]).to_json())


def _pages(app: FastAPI) -> None:
    app.mount("/cita/phrases", _Assets(directory=PHRASES), name="phrases")
    app.mount("/cita", _Assets(directory=ASSETS), name="assets")

    @app.get("/docs", include_in_schema=False)
    def docs() -> FileResponse:
        return FileResponse(ASSETS / "docs.html", headers=protections())
