"""Question language by passage language: the cross-lingual figures of a data set as one table."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.retrieval import Retrieval
from index.errors import BadInput

MEASURE = "RR@10"

OWN = ("RR@10", "nDCG@10", "R@5", "Success@1")
"""Measures of the table of languages."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """`values[i, j]` is the mean of the measure for questions in `asked[i]` to documents in `told[j]`,
    NaN where there are none."""

    measure: str
    asked: tuple[str, ...]
    told: tuple[str, ...]
    values: NDArray[np.float64]

    @property
    def same(self) -> float | None:
        """Mean over the languages asked of themselves, each language the same; None without one."""
        return _mean([self.values[i, j] for i, j in self._cells() if self.asked[i] == self.told[j]])

    @property
    def cross(self) -> float | None:
        """Mean over the pairs of different languages, each pair the same."""
        return _mean([self.values[i, j] for i, j in self._cells() if self.asked[i] != self.told[j]])

    def to_others(self, asked: str) -> float | None:
        """Mean for questions in that language over documents in the others."""
        return _mean([self.values[i, j] for i, j in self._cells() if self.asked[i] == asked != self.told[j]])

    def from_others(self, told: str) -> float | None:
        """Mean for documents in that language over questions in the others."""
        return _mean([self.values[i, j] for i, j in self._cells() if self.told[j] == told != self.asked[i]])

    def _cells(self) -> list[tuple[int, int]]:
        return [(i, j) for i in range(len(self.asked)) for j in range(len(self.told))]

    def to_json(self) -> dict[str, object]:
        rows = {
            asked: {
                told: float(self.values[i, j])
                for j, told in enumerate(self.told)
                if not np.isnan(self.values[i, j])
            }
            for i, asked in enumerate(self.asked)
        }
        return {"measure": self.measure, "same": self.same, "cross": self.cross, "values": rows}


def _mean(values: list[float]) -> float | None:
    there = [value for value in values if not np.isnan(value)]
    return float(np.mean(there)) if there else None


def matrix(result: Retrieval, measure: str = MEASURE) -> Matrix:
    """The table of one measure. Raises BadInput for a measure that was not taken."""
    if measure not in result.overall:
        raise BadInput(f"{measure!r} was not measured: expected one of {', '.join(result.overall)}")
    pairs = {tuple(pair.split("-", 1)): row[measure] for pair, row in result.by_language_pair.items()}
    asked = tuple(sorted({pair[0] for pair in pairs}))
    told = tuple(sorted({pair[1] for pair in pairs}))
    values = np.array([[pairs.get((a, t), np.nan) for t in told] for a in asked])
    return Matrix(measure, asked, told, values)


def measures(measure: str = MEASURE) -> tuple[str, ...]:
    """What is measured for a matrix of one measure: that one, and those of the table of languages."""
    return tuple(dict.fromkeys((measure, *OWN)))


def depth(measure: str = MEASURE) -> int:
    """Documents that must be kept for a matrix: as many as its measures look at, 100 for one without end."""
    ends = [re.search(r"@(\d+)", name) for name in measures(measure)]
    return max(int(end[1]) if end else 100 for end in ends)


def table(matrix: Matrix) -> str:
    """The matrix as text: a row per question language, a column per passage language."""
    lines = [f"{matrix.measure:<9}" + "".join(f"{told:>6}" for told in matrix.told) + f"{'other':>8}"]
    for i, asked in enumerate(matrix.asked):
        cells = "".join(f"{figure(value):>6}" for value in matrix.values[i])
        lines.append(f"{asked:<9}{cells}{figure(matrix.to_others(asked)):>8}")
    lines.append(f"{'other':<9}" + "".join(f"{figure(matrix.from_others(told)):>6}" for told in matrix.told))
    lines.append(f"same language {figure(matrix.same)}, across languages {figure(matrix.cross)}")
    return "\n".join(lines)


def figure(value: float | None) -> str:
    """Two digits, a dash for what is not there."""
    return "-" if value is None or np.isnan(value) else f"{value:.2f}"
