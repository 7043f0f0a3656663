"""Which articles may be found: a range of dates, some outlets, some languages, some articles.

A scope is turned into the ids of the passages it lets through before anything is ranked, so that the
best passages *within* it are found, however rare they are in the whole collection.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.errors import BadInput
from index.store import Store

LISTED = 20
"""Names that an error lists of those there are."""

_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search is limited to; an empty field limits nothing. `Scope()` is false.

    Dates are "2024-06-18", "2024-06" or "2024", both ends included; an article without a date lies
    in no range of dates. Raises BadInput for what is no date, and for a range that ends before it
    begins.
    """

    since: str | None = None
    until: str | None = None
    outlets: tuple[str, ...] = ()
    """As the articles name them; case does not matter."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the articles' languages."""
    articles: tuple[str, ...] = ()
    """Article ids."""

    def __post_init__(self) -> None:
        for day in (self.since, self.until):
            if day is not None and not _is_day(day):
                raise BadInput(f"{day[:40]!r} is not a date: write it as YYYY-MM-DD, YYYY-MM or YYYY")
        if self.since and self.until and self.since > self.until and not self.since.startswith(self.until):
            raise BadInput(
                f"the range from {self.since} to {self.until} ends before it begins: swap the two dates"
            )

    def __bool__(self) -> bool:
        return any((self.since, self.until, self.outlets, self.languages, self.articles))


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def passages(store: Store, scope: Scope) -> NDArray[np.int64]:
    """Ids of the passages of the articles in `scope`, ascending; raises as `conditions`."""
    where, values = conditions(store, scope)
    rows = store.connection().execute(
        f"SELECT p.id FROM articles a JOIN passages p ON p.article = a.number WHERE {where}", values
    )
    return np.sort(np.fromiter((id for (id,) in rows), np.int64))


def conditions(store: Store, scope: Scope) -> tuple[str, list[str]]:
    """What SQL asks of articles `a` to be in `scope`, and the values for it.

    Raises BadInput for an outlet, a language or an article that the collection does not have.
    """
    clauses: list[str] = []
    values: list[str] = []

    def among(column: str, wanted: Iterable[str]) -> None:
        clauses.append(f"a.{column} IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(wanted), ensure_ascii=False))

    if scope.since:
        clauses.append("a.published >= ?")
        values.append(scope.since)
    if scope.until:
        clauses.append("substr(a.published, 1, length(?)) <= ?")
        values += [scope.until, scope.until]
    if scope.outlets:
        among("outlet", _known("outlet", scope.outlets, store.outlets()))
    if scope.languages:
        among("language", _known("language", scope.languages, store.languages()))
    if scope.articles:
        missing = set(scope.articles) - store.ids(scope.articles)
        if missing:
            raise BadInput(
                f"no article has the id {min(missing)[:40]!r}: `cita articles list` shows the ids there are"
            )
        among("id", scope.articles)
    return " AND ".join(clauses) or "TRUE", values


def _known(kind: str, wanted: Iterable[str], there: Mapping[str, int]) -> list[str]:
    """The names in `there` (name -> articles) that are meant; raises BadInput for one that is not."""
    spelt: dict[str, list[str]] = {}
    for name in there:
        spelt.setdefault(_folded(name), []).append(name)
    found: list[str] = []
    for name in wanted:
        if _folded(name) not in spelt:
            shown = ", ".join(list(there)[:LISTED]) or "none"
            more = f" and {len(there) - LISTED} more" if len(there) > LISTED else ""
            raise BadInput(f"no article has the {kind} {name[:80]!r}: those there are: {shown}{more}")
        found += spelt[_folded(name)]
    return found


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
