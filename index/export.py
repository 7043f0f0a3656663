"""A whole collection as JSON Lines, and what a line of it is.

    {"cita": {"export": 1, "collection": …, "change": …, "embedder": …, "articles": n, …}}
    {"id": …, "key": …, "title": …, "text": …, …, "passages": [[start, end], …], "vectors"?: base64}   n times
    {"table": "feedback", "row": {…}}                                           rows of other modules
    {"end": {"articles": n, "rows": m}}

An article's line holds all of its fields, so that any reader of JSON Lines gets articles out of it;
`cita import` makes the same collection of it again, with the same ids and offsets.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.article import Article
from index.durable import put
from index.errors import BadInput
from index.faults import translated
from index.store import Store, as_blob
from index.tables import known

FORMAT = 1

Progress = Callable[[int, int], None]
"""Called with (articles done, articles in all)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was written."""

    articles: int
    rows: int
    """Of the tables of other modules."""


def export(data: Path, target: Path, *, vectors: bool = False, progress: Progress | None = None) -> Exported:
    """Write the collection in `data` to the file `target`, which gets its name when it is complete.

    With `vectors`, an import embeds nothing if it has the same model. Raises NotFound, BadInput where
    `target` is there already, Unwritable.
    """
    if target.exists():
        raise BadInput(f"{str(target)!r} is there already: expected a new file; name another one")
    draft = target.with_name(target.name + ".part")
    count = Exported(0, 0)
    with closing(Store(data)) as store:
        try:
            with translated(target.parent):
                with draft.open("w", encoding="utf-8", newline="\n") as file:
                    for line, sofar in lines(store, vectors=vectors, progress=progress):
                        file.write(line)
                        count = sofar
                put(draft, target)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    return count


def lines(
    store: Store, *, vectors: bool = False, progress: Progress | None = None
) -> Iterator[tuple[str, Exported]]:
    """The lines of one state of the collection, each with its line break, and how much they are so far."""
    with store.reading():
        total, articles, rows = store.counts()[0], 0, 0
        head = {
            "export": FORMAT,
            **{name: store.meta(name) for name in ("collection", "change", "embedder", "fingerprint")},
            "dim": store.dim,
            "articles": total,
        }
        yield _line({"cita": head}), Exported(0, 0)
        for article in store.articles():
            articles += 1
            yield _line(_record(store, article, vectors=vectors)), Exported(articles, rows)
            if progress is not None:
                progress(articles, total)
        for table in known(store):
            if table.exported:
                for row in _rows(store, table.name):
                    rows += 1
                    yield _line({"table": table.name, "row": row}), Exported(articles, rows)
        end = Exported(articles, rows)
        yield _line({"end": asdict(end)}), end


def _record(store: Store, article: Article, *, vectors: bool) -> dict[str, Any]:
    passages = store.passages_of(article)
    languages = store.passage_languages(article)
    record = asdict(article) | {
        "passages": [
            [one.start, one.end, *([language] if language else [])]
            for one, language in zip(passages, languages, strict=True)
        ]
    }
    if vectors:
        found = store.vectors([one.id for one in passages])
        rows = b"".join(as_blob(found[one.id]) for one in passages if one.id in found)
        record["vectors"] = base64.b64encode(rows).decode("ascii")
    return record


def _rows(store: Store, table: str) -> Iterator[dict[str, Any]]:
    cursor = store.connection().execute(f'SELECT * FROM "{table}" NOT INDEXED')
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield {
            name: {"base64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value
            for name, value in zip(names, row, strict=True)
        }


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
