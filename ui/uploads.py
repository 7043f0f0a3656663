"""Articles that arrive over HTTP: written to files of our own naming, read as any file, then forgotten."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from index import extract
from index.article import Article
from index.report import STATUSES, Item

FILES_LIMIT = 1000
"""Files one request may carry."""
_CHUNK = 1 << 20


class NewArticle(BaseModel):
    """One article to add. With a `url` that is there already, its text is updated."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: str = Field(min_length=1)
    title: str | None = None
    url: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = Field(None, description="ISO 8601 date, or date and time")
    language: str | None = Field(None, description="ISO 639-1 code; told from the text when left out")


class Address(BaseModel):
    """A page, feed or sitemap to fetch, as a job; only where the server is set to."""

    model_config = ConfigDict(extra="forbid", strict=True)
    url: str = Field(min_length=8, max_length=2000, pattern="^[Hh][Tt][Tt][Pp][Ss]?://")


ReportBody: Any = create_model(
    "ReportBody",
    __doc__="How many inputs ended how, and each input's own fate.",
    **dict.fromkeys(STATUSES, (int, ...)),  # type: ignore[call-overload]
    items=(list[Item], ...),
)

_FORM = {
    "type": "object",
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
    "required": ["files"],
}
REQUEST_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"anyOf": [NewArticle.model_json_schema(), Address.model_json_schema()]}
        },
        "multipart/form-data": {"schema": _FORM},
    },
}


@dataclass(frozen=True, slots=True)
class Upload:
    """One received file."""

    path: Path
    """Where it lies for now."""
    name: str
    """What its sender calls it; shown, never used as a path."""
    lone: bool = False
    """Whether it holds one article only, which then goes by its name alone."""


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[list[Upload]]:
    """The files of a request's body, there until the block ends.

    Raises RequestValidationError for a body of the wrong form and HTTPException 415 for another type.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    with TemporaryDirectory(prefix="cita-") as folder:
        if kind == "application/json":
            yield [_one(await request.body(), Path(folder))]
        elif kind == "multipart/form-data":
            async with request.form(max_files=FILES_LIMIT, max_fields=0) as form:
                files = [part for _, part in form.multi_items() if not isinstance(part, str)]
                if not files:
                    raise HTTPException(422, "the form holds no file: send one or more in the field `files`")
                yield [await _copy(part, Path(folder), n) for n, part in enumerate(files)]
        else:
            sent = kind[:60] or "of no type"
            raise HTTPException(415, f"the body is {sent}: send application/json or multipart/form-data")


def address_in(body: bytes) -> str | None:
    """The address, where a JSON body holds that alone: what is to be fetched, and no article yet."""
    if len(body) > 5000:
        return None
    try:
        return Address.model_validate_json(body).url
    except ValidationError:
        return None


def _one(body: bytes, folder: Path) -> Upload:
    try:
        article = NewArticle.model_validate_json(body)
    except ValidationError as error:
        found: Sequence[Any] = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from None
    path = folder / "article.jsonl"
    path.write_text(json.dumps(article.model_dump(exclude_none=True), ensure_ascii=False), encoding="utf-8")
    return Upload(path, article.url or article.title or "text", lone=True)


async def _copy(part: UploadFile, folder: Path, n: int) -> Upload:
    """The part in a file of our own naming: its sender's name is shown, and hints at its kind."""
    name = PurePosixPath((part.filename or "file").replace("\\", "/")).name or "file"
    path = folder / str(n)
    with path.open("wb") as file:
        while chunk := await part.read(_CHUNK):
            file.write(chunk)
    return Upload(path, name)


def records(files: Sequence[Upload]) -> Iterator[Article | Item]:
    """The articles in the files, named as their senders name them.

    An article that brings neither an address nor an id of its own is known by its text: two people's
    "article.txt" are two articles, and the same text sent twice is one.
    """
    for file in files:
        for record in extract.read(file.path, name="article.jsonl" if file.lone else file.name):
            yield replace(record, input=file.name) if file.lone else record
