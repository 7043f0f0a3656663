"""Collections to measure: real articles up to a number of passages, and larger ones made from those."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.embed import Embedder
from index.errors import BadInput
from index.merge import catch_up
from index.split import passages as split
from index.store import Store

PER_ARTICLE = 10
"""Passages of a generated article."""

NOISE = 0.6
"""Length of what is added to a real vector to make another one."""

_BATCH = 500

Rows = NDArray[np.float32]


def shortened(file: Path, passages: int, out: Path) -> int:
    """Copy the first articles of a JSON Lines file that make about so many passages; how many passages."""
    made = 0
    with file.open(encoding="utf-8") as source, out.open("w", encoding="utf-8") as target:
        for number, line in enumerate(source, 1):
            try:
                text = str(json.loads(line)["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(
                    f"{file}:{number}: expected a JSON object with a text on each line ({error})"
                ) from error
            target.write(line)
            made += len(split(text, "en"))
            if made >= passages:
                break
    return made


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages of a real collection, to be taken again and again."""

    texts: list[str]
    vectors: Rows
    headlines: list[str]

    @classmethod
    def read(cls, store: Store) -> Pool:
        texts = [text.text for text in store.scan_texts()]
        vectors = np.concatenate([rows for _, rows in store.scan_vectors()])
        headlines = [article.title.capitalize() for article in store.articles() if len(article.title) > 15]
        return cls(texts, vectors, headlines)

    def near(self, places: NDArray[np.int64], chance: np.random.Generator, noise: float = NOISE) -> Rows:
        """Unit vectors some way off those at `places`."""
        rows = self.vectors[places]
        off = chance.standard_normal(rows.shape, np.float32)
        off *= noise / np.sqrt(rows.shape[1])
        rows = rows + off
        unit: Rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def generate(folder: Path, passages: int, pool: Pool, model: Embedder) -> Store:
    """A collection of so many passages: repeated texts, generated vectors."""
    store = Store.create(folder, embedder=model.name, fingerprint=model.fingerprint, dim=model.dim)
    chance = np.random.default_rng(7)
    batch: list[tuple[Article, list[tuple[int, int]], Rows]] = []
    for number, places in enumerate(_groups(passages, len(pool.texts), chance)):
        batch.append((*_article(number, [pool.texts[place] for place in places]), pool.near(places, chance)))
        if len(batch) == _BATCH:
            _write(store, batch)
    _write(store, batch)
    catch_up(store)
    return store


def _groups(passages: int, pool: int, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    for first in range(0, passages, PER_ARTICLE):
        yield chance.integers(0, pool, min(PER_ARTICLE, passages - first))


def _article(number: int, texts: list[str]) -> tuple[Article, list[tuple[int, int]]]:
    head = f"Generated article {number}"
    spans, at = [], 0
    for text in texts:
        spans.append((at, at + len(text)))
        at += len(text) + 1
    made = Article.make(
        key=f"id:generated-{number}", input="generated", title=head, text="\n".join(texts), language="en"
    )
    return made, spans


def _write(store: Store, batch: list[tuple[Article, list[tuple[int, int]], Rows]]) -> None:
    with store.writing():
        for article, spans, vectors in batch:
            store.add(article, spans, vectors)
    batch.clear()
