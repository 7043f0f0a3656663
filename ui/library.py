"""The API's /v1/catalog: the articles searched, limited, sorted and counted; and one brought back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query

from index import catalog
from index.catalog import Found, Sort, Statistics
from index.errors import NotFound
from index.removed import Removed
from index.scope import Scope
from index.store import Store
from ui.collection import Collection
from ui.fields import Code, Day, Name, Words
from ui.problems import responses

MOST = 500
"""Articles on one page."""

_NOTHING = Statistics(articles=0, undated=0, languages={}, outlets={}, unit="month", timeline={})

Looked = Annotated[Words, Query(description="words to be found in title, outlet, author, address or text")]


def _limits(
    from_: Annotated[Day | None, Query(alias="from", description="the first day, included")] = None,
    to: Annotated[Day | None, Query(description="the last day, included")] = None,
    outlet: Annotated[list[Name] | None, Query(max_length=1000, description="may be given again")] = None,
    language: Annotated[list[Code] | None, Query(max_length=100, description="may be given again")] = None,
) -> Scope:
    """The limits of a request's address."""
    return Scope(from_, to, tuple(outlet or ()), tuple(language or ()))


Limited = Annotated[Scope, Depends(_limits)]


def install(app: FastAPI, articles: Collection, removed: Removed) -> None:
    """Add the routes to `app`; `removed` are the articles that can come back."""

    def store() -> Store | None:
        """None while there is no collection."""
        try:
            return articles.store()
        except NotFound:
            return None

    @app.get("/v1/catalog", responses=responses(409, 422, 500))
    def look_through(
        scope: Limited,
        words: Looked = "",
        sort: Sort = "published",
        order: Literal["asc", "desc"] = "desc",
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    ) -> Found:
        """List the articles that have all of some words, within limits, sorted, a page at a time."""
        held = store()
        if held is None:
            return Found(0, [])
        return catalog.found(
            held, words, scope=scope, sort=sort, descending=order == "desc", offset=offset, limit=limit
        )

    @app.get("/v1/catalog/statistics", responses=responses(409, 422, 500))
    def count(scope: Limited, words: Looked = "") -> Statistics:
        """Count the articles that `GET /v1/catalog` finds: by language, by outlet, over time."""
        held = store()
        return _NOTHING if held is None else catalog.statistics(held, words, scope=scope)

    @app.post("/v1/articles/{article_id}/restore", responses=responses(404, 409, 422, 500, 503))
    def restore_article(article_id: str) -> dict[str, str]:
        """Bring back an article removed a moment ago, under its id, with all that was about it."""
        return {"id": removed.restore(articles.store(), article_id).id}
