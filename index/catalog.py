"""The articles as a list to look through: searched, limited, sorted, a page at a time; and counted.

Searching here is looking for letters, to find an article one knows of: each word must stand in the title,
the outlet, the author or the address (case and accents do not matter), or in the text as it is written.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

from index.errors import BadInput
from index.scope import Scope, conditions
from index.store import Store

Sort = Literal["published", "added", "title", "outlet", "language", "length"]

WORDS = 20
"""Words one search may have."""

OUTLETS = 500
"""Outlets that statistics list; the others are in the sums alone."""

MONTHS = 72
"""Months between the first article and the last up to which a timeline counts by month; what is longer is
counted by year, and what lies in two months by day."""

_ORDER: dict[Sort, str] = {
    "published": "a.published",
    "added": "a.number",
    "title": "folded(a.title)",
    "outlet": "folded(a.outlet)",
    "language": "a.language",
    "length": "length(a.text)",
}
_NAMED = ("a.title", "coalesce(a.outlet, '')", "coalesce(a.author, '')", "coalesce(a.url, '')", "a.input")
_NAMES = f"folded({' || char(10) || '.join(_NAMED)})"
_DATED = "a.published GLOB '[0-9][0-9][0-9][0-9]*'"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article in the list."""

    id: str
    title: str
    language: str
    url: str | None
    outlet: str | None
    author: str | None
    published: str | None
    updated: str | None
    input: str
    length: int
    """Code points of its text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list."""

    total: int
    """Articles found, on all pages."""
    articles: list[Entry]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the articles found are."""

    articles: int
    undated: int
    languages: dict[str, int]
    """Articles per language, most first; "und" where it cannot be told."""
    outlets: dict[str, int]
    """Articles per outlet, most first; those of no known outlet are left out."""
    unit: Literal["day", "month", "year"]
    timeline: dict[str, int]
    """Articles per day ("2024-06-18"), month ("2024-06") or year ("2024"), in order; empty ones left out."""


_COLUMNS = ", ".join(f"a.{field.name}" for field in fields(Entry) if field.name != "length")


def found(
    store: Store,
    words: str = "",
    *,
    scope: Scope | None = None,
    sort: Sort = "published",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Found:
    """The articles with all of the `words`, in `scope`; what a sort knows nothing of comes last.

    Raises BadInput for too many words, and for a scope that names what the collection does not have.
    """
    condition, values = _condition(store, words, scope)
    way, column = "DESC" if descending else "ASC", _ORDER[sort]
    connection = store.connection()
    with store.reading():
        (total,) = connection.execute(f"SELECT count(*) FROM articles a WHERE {condition}", values).fetchone()
        rows = connection.execute(
            f"SELECT {_COLUMNS}, length(a.text) FROM articles a WHERE {condition} "
            f"ORDER BY {column} IS NULL, {column} {way}, a.number {way} LIMIT ? OFFSET ?",
            [*values, limit, offset],
        ).fetchall()
    return Found(total, [Entry(*row) for row in rows])


def statistics(store: Store, words: str = "", *, scope: Scope | None = None) -> Statistics:
    """The numbers of what `found` finds; raises as it does."""
    condition, values = _condition(store, words, scope)

    def counted(what: str, which: str = "TRUE", rest: str = "ORDER BY 2 DESC, 1") -> dict[str, int]:
        sql = f"SELECT {what}, count(*) FROM articles a WHERE {condition} AND {which} GROUP BY 1 {rest}"
        return dict(store.connection().execute(sql, values).fetchall())

    with store.reading():
        languages = counted("a.language")
        months = counted("substr(a.published, 1, 7)", _DATED, "ORDER BY 1")
        unit, length = _unit(list(months))
        timeline = counted(f"substr(a.published, 1, {length})", _DATED, "ORDER BY 1")
        total = sum(languages.values())
        return Statistics(
            articles=total,
            undated=total - sum(months.values()),
            languages=languages,
            outlets=counted("a.outlet", "a.outlet IS NOT NULL", f"ORDER BY 2 DESC, 1 LIMIT {OUTLETS}"),
            unit=unit,
            timeline=timeline,
        )


def _unit(months: list[str]) -> tuple[Literal["day", "month", "year"], int]:
    """By what a timeline of these months (ascending) counts, and how much of a date that is."""
    if not months or any(len(month) < 7 for month in months):  # "2024": no month is known
        return "year", 4
    first, last = (int(month[:4]) * 12 + int(month[5:]) for month in (months[0], months[-1]))
    if last - first <= 1:
        return "day", 10
    return ("month", 7) if last - first <= MONTHS else ("year", 4)


def _condition(store: Store, words: str, scope: Scope | None) -> tuple[str, list[str]]:
    store.connection().create_function("folded", 1, _folded, deterministic=True)
    condition, values = conditions(store, scope or Scope())
    clauses = [f"({condition})"]
    wanted = unicodedata.normalize("NFC", words.encode("utf-8", "ignore").decode("utf-8")).split()
    if len(wanted) > WORDS:
        raise BadInput(f"{len(wanted)} words to look for: expected at most {WORDS}")
    for word in wanted:
        spelt = list(dict.fromkeys((word, word.lower(), word.capitalize(), word.upper())))
        within = " OR ".join("instr(a.text, ?)" for _ in spelt)
        clauses.append(f"(instr({_NAMES}, ?) OR {within})")
        values += [_folded(word) or "", *spelt]
    return " AND ".join(clauses), values


@lru_cache(maxsize=1 << 16)
def _folded(text: str | None) -> str | None:
    """Without case and accents, to be compared."""
    if text is None:
        return None
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
