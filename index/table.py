"""Tables of articles (CSV, TSV): a row per article, columns told by their names or by `--map`."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import TextIO

from index.decode import decode
from index.errors import Unreadable
from index.fields import mapped
from index.jsonl import read_record
from index.metadata import FIELDS, plain
from index.record import FILE_BYTES, Input, Record
from index.report import Item

CELL = 5 * 1024 * 1024
"""Letters in one cell, and bytes in one line; no article has more."""
ROW = 4 * CELL
"""Letters in one row with all its lines."""
# Where no column is called text, the one with the longest texts is taken if they are this long.
LONG = 150
LOOKED_AT = 20
"""Rows looked at to find it."""

_DELIMITERS = ",;\t|"


def read_table(input: Input) -> Iterator[Record | Item]:
    """A record per row, read row by row; numbers count rows as spreadsheets do, the header being 1.

    Raises `Unreadable` where the first row names no column that could hold a text.
    """
    lines = _Lines(_stream(input))
    rows = _rows(lines)
    header = next((row for _, row in rows), None)
    if header is None:
        yield input.skipped("", "empty: no row in the table")
        return
    if isinstance(header, str):
        raise Unreadable(header)
    header = [cell.strip().lstrip("\ufeff") for cell in header]
    first = list(itertools.islice(rows, LOOKED_AT))
    mapping = input.mapping or {}
    if "text" not in mapping and not {plain(name) for name in header} & set(FIELDS["text"]):
        column = _longest(header, [row for _, row in first if not isinstance(row, str)])
        mapping = {**mapping, "text": (column,)}
    empty = True
    for number, row in itertools.chain(first, rows):
        empty = False
        try:
            if isinstance(row, str):
                raise Unreadable(row)
            if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
                raise Unreadable(
                    f"{len(row)} cells where the header names {len(header)}; quote cells that need it"
                )
            fields = dict(zip(header, row, strict=False))
            metadata, text = read_record(mapped(fields, mapping))
            yield Record(metadata, text, entry=str(number))
        except Unreadable as error:
            yield input.failed(str(number), f"row {number}: {error}")
    if empty:
        yield input.skipped("", "empty: the table has a header and no row under it")


def _stream(input: Input) -> TextIO:
    """The table as text. Up to 50 MB in any encoding; a larger one is streamed, and then is in Unicode."""
    input.stream.seek(0)
    head = input.stream.read(FILE_BYTES + 1)
    if len(head) <= FILE_BYTES:
        return io.StringIO(decode(head), newline="")
    input.stream.seek(0)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return io.TextIOWrapper(input.stream, "utf-16" if wide else "utf-8-sig", newline="")


class _Lines:
    """The lines of a table, in pieces of bounded size; raises `Unreadable` for a row without end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.row = 0
        """Letters read since the last row was complete."""
        self._first = self._stream.readline(CELL)
        told = re.match(r"\ufeff?sep=(.)\r?\n", self._first)
        self.delimiter = told[1] if told else _delimiter(self._first)
        if told:
            self._first = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line, self._first = self._first or self._stream.readline(CELL), ""
        except UnicodeDecodeError as error:
            raise Unreadable(
                f"encoding: what follows is not UTF-8 ({error.reason}); save it as UTF-8"
            ) from error
        self.row += len(line)
        if self.row > ROW:
            raise Unreadable(f"a row longer than {ROW >> 20} MB: a quotation mark that is never closed?")
        if not line:
            raise StopIteration
        return line


def _delimiter(header: str) -> str:
    """The delimiter that parts the header into most cells, of those outside quotation marks."""
    bare = re.sub(r'"[^"]{0,10000}"', "", header)
    return max(_DELIMITERS, key=bare.count)


def _rows(lines: _Lines) -> Iterator[tuple[int, list[str] | str]]:
    """(number, cells) per row that is not empty; in place of the cells the reason why they cannot be read."""
    csv.field_size_limit(CELL)
    reader = csv.reader(lines, delimiter=lines.delimiter)
    for number in itertools.count(1):
        lines.row = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"not a row of a table ({error})"
            continue
        if any(cell.strip() for cell in row):
            yield number, row


def _longest(header: list[str], rows: list[list[str]]) -> str:
    """The column with the longest texts; raises `Unreadable` where none is long."""
    sizes = {name: sum(len(row[n]) for row in rows if n < len(row)) for n, name in enumerate(header) if name}
    best = max(sizes, key=lambda name: sizes[name], default=None)
    if best is None or sizes[best] < LONG * max(len(rows), 1):
        names = ", ".join(map(repr, header))[:300]
        raise Unreadable(
            f"no column with the text of articles: the first row names {names}; say which it is "
            "with --map text=COLUMN"
        )
    return best
