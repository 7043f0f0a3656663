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

LOOKED_AT = 40
"""Best sentences whose surroundings may be shown."""

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
    for sentence in ranked[:LOOKED_AT]:
        grown = _joined(found, _around(sentence))
        if len(grown) > MOST or (found and sum(map(_units, grown)) > LETTERS):
            break
        found = grown
    return found


def _joined(found: Sequence[Excerpt], fresh: Excerpt) -> list[Excerpt]:
    """The excerpts with a further one, which takes the place of the first it meets and joins all it meets."""
    meeting = [one for one in found if _meet(one, fresh)]
    if not meeting:
        return [*found, fresh]
    whole = replace(
        fresh,
        start=min(fresh.start, *(one.start for one in meeting)),
        end=max(fresh.end, *(one.end for one in meeting)),
    )
    return [whole if one is meeting[0] else one for one in found if one is meeting[0] or one not in meeting]


def _meet(a: Excerpt, b: Excerpt) -> bool:
    return a.article.id == b.article.id and a.start <= b.end and b.start <= a.end


def _units(excerpt: Excerpt) -> float:
    text = excerpt.text
    return len(text) * (2.0 if text[len(text) // 2] >= "\u2e80" else 1.0)


def _around(sentence: Sentence) -> Excerpt:
    """The sentence's passage and some letters on either side, to whole sentences."""
    article, passage = sentence.candidate.article, sentence.candidate.hit.passage
    low, high = max(0, passage.start - AROUND), min(len(article.text), passage.end + AROUND)
    spans = [(low + a, low + b) for a, b in sentences(article.text[low:high], article.language)]
    # What was cut at the edge of the window is no whole sentence.
    whole = spans[low > 0 : len(spans) - (high < len(article.text))]
    start = min([passage.start, *(a for a, _ in whole)])
    end = max([passage.end, *(b for _, b in whole)])
    return Excerpt(article, start, end)
