"""A question, analysed once: what is asked for, and everything that passages are compared with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, open_embedder
from index.errors import BadInput
from index.language import detect
from index.names import Name, asked_names
from index.search import Index
from index.static import Tokens
from index.words import question_words
from qa.expects import AnswerType, expected
from qa.messages import LANGUAGES
from qa.values import numbers

LONGEST = 2000
"""Code points a question may have."""

SURE = 0.5
"""Confidence from which the detected language of a question is taken as it is."""

Matrix = NDArray[np.float32]


class TokenTable(Protocol):
    """What late interaction needs of a static table."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens]: ...

    def embed_questions(self, texts: Sequence[str]) -> Matrix: ...


@dataclass(frozen=True, slots=True)
class Question:
    """`vectors[i]` (unit length) and `weights[i]` (they sum to 1) belong to `text[slice(*offsets[i])]`."""

    text: str
    language: str
    expects: AnswerType
    vectors: Matrix
    weights: Matrix
    offsets: list[tuple[int, int]]
    whole: Matrix
    """The question's own vector, unit length, shape (dim,)."""
    words: tuple[tuple[frozenset[str], float], ...]
    """Alternative terms of each word, with the weight (idf) of its commonest form in the collection."""
    names: tuple[Name, ...]
    numbers: tuple[tuple[int, int, float], ...]


def check(question: str) -> str:
    """The question without outer white space; raises BadInput when it cannot be one."""
    # Half of a surrogate pair, which JSON can carry, is no character at all.
    stripped = question.encode("utf-8", "ignore").decode("utf-8").strip()
    if not stripped:
        raise BadInput("the question is empty: write a question about the articles")
    if len(stripped) > LONGEST:
        raise BadInput(
            f"the question has {len(stripped):,} characters: at most {LONGEST:,} are accepted, shorten it"
        )
    if not any(letter.isalnum() for letter in stripped):
        raise BadInput(f"the question {stripped[:40]!r} has no letters or digits: write it in words")
    return stripped


def language_of(text: str, collection: Collection[str]) -> str:
    """ISO 639-1 code of a question's language; English when it cannot be told.

    Short questions are told apart badly among all languages of the world, so an uncertain one is
    looked at again among those that cita speaks or the collection holds.
    """
    language, confidence = detect(text)
    if confidence >= SURE and language != "und":
        return language
    language, _ = detect(text, {*LANGUAGES, *collection} - {"und"})
    return language if language != "und" else "en"


def token_table(embedder: Embedder) -> TokenTable:
    """The collection's own table, or the bundled one where it was embedded by another kind of model."""
    return cast(TokenTable, embedder) if hasattr(embedder, "tokens") else _bundled()


@lru_cache(maxsize=1)
def _bundled() -> TokenTable:
    return cast(TokenTable, open_embedder())


def analyse(index: Index, text: str, language: str, languages: Collection[str]) -> Question:
    """Everything about a checked question that the later stages need.

    `languages` are those of the collection: the question's words are looked for as each spells them.
    """
    table = token_table(index.embedder)
    [tokens] = table.tokens([text])
    norms = np.linalg.norm(tokens.vectors, axis=1)
    weigh = index.term_weight()
    return Question(
        text=text,
        language=language,
        expects=expected(text, language),
        vectors=unit(tokens.vectors),
        weights=(norms / max(float(norms.sum()), 1e-9)).astype(np.float32),
        offsets=tokens.offsets,
        whole=table.embed_questions([text])[0],
        words=tuple(
            (frozenset(group), min(map(weigh, group)))
            for group in question_words(text, {*languages, language})
        ),
        names=tuple(asked_names(text)),
        numbers=tuple(numbers(text, language)),
    )


def unit(rows: Matrix) -> Matrix:
    """Rows scaled to length 1; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
    return scaled
