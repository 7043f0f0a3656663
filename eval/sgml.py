"""TREC's tagged documents: <DOC> <DOCNO> … <TEXT> … </DOC>, many in a file, as newspapers are given."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from eval.dataset import Document
from eval.lines import LONGEST, lines
from index.errors import BadInput

_NUMBER = re.compile(r"<DOCNO>\s*(.*?)\s*</DOCNO>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<(HEADLINE|TITLE|HEAD|HL|TI)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TEXT = re.compile(r"<(TEXT|BODY|LEADPARA)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")


def is_sgml(path: Path) -> bool:
    """Whether a file begins with a tagged document."""
    try:
        return next((line for _, line in lines(path) if line.strip()), "").lstrip()[:5].upper() == "<DOC>"
    except BadInput:
        return False


def documents(path: Path, language: str | None) -> Iterator[Document]:
    """The documents of a file, one at a time; raises BadInput with file and line."""
    block: list[str] = []
    begun = size = 0
    for number, line in lines(path):
        if not block and not line.strip():
            continue
        begun = begun or number
        place = f"{path}:{begun}"
        block.append(line)
        size += len(line)
        if size > LONGEST:
            raise BadInput(
                f"{place}: over {LONGEST // 2**20} MB without </DOC>: expected it after each document"
            )
        if "</doc>" in line.lower():
            yield _document("\n".join(block), place, language)
            block, begun, size = [], 0, 0
    if block:
        raise BadInput(f"{path}:{begun}: a document without </DOC>: expected it before the end of the file")


def _document(block: str, place: str, language: str | None) -> Document:
    number = _NUMBER.search(block)
    if number is None or not number[1]:
        raise BadInput(f"{place}: a document without <DOCNO>: expected its id in one")
    title = _TITLE.search(block)
    texts = [found[2] for found in _TEXT.finditer(block)] or [block.replace(number[0], "")]
    return Document(number[1], _words(title[2]) if title else "", _words("\n\n".join(texts)), language, place)


def _words(marked: str) -> str:
    """The text without tags; its paragraphs keep their empty lines."""
    plain = html.unescape(_TAG.sub("\n\n", marked))
    return "\n\n".join(words for part in re.split(r"\n\s*\n", plain) if (words := " ".join(part.split())))
