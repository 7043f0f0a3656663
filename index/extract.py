"""Files to articles: which files there are, what is in each by its content, and what came of it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from index.article import Article
from index.characters import printable, visible
from index.clean import clean
from index.decode import decode, foreign
from index.errors import Unreadable
from index.jsonl import lines, parsed, read_record, record
from index.language import detect
from index.markdown import read_markdown
from index.metadata import Metadata
from index.report import Item
from index.webpage import is_html, read_webpage

# No article is longer; a JSON Lines file may be, it is read line by line.
FILE_BYTES = 50 * 1024 * 1024

READ = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".jsonl", ".ndjson", ".json")
_KINDS = ".txt, .md, .html and .jsonl"
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "ref_src", "ocid", "xtor")


def inputs(paths: Sequence[Path]) -> Iterator[Path | Item]:
    """The files under `paths` in a fixed order, each once; an `Item` for what cannot be read.

    In folders, hidden files (names with a leading dot) are passed over, links are not followed, and files of
    other kinds are `skipped` with the reason.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        yield from _walk(path, seen, named=True)


def _walk(path: Path, seen: set[tuple[int, int]], *, named: bool) -> Iterator[Path | Item]:
    shown = printable(str(path))
    try:
        if not named and path.is_symlink():
            yield Item(
                shown, "skipped", "a symbolic link, which cita does not follow; name its target instead"
            )
            return
        status = path.stat()
    except (OSError, ValueError) as error:
        yield Item(shown, "failed", _refused(error))
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    if stat.S_ISDIR(status.st_mode):
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            yield Item(shown, "failed", _refused(error))
            return
        for name in names:
            if not name.startswith("."):
                yield from _walk(path / name, seen, named=False)
    elif not stat.S_ISREG(status.st_mode):
        yield Item(shown, "skipped", "not a regular file (a pipe, socket or device)")
    else:
        yield path


def read(path: Path) -> Iterator[Article | Item]:
    """The articles in the file, cleaned and with their language, or an `Item` per record without one.

    A file is taken for what its content shows, whatever its name. Never raises for what a file holds.
    """
    shown = printable(str(path))
    try:
        yield from _records(path, shown) if _has_lines(path) else _whole(path, shown)
    except Unreadable as error:
        yield Item(shown, "failed", str(error))
    except OSError as error:
        yield Item(shown, "failed", _refused(error))


def _has_lines(path: Path) -> bool:
    """Whether the file is JSON Lines: by its name, or by a first line that is a JSON object."""
    with _opened(path) as stream:
        start = stream.read(65536)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return foreign(start) is None and not start.startswith((b"\xff\xfe", b"\xfe\xff"))
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not first.startswith(b"{"):
        return False
    line, _, more = first.partition(b"\n")
    try:
        return isinstance(json.loads(line), dict) and (bool(more.strip()) or path.suffix.lower() != ".json")
    except (ValueError, RecursionError):
        return False


