"""Lines of a text file with their numbers: plain, gzip or xz, told by content; bounded memory."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from index.errors import BadInput, NotFound

LONGEST = 64 * 2**20
"""Bytes one line may have: a file that is one endless line must not fill the memory."""

Record = dict[str, Any]


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where it is gzip or xz; raises NotFound or BadInput."""
    try:
        with path.open("rb") as raw:
            magic = raw.read(6)
    except FileNotFoundError as error:
        raise NotFound(f"{path} is not there: expected a file, check the path") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}): expected a readable file") from error
    opener: Any = open
    if magic == b"\xfd7zXZ\x00":
        opener = lzma.open
    elif magic[:2] == b"\x1f\x8b":
        opener = gzip.open
    try:
        with opener(path, "rb") as file:
            yield file
    except (lzma.LZMAError, gzip.BadGzipFile, EOFError) as error:
        raise BadInput(f"{path} is a damaged compressed file ({error}): fetch or pack it again") from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number from 1, text without its line end) of each line; raises BadInput naming file and line."""
    with opened(path) as file:
        number = 0
        while raw := file.readline(LONGEST + 1):
            number += 1
            if len(raw) > LONGEST:
                raise BadInput(
                    f"{path}:{number}: over {LONGEST // 2**20} MB in one line: expected one record a line"
                )
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise BadInput(
                    f"{path}:{number}: not UTF-8 ({error.reason} at byte {error.start}): "
                    "expected UTF-8 text, convert the file first"
                ) from error
            yield number, text.rstrip("\r\n")


def records(path: Path) -> Iterator[tuple[str, Record]]:
    """("file:line", object) of each non-blank line of a JSON Lines file; raises BadInput."""
    for number, line in lines(path):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise BadInput(f"{place}: not JSON ({error}): expected one JSON object a line") from error
        if not isinstance(record, dict):
            raise BadInput(f"{place}: a JSON {type(record).__name__}: expected an object")
        yield place, record


def text_of(record: Record, name: str, place: str) -> str:
    """A field that must be there as a string or a number; raises BadInput.

    Halves of surrogate pairs, which JSON can spell, are no characters and are left out.
    """
    value = record.get(name)
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    known = ", ".join(sorted(record)) or "none"
    raise BadInput(f"{place}: no text in the field {name!r} (fields there: {known}): expected a string")
