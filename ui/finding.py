"""The commands that look through the articles: found by their words, sorted, counted."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from ui import scoping
from ui.console import Data, Json, print_json
from ui.settings import data_folder


class Order(StrEnum):
    """What articles may be sorted by."""

    PUBLISHED = "published"
    ADDED = "added"
    TITLE = "title"
    OUTLET = "outlet"
    LANGUAGE = "language"
    LENGTH = "length"


Looked = Annotated[
    str, typer.Argument(metavar="[WORDS]", help="To be found in title, outlet, author, address or text.")
]


def add_to(articles: typer.Typer) -> None:
    """Add the commands to `cita articles`."""
    articles.command("find", epilog="Example:  cita articles find volcano --language es --from 2024")(find)
    articles.command("statistics", epilog="Example:  cita articles statistics --json")(statistics)


def find(
    words: Looked = "",
    since: scoping.Since = None,
    until: scoping.Until = None,
    outlets: scoping.Outlets = None,
    languages: scoping.Languages = None,
    sort: Annotated[Order, typer.Option(help="Sort by this.")] = Order.PUBLISHED,
    ascending: Annotated[bool, typer.Option("--ascending", help="Smallest or earliest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many first.")] = 0,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Find articles by words, days, outlets and languages."""
    from contextlib import closing

    from index import catalog
    from index.store import Store
    from ui.render import plain

    scope = scoping.scope(since, until, outlets, languages, None)
    with closing(Store(data_folder(data))) as store:
        found = catalog.found(
            store,
            words,
            scope=scope,
            sort=sort.value,
            descending=not ascending,
            offset=offset,
            limit=limit,
        )
    if as_json:
        print_json(asdict(found))
        return
    for one in found.articles:
        day = (one.published or "")[:10]
        print(plain(f"{one.id}  {one.language:<3}  {day:<10}  {one.outlet or '-'}  {one.title}"))
    if found.total > len(found.articles):
        print(f"{len(found.articles)} of {found.total}")


def statistics(
    words: Looked = "",
    since: scoping.Since = None,
    until: scoping.Until = None,
    outlets: scoping.Outlets = None,
    languages: scoping.Languages = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Count articles by language, by outlet and over time."""
    from contextlib import closing

    from index import catalog
    from index.store import Store
    from ui.render import plain

    with closing(Store(data_folder(data))) as store:
        told = catalog.statistics(store, words, scope=scoping.scope(since, until, outlets, languages, None))
    if as_json:
        print_json(asdict(told))
        return
    print(f"articles {told.articles}, without a date {told.undated}")
    for title, counts in (("language", told.languages), ("outlet", told.outlets), (told.unit, told.timeline)):
        print(f"\n{title}")
        for name, count in counts.items():
            print(plain(f"{count:>8}  {name}"))
