"""The training text as numbers: piece ids in flat arrays, ready to be cut into batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.train.corpus import Pair, Question
from index.train.pieces import UNKNOWN

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Bags = tuple[Ids, Ints]
"""Piece ids of several texts end to end, and how many belong to each."""

SENTENCE, WORD, QUESTION, CONTEXT = 96, 16, 48, 300


@dataclass(frozen=True, slots=True)
class Ragged:
    """Texts as piece ids: text i is `flat[starts[i]:starts[i + 1]]`."""

    flat: Ids
    starts: Ints

    def take(self, rows: Ints) -> Bags:
        return self.spans(self.starts[rows], self.starts[rows + 1])

    def spans(self, first: Ints, last: Ints) -> Bags:
        """The ids in [first, last) of the flat array, one bag each; bags may run over several texts."""
        sizes = last - first
        before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        places = np.arange(sizes.sum()) + np.repeat(first - before, sizes)
        return self.flat[places], sizes


@dataclass(frozen=True, slots=True)
class Encoded:
    """Everything the batches are drawn from.

    Row i of `english`, `other`, `language`, `source`, `same` is pair i; `same` numbers the English
    texts, so pairs with one English side can be found. `word_*` and `question_*` likewise. `answer`
    is the piece of the context where the answer starts, -1 where it is not known.
    """

    english: Ragged
    other: Ragged
    language: Ints
    source: Ints
    same: Ints
    word_english: Ragged
    word_other: Ragged
    word_language: Ints
    word_same: Ints
    question: Ragged
    context: Ragged
    answer: Ints
    question_language: Ints
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    pieces: int

    def save(self, path: Path) -> None:
        """Writes one .npz, under another name first."""
        arrays: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Ragged):
                arrays[field.name + ".flat"], arrays[field.name + ".starts"] = value.flat, value.starts
            else:
                arrays[field.name] = np.asarray(value)
        part = path.with_suffix(".part.npz")
        np.savez(part, **arrays)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Encoded:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            values: dict[str, Any] = {}
            for field in fields(cls):
                if field.name + ".flat" in arrays:
                    values[field.name] = Ragged(arrays[field.name + ".flat"], arrays[field.name + ".starts"])
                elif field.name in ("languages", "sources"):
                    values[field.name] = tuple(str(item) for item in arrays[field.name])
                elif field.name == "pieces":
                    values[field.name] = int(arrays[field.name])
                else:
                    values[field.name] = arrays[field.name]
        return cls(**values)


def encode(
    tokenizer: Any,
    pairs: Sequence[Pair],
    words: Sequence[Pair],
    questions: Sequence[Question],
    progress: Callable[[str, int, int], None],
) -> Encoded:
    """Cuts every text into pieces; unknown pieces are left out."""

    def cut(name: str, texts: Sequence[str], longest: int) -> Ragged:
        return _ragged(tokenizer, texts, longest, lambda done: progress(name, done, len(texts)))

    languages = sorted({item.language for group in (pairs, words, questions) for item in group})
    sources = sorted({pair.source for pair in pairs})
    before = cut(
        "text before answers", [q.context[max(0, q.start - 500) : q.start] for q in questions], CONTEXT
    )
    after = cut("text after answers", [q.context[q.start : q.start + 600] for q in questions], CONTEXT)
    return Encoded(
        english=cut("English sentences", [pair.english for pair in pairs], SENTENCE),
        other=cut("other sentences", [pair.other for pair in pairs], SENTENCE),
        language=_numbers((pair.language for pair in pairs), languages),
        source=_numbers((pair.source for pair in pairs), sources),
        same=_equal(pair.english for pair in pairs),
        word_english=cut("English words", [pair.english for pair in words], WORD),
        word_other=cut("other words", [pair.other for pair in words], WORD),
        word_language=_numbers((pair.language for pair in words), languages),
        word_same=_equal(pair.english for pair in words),
        question=cut("questions", [q.question for q in questions], QUESTION),
        context=_joined(before, after),
        answer=np.where([q.end - q.start < len(q.context) for q in questions], np.diff(before.starts), -1),
        question_language=_numbers((q.language for q in questions), languages),
        languages=tuple(languages),
        sources=tuple(sources),
        pieces=tokenizer.get_vocab_size(),
    )


def _ragged(tokenizer: Any, texts: Sequence[str], longest: int, progress: Callable[[int], None]) -> Ragged:
    unknown = tokenizer.token_to_id(UNKNOWN)
    parts: list[Ids] = []
    sizes = np.zeros(len(texts) + 1, np.int64)
    for begin in range(0, len(texts), 20_000):
        batch = [text[: 6 * longest] for text in texts[begin : begin + 20_000]]
        for row, encoding in enumerate(
            tokenizer.encode_batch_fast(batch, add_special_tokens=False), begin + 1
        ):
            ids = np.array(encoding.ids, np.int32)
            ids = ids[ids != unknown][:longest]
            parts.append(ids)
            sizes[row] = len(ids)
        progress(min(begin + 20_000, len(texts)))
    return Ragged(np.concatenate([np.zeros(0, np.int32), *parts]), np.cumsum(sizes))


def _joined(first: Ragged, second: Ragged) -> Ragged:
    """Text i of `first` followed by text i of `second`, for every i."""
    one, two = np.diff(first.starts), np.diff(second.starts)
    starts = np.concatenate([[0], np.cumsum(one + two)])
    flat = np.empty(starts[-1], np.int32)
    begin = starts[:-1]
    flat[np.arange(len(first.flat)) + np.repeat(begin - first.starts[:-1], one)] = first.flat
    flat[np.arange(len(second.flat)) + np.repeat(begin + one - second.starts[:-1], two)] = second.flat
    return Ragged(flat, starts)


def _numbers(names: Iterable[str], known: Sequence[str]) -> Ints:
    place = {name: number for number, name in enumerate(known)}
    return np.array([place[name] for name in names], np.int64)


def _equal(texts: Iterable[str]) -> Ints:
    """Equal texts get equal numbers, counted from 0."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text, len(seen)) for text in texts], np.int64)
