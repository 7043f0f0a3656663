"""The API's routes that change one article: another put in its place, changed in parts, removed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from index import extract
from index.article import Article
from index.errors import BadInput
from index.removed import Removed
from index.report import Item
from ui.collection import Collection
from ui.etags import matches, tag_of
from ui.problems import Conflict, Stale, responses
from ui.uploads import NewArticle

Match = Annotated[
    str | None,
    Header(
        alias="If-Match", max_length=1000, description="the ETag under which the article was read: else 412"
    ),
]
_ARTICLE = TypeAdapter(Article)


class Changes(BaseModel):
    """What is to be another; what is left out stays, and null takes away what may be missing."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: str = Field("", min_length=1)
    title: str = Field("", min_length=1)
    outlet: str | None = None
    author: str | None = None
    published: str | None = Field(None, description="ISO 8601 date, or date and time")
    language: str = Field("", pattern="^[a-z]{2,3}$", description="ISO 639-1 code")


def shown(article: Article) -> bytes:
    """An article as JSON: what GET sends, and what its ETag is made of."""
    return _ARTICLE.dump_json(article)


def install(app: FastAPI, articles: Collection, removed: Removed) -> None:
    """Add the routes to `app`."""
    statuses = responses(400, 404, 409, 412, 413, 422, 500, 503, 507)

    @app.put("/v1/articles/{article_id}", response_model=Article, responses=statuses)
    def put_article(article_id: str, new: NewArticle, match: Match = None) -> Response:
        """Put another text and other facts in the place of an article's.

        Its id stays, and the text before is kept as a revision. Facts left out are taken away, but for the
        address, which is what it is known by.
        """
        return _changed(articles, article_id, match, lambda known: _put(known, new))

    @app.patch("/v1/articles/{article_id}", response_model=Article, responses=statuses)
    def patch_article(article_id: str, changes: Changes, match: Match = None) -> Response:
        """Change parts of an article; its id stays, and another text before is kept as a revision."""
        return _changed(articles, article_id, match, lambda known: _patched(known, changes))

    @app.delete(
        "/v1/articles/{article_id}", status_code=204, responses=responses(404, 409, 412, 422, 500, 503, 507)
    )
    def delete_article(article_id: str, match: Match = None) -> None:
        """Remove one article; no search that starts afterwards finds it.

        For ten minutes `POST /v1/articles/{article_id}/restore` undoes it, unless the server ends.
        """
        with articles.turn():
            _still(articles.index().article(article_id), match)
            removed.remove(articles.store(), article_id)


def _still(known: Article, match: str | None) -> None:
    """Raises Stale when the article is not the one the client has read."""
    if match is not None and not matches(tag_of(shown(known)), match):
        raise Stale("the article has been changed since it was read: read it again, then change that")


def _changed(
    articles: Collection, article_id: str, match: str | None, change: Callable[[Article], Article]
) -> Response:
    with articles.turn():
        known = articles.index().article(article_id)
        _still(known, match)
        article = change(known)
        twin = articles.store().find(digest=article.digest)
        if twin is not None and twin.id != known.id:
            raise Conflict(f"the article {twin.id} has the same title and text: remove one of the two")
        articles.put(article)
        stored = articles.index().article(article_id)
    body = shown(stored)
    return Response(body, media_type="application/json", headers={"ETag": tag_of(body)})


def _put(known: Article, new: NewArticle) -> Article:
    if new.url is not None and known.url is not None and new.url != known.url:
        raise BadInput(f"the address of an article cannot be changed (it is {known.url}): add a new article")
    read = _read({**new.model_dump(exclude_none=True), "url": new.url or known.url})
    return replace(read, key=known.key, input=known.input, language=new.language or read.language)


def _patched(known: Article, changes: Changes) -> Article:
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    before = {
        name: getattr(known, name) for name in ("text", "title", "outlet", "author", "published", "url")
    }
    read = _read(before | given)
    if "text" not in given:  # already cleaned: not to be touched again
        read = replace(read.with_text(known.text), captions=known.captions, language=known.language)
    language = given.get("language", read.language)
    return replace(read, key=known.key, input=known.input, updated=known.updated, language=language)


def _read(fields: dict[str, Any]) -> Article:
    """An article cleaned and described as one that is added; raises BadInput for one without text."""
    with TemporaryDirectory(prefix="cita-") as folder:
        path = Path(folder) / "article.jsonl"
        row = {name: value for name, value in fields.items() if value is not None}
        path.write_text(json.dumps(row, ensure_ascii=True), encoding="utf-8")
        (read,) = extract.read(path, name="article.jsonl")
    if isinstance(read, Item):
        raise BadInput(f"the article cannot be read ({read.reason}): send a text of whole sentences")
    return read
