"""A passage: a run of whole sentences of one article, small enough to embed as one thought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """`article.text[start:end] == text`, counted in code points."""

    id: int
    """The store's number for it, the id under which the vector and lexical indexes know it."""
    article_id: str
    start: int
    end: int
    text: str
