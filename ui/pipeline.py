"""Questions from standard input, one a line or as JSON Lines; answers as JSON Lines, each when it is there.

    Who won the election?
    {"id": "q2", "question": "¿Y quién perdió?", "language": "es", "scope": {"from": "2024-06"}}

    {"line": 1, "answer": {…}}
    {"line": 2, "id": "q2", "answer": {…}}

A line that cannot be answered costs itself: `{"line": 3, "error": {"type": …, "message": …}}` stands in its
place. One line is held at a time, however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO, TextIO, TypeVar

from pydantic import BaseModel, ValidationError

from index.errors import BadInput, CitaError
from index.scope import Scope
from index.search import Index
from qa.ask import ask
from qa.conversation import Turn
from ui.fields import scope_of, turns_of
from ui.questions import Form, Question, Search, read, read_json

LONGEST = 1 << 20
"""Bytes one line may have."""

Id = str | int | None


class Named(BaseModel):
    """What a line is called by its sender; it comes back with the answer."""

    id: Id = None


class AskedLine(Question):
    """A question, and its name."""

    id: Id = None


class SearchedLine(Search):
    """A search, and its name."""

    id: Id = None


Line = TypeVar("Line", AskedLine, SearchedLine)


def ask_lines(
    index: Index,
    source: BinaryIO,
    out: TextIO,
    *,
    scope: Scope | None,
    explain: bool,
    conversation: Sequence[Turn] = (),
) -> int:
    """Answer each line of `source`; gives how many could not be answered.

    `scope`, `explain` and `conversation` hold for the lines that say nothing else.
    """

    def answered(asked: AskedLine) -> dict[str, Any]:
        limits = scope_of(asked.scope) if asked.scope is not None else scope
        answer = ask(
            index,
            asked.question,
            language=asked.language,
            scope=limits,
            explain=asked.explain or explain,
            conversation=turns_of(asked.conversation) or conversation,
        )
        return {"answer": asdict(answer)}

    return _each(source, out, AskedLine, answered)


def search_lines(index: Index, source: BinaryIO, out: TextIO, *, scope: Scope | None, k: int) -> int:
    """As `ask_lines`, with the passages found; `k` is how many where a line does not say."""

    def found(wanted: SearchedLine) -> dict[str, Any]:
        limits = scope_of(wanted.scope) if wanted.scope is not None else scope
        many = wanted.k if "k" in wanted.model_fields_set else k
        hits = index.search(wanted.question, many, scope=limits)
        return {"question": wanted.question, "hits": [asdict(hit) for hit in hits]}

    return _each(source, out, SearchedLine, found)


def _each(source: BinaryIO, out: TextIO, form: type[Line], work: Callable[[Line], dict[str, Any]]) -> int:
    failed = 0
    for number, raw in _lines(source):
        told: dict[str, Any] = {"line": number} | _named(raw)
        try:
            told |= work(_read(form, raw))
        except CitaError as error:
            failed += 1
            told["error"] = {"type": type(error).__name__, "message": str(error)}
        print(json.dumps(told, ensure_ascii=False), file=out, flush=True)
    return failed


def _named(raw: bytes) -> dict[str, Any]:
    """The line's name, where it has one, however wrong the rest of it may be."""
    if not raw.startswith(b"{") or len(raw) > LONGEST:
        return {}
    try:
        return Named.model_validate_json(raw).model_dump(exclude_none=True)
    except ValidationError:
        return {}


def _read(form: type[Form], raw: bytes) -> Form:
    """The line as a `form`; raises BadInput."""
    if len(raw) > LONGEST:
        raise BadInput(f"the line is longer than {LONGEST:,} bytes: expected one question")
    if raw.startswith(b"{"):
        return read_json(form, raw)
    try:
        return read(form, {"question": raw.decode("utf-8")})
    except UnicodeDecodeError:
        raise BadInput("the line is not UTF-8: convert it first, as with iconv") from None


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers from 1; of one that is too long, its beginning."""
    number = 0
    while line := source.readline(LONGEST + 2):
        number += 1
        rest = line
        while len(rest) == LONGEST + 2 and not rest.endswith(b"\n"):
            rest = source.readline(LONGEST + 2)
        text = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
        if text:
            yield number, text
