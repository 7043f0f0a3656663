"""The options of the command line that say which articles may be found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index.scope import Scope

Since = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DAY", help="Only articles of this day or later: 2024-01-31, 2024-01 or 2024."
    ),
]
Until = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Only articles of this day or earlier.")
]
Outlets = Annotated[
    list[str] | None,
    typer.Option("--outlet", metavar="NAME", help="Only articles of this outlet. May be given again."),
]
Languages = Annotated[
    list[str] | None,
    typer.Option(
        "--language", metavar="CODE", help="Only articles in this language: es, ru, zh … May be given again."
    ),
]
Articles = Annotated[
    list[str] | None,
    typer.Option("--article", metavar="ID", help="Only this article. May be given again."),
]


def scope(
    since: str | None,
    until: str | None,
    outlets: list[str] | None,
    languages: list[str] | None,
    articles: list[str] | None,
) -> Scope:
    """The scope that the options name; raises BadInput for what is no date."""
    from index.scope import Scope

    return Scope(since, until, tuple(outlets or ()), tuple(languages or ()), tuple(articles or ()))
