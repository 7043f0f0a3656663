"""What of the training text also stands in the evaluation sets.

Sentences are compared by the hash of their letters and digits alone (NFKC, folded case), so spacing
and punctuation hide nothing. Two rules follow. Text of the retrieval sets (XQuAD and the question
sets, FLORES) must not be in the training data at all: the run is refused. Single sentences of Tatoeba
and STS-b recur in any large collection of everyday sentences ("I am hungry."): a pair with such a
sentence on either side is left out, and counted.
"""

from __future__ import annotations

import csv
import hashlib
import json
import lzma
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

_NOT_WORD = re.compile(r"[\W_]+")
_END = re.compile(r"(?<=[.!?。！？।])\s*")
# Shorter sentences of a paragraph ("He died in 1912.") recur by chance.
_SHORTEST = 40


def key(text: str) -> bytes:
    """8 bytes that stand for the letters and digits of `text`."""
    bare = _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
    return hashlib.blake2b(bare.encode(), digest_size=8).digest()


class Overlap:
    """The keys of the evaluation text under `<data>/eval`.

    `kind(text)` is "forbidden" for text of a retrieval set, "left out" for any other evaluation
    text, "" for the rest; without an `eval` folder it is always "".
    """

    def __init__(self, data: Path) -> None:
        folder = data / "eval"
        self._retrieval = {key(text) for text in _retrieval_texts(folder)}
        self._all = self._retrieval | {key(text) for text in _sentence_texts(folder)}
        empty = key("")
        self._retrieval.discard(empty)
        self._all.discard(empty)

    def kind(self, text: str) -> str:
        found = key(text)
        if found not in self._all:
            return ""
        return "forbidden" if found in self._retrieval else "left out"

    def __len__(self) -> int:
        return len(self._all)


def _retrieval_texts(folder: Path) -> Iterator[str]:
    paths = sorted(folder.glob("xquad/*.xz")) + sorted(folder.glob("pira*.xz"))
    for path in paths:
        for line in _lines(path):
            for field, text in json.loads(line).items():
                if field.startswith("question"):
                    yield text
                elif field.startswith("context"):
                    yield text
                    yield from (part for part in _END.split(text) if len(part) >= _SHORTEST)
    for path in sorted(folder.glob("flores200-dev/*.xz")):
        yield from _lines(path)


def _sentence_texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("tatoeba/*.xz")):
        for line in _lines(path):
            yield from line.rstrip("\n").split("\t")[:2]
    for path in sorted(folder.glob("stsb/*.xz")):
        for row in csv.reader(_lines(path)):
            yield from row[:2]
    for path in sorted(folder.glob("qa/*.xz")):
        for line in _lines(path):
            record = json.loads(line)
            yield record["question"]
            yield record["context"]


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from lines
