"""What is lost by looking at codes instead of rows: MRR@10 against an exact search, same questions.

Known items: the question is a passage's vector some way off, and that passage is the right one. Asked
of the whole collection, and of a cluster of one passage in a hundred that lies away from all others, as
a language does in which few articles are written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.vectors import CodedVectors, ExactVectors

QUESTIONS = 200
MINORITY = 0.01
DEPTH = 200

_OFF = 1.2
"""Length of what separates a question's vector from its passage's: a right passage is then first for
two thirds of them, as it is for real questions."""

Rows = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fidelity:
    passages: int
    exact: float
    """MRR@10 of an exact search."""
    coded: float
    """MRR@10 of the search by codes."""

    @property
    def share(self) -> float:
        return self.coded / self.exact if self.exact else 1.0


def measure(rows: Rows, questions: int = QUESTIONS) -> dict[str, Fidelity]:
    """Over all passages, and over a hundredth of them that is moved away from the others."""
    chance = np.random.default_rng(11)
    ids = np.arange(1, len(rows) + 1, dtype=np.int64)
    few = np.sort(chance.choice(len(rows), max(20, round(len(rows) * MINORITY)), replace=False))
    rows = rows.copy()
    away = chance.standard_normal(rows.shape[1], np.float32)
    rows[few] = _unit(rows[few] + 1.5 * away / np.linalg.norm(away))
    exact = ExactVectors.build(rows.shape[1], [(ids, rows)])
    coded = CodedVectors.build(ids, exact.fetch, rows.shape[1])
    groups = {"all passages": np.arange(len(rows)), "1 % cluster": few}
    return {
        name: _compare(exact, coded, rows, chance.choice(places, min(questions, len(places))), chance)
        for name, places in groups.items()
    }


def _compare(
    exact: ExactVectors,
    coded: CodedVectors,
    rows: Rows,
    places: NDArray[np.int64],
    chance: np.random.Generator,
) -> Fidelity:
    off = chance.standard_normal((len(places), rows.shape[1]), np.float32)
    asked = _unit(rows[places] + _OFF * _unit(off))
    sums = np.zeros(2)
    for place, vector in zip(places, asked, strict=True):
        right = int(exact.ids[place])
        sums[0] += _reciprocal([id for id, _ in exact.search(vector, 10)], right)
        sums[1] += _reciprocal([id for id, _ in coded.search(vector, DEPTH, exact.fetch)[:10]], right)
    before, after = (sums / len(places)).tolist()
    return Fidelity(len(rows), before, after)


def _reciprocal(found: list[int], right: int) -> float:
    return 1 / (found.index(right) + 1) if right in found else 0.0


def _unit(rows: Rows) -> Rows:
    unit: Rows = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return unit
