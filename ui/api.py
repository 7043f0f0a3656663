"""The HTTP API under /v1, its documentation, and the app that carries the chat as well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, make_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from index.article import Article
from index.errors import NotFound
from index.hit import Hit
from index.info import Info
from index.worker import Worker
from qa.answer import Answer
from qa.messages import PHRASES
from ui import (
    evaluating,
    exports,
    history,
    jobroutes,
    judging,
    library,
    problems,
    suggesting,
    tending,
    uploads,
)
from ui.asking import ask_checked
from ui.collection import Collection as Articles
from ui.fields import Code, Limits, Words, scope_of
from ui.guard import Guard, protections
from ui.problems import responses

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes one request may carry."""

ASSETS = Path(__file__).parent / "assets"

SAMPLES = Path(__file__).parent / "sample" / "articles"

DEGRADED = "a damaged part of the index was set aside, and searches are slower: run `cita rebuild`"
"""What clients are told of it; the folder and the cause are for the server's own user (`cita info`)."""


class Question(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    language: Code | None = Field(None, description="that of the question; told from its words when left out")
    scope: Limits | None = None
    explain: bool = Field(False, description="say in `explanation` why the answer is what it is")


class Search(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    k: int = Field(10, ge=1, le=100, description="how many passages")
    scope: Limits | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The passages nearest to a question, best first."""

    question: str
    hits: list[Hit]


_NOT_LISTED = frozenset({"text", "captions"})
_HINTS = get_type_hints(Article)
Listed = make_dataclass(
    "Listed",
    [(field.name, _HINTS[field.name]) for field in fields(Article) if field.name not in _NOT_LISTED],
    frozen=True,
)
"""An `Article` without its text and captions, for lists; made from the article's own fields."""


class Page(BaseModel):
    """Some articles in order of id, and the cursor to go on from."""

    articles: list[Listed]  # type: ignore[valid-type]
    next: str | None = Field(None, description="pass it as `after` for the next page; null on the last one")


def _listed(article: Article) -> Any:
    return Listed(**{field.name: getattr(article, field.name) for field in fields(Listed)})


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
) -> FastAPI:
    """The app of one data folder, which need not exist yet.

    `chat` puts the chat page at /; `hosts` are names other than the loopback ones under which the
    server is reached; `examples` are questions offered on the start page, by their language;
    `samples` is a folder of articles that an empty collection offers to load; `embedder` is the
    model of a new collection; `network` allows jobs to fetch addresses.
    """
    articles = Articles(data, embedder=embedder)
    worker = Worker(data, network=network, embedder=embedder)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        worker.start()
        yield
        await run_in_threadpool(worker.stop)
        app.state.bench.close()
        app.state.evaluations.close()
        articles.close()

    app = FastAPI(
        title="cita",
        version="1",
        description="Answers questions about a collection of articles with verbatim quotes.",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,  # an Answer is one thing, given or sent back to be exported
        lifespan=lifespan,
    )
    app.add_middleware(Guard, hosts=hosts, body_limit=BODY_LIMIT)
    problems.install(app)
    _asking(app, articles)
    _reading(app, articles)
    _writing(app, articles, samples)
    app.state.evaluations = evaluating.install(app, articles, (samples or SAMPLES).parent)
    exports.install(app, articles)
    library.install(app, articles)
    suggesting.install(app, articles)
    judging.install(app, articles)
    history.install(app, articles)
    jobroutes.install(app, articles, worker.wake)
    app.state.bench = tending.install(app, articles)
    _pages(app)
    if chat:
        from ui.chat import mount  # gradio takes seconds to import: only where it is wanted

        mount(app, articles, examples=examples or {})
    return app


def _asking(app: FastAPI, articles: Articles) -> None:
    @app.post("/v1/ask", responses=responses(400, 404, 409, 413, 422, 500, 503))
    def ask(asked: Question) -> Answer:
        """Answer a question with verbatim quotes and their sources.

        For every quote, `article.text[start:end] == text`, counted in Unicode code points.
        """
        return ask_checked(
            articles.index(),
            asked.question,
            language=asked.language,
            scope=scope_of(asked.scope),
            explain=asked.explain,
        )

    @app.post("/v1/search", responses=responses(400, 404, 409, 413, 422, 500, 503))
    def search(wanted: Search) -> Found:
        """Find the passages nearest to a question, with the signals behind their places."""
        hits = articles.index().search(wanted.question, wanted.k, scope=scope_of(wanted.scope))
        return Found(wanted.question, hits)


def _reading(app: FastAPI, articles: Articles) -> None:
    @app.get("/v1/articles", responses=responses(404, 409, 422, 500))
    def list_articles(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[str | None, Query(max_length=100, description="`next` of the page before")] = None,
    ) -> Page:
        """List the articles, without their texts, in order of id."""
        if articles.size() == 0:
            return Page(articles=[], next=None)
        found = articles.index().articles(after=after, limit=limit + 1)
        shown = found[:limit]
        more = shown[-1].id if len(found) > limit else None
        return Page(articles=[_listed(one) for one in shown], next=more)

    @app.get("/v1/articles/{article_id}", responses=responses(404, 409, 500))
    def get_article(article_id: str) -> Article:
        """Get one article with the stored text that offsets count."""
        return articles.index().article(article_id)

    @app.get("/v1/info", responses=responses(404, 409, 500))
    def info() -> Info:
        """Say what the collection holds; 404 while it holds nothing."""
        told = articles.index().info()
        return replace(told, degraded=DEGRADED) if told.degraded else told

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the server is up."""
        return {"status": "ok"}


def _writing(app: FastAPI, articles: Articles, samples: Path | None) -> None:
    @app.post(
        "/v1/articles",
        status_code=201,
        openapi_extra={"requestBody": uploads.REQUEST_BODY},
        responses={
            200: {"model": uploads.ReportBody, "description": "Nothing new: what became of each input"},
            201: {"model": uploads.ReportBody, "description": "What became of each input"},
            **responses(400, 409, 413, 415, 422, 500, 503),
        },
    )
    async def add_articles(request: Request) -> JSONResponse:
        """Add one article as JSON, or files as a multipart form.

        Files of any kind that `cita ingest` reads, told by their content: text, Markdown, HTML, MHTML, PDF,
        Word, EPUB, JSON, JSON Lines, CSV, feeds, NITF, NewsML, WARC, and ZIP archives of these.
        """
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
