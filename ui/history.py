"""An article's earlier texts, and the articles that say nearly the same: as commands and as routes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ui.console import Data, Json, print_json
from ui.settings import data_folder

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.collection import Collection

Id = Annotated[str, typer.Argument(metavar="ID", help="As `cita articles list` shows it.")]


def add_to(articles: typer.Typer) -> None:
    """Add the commands to `cita articles`."""
    articles.command("revisions", epilog="Example:  cita articles revisions 8d50dac1d6fc2192")(show_revisions)
    articles.command("copies", epilog="Example:  cita articles copies 8d50dac1d6fc2192 --json")(show_copies)


def show_revisions(article_id: Id, data: Data = None, as_json: Json = False) -> None:
    """Show what an article said before it was updated, the latest text first."""
    from index.revisions import revisions
    from index.store import Store
    from ui.render import plain

    store = Store(data_folder(data))
    try:
        _known(store, article_id)
        found = revisions(store, article_id)
    finally:
        store.close()
    if as_json:
        print_json({"article_id": article_id, "revisions": [asdict(one) for one in found]})
        return
    if not found:
        print(f"{article_id} has not been updated since it was added")
    for one in found:
        print(plain(f"-- until {one.kept}: {one.title}\n\n{one.text}\n"))


def show_copies(article_id: Id, data: Data = None, as_json: Json = False) -> None:
    """List the articles that say nearly the same as one, the earliest first."""
    from index.duplicates import copies
    from index.store import Store
    from ui.render import plain

    store = Store(data_folder(data))
    try:
        _known(store, article_id)
        found = copies(store, article_id)
        articles = {one.article_id: store.find(id=one.article_id) for one in found}
    finally:
        store.close()
    if as_json:
        print_json({"article_id": article_id, "copies": [asdict(one) for one in found]})
        return
    if not found:
        print(f"no other article says nearly the same as {article_id}")
    for one in found:
        article = articles[one.article_id]
        if article is not None:
            known = f"{(article.published or '')[:10]:<10}  {article.outlet or '-'}  {article.title}"
            print(plain(f"{one.article_id}  {one.similarity:4.0%}  {known}"))


def install(app: FastAPI, articles: Collection) -> None:
    """Add the routes to `app`."""
    from index.duplicates import Copy, copies
    from index.revisions import Revision, revisions
    from ui.problems import responses

    def list_revisions(article_id: str) -> list[Revision]:
        """List what an article said before it was updated, the latest text first."""
        _known(articles.store(), article_id)
        return revisions(articles.store(), article_id)

    def list_copies(article_id: str) -> list[Copy]:
        """List the articles that say nearly the same as one, the earliest first."""
        _known(articles.store(), article_id)
        return copies(articles.store(), article_id)

    app.get(
        "/v1/articles/{article_id}/revisions",
        responses=responses(404, 409, 500),
        response_model=list[Revision],
    )(list_revisions)
    app.get(
        "/v1/articles/{article_id}/copies", responses=responses(404, 409, 500), response_model=list[Copy]
    )(list_copies)


def _known(store: object, article_id: str) -> None:
    """Raises NotFound for an id that no article has."""
    from index.errors import NotFound
    from index.store import Store

    assert isinstance(store, Store)
    if store.find(id=article_id) is None:
        raise NotFound(f"no article has the id {article_id!r}: `cita articles list` shows the ids there are")
