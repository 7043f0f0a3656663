from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Article
from index.errors import Incompatible
from index.store import Store
from index.tables import Table, known, own, owned
from tests.conftest import TEXTS

NOTES = Table(
    "notes",
    (
        "CREATE TABLE notes(id INTEGER PRIMARY KEY, article TEXT NOT NULL, words TEXT);"
        "CREATE INDEX notes_article ON notes(article);"
        "CREATE TRIGGER notes_kept BEFORE UPDATE OF text ON articles BEGIN "
        "INSERT INTO notes(article, words) VALUES (old.id, old.text); END;",
    ),
    article="article",
)
KEPT = Table("kept", ("CREATE TABLE kept(article TEXT, words TEXT);",), article="article", erased=("words",))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path, embedder="bundled", fingerprint="f00d", dim=4)


def test_a_table_describes_itself(store: Store) -> None:
    assert not owned(store, NOTES)
    with store.writing(advance=False):
        own(store, NOTES)
        own(store, NOTES)
    assert owned(store, NOTES)
    [one] = known(store)
    assert (one.name, one.steps, one.article, one.exported) == ("notes", 1, "article", True)


def test_a_later_step_is_added_to_what_is_there(store: Store) -> None:
    with store.writing(advance=False):
        own(store, NOTES)
    later = Table("notes", (*NOTES.steps, "ALTER TABLE notes ADD COLUMN at TEXT;"), article="article")
    with store.writing(advance=False):
        own(store, later)
        store.connection().execute("INSERT INTO notes(article, words, at) VALUES ('a', 'б', 'now')")
    with pytest.raises(Incompatible, match="upgrade cita"):
        owned(store, NOTES)


def test_nothing_is_made_when_the_transaction_fails(store: Store) -> None:
    def fail() -> None:
        with store.writing(advance=False):
            own(store, NOTES)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not owned(store, NOTES)


@pytest.mark.parametrize("name", ["articles", "meta", "Notes", "x; DROP TABLE meta", ""])
def test_the_names_of_the_index_are_taken(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        own(store, Table(name, ("CREATE TABLE t(x)",)))


@pytest.mark.parametrize("code", TEXTS)
def test_rows_about_an_article_go_with_it(store: Store, code: str) -> None:
    def article(text: str) -> Article:
        return Article.make(key="id:1", input="x", title="", text=text, language=code)

    with store.writing():
        own(store, NOTES)
        own(store, KEPT)
        first = store.add(article(TEXTS[code]), [], [])  # type: ignore[arg-type]
        store.connection().execute("INSERT INTO kept VALUES (?, ?)", (first.id, TEXTS[code]))
        store.update(first, article("新しい"), [], [])  # type: ignore[arg-type]
    rows = store.connection().execute("SELECT article, words FROM notes").fetchall()
    assert rows == [(first.id, TEXTS[code])]
    with store.writing():
        removed = store.remove(first.id)
    assert removed == {"articles": 1, "passages": 0, "vectors": 0, "notes": 1, "kept": 1}
    assert store.connection().execute("SELECT * FROM notes").fetchall() == []
    assert store.connection().execute("SELECT * FROM kept").fetchall() == [(first.id, None)]
