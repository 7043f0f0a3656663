"""A passage found for a question, with the signals behind its place."""

from __future__ import annotations

from dataclasses import dataclass

from index.passage import Passage


@dataclass(frozen=True, slots=True)
class Signals:
    """What each leg says of a passage; higher is better everywhere, None where a leg is silent."""

    dense: float | None = None
    """Inner product of the question's vector and the passage's, in [-1, 1]."""
    dense_rank: int | None = None
    """Place in the dense leg, from 1; None when the passage was beyond its cut."""
    lexical: float | None = None
    """Share of the question's word weight (BM25 with idf) found in the passage, in [0, 1]."""
    lexical_rank: int | None = None
    outstanding: float | None = None
    """How far both legs' sum lies above that of an ordinary passage of the same language, in deviations."""
    rerank: float | None = None
    """The second stage's score, when one ran."""


@dataclass(frozen=True, slots=True)
class Hit:
    passage: Passage
    score: float
    signals: Signals
