"""Word documents (.docx): the paragraphs a reader sees, read from the document's XML.

Text inserted under "track changes" and inside content controls is kept; deleted, moved-away and hidden text
is not: python-docx and mammoth each lose one or the other.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from index.errors import Unreadable
from index.metadata import Metadata, name, title
from index.package import member
from index.record import Record
from index.xmltree import local, parsed, words

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
# What is inside these is not part of the page: text moved away, the second form of a drawing, a field's code.
_LEFT_OUT = frozenset({"moveFrom", "del", "Fallback", "rubyPr", "rt", "footnote", "endnote"})


def read_docx(package: zipfile.ZipFile) -> Record:
    """The document as a record; its title is the paragraph styled so, or the property its text repeats."""
    root = parsed(member(package, "word/document.xml"))
    body = next((part for part in root if local(part) == "body"), None)
    if body is None:
        raise Unreadable("a Word document without a body; save it again as .docx")
    styles = _styles(package)
    lines: list[str] = []
    captions: list[str] = []
    heading: str | None = None
    for style, line in _blocks(body, styles):
        if style == "caption":
            captions.append(line)
            continue
        if heading is None and (style == "title" or (style == "heading 1" and not lines)):
            heading = title(line)
        lines.append(line)
    text = "\n".join(lines)
    return Record(_metadata(package, heading, text), text, tuple(captions))


def named_in(value: str | None, text: str) -> str | None:
    """A property of a document if its text repeats it: else it is a template's, or an account's name."""
    return value if value and value.casefold() in text[:3000].casefold() else None


def _metadata(package: zipfile.ZipFile, heading: str | None, text: str) -> Metadata:
    given: dict[str, str] = {}
    if "docProps/core.xml" in package.namelist():
        try:
            core = parsed(member(package, "docProps/core.xml"))
        except Unreadable:
            core = ()
        given = {local(element): words(element) for element in core}
    return Metadata(
        title=heading or named_in(title(given.get("title")), text),
        author=named_in(name(given.get("creator")), text),
    )


def _styles(package: zipfile.ZipFile) -> dict[str, str]:
    """Style id -> its name, which is English whatever language Word spoke."""
    if "word/styles.xml" not in package.namelist():
        return {}
    try:
        root = parsed(member(package, "word/styles.xml"))
    except Unreadable:
        return {}
    found = {}
    for style in root.iter(f"{_W}style"):
        named = style.find(f"{_W}name")
        if named is not None:
            found[style.get(f"{_W}styleId") or ""] = (named.get(f"{_W}val") or "").lower()
    return found


def _blocks(parent: Any, styles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name of the style, text) per paragraph, and per row of a table, its cells parted by bars."""
    for block in parent:
        kind = local(block)
        if kind == "p":
            used = block.find(f"{_W}pPr/{_W}pStyle")
            style = styles.get(used.get(f"{_W}val") or "", "") if used is not None else ""
            yield from ((style, line) for line in _paragraph(block) if line)
            for box in block.iter(f"{_W}txbxContent"):
                if not any(local(parent) in _LEFT_OUT for parent in box.iterancestors()):
                    yield from _blocks(box, styles)
        elif kind == "tbl":
            for row in block.iter(f"{_W}tr"):
                cells = [_cell(cell) for cell in row if local(cell) in ("tc", "sdt")]
                if any(cells):
                    yield "", " | ".join(cells)
        elif kind in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _blocks(block, styles)


def _cell(cell: Any) -> str:
    paragraphs = (line for paragraph in cell.iter(f"{_W}p") for line in _paragraph(paragraph))
    return " ".join(filter(None, paragraphs))


def _paragraph(paragraph: Any) -> list[str]:
    """The lines of a paragraph, broken where its writer broke them."""
    return [line.strip() for line in "".join(_runs(paragraph)).split("\n")]


def _runs(element: Any) -> Iterator[str]:
    for part in element:
        kind = local(part)
        if kind in _LEFT_OUT or kind == "txbxContent":
            continue
        if kind == "t":
            yield part.text or ""
        elif kind in _MARKS:
            yield _MARKS[kind]
        elif kind == "r" and _vanished(part):
            continue
        else:
            yield from _runs(part)


def _vanished(run: Any) -> bool:
    """Whether the run is formatted as hidden text."""
    found = run.find(f"{_W}rPr/{_W}vanish")
    return found is not None and found.get(f"{_W}val") not in ("0", "false", "off")
