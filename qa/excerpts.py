"""The stretches of articles that a language model is shown: numbered, verbatim, and few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.article import Article
from index.sentences import sentences
from qa.sentence import Sentence

MOST = 8
"""Excerpts shown for one question."""

LETTERS = 6000
"""Code points of all excerpts together; half as many where the letters are Han, Kana or Hangul."""

AROUND = 250
"""Code points taken along on either side of the passage found, to whole sentences."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`article.text[start:end]`, as it is stored."""

    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


def excerpts(ranked: Sequence[Sentence]) -> list[Excerpt]:
    """What surrounds the best sentences, best first; stretches of one article that meet are joined."""
    found: list[Excerpt] = []
    units = 0.0
    for sentence in ranked:
        fresh = _around(sentence)
        for place, known in enumerate(found):
            if known.article.id == fresh.article.id and _meet(known, fresh):
                if fresh.start < known.start or fresh.end > known.end:
                    grown = replace(known, start=min(known.start, fresh.start), end=max(known.end, fresh.end))
                    units += _units(grown) - _units(known)
                    if units > LETTERS:
                        return found
                    found[place] = grown
                break
        else:
            units += _units(fresh)
            if len(found) == MOST or (found and units > LETTERS):
                return found
            found.append(fresh)
    return found


def _meet(a: Excerpt, b: Excerpt) -> bool:
    return a.start <= b.end and b.start <= a.end


def _units(excerpt: Excerpt) -> float:
    text = excerpt.text
    return len(text) * (2.0 if text[len(text) // 2] >= "\u2e80" else 1.0)


def _around(sentence: Sentence) -> Excerpt:
    """The sentence's passage and some letters on either side, to whole sentences."""
    article, passage = sentence.candidate.article, sentence.candidate.hit.passage
    low, high = max(0, passage.start - AROUND), min(len(article.text), passage.end + AROUND)
    spans = [(low + a, low + b) for a, b in sentences(article.text[low:high], article.language)]
    # What was cut at the edge of the window is no whole sentence, unless the article ends there.
    whole = [
        (a, b)
        for a, b in spans
        if (a > low or low == 0) and (b < high or high == len(article.text)) and b - a <= 2 * AROUND
    ]
    start = min([passage.start, *(a for a, b in whole if b > low)])
    end = max([passage.end, *(b for a, b in whole if a < high)])
    return Excerpt(article, start, end)
