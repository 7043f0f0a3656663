"""EPUB books and newspapers: a record per chapter, in the order of reading."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from index.dates import iso
from index.decode import decode
from index.errors import Unreadable
from index.metadata import Metadata, name, title
from index.package import member
from index.record import Input, Record, weight
from index.report import Item
from index.webpage import words_of
from index.xmltree import first, local, parsed, words

CHAPTERS = 2000
"""Chapters of one book that are read."""
# Fewer letters are a cover, a title page or a heading of a part.
SHORT = 40

_BODY = re.compile(r"<body\b[^>]{0,2000}>", re.IGNORECASE)
_HEADING = re.compile(r"<h([1-3])\b[^>]{0,500}>(.{1,2000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_PAGE_TITLE = re.compile(r"<title\b[^>]{0,200}>(.{1,1000}?)</title\s*>", re.IGNORECASE | re.DOTALL)


def read_epub(input: Input, package: zipfile.ZipFile) -> Iterator[Record | Item]:
    """The chapters with text in them; each is known by its place in the book."""
    if "META-INF/encryption.xml" in package.namelist() and _locked(package):
        raise Unreadable("the book is encrypted (DRM): cita reads books without protection only")
    container = parsed(member(package, "META-INF/container.xml"))
    root = first(container, "rootfile")
    path = root.get("full-path") if root is not None else None
    if not path:
        raise Unreadable("the EPUB does not say where its contents are; it is damaged")
    book = parsed(member(package, path))
    known = _metadata(book)
    found = False
    for place in _spine(book, dirname(path)):
        try:
            record = _chapter(package, place, known)
        except Unreadable as error:
            yield input.failed(place, str(error))
            found = True
            continue
        if record is not None:
            yield record
            found = True
    if not found:
        raise Unreadable("no chapter with text in this EPUB")


def _locked(package: zipfile.ZipFile) -> bool:
    """Whether more than the fonts is encrypted."""
    named = [
        one.get("URI") or ""
        for one in parsed(member(package, "META-INF/encryption.xml")).iter()
        if local(one) == "CipherReference"
    ]
    return any(not uri.lower().endswith((".otf", ".ttf", ".woff", ".woff2")) for uri in named)


def _metadata(book: Any) -> Metadata:
    """What the book says of itself; its publication date is that of a newspaper's issue."""
    given: dict[str, list[str]] = {}
    published = None
    head = first(book, "metadata")
    for element in head if head is not None else ():
        value = words(element)
        given.setdefault(local(element), []).append(value)
        event = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "event"), "publication")
        if local(element) == "date" and event == "publication":
            published = published or iso(value)
    return Metadata(
        title=title((given.get("title") or [""])[0]),
        outlet=name((given.get("publisher") or [""])[0]),
        author=name(given.get("creator", [])),
        published=published,
        language=name((given.get("language") or [""])[0]),
    )


def _spine(book: Any, folder: str) -> Iterator[str]:
    """The paths of the chapters in reading order, without the table of contents."""
    manifest = {one.get("id"): one for one in book.iter() if local(one) == "item"}
    references = [one for one in book.iter() if local(one) == "itemref"]
    for reference in references[:CHAPTERS]:
        item = manifest.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
            continue
        if "html" in (item.get("media-type") or "html"):
            yield normpath(join(folder, unquote(item.get("href") or "")))


def _chapter(package: zipfile.ZipFile, path: str, book: Metadata) -> Record | None:
    page = decode(member(package, path))
    body = _BODY.search(page)
    inner = page[body.end() :] if body else page
    text = words_of(inner)
    if weight(text) < SHORT:
        return None
    heading = _HEADING.search(inner)
    own = title(heading[2]) if heading else None
    if own is None and (named := _PAGE_TITLE.search(page[: body.start() if body else 4000])):
        own = title(named[1])
    return Record(replace(book, title=own or book.title), text, entry=path, lasting=True)
