"""The vectors of an article's passages, embedding no more than what has changed.

A passage's stored vector is made of its own text and of what surrounds it (`index.embed.in_context`): the
title and the passages within `AROUND` on either side. Where all of that is as it was, so is the vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from index.article import Article
from index.embed import AROUND, Embedder, in_context
from index.store import Span, Store, Vectors

_Context = tuple[str, tuple[str, ...], str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """An article on its way into the store."""

    article: Article
    spans: Sequence[Span]
    kept: dict[int, Vectors] = field(default_factory=dict)
    """By number of the passage: vectors `(dim,)` that need no embedding."""

    @property
    def texts(self) -> list[str]:
        return [self.article.text[start:end] for start, end in self.spans]

    def wanted(self) -> list[int]:
        """Numbers of the passages to embed: those without a vector, and their surroundings."""
        count = len(self.spans)
        return sorted(
            {
                near
                for number in range(count)
                if number not in self.kept
                for near in range(max(0, number - AROUND), min(count, number + AROUND + 1))
            }
        )


def kept(store: Store, earlier: Article, article: Article, spans: Sequence[Span]) -> dict[int, Vectors]:
    """The stored vectors of passages of `earlier` that fit the new text, by number of the new passage."""
    before = store.passages_of(earlier)
    texts = [passage.text for passage in before]
    known = {_context(earlier.title, texts, number): before[number].id for number in range(len(before))}
    fresh = [article.text[start:end] for start, end in spans]
    fitting = {
        number: known[context]
        for number in range(len(fresh))
        if (context := _context(article.title, fresh, number)) in known
    }
    vectors = store.vectors(list(fitting.values()))
    return {number: vectors[id] for number, id in fitting.items() if id in vectors}


def _context(title: str, texts: Sequence[str], number: int) -> _Context:
    before = tuple(texts[max(0, number - AROUND) : number])
    return title, before, texts[number], tuple(texts[number + 1 : number + AROUND + 1])


def embedded(embedder: Embedder, drafts: Sequence[Draft]) -> list[Vectors]:
    """The vectors to store, `(passages, dim)` for each draft; all new texts go to the model together."""
    wanted = [draft.wanted() for draft in drafts]
    texts = [draft.texts for draft in drafts]
    rows = embedder.embed_passages([texts[n][i] for n, numbers in enumerate(wanted) for i in numbers])
    changed = [n for n, numbers in enumerate(wanted) if numbers]
    heads = embedder.embed_passages([drafts[n].article.title for n in changed])
    titles = dict(zip(changed, range(len(changed)), strict=True))
    made, first = [], 0
    for n, draft in enumerate(drafts):
        vectors = np.zeros((len(draft.spans), embedder.dim), np.float32)
        if wanted[n]:
            vectors[wanted[n]] = rows[first : first + len(wanted[n])]
            first += len(wanted[n])
            vectors = np.asarray(in_context(vectors, heads[titles[n]][None]), np.float32)
        for number, vector in draft.kept.items():
            vectors[number] = vector
        made.append(vectors)
    return made
