"""CSV and TSV: a row per article, columns by their names or as the user says."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.errors import BadInput, Unreadable
from index.extract import read
from index.fields import mapped, mapping_of
from index.record import FILE_BYTES, Input, Record
from index.report import Item
from index.table import CELL, read_table
from tests.documents import BODIES


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def of(content: str | bytes, **mapping: str) -> list[Record | Item]:
    data = content.encode() if isinstance(content, str) else content
    said = {field: (column,) for field, column in mapping.items()}
    return list(read_table(Input("t.csv", "file:t.csv", "t.csv", io.BytesIO(data), mapping=said)))


ROWS = [["title", "body", "date"], *([title, text, "2025-06-05"] for title, text in BODIES.values())]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a"])
def test_rows_in_many_scripts_with_any_delimiter(tmp_path: Path, delimiter: str, name: str) -> None:
    path = tmp_path / name
    path.write_text("\ufeff" + table(ROWS, delimiter), "utf-8")
    found = list(read(path))
    articles = [one for one in found if isinstance(one, Article)]
    assert articles == found
    assert [(one.title, one.text.replace("\n\n", "\n")) for one in articles] == list(BODIES.values())
    assert {one.published for one in articles} == {"2025-06-05"}
    assert [one.input for one in articles] == [f"{path}:{n}" for n in range(2, 2 + len(BODIES))]


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("es", "cp1252"), ("ru", "cp1251"), ("zh", "gb18030"), ("ja", "shift_jis"), ("ko", "euc_kr"), ("ar", "cp1256"), ("hi", "utf-16")],
)  # fmt: skip
def test_tables_in_other_encodings(language: str, encoding: str) -> None:
    title, text = BODIES[language]
    (record,) = of(table([["title", "text"], [title, text]]).encode(encoding))
    assert isinstance(record, Record)
    assert (record.metadata.title, record.text) == (title, text)


def test_columns_as_the_user_names_them() -> None:
    rows = table([["Cabecera", "Bajada", "Nota", "Título"], ["Puente", "Lead", "Texto.", "otro"]])
    (record,) = of(rows, title="cabecera", text="Nota")
    assert isinstance(record, Record)
    assert (record.metadata.title, record.text) == ("Puente", "Texto.")
    with pytest.raises(Unreadable, match=r"'Cabecera'.*--map text=COLUMN"):
        of(rows)
    (item,) = of(rows, text="nada")
    assert isinstance(item, Item)
    assert "'nada'" in (item.reason or "")


def test_the_longest_column_is_the_text_where_none_is_called_so() -> None:
    long = BODIES["ru"][1] * 3
    (record,) = of(table([["nr", "inhalt", "rubrik"], ["1", long, "Stadt"]]))
    assert isinstance(record, Record)
    assert record.text == long


def test_a_broken_row_costs_itself() -> None:
    found = of("title,text\nUno,Texto uno\n\nDos,a,b,c\nTres\nCuatro,Текст\n")
    assert [one.entry if isinstance(one, Record) else one.input for one in found] == [
        "2",
        "t.csv:4",
        "t.csv:5",
        "6",
    ]
    reasons = [one.reason or "" for one in found if isinstance(one, Item)]
    assert ["4 cells" in reasons[0], "no text" in reasons[1]] == [True, True]


@pytest.mark.parametrize("content", ["", "\n\n", "title,text\n", "\ufeff"])
def test_empty_tables_are_skipped(content: str) -> None:
    (item,) = of(content)
    assert isinstance(item, Item)
    assert (item.status, (item.reason or "").startswith("empty")) == ("skipped", True)


def test_monstrous_rows_are_refused() -> None:
    found = of("title,text\nUno,Texto\nDos," + "a" * (CELL + 10) + "\nTres,Texto\n")
    assert isinstance(found[0], Record)
    assert any(isinstance(one, Item) for one in found)
    assert isinstance(found[-1], Record)
    with pytest.raises(Unreadable, match="never closed"):
        of("title,text\n" + f'"{"a" * 2000}\n",' * 11_000)


def test_a_table_larger_than_an_article_is_streamed(tmp_path: Path) -> None:
    row = table([["Puente", "Мост в порту открыли после ремонта. " * 1000]])
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("title,text\n")
        while file.tell() <= FILE_BYTES:
            file.write(row * 50)
    with path.open("rb") as stream:
        found = read_table(Input("t", "t", "t.csv", stream))
        first = next(found)
        assert isinstance(first, Record)
        assert first.metadata.title == "Puente"


def test_excel_says_its_delimiter() -> None:
    (record,) = of("sep=;\r\ntitle;text\r\nПуть, далее;Текст, и ещё\r\n")
    assert isinstance(record, Record)
    assert (record.metadata.title, record.text) == ("Путь, далее", "Текст, и ещё")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            *[st.text(st.characters(codec="utf-8", exclude_characters="\0\r<>"), min_size=1, max_size=40)] * 2
        ),
        min_size=1,
        max_size=5,
    ).filter(lambda rows: all(a.strip() and b.strip() and "\ufeff" not in a + b for a, b in rows))
)
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    found = of(table([["titel", "text"], *map(list, rows)]))
    assert [one.text for one in found if isinstance(one, Record)] == [text for _, text in rows]


def test_mapping_is_parsed_or_refused() -> None:
    assert mapping_of(["title=headline", "text=lead", "text=body"]) == {
        "title": ("headline",),
        "text": ("lead", "body"),
    }
    for wrong in ("title", "title=", "kopf=headline"):
        with pytest.raises(BadInput, match="--map"):
            mapping_of([wrong])


def test_mapped_fields_replace_all_guesses() -> None:
    fields = {
        "title": "a",
        "headline": "b",
        "Body": "c",
        "data": {"body": "d", "n": 1},
        "lead": "e",
        "url": "u",
    }
    assert mapped(fields, {}) is fields
    assert mapped(fields, {"title": ("headline",), "text": ("lead", "data.body")}) == {
        "data": {"body": "d", "n": 1}, "lead": "e", "url": "u", "title": "b", "text": "e\n\nd",
    }  # fmt: skip
