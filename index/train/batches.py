"""Batches: two lists of texts, where row i of one says what row i of the other says."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from index.train.encoded import Bags, Encoded, Ints

Floats = NDArray[np.float64]

# How often a language is drawn, by the order of care of the product; the others count 0.35.
CARE = {"es": 1.6} | dict.fromkeys(
    ["pt", "fr", "it", "de", "ru", "uk", "zh", "ko", "ja", "ar", "hi", "tr", "nl", "pl", "id"], 1.0
)
CARE |= dict.fromkeys(["vi", "el", "th", "ro"], 0.6)
REST = 0.35
# Of pairs drawn, how many of a source: news and encyclopedic text up, templates and help pages down.
SOURCES = {
    "tldr": 0.15, "python-docs": 0.2, "multi30k": 0.5, "tanaka": 0.5, "stsb-mt": 0.6, "tatoeba": 0.7,
    "mlqe-pe": 1.2, "tico19": 1.5, "wmt-newstest": 2.0, "ko-news": 2.0, "nk-news": 2.0, "pud": 2.0,
    "mt-geneval": 2.0, "mintaka-questions": 2.0,
}  # fmt: skip
# Sources whose neighbouring lines come from one document; their neighbours are near, hard negatives.
DOCUMENTS = ("wmt", "tico19", "ko-news", "nk-news", "mt-geneval", "id-bbc", "id-smeru", "privacyguides")


@dataclass(frozen=True, slots=True)
class Mix:
    """How a batch is made: the share of each kind, and how many pieces are dropped at random.

    `one`: pairs English–one language. `several`: pairs of eight languages. `pivot`: two non-English
    sides of one English text. `question`: question and a window of its paragraph around the answer.
    `word`: word pairs. `part`: some pieces of a sentence and a passage of the same language around it.
    `passage`: some pieces of a sentence and a passage around its translation.
    """

    one: float = 0.42
    several: float = 0.1
    pivot: float = 0.2
    question: float = 0.08
    word: float = 0.05
    part: float = 0.05
    passage: float = 0.1
    dropped: float = 0.1
    near: int = 2
    kinds: tuple[str, ...] = field(
        default=("one", "several", "pivot", "question", "word", "part", "passage"), repr=False
    )


class Batches:
    """Draws batches of up to `size` rows; the same generator state gives the same batches."""

    def __init__(self, text: Encoded, mix: Mix, size: int, random: Generator) -> None:
        self.text, self.mix, self.size, self.random = text, mix, size, random
        shares = np.array([getattr(mix, kind) for kind in mix.kinds])
        self._shares = shares / shares.sum()
        care = np.array([CARE.get(name, REST) for name in text.languages])
        weight = np.array([source_weight(name) for name in text.sources])[text.source]
        self._document = np.array([name.startswith(DOCUMENTS) for name in text.sources])[text.source]
        self._rows: dict[int, Ints] = {}
        self._weights: dict[int, Floats] = {}
        drawn = np.zeros(len(text.languages))
        for number in np.unique(text.language):
            rows = np.flatnonzero(text.language == number)
            self._rows[int(number)] = rows
            self._weights[int(number)] = _cumulative(weight[rows])
            drawn[number] = care[number] * weight[rows].sum() ** 0.4
        self._languages = drawn / drawn.sum()
        # Rows by their English text, to find those that share one.
        self._by_same = np.argsort(text.same, kind="stable")
        self._count = np.bincount(text.same)
        self._first = np.concatenate([[0], np.cumsum(self._count)])
        self._shared = np.flatnonzero(self._count[text.same] > 1)
        self._shared_weights = _cumulative(care[text.language[self._shared]] * weight[self._shared])
        self._word_weights = _cumulative(_rarer(text.word_language, care))
        self._question_weights = _cumulative(_rarer(text.question_language, np.ones(len(care))))

    def draw(self) -> tuple[str, Bags, Bags]:
        """The kind, and two lists of texts of equal length without empty ones."""
        kind = self.mix.kinds[self.random.choice(len(self._shares), p=self._shares)]
        left, right = getattr(self, "_" + kind)()
        keep = (left[1] > 0) & (right[1] > 0)
        return kind, _only(left, keep), _only(right, keep)

    def _one(self) -> tuple[Bags, Bags]:
        rows = self._in_language(self._language(), self.size)
        near = rows[self._document[rows]] if self.mix.near else rows[:0]
        for step in range(1, self.mix.near + 1):
            next_rows = np.minimum(near + step, len(self.text.language) - 1)
            ours = (self.text.language[next_rows] == self.text.language[near]) & self._document[next_rows]
            rows = np.concatenate([rows, next_rows[ours]])
        return self._translations(self._distinct(np.unique(rows)))

    def _several(self) -> tuple[Bags, Bags]:
        numbers = self.random.choice(len(self._languages), p=self._languages, size=8)
        rows = [self._in_language(int(number), self.size // 8) for number in numbers]
        return self._translations(self._distinct(np.concatenate(rows)))

    def _translations(self, rows: Ints) -> tuple[Bags, Bags]:
        left, right = self.text.english.take(rows), self.text.other.take(rows)
        if self.random.random() < 0.5:
            return self._drop(left, self.mix.dropped), right
        return left, self._drop(right, self.mix.dropped)

    def _pivot(self) -> tuple[Bags, Bags]:
        rows = self._distinct(self._shared[self._pick(self._shared_weights, self.size)])
        same = self.text.same[rows]
        others = self._by_same[
            self._first[same] + (self.random.random(len(rows)) * self._count[same]).astype(int)
        ]
        differ = self.text.language[others] != self.text.language[rows]
        left = self._drop(self.text.other.take(rows[differ]), self.mix.dropped)
        return left, self.text.other.take(others[differ])

    def _word(self) -> tuple[Bags, Bags]:
        rows = self._pick(self._word_weights, self.size)
        rows = rows[np.unique(self.text.word_same[rows], return_index=True)[1]]
        return self.text.word_english.take(rows), self.text.word_other.take(rows)

    def _question(self) -> tuple[Bags, Bags]:
        text = self.text
        rows = np.unique(self._pick(self._question_weights, self.size))
        if self.random.random() < 0.6:  # one language: the negatives are then of the same language
            number = text.question_language[rows[self.random.integers(len(rows))]]
            alike = np.flatnonzero(text.question_language == number)
            rows = alike[self.random.permutation(len(alike))[: self.size]]
        first, last = text.context.starts[rows], text.context.starts[rows + 1]
        length = last - first
        window = self.random.integers(24, 100, len(rows))
        spot = text.answer[rows] - (self.random.random(len(rows)) * window).astype(int)
        anywhere = (self.random.random(len(rows)) * np.maximum(length - window, 1)).astype(int)
        start = np.where(text.answer[rows] >= 0, spot, anywhere)
        start = first + np.clip(start, 0, np.maximum(length - window, 0))
        context = text.context.spans(start, np.minimum(start + window, last))
        return self._drop(text.question.take(rows), 0.05), context

    def _part(self) -> tuple[Bags, Bags]:
        side = self.text.other if self.random.random() < 0.75 else self.text.english
        rows, first, last = self._passages()
        passages = side.spans(side.starts[first], np.minimum(side.starts[last], side.starts[first] + 128))
        return self._drop(side.take(rows), self.random.uniform(0.2, 0.7, len(rows))), passages

    def _passage(self) -> tuple[Bags, Bags]:
        sides = [self.text.other, self.text.english]
        one, two = sides if self.random.random() < 0.5 else sides[::-1]
        rows, first, last = self._passages()
        passages = two.spans(two.starts[first], np.minimum(two.starts[last], two.starts[first] + 128))
        return self._drop(one.take(rows), self.random.uniform(0.0, 0.5, len(rows))), passages

    def _passages(self) -> tuple[Ints, Ints, Ints]:
        """Rows of one language, each with a range of one to three neighbours; ranges do not overlap."""
        number = self._language()
        ours = self._rows[number]
        rows = self._in_language(number, self.size)
        length = self.random.integers(1, 4, len(rows))
        first = np.maximum(rows - (self.random.random(len(rows)) * length).astype(int), ours[0])
        last = np.minimum(first + length, ours[-1] + 1)
        apart = np.concatenate([[True], first[1:] >= last[:-1]])
        return rows[apart], first[apart], last[apart]

    def _language(self) -> int:
        return int(self.random.choice(len(self._languages), p=self._languages))

    def _in_language(self, number: int, count: int) -> Ints:
        return np.unique(self._rows[number][self._pick(self._weights[number], count)])

    def _pick(self, cumulative: Floats, count: int) -> Ints:
        return np.searchsorted(cumulative, self.random.random(count))

    def _distinct(self, rows: Ints) -> Ints:
        """At most `size` of the rows, no two with the same English text (they would be false negatives)."""
        rows = rows[np.unique(self.text.same[rows], return_index=True)[1]]
        if len(rows) > self.size:
            rows = rows[np.sort(self.random.permutation(len(rows))[: self.size])]
        return rows

    def _drop(self, bags: Bags, share: float | Floats) -> Bags:
        """Each piece is left out with probability `share` (one number, or one per text)."""
        ids, sizes = bags
        owner = np.repeat(np.arange(len(sizes)), sizes)
        limit = share if isinstance(share, float) else np.repeat(share, sizes)
        keep = self.random.random(len(ids)) >= limit
        return ids[keep], np.bincount(owner[keep], minlength=len(sizes))


def _only(bags: Bags, keep: NDArray[np.bool_]) -> Bags:
    ids, sizes = bags
    return (ids, sizes) if keep.all() else (ids[np.repeat(keep, sizes)], sizes[keep])


def _cumulative(weights: Floats) -> Floats:
    total = np.cumsum(weights)
    result: Floats = total / total[-1] if len(total) else total
    return result


def _rarer(language: Ints, care: Floats) -> Floats:
    """Care over the square root of how many rows the language has: small languages are not drowned."""
    count = np.bincount(language, minlength=len(care))
    weights: Floats = care[language] / np.sqrt(count[language])
    return weights


def source_weight(name: str) -> float:
    if name in SOURCES:
        return SOURCES[name]
    if name.endswith("-mt"):
        return 0.8
    return 1.5 if name.startswith("wmt") else 1.0
