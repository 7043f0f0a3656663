"""The training text: sentence pairs, word pairs and questions, read from the data folder.

Layout: `parallel/<lang>.tsv.xz` and `lexicon/<lang>.tsv.xz` hold `english TAB other TAB source`;
`qa/<name>.<lang>.jsonl.xz` holds one JSON object a line with question, context and answers.
Only files named here are read; nothing under `eval/` is.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

# Their publishers state no licence, so what is shipped is trained without them.
UNLICENSED = ("tquad", "tr-rc2020", "vi-qa")
_CODES = {"arb": "ar", "sh": "hr"}
# Characters kept of one sentence or paragraph; longer ones are rare and slow a whole batch down.
_LONGEST = 1200


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in English and the same text in `language`."""

    english: str
    other: str
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the paragraph that answers it at characters [start, end)."""

    question: str
    context: str
    start: int
    end: int
    language: str


def sentence_pairs(data: Path, language: str = "*") -> Iterator[Pair]:
    """Every pair under `parallel/` (of one language, if named), in file order, so neighbours often come
    from one document."""
    yield from _pairs(data / "parallel", language)


def word_pairs(data: Path, language: str = "*") -> Iterator[Pair]:
    """Every pair under `lexicon/` (of one language, if named); words and short phrases."""
    yield from _pairs(data / "lexicon", language)


def _pairs(folder: Path, only: str) -> Iterator[Pair]:
    for path in sorted(folder.glob(f"{only}.tsv.xz")):
        code = path.name.split(".")[0]
        language = _CODES.get(code, code)
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                cells = line.rstrip("\n").split("\t")
                if len(cells) == 3 and cells[0].strip() and cells[1].strip():
                    yield Pair(cells[0][:_LONGEST], cells[1][:_LONGEST], language, cells[2])


def questions(data: Path) -> Iterator[Question]:
    """Every answered question under `qa/` whose file states its licence."""
    for path in sorted((data / "qa").glob("*.jsonl.xz")):
        if path.name.startswith(UNLICENSED):
            continue
        language = path.name.split(".")[-3]
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                start, end = _answer(record)
                yield Question(record["question"], record["context"], start, end, language)


def _answer(record: dict[str, object]) -> tuple[int, int]:
    """Where the first answer stands in the context; the whole context where that is not known."""
    context = str(record["context"])
    answers = record.get("answers")
    if isinstance(answers, dict):  # the column layout some publishers use
        answers = [
            {"text": text, "start": start}
            for text, start in zip(answers.get("text", []), answers.get("answer_start", []), strict=False)
        ]
    for answer in answers if isinstance(answers, list) else []:
        text = str(answer.get("text", "")) if isinstance(answer, dict) else str(answer)
        start = answer.get("start", answer.get("answer_start")) if isinstance(answer, dict) else None
        if not isinstance(start, int) or context[start : start + len(text)] != text:
            start = context.find(text)
        if text and start >= 0:
            return start, start + len(text)
    return 0, len(context)


def without(items: Iterator[T], seen: Callable[[T], bool]) -> tuple[list[T], int]:
    """The items `seen` does not hold of, and how many it holds of."""
    kept: list[T] = []
    dropped = 0
    for item in items:
        if seen(item):
            dropped += 1
        else:
            kept.append(item)
    return kept, dropped
