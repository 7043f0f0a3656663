"""What a reader of one format is given and what it gives: an input, and the records in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from index.errors import Unreadable
from index.metadata import Metadata
from index.report import Item

# No article is longer. What holds many articles (JSON Lines, tables, archives) is read piece by piece.
FILE_BYTES = 50 * 1024 * 1024

_DENSE = re.compile("[\u3041-\u30fa\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Record:
    """An article as its input holds it, before cleaning."""

    metadata: Metadata
    text: str
    captions: tuple[str, ...] = ()
    entry: str = ""
    """Which part of the input it is ("12", "chapter-3.xhtml"); empty where it is all of it."""
    lasting: bool = False
    """Whether `entry` names the article and not just its place: the same entry read again is the same
    article, whose text may have changed."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read: a file, a member of an archive, a page from the web."""

    shown: str
    """What it is called in reports."""
    key: str
    """What it is to the outside world, as the key of an `Article`; empty for what lies there only for now
    (an upload, standard input), whose articles are known by their text."""
    name: str
    """The name it came under: its suffix is a hint, never more."""
    stream: BinaryIO
    """Its bytes; can be rewound."""
    metadata: Metadata = field(default_factory=Metadata)
    """What is known of its article from elsewhere; what the article says itself goes before."""
    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which columns hold a field, where the user has said so: field -> names of columns."""
    depth: int = 0
    """How many archives it lies in."""

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case: ".html"."""
        stem, dot, suffix = self.name.rpartition(".")
        return f".{suffix.lower()}" if dot and stem and "/" not in suffix else ""

    def part(self, entry: str) -> str:
        """What an entry of it is called in reports: "news.jsonl:12", "paper.zip#a/b.html"."""
        if not entry:
            return self.shown
        return f"{self.shown}{':' if entry.isdigit() else '#'}{entry}"

    def failed(self, entry: str, reason: str) -> Item:
        return Item(self.part(entry), "failed", reason)

    def skipped(self, entry: str, reason: str) -> Item:
        return Item(self.part(entry), "skipped", reason)

    def whole(self) -> bytes:
        """All its bytes; raises `Unreadable` where they are more than an article may have."""
        self.stream.seek(0)
        data = self.stream.read(FILE_BYTES + 1)
        if len(data) > FILE_BYTES:
            raise Unreadable(too_large(None))
        return data


def weight(text: str) -> int:
    """How much a text says: its letters, those of Han, Kana and Hangul counting for three."""
    return len(re.findall(r"\w", text)) + 2 * len(_DENSE.findall(text))


def too_large(size: int | None) -> str:
    """The reason to refuse an input of `size` bytes (None: not known)."""
    told = "" if size is None else f"{size / 1e6:.0f} MB: "
    return f"{told}larger than the {FILE_BYTES // 1024 // 1024} MB an article may have; split it"
