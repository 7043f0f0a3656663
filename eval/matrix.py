"""Question language by passage language: the cross-lingual figures of a data set as one table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.retrieval import Retrieval
from index.errors import BadInput

MEASURE = "RR@10"


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


def table(matrix: Matrix) -> str:
    """The matrix as text: a row per question language, a column per passage language."""
    head = f"{matrix.measure:<9}" + "".join(f"{told:>6}" for told in matrix.told) + "   other"
    lines = [head]
    for i, asked in enumerate(matrix.asked):
        row = matrix.values[i]
        others = _mean([value for j, value in enumerate(row) if matrix.told[j] != asked])
        cells = "".join("     -" if np.isnan(value) else f"{value:6.2f}" for value in row)
        lines.append(f"{asked:<9}{cells}  {_figure(others)}")
    columns = [
        _mean([value for i, value in enumerate(matrix.values[:, j]) if matrix.asked[i] != told])
        for j, told in enumerate(matrix.told)
    ]
    lines.append("other    " + "".join(f"{_figure(value):>6}" for value in columns))
    lines.append(f"same language {_figure(matrix.same)}, across languages {_figure(matrix.cross)}")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return f"{value:6.2f}" if value is not None else "     -"
