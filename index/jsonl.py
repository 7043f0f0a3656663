"""JSON Lines, a record a line, and JSON files of records: each stands or falls by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from index.decode import decode
from index.errors import Unreadable
from index.fields import mapped
from index.metadata import FIELDS, Metadata, from_fields, plain
from index.record import Input, Record
from index.report import Item
from index.webpage import has_tags, words_of

_LISTS = ("articles", "items", "data", "results", "records", "docs")
# A longer line is no article: 5 MB are some thousand pages.
LINE_BYTES = 5 * 1024 * 1024


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line without its line break) per line not empty; None for one over the bound."""
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(line) > LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield number, line.strip(b"\r\n")


def read_lines(input: Input) -> Iterator[Record | Item]:
    """JSON Lines: a record or an `Item` per line."""
    input.stream.seek(0)
    empty = True
    for number, line in lines(input.stream):
        empty = False
        if line is None:
            yield input.failed(str(number), f"line {number}: longer than 5 MB, which no article is")
            continue
        try:
            yield _from_fields(input, record(line), str(number))
        except Unreadable as error:
            yield input.failed(str(number), f"line {number}: {error}")
    if empty:
        yield input.skipped("", "empty: no line with a record in the file")


def read_json(input: Input, text: str) -> Iterator[Record | Item]:
    """A JSON file: a list of records, an object that holds such a list, or one record."""
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        value = parsed(text, "file")
    if isinstance(value, dict):
        held = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        value = [value] if held is None else held
    if not isinstance(value, list):
        raise Unreadable("the file holds neither a JSON object nor a list of them")
    for number, fields in enumerate(value, 1):
        entry = str(number) if len(value) > 1 else ""
        if not isinstance(fields, dict):
            yield input.failed(entry, f"record {number}: a JSON object with title and text was expected")
            continue
        try:
            yield _from_fields(input, fields, entry)
        except Unreadable as error:
            yield input.failed(entry, f"record {number}: {error}")


def _from_fields(input: Input, fields: Mapping[str, object], entry: str) -> Record:
    metadata, text = read_record(mapped(fields, input.mapping))
    return Record(metadata, text, entry=entry)


def record(line: bytes) -> Mapping[str, object]:
    """The JSON object in a line; raises `Unreadable`."""
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = decode(line)
    return parsed(text, "line")


def parsed(text: str, what: str) -> Mapping[str, object]:
    """The JSON object in `text`; NaN and Infinity count as nothing. Raises `Unreadable`."""
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise Unreadable(f"the {what} is nested too deep to be a record") from error
    except ValueError as error:
        raise Unreadable(f"the {what} is not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise Unreadable(
            f"the {what} holds {_kind(value)} where a JSON object with title and text was expected"
        )
    return value


def read_record(fields: Mapping[str, object]) -> tuple[Metadata, str]:
    """What the record says about its article, and the text; raises `Unreadable` if there is none."""
    known = {plain(name): value for name, value in fields.items()}
    wrong: list[str] = []
    for name in FIELDS["text"]:
        text = _text(known.get(name))
        if text and text.strip():
            return from_fields(fields), words_of(text) if has_tags(text) else text
        if known.get(name) is not None and text is None:
            wrong.append(f"{name} is {_kind(known[name])}")
    found = ", ".join(wrong) or f"its fields are {', '.join(sorted(map(repr, fields))[:8]) or 'none'}"
    raise Unreadable(f"no text: expected a string under text, body or content; {found[:300]}")


def _text(value: object) -> str | None:
    """A text, or a list of paragraphs, as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    return None


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
