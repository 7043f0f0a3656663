"""Weights that were fitted to data, kept beside the command that fits them again.

    python -m eval.fit_confidence --data FOLDER

reads question-answer and parallel texts under FOLDER and rewrites `fitted.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("fitted.json")


@dataclass(frozen=True, slots=True)
class Fitted:
    """`sentence` weighs `qa.sentence.Signals`, `evidence` weighs `qa.confidence.Evidence`."""

    sentence: MappingProxyType[str, float]
    evidence: MappingProxyType[str, float]
    answered: float
    """Probability from which an answer is given as one."""
    weak: float
    """Probability from which sentences are quoted at all."""


@lru_cache(maxsize=1)
def fitted() -> Fitted:
    """The weights in use."""
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    return Fitted(
        sentence=MappingProxyType(raw["sentence"]),
        evidence=MappingProxyType(raw["evidence"]),
        answered=raw["answered"],
        weak=raw["weak"],
    )
