"""The API's routes that look after a collection: long work, backups, export and import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from index import backup as backups
from index.errors import BadInput
from index.faults import translated
from ui.collection import Collection
from ui.fields import Words
from ui.guard import protections
from ui.keeping import plainly, removal_json, tables
from ui.problems import responses
from ui.work import Bench, Progress, Work

What = Literal["rebuild", "reembed", "backup", "restore", "erase", "migrate", "doctor", "repair"]

Name = Annotated[str, Path(max_length=120, description="as `GET /v1/backups` gives it")]


class Wanted(BaseModel):
    """Work to begin."""

    model_config = ConfigDict(extra="forbid", strict=True)
    what: What
    embedder: Annotated[Words, Field(max_length=300)] | None = Field(
        None, description="for reembed: the collection's own, or the bundled one"
    )
    backup: Annotated[Words, Field(max_length=120)] | None = Field(None, description="for restore: its name")
    articles: list[Annotated[Words, Field(max_length=100)]] | None = Field(
        None, max_length=1000, description="for erase: their ids"
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup in the collection's own folder; checked when it was made, and again when it is restored."""

    name: str
    bytes: int


def install(app: FastAPI, articles: Collection) -> Bench:
    """The routes, and where their work is done."""
    bench = Bench()
    _working(app, articles, bench)
    _backups(app, articles)
    _moving(app, articles)
    return bench


def _working(app: FastAPI, articles: Collection, bench: Bench) -> None:
    @app.post("/v1/work", status_code=202, responses=responses(400, 404, 409, 422, 500, 503))
    def begin_work(wanted: Wanted, response: Response) -> Work:
        """Begin work that may take long; watch it at `/v1/work/{id}`.

        `erase` removes articles from every answer and from the disk, and gives the proof as its result;
        `repair` mends what `doctor` finds, where that loses nothing.
        """
        work = bench.start(wanted.what, _runner(articles, wanted))
        response.headers["Location"] = f"/v1/work/{work.id}"
        return work

    @app.get("/v1/work", responses=responses(500))
    def list_work() -> list[Work]:
        """List the work that is running or has ended, newest first."""
        return bench.all()

    @app.get("/v1/work/{id}", responses=responses(404, 422, 500))
    def get_work(id: Annotated[int, Path(ge=1)]) -> Work:
        """Say how far work has got, and what it gave."""
        return bench.get(id)

    @app.delete("/v1/work/{id}", responses=responses(404, 422, 500))
    def stop_work(id: Annotated[int, Path(ge=1)]) -> Work:
        """Stop work at its next step; asked for again it goes on, and nothing half-done is shown."""
        return bench.stop(id)


def _runner(articles: Collection, wanted: Wanted) -> Callable[[Progress], Any]:
    """What is to be done, with everything that is wrong with it told before it begins."""
    given = {name for name in ("embedder", "backup", "articles") if getattr(wanted, name) is not None}
    needed = {"restore": {"backup"}, "erase": {"articles"}}.get(wanted.what, set())
    allowed = needed | ({"embedder"} if wanted.what == "reembed" else set())
    if not needed <= given <= allowed:
        raise BadInput(
            f"{wanted.what} takes {' and '.join(sorted(allowed)) or 'nothing else'}: leave out the rest"
        )
    data = articles.data
    if wanted.what == "restore":
        return _restoring(data, backups.named(data, wanted.backup or ""))
    own = wanted.embedder in (None, "bundled") or wanted.embedder == articles.store().meta("embedder")
    if not own:  # a name is looked up in folders of this machine and, where it has a connection, in a hub
        raise BadInput("another model is chosen on the command line: `cita reembed NAME` beside this server")
    match wanted.what:
        case "rebuild":
            return _rebuilding(data)
        case "reembed":
            return _embedding(data, wanted.embedder)
        case "backup":
            return _backing(data)
        case "erase":
            return _erasing(articles, wanted.articles or [])
        case "migrate":
            return _migrating(data)
    return _examining(data, mend=wanted.what == "repair")


def _rebuilding(data: File) -> Callable[[Progress], Any]:
    from index.rebuild import rebuild

    return lambda progress: {"passages": rebuild(data, progress=progress)}