def _opened(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")


def _whole(path: Path, shown: str) -> Iterator[Article | Item]:
    """A file that is one article, or a JSON file of several."""
    with _opened(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > FILE_BYTES:
            bound = FILE_BYTES // 1024 // 1024
            raise Unreadable(f"{size / 1e6:.0f} MB: larger than the {bound} MB an article may have; split it")
        data = stream.read(FILE_BYTES + 1)
    suffix = path.suffix.lower()
    kind = foreign(data)
    if kind is not None:
        known = suffix in READ
        expected = f"the name says {suffix}, the content is" if known else "this is"
        yield Item(shown, "failed" if known else "skipped", f"{expected} {kind}; cita reads {_KINDS}")
        return
    text = decode(data)
    if suffix not in READ and suffix and not is_html(text):
        yield Item(shown, "skipped", f"{suffix} files are not read; cita reads {_KINDS}")
        return
    if not visible(text).strip():
        yield Item(shown, "skipped", "empty: no text in the file")
        return
    if suffix == ".json":
        yield from _json(path, shown, text)
        return
    yield _article(*_extracted(text, suffix), key=f"file:{path.resolve()}", shown=shown)


def _extracted(text: str, suffix: str) -> tuple[Metadata, str, tuple[str, ...]]:
    if is_html(text):
        return read_webpage(text)
    if text.lstrip("\ufeff \t\r\n")[:5].lower() == "<?xml":
        raise Unreadable(f"an XML file (a feed?), not an article; cita reads {_KINDS}")
    if suffix in (".md", ".markdown"):
        return *read_markdown(visible(text)), ()
    return Metadata(), text, ()


def _records(path: Path, shown: str) -> Iterator[Article | Item]:
    """JSON Lines: an article or an `Item` per line."""
    empty = True
    with _opened(path) as stream:
        for number, line in lines(stream):
            empty = False
            where = f"{shown}:{number}"
            if line is None:
                yield Item(where, "failed", f"line {number}: longer than 5 MB, which no article is")
                continue
            try:
                yield _from_record(record(line), path, where)
            except Unreadable as error:
                yield Item(where, "failed", f"line {number}: {error}")
    if empty:
        yield Item(shown, "skipped", "empty: no line with a record in the file")


def _json(path: Path, shown: str, text: str) -> Iterator[Article | Item]:
    """A JSON file: a list of records, an object that holds such a list, or one record."""
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        value = parsed(text, "file")
    if isinstance(value, dict):
        held = next(
            (
                value[k]
                for k in ("articles", "items", "data", "results", "records", "docs")
                if isinstance(value.get(k), list)
            ),
            None,
        )
        value = [value] if held is None else held
    if not isinstance(value, list):
        raise Unreadable("the file holds neither a JSON object nor a list of them")
    for number, fields in enumerate(value, 1):
        where = f"{shown}:{number}" if len(value) > 1 else shown
        if not isinstance(fields, dict):
            yield Item(where, "failed", f"record {number}: a JSON object with title and text was expected")
            continue
        try:
            yield _from_record(fields, path, where)
        except Unreadable as error:
            yield Item(where, "failed", f"record {number}: {error}")


def _from_record(fields: Mapping[str, object], path: Path, where: str) -> Article | Item:
    metadata, text = read_record(fields)
    if metadata.id is not None:
        key = f"id:{path.name}:{metadata.id}"
    else:
        digest = hashlib.sha256(
            json.dumps(fields, sort_keys=True, default=str).encode("utf-8", "replace")
        ).hexdigest()
        key = f"file:{path.resolve()}#{digest[:16]}"
    return _article(metadata, text, (), key=key, shown=where)


def _article(
    metadata: Metadata, text: str, captions: tuple[str, ...], *, key: str, shown: str
) -> Article | Item:
    cleaned = clean(text, title=metadata.title, outlet=metadata.outlet)
    if not cleaned.text:
        nothing = (
            "empty: no text"
            if not visible(text).strip()
            else "empty: nothing but page furniture, no text of an article"
        )
        return Item(shown, "skipped", nothing)
    return Article.make(
        key=f"url:{_canonical(metadata.url)}" if metadata.url else printable(key),
        input=shown,
        title=cleaned.title,
        text=cleaned.text,
        language=detect(f"{cleaned.title}\n{cleaned.text}")[0],
        url=metadata.url,
        outlet=metadata.outlet,
        author=metadata.author or cleaned.author,
        published=metadata.published or cleaned.published,
        updated=metadata.updated or cleaned.updated,
        captions=tuple(dict.fromkeys((*captions, *cleaned.captions))),
    )


def _canonical(url: str) -> str:
    """The address without the parameters that only track where a reader came from."""
    parts = urlsplit(url)
    query = [
        (k, v)
        for k, v in parse_qsl(parts.query, keep_blank_values=True)
        if not k.lower().startswith(_TRACKING)
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _refused(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder; check the path"
    if isinstance(error, PermissionError):
        return "permission denied; make it readable for this user"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
