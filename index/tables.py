"""Tables in `cita.db` that belong to other modules than the index itself.

Such a table describes itself in the database, so that removing an article, exporting, migrating and
`cita doctor` know it without knowing whose it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.database import Database
from index.errors import Incompatible
from index.schema import CORE, statements


@dataclass(frozen=True, slots=True)
class Table:
    """A table and how it came to be what it is."""

    name: str
    steps: tuple[str, ...]
    """Scripts that make it, with its indexes and triggers; a later version of cita appends one, and never
    changes those there are."""
    article: str | None = None
    """The column with the id of the article a row is about. When that article is removed its rows go."""
    erased: tuple[str, ...] = ()
    """Columns with words of the article: where there are any, these are set to NULL and the rows stay."""
    exported: bool = True
    """Whether its rows are part of an export."""


@dataclass(frozen=True, slots=True)
class Known:
    """A table as the database describes it."""

    name: str
    steps: int
    article: str | None
    erased: tuple[str, ...]
    exported: bool


def known(database: Database) -> list[Known]:
    """The tables of other modules, in order of name."""
    rows = database.connection().execute(
        "SELECT name, steps, article, erased, exported FROM tables ORDER BY name"
    )
    return [
        Known(name, steps, article, tuple(erased.split()), bool(exported))
        for name, steps, article, erased, exported in rows
    ]


def owned(database: Database, table: Table) -> bool:
    """Whether the table has been made; raises Incompatible when a newer version of cita made it."""
    row = database.connection().execute("SELECT steps FROM tables WHERE name = ?", (table.name,)).fetchone()
    if row is not None and row[0] > len(table.steps):
        raise Incompatible(
            f"the table {table.name!r} in {str(database.path)!r} is of step {row[0]}, this version of cita "
            f"knows {len(table.steps)}: upgrade cita"
        )
    return row is not None


def own(database: Database, table: Table) -> None:
    """Make the table, or bring it to its newest step, within the transaction under way."""
    if not re.fullmatch("[a-z][a-z_]*", table.name) or table.name in CORE:
        raise ValueError(
            f"a table cannot be called {table.name!r}: expected small letters, and no table of the index"
        )
    connection = database.connection()
    there = owned(database, table)
    row = connection.execute("SELECT steps FROM tables WHERE name = ?", (table.name,)).fetchone()
    done = row[0] if there else 0
    if there and done == len(table.steps):
        return
    for step in table.steps[done:]:
        for statement in statements(step):
            connection.execute(statement)
    connection.execute(
        "INSERT OR REPLACE INTO tables VALUES (?, ?, ?, ?, ?)",
        (table.name, len(table.steps), table.article, " ".join(table.erased), int(table.exported)),
    )


def forget_article(database: Database, article_id: str) -> dict[str, int]:
    """Delete or empty the rows about an article in all tables; how many there were in each that had any."""
    touched: dict[str, int] = {}
    for table in known(database):
        if table.article is None:
            continue
        if table.erased:
            change = f"UPDATE {table.name} SET {', '.join(f'{name} = NULL' for name in table.erased)}"
        else:
            change = f"DELETE FROM {table.name}"
        count = database.connection().execute(f"{change} WHERE {table.article} = ?", (article_id,)).rowcount
        if count:
            touched[table.name] = count
    return touched
