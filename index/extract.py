"""Inputs to articles: what each holds, told by its content, read by the module of its format, and cleaned.

Input -> kind -> pdf, docx, epub, webpage, mhtml, feed, newsml, table, jsonl, markdown -> Record -> Article
              -> archive, warc -> Inputs, each from the start
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields as fields_of
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from index import archive, warc
from index.article import Article
from index.characters import printable, visible
from index.clean import clean
from index.decode import decode, foreign
from index.docx import read_docx
from index.epub import read_epub
from index.errors import Unreadable
from index.feed import read_feed
from index.folder import inputs, refused
from index.jsonl import read_json, read_lines
from index.keys import key_of, same_site
from index.kind import HEAD_BYTES, READ, SAID, TEXTS, kind_of_bytes, kind_of_package, kind_of_text, root_of
from index.language import detect
from index.markdown import read_markdown
from index.metadata import Metadata
from index.mhtml import read_mhtml
from index.newsml import read_newsml
from index.package import opened
from index.pdf import Scan, read_pdf
from index.record import FILE_BYTES, Input, Record, too_large
from index.report import Item
from index.table import read_table
from index.webpage import read_webpage

__all__ = ["FILE_BYTES", "articles", "inputs", "read", "to_article"]


Found = Iterator[Record | Item | Input]


def read(
    path: Path, *, name: str | None = None, mapping: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Article | Item]:
    """The articles in the file, cleaned and with their language, or an `Item` per record without one.

    A file is taken for what its content shows, whatever its name. Never raises for what a file holds.
    `name` is what its sender calls a file that lies at `path` only for now: its articles are then known by
    their address, their id or their text, and not by the path. `mapping` names the columns of fields.
    """
    shown = printable(str(path) if name is None else name)
    try:
        with closing(_opened(path)) as stream:
            yield from articles(
                Input(
                    shown=shown,
                    key=f"file:{path.resolve()}" if name is None else "",
                    name=path.name if name is None else name,
                    stream=stream,
                    mapping=mapping or {},
                )
            )
    except OSError as error:
        yield Item(shown, "failed", refused(error))


def articles(input: Input) -> Iterator[Article | Item]:
    """The articles in an input, or an `Item` per record without one. Never raises for what it holds."""
    try:
        for found in _found(input):
            if isinstance(found, Input):
                yield from articles(found)
            elif isinstance(found, Record):
                yield to_article(input, found)
            else:
                yield found
    except Scan as error:
        yield input.skipped("", str(error))
    except Unreadable as error:
        yield input.failed("", str(error))


def _opened(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")


def _found(input: Input) -> Found:
    """What an input holds, in the order it holds it."""
    head = input.stream.read(HEAD_BYTES)
    kind = kind_of_bytes(head, input.suffix)
    if kind == "lines":
        yield from read_lines(input)
    elif kind == "table":
        yield from read_table(input)
    elif kind == "warc":
        yield from warc.members(input)
    elif kind == "gzip":
        yield from _gzipped(input)
    elif kind == "zip":
        yield from _packed(input)
    elif kind == "pdf":
        yield read_pdf(_whole(input))
    elif kind == "mhtml":
        known, page = read_mhtml(_whole(input))
        stream = BytesIO(BOM_UTF8 + page.encode("utf-8", "replace"))
        yield replace(input, name=".html", stream=stream, metadata=over(known, input.metadata))
    else:
        yield from _plain(input, _whole(input))


def _whole(input: Input) -> bytes:
    try:
        size = os.fstat(input.stream.fileno()).st_size
    except (OSError, AttributeError):  # not a file of its own
        size = 0
    if size > FILE_BYTES:
        raise Unreadable(too_large(size))
    return input.whole()


def _gzipped(input: Input) -> Found:
    """A .gz holds one file; a WARC is gzipped record by record, and read as it is."""
    head = archive.start(input)
    inner = archive.unpacked(input)
    if head.startswith(b"WARC/"):
        yield from warc.members(input)
        return
    if head[257:262] == b"ustar":
        yield input.skipped("", "a tar archive; unpack it, or pack the files as .zip")
        return
    yield inner


def _packed(input: Input) -> Found:
    input.stream.seek(0)
    with opened(input.stream) as package:
        kind = kind_of_package(package)
        if kind == "docx":
            yield read_docx(package)
        elif kind == "epub":
            yield from read_epub(input, package)
        elif kind == "zip":
            yield from _members(input, archive.members(input, package))
        else:
            yield input.skipped("", f"{kind}; cita reads {SAID}")


def _members(input: Input, found: Iterator[Input | Item]) -> Found:
    empty = True
    for one in found:
        empty = False
        yield one
    if empty:
        yield input.skipped("", "empty: no file in the archive")


def _plain(input: Input, data: bytes) -> Found:
    """A text of some kind, or what is none."""
    suffix = input.suffix
    kind = foreign(data)
    if kind is not None:
        known = suffix in READ
        reason = (
            f"{f'the name says {suffix}, the content is' if known else 'this is'} {kind}; cita reads {SAID}"
        )
        yield input.failed("", reason) if known else input.skipped("", reason)
        return
    yield from _text(input, decode(data))


def _text(input: Input, text: str) -> Found:
    suffix = input.suffix
    kind = kind_of_text(text, suffix)
    if kind == "plain" and suffix and suffix not in READ:
        yield input.skipped("", f"{suffix} files are not read; cita reads {SAID}")
    elif not visible(text).strip():
        yield input.skipped("", "empty: no text in the file")
    elif kind == "html":
        yield Record(*read_webpage(text))
    elif kind == "feed":
        yield from read_feed(input, text)
    elif kind == "newsml":
        yield from read_newsml(input, text)
    elif kind == "sitemap":
        yield input.skipped(
            "",
            "a sitemap, a list of addresses; read it by its address with --allow-network to fetch the pages",
        )
    elif kind == "xml":
        raise Unreadable(
            f"an XML document of <{printable(root_of(text))}>; cita reads feeds, NITF and NewsML-G2"
        )
    elif kind == "json":
        yield from read_json(input, text)
    elif kind == "table":
        yield from read_table(input)
    elif kind == "markdown":
        yield Record(*read_markdown(visible(text)))
    elif suffix not in TEXTS and suffix in READ:
        raise Unreadable(f"the name says {suffix}, the content is plain text; name it .txt")
    else:
        yield Record(Metadata(), text)


def over(first: Metadata, second: Metadata) -> Metadata:
    """What `first` knows, and what only `second` knows."""
    return Metadata(*(getattr(first, f.name) or getattr(second, f.name) for f in fields_of(Metadata)))


def to_article(input: Input, found: Record) -> Article | Item:
    """The record cleaned, with its language and key; `skipped` where nothing of it is left."""
    metadata = over(found.metadata, input.metadata)
    if input.metadata.url and not same_site(metadata.url, input.metadata.url):
        # A page may name the address it was copied from; it may not take that article's place.
        metadata = replace(metadata, url=input.metadata.url)
    cleaned = clean(found.text, title=metadata.title, outlet=metadata.outlet)
    if not cleaned.text:
        nothing = (
            "empty: no text"
            if not visible(found.text).strip()
            else "empty: nothing but page furniture, no text of an article"
        )
        return input.skipped(found.entry, nothing)
    article = Article.make(
        key="",
        input=input.part(found.entry),
        title=cleaned.title,
        text=cleaned.text,
        language=detect(f"{cleaned.title}\n{cleaned.text}")[0],
        url=metadata.url,
        outlet=metadata.outlet,
        author=metadata.author or cleaned.author,
        published=metadata.published or cleaned.published,
        updated=metadata.updated or cleaned.updated,
        captions=tuple(dict.fromkeys((*found.captions, *cleaned.captions))),
    )
    return replace(article, key=printable(key_of(input, found, metadata, article)))