def _embedding(data: File, embedder: str | None) -> Callable[[Progress], Any]:
    from index.reembed import reembed

    return lambda progress: {"passages": reembed(data, embedder, progress=progress)}


def _backing(data: File) -> Callable[[Progress], Any]:
    def run(progress: Progress) -> Any:
        made = backups.backup(data, progress=progress)
        return {**plainly(asdict(made)), "path": None, "name": made.path.name}

    return run


def _restoring(data: File, file: File) -> Callable[[Progress], Any]:
    from index.restore import restore

    def run(progress: Progress) -> Any:
        done = restore(file, data, replace=True, progress=progress)
        aside = None if done.set_aside is None else done.set_aside.name
        return {"name": file.name, "articles": done.backup.articles, "set_aside": aside}

    return run


def _erasing(articles: Collection, ids: list[str]) -> Callable[[Progress], Any]:
    from index.erase import remove

    def run(progress: Progress) -> Any:
        removals = remove(articles.store(), list(dict.fromkeys(ids)), progress=progress)
        names = [tuple(File(path).name for path in removal.elsewhere) for removal in removals]
        return [removal_json(one) | {"elsewhere": found} for one, found in zip(removals, names, strict=True)]

    return run


def _migrating(data: File) -> Callable[[Progress], Any]:
    from index.migrate import migrate

    return lambda progress: {"migrated": migrate(data, progress=progress) is not None}


def _examining(data: File, *, mend: bool) -> Callable[[Progress], Any]:
    from index.doctor import examine, repair

    def run(progress: Progress) -> Any:
        checks = (repair if mend else examine)(data, progress=lambda done, total, _: progress(done, total))
        return {"ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]}

    return run


def _backups(app: FastAPI, articles: Collection) -> None:
    @app.get("/v1/backups", responses=responses(500))
    def list_backups() -> list[Kept]:
        """List the backups in the collection's own folder, oldest first."""
        return [Kept(path.name, path.stat().st_size) for path in backups.listed(articles.data)]

    @app.get("/v1/backups/{name}", response_class=FileResponse, responses=responses(404, 500))
    def get_backup(name: Name) -> FileResponse:
        """Get a backup; `cita restore` makes a collection of it anywhere."""
        path = backups.named(articles.data, name)
        return FileResponse(
            path, media_type="application/vnd.sqlite3", filename=path.name, headers=protections()
        )

    @app.delete("/v1/backups/{name}", status_code=204, responses=responses(404, 500, 507))
    def delete_backup(name: Name) -> None:
        """Delete a backup."""
        with translated(articles.data):
            backups.named(articles.data, name).unlink()


def _moving(app: FastAPI, articles: Collection) -> None:
    @app.get(
        "/v1/export",
        response_class=FileResponse,
        responses={200: {"content": {"application/x-ndjson": {}}}, **responses(404, 409, 422, 500, 507)},
    )
    def export_articles(
        vectors: Annotated[bool, Query(description="with the vectors")] = False,
    ) -> FileResponse:
        """Get all articles as JSON Lines, with their ids, offsets and dates."""
        from index.export import export

        folder = TemporaryDirectory(prefix="cita-")
        try:
            path = File(folder.name) / "articles.jsonl"
            export(articles.data, path, vectors=vectors)
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            path,
            media_type="application/x-ndjson",
            filename=path.name,
            headers=protections(),
            background=BackgroundTask(folder.cleanup),
        )

    @app.post(
        "/v1/import",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            }
        },
        responses=responses(400, 409, 413, 415, 422, 500, 503, 507),
    )
    async def import_articles(request: Request) -> JSONResponse:
        """Add the lines of an export. One too large for a request is sent in pieces, each beginning with
        the export's first line."""
        from io import BytesIO

        from starlette.exceptions import HTTPException

        from index.importing import import_stream

        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/x-ndjson", "application/jsonl"):
            raise HTTPException(415, f"the body is {kind[:60] or 'of no type'}: send application/x-ndjson")
        body = BytesIO(await request.body())
        done = await run_in_threadpool(import_stream, articles.data, body, tables=tables())
        return JSONResponse({"rows": done.rows, "complete": done.complete, **done.report.to_json()})
