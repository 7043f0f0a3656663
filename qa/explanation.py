"""Why an answer is what it is: what each stage said of each passage, and what speaks for the status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Heading = Literal["sense", "words", "names", "kind", "lead", "language", "other", "bias"]
"""What a feature of the evidence is about, in a reader's terms."""


Kind = Literal["same", "number", "name", "sense"]
"""In what two words meet: letter for letter, as a number, as a name in another writing, in meaning."""


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the question and what it met in a passage."""

    asked: str
    asked_at: tuple[int, int]
    """Offsets in the question."""
    found: str
    found_at: tuple[int, int]
    """Offsets in the article's text."""
    similarity: float
    """In [-1, 1]; 1 for the same token."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Part:
    """One named number, and what it adds to the log odds."""

    name: str
    value: float
    weight: float
    contribution: float
    heading: Heading = "other"


@dataclass(frozen=True, slots=True)
class Explained:
    """One passage that was read for the question."""

    rank: int
    """Place after the second stage, from 1."""
    article_id: str
    start: int
    end: int
    dense: float | None
    """The leg by sense: cosine of question and passage."""
    dense_rank: int | None
    """Place in that leg, from 1; None beyond its cut."""
    lexical: float | None
    """The leg by word: share of the question's word weight; None without a word in common."""
    lexical_rank: int | None
    first_stage: float
    """Both legs together."""
    second_stage: float
    """After reading token by token; passages are in order of it."""
    matches: tuple[Match, ...]
    """In the order of the question."""
    sentence: tuple[int, int] | None
    """Where its best sentence stands in the article's text."""
    signals: tuple[Part, ...]
    """What speaks for that sentence, strongest first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`probability` is compared with the thresholds `answered` and `weak`; it is the logistic function of
    the sum of the evidence's contributions. Empty evidence: nothing was found at all."""

    probability: float
    answered: float
    weak: float
    evidence: tuple[Part, ...]
    """Strongest first; "bias" is what the sum begins with."""
    headings: dict[str, float]
    """The same in a reader's terms, the bias left out: contributions by `Heading`, strongest first."""
    hits: tuple[Explained, ...]
    """Best first."""
