"""What a search and a list give: passages, and articles without their texts, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields, make_dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel, Field

from index.article import Article
from index.hit import Hit

if TYPE_CHECKING:  # a client reads what a server lists, without the libraries that search
    from index.listing import Order
    from index.scope import Scope
    from ui.collection import Collection


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
    """Some articles, and the cursor to go on from."""

    articles: list[Listed]  # type: ignore[valid-type]
    next: str | None = Field(None, description="pass it as `after` for the next page; null on the last one")


def listed(article: Article) -> Any:
    """The article as a `Listed`."""
    return Listed(**{field.name: getattr(article, field.name) for field in fields(Listed)})


def page(
    articles: Collection,
    scope: Scope | None = None,
    words: str = "",
    *,
    order: Order = "id",
    after: str | None = None,
    limit: int = 100,
) -> Page:
    """A page of `index.listing.listing`; an empty one while there is no collection."""
    from index.listing import listing

    if articles.size() == 0:
        return Page(articles=[], next=None)
    found = listing(articles.store(), scope, words, order=order, after=after, limit=limit)
    return Page(articles=[listed(one) for one in found.articles], next=found.next)
