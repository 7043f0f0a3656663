"""Articles page by page, in an order, of a scope, and with some words in them; without their texts.

For whoever looks through a collection. The words are looked for letter by letter, in the order of the list:
`index.search` is what ranks.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from index.article import Article
from index.errors import BadInput
from index.scope import Scope, conditions
from index.store import COLUMNS, Store

Order = Literal["id", "newest", "oldest", "title"]
ORDERS: tuple[Order, ...] = get_args(Order)

_KEYS = {
    "id": ("a.id", ">"),
    "newest": ("coalesce(a.published, '')", "<"),
    "oldest": ("coalesce(a.published, '~')", ">"),
    "title": ("a.title", ">"),
}
"""What each order compares, and how the next one does; articles without a date come last."""

_LEFT_OUT = frozenset({"text", "captions"})
_SHOWN = tuple(name for name in COLUMNS if name not in _LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Listing:
    """Some articles, their texts and captions empty, and the cursor of those after them."""

    articles: list[Article]
    next: str | None


def listing(
    store: Store,
    scope: Scope | None = None,
    words: str = "",
    *,
    order: Order = "id",
    after: str | None = None,
    limit: int = 100,
) -> Listing:
    """Up to `limit` articles in `scope` that have all the `words` in their title, outlet, author, address or
    text, whatever their case; those after the cursor `after`.

    Raises BadInput for a cursor of another order or of no listing at all, and as `index.scope.conditions`.
    """
    connection = store.connection()
    where, values = conditions(store, scope or Scope())
    sought = [_folded(word) for word in words.split()]
    if sought:
        connection.create_function("cita_has", 2, _has(sought), deterministic=True)
        fields = "a.title || char(10) || " + " || char(10) || ".join(
            f"coalesce(a.{name}, '')" for name in ("outlet", "author", "url")
        )
        where += f" AND cita_has({fields}, a.text)"
    key, following = _KEYS[order]
    if after is not None:
        where += f" AND ({key}, a.id) {following} (?, ?)" if order != "id" else " AND a.id > ?"
        values += _read(after, order)
    way = "DESC" if following == "<" else "ASC"
    columns = ", ".join(f"a.{name}" for name in _SHOWN)
    by = f"{key} {way}, a.id {way}" if order != "id" else "a.id"
    rows = connection.execute(
        f"SELECT {key}, {columns} FROM articles a WHERE {where} ORDER BY {by} LIMIT ?", [*values, limit + 1]
    ).fetchall()
    found = [Article(**dict(zip(_SHOWN, row[1:], strict=True)), text="") for row in rows[:limit]]
    more = len(rows) > limit
    return Listing(found, _cursor(order, rows[limit - 1][0], found[-1].id) if more else None)


def _has(sought: list[str]) -> Callable[[str, str], bool]:
    def has(fields: str, text: str) -> bool:
        head = _folded(fields)
        left = [word for word in sought if word not in head]
        if not left:
            return True
        body = _folded(text)
        return all(word in body for word in left)

    return has


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _cursor(order: Order, key: str, id: str) -> str:
    """Where a listing goes on: the id itself in order of id, else the order, the last key and the last id."""
    if order == "id":
        return id
    return (
        base64.urlsafe_b64encode(json.dumps([order, key, id], ensure_ascii=False).encode())
        .decode()
        .rstrip("=")
    )


def _read(after: str, order: Order) -> list[str]:
    if order == "id":
        return [after]
    try:
        of, key, id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if of != order or not isinstance(key, str) or not isinstance(id, str):
            raise ValueError(of)
    except (ValueError, TypeError):
        raise BadInput(
            f"{after[:40]!r} is no place in this order: expected the `next` of the page before"
        ) from None
    return [key, id]
