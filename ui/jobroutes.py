"""The API's /v1/jobs: articles handed in to be read in the background, and what became of them so far."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from index.durable import sync
from index.errors import BadInput, NotFound
from index.jobs import LONE, Job, Jobs, Source
from index.report import Item
from index.worker import OFFLINE
from ui import uploads
from ui.collection import Collection
from ui.fields import Words
from ui.problems import Forbidden, responses
from ui.uploads import NewArticle, Upload

MOST = 1000
"""Inputs one request may hand in."""

Id = Annotated[str, InPath(max_length=40, description="`id` of the job")]


class NewJob(BaseModel):
    """Addresses to fetch, articles to add, or both."""

    model_config = ConfigDict(extra="forbid", strict=True)
    urls: list[Words] = Field([], max_length=MOST, description="pages, feeds or sitemaps, http or https")
    articles: list[NewArticle] = Field([], max_length=MOST)


class Told(BaseModel):
    """Some of a job's outcomes, in order, and where to go on from."""

    job: Job
    items: list[Item]
    next: int | None = Field(
        None, description="pass it as `after` for more; null where there are no more yet"
    )


class Listed(BaseModel):
    """The jobs, the latest first."""

    jobs: list[Job]


def _described() -> dict[str, Any]:
    """The schema of a `NewJob` that refers to nothing outside itself."""
    schema = NewJob.model_json_schema()
    schema["properties"]["articles"]["items"] = schema.pop("$defs")["NewArticle"]
    return schema


_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": _described()},
        "multipart/form-data": {"schema": uploads.REQUEST_BODY["content"]["multipart/form-data"]["schema"]},  # type: ignore[index]
    },
}


def install(app: FastAPI, articles: Collection, wake: Callable[[], None]) -> None:
    """Add the routes to `app`; `wake` is called when a job waits."""
    data = articles.data

    def held() -> Jobs:
        if not (data / "jobs.db").is_file():
            raise NotFound("no job has been handed in yet: POST /v1/jobs does that")
        return Jobs(data)

    @app.post(
        "/v1/jobs",
        status_code=202,
        openapi_extra={"requestBody": _BODY},
        responses={
            202: {"model": Job, "description": "Handed in"},
            **responses(400, 413, 415, 422, 500, 503),
        },
    )
    async def hand_in(request: Request) -> JSONResponse:
        """Hand in files (a multipart form), or addresses and articles (JSON), to be read meanwhile."""
        job = await _received(request, data)
        wake()
        return JSONResponse(asdict(job), status_code=202, headers={"Location": f"/v1/jobs/{job.id}"})

    @app.get("/v1/jobs", responses=responses(422, 500))
    def list_jobs(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Listed:
        """List the jobs, the latest first."""
        return Listed(jobs=Jobs(data).latest(limit=limit) if (data / "jobs.db").is_file() else [])

    @app.get("/v1/jobs/{job_id}", responses=responses(404, 422, 500))
    def show_job(
        job_id: Id,
        after: Annotated[int, Query(ge=0, le=2**31, description="`next` of the page before")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Told:
        """Say how a job goes, and what became of each input and record of it."""
        jobs = held()
        job, items = jobs.get(job_id), jobs.outcomes(job_id, after=after, limit=limit)
        return Told(job=job, items=items, next=after + len(items) if len(items) == limit else None)

    @app.post("/v1/jobs/{job_id}/cancel", responses=responses(404, 422, 500, 503))
    def cancel_job(job_id: Id) -> Job:
        """Stop a job; what it has added stays."""
        return held().cancel(job_id)

    @app.post("/v1/jobs/{job_id}/retry", responses=responses(404, 422, 500, 503))
    def retry_job(job_id: Id) -> Job:
        """Put a job back in line, for the inputs that failed or were not read."""
        job = held().retry(job_id)
        wake()
        return job


def fetching(data: Path, wake: Callable[[], None], *, allowed: bool) -> Callable[[str], Job]:
    """Hands in an address as a job; raises Forbidden where the server may not fetch any."""

    def fetch(url: str) -> Job:
        if not allowed:
            raise Forbidden(OFFLINE)
        job = _handed_in(data, NewJob(urls=[url], articles=[]))
        wake()
        return job

    return fetch


async def _received(request: Request, data: Path) -> Job:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        asked = _parsed(await request.body())
        return await run_in_threadpool(_handed_in, data, asked)
    if kind == "multipart/form-data":
        async with uploads.received(request) as files:
            return await run_in_threadpool(_put_by, data, files)
    raise HTTPException(
        415, f"the body is {kind[:60] or 'of no type'}: send application/json or multipart/form-data"
    )


def _parsed(body: bytes) -> NewJob:
    try:
        return NewJob.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from None


def _handed_in(data: Path, asked: NewJob) -> Job:
    if not asked.urls and not asked.articles:
        raise BadInput("neither urls nor articles: expected at least one of either")
    wrong = next((url for url in asked.urls if not url.lower().startswith(("http://", "https://"))), None)
    if wrong is not None:
        raise BadInput(f"{wrong[:80]!r} is no address: expected one that begins with http:// or https://")
    jobs = Jobs(data)
    job = jobs.reserve()
    sources = [Source("url", url, url) for url in asked.urls]
    for number, article in enumerate(asked.articles):
        path = jobs.folder(job) / f"{number}{LONE}"
        path.write_text(json.dumps(article.model_dump(exclude_none=True), ensure_ascii=False), "utf-8")
        sync(path)
        sources.append(Source("file", article.url or article.title or "text", str(path)))
    return jobs.add(sources, job=job)


def _put_by(data: Path, files: list[Upload]) -> Job:
    """Move what was received to where it outlives the request and the server."""
    jobs = Jobs(data)
    job = jobs.reserve()
    sources = []
    for number, file in enumerate(files):
        path = jobs.folder(job) / str(number)
        shutil.move(file.path, path)
        sync(path)
        sources.append(Source("file", file.name, str(path)))
    return jobs.add(sources, job=job)
