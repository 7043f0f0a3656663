"""Two evaluations of the same questions: which is better, by how much, and whether that is luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.results import LOWER_IS_BETTER, Result
from eval.significance import bootstrap, randomisation_test
from index.errors import BadInput

ALPHA = 0.05

SHOWN = 10
"""Questions won and lost that are listed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in A and in B, over the questions both have."""

    metric: str
    n: int
    a: float
    b: float
    difference: float
    """b - a; higher is better but for the metrics in `eval.results.LOWER_IS_BETTER`."""
    low: float
    high: float
    """95 % bootstrap interval of the difference."""
    p: float
    """Two-sided paired randomisation test."""
    won: int
    """Questions that B does better."""
    lost: int
    tied: int

    @property
    def gain(self) -> float:
        """The difference turned so that more is better."""
        return -self.difference if self.metric in LOWER_IS_BETTER else self.difference


@dataclass(frozen=True, slots=True)
class Moved:
    """One question that came out differently, by the first metric."""

    id: str
    language: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Comparison:
    a: str
    b: str
    overall: tuple[Difference, ...]
    by_language: dict[str, tuple[Difference, ...]]
    worse: tuple[str, ...]
    """Overall metrics that B is significantly worse in (5 %, Holm's correction over the metrics)."""
    better: tuple[str, ...]
    won: tuple[Moved, ...]
    lost: tuple[Moved, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(a: Result, b: Result) -> Comparison:
    """How B differs from A. Raises BadInput for results of different data or kinds."""
    if (a.kind, a.digest) != (b.kind, b.digest):
        raise BadInput(
            f"{a.path} ({a.kind} of {a.dataset}, data {a.digest[:12]}) and {b.path} ({b.kind} of "
            f"{b.dataset}, data {b.digest[:12]}) were measured on different data: expected the same for both"
        )
    ids = [id for id in a.values if id in b.values]
    metrics = [name for name in a.overall if name in b.overall]
    if not ids or not metrics:
        raise BadInput(f"{a.path} and {b.path} share no question or no metric: expected both")
    overall = _differences(a, b, ids, metrics)
    by_language = {
        language: _differences(a, b, [id for id in ids if a.languages[id] == language], metrics)
        for language in sorted({a.languages[id] for id in ids})
    }
    sure = _sure(overall)
    moved = _moved(a, b, ids, metrics[0])
    return Comparison(
        a=a.path,
        b=b.path,
        overall=overall,
        by_language=by_language,
        worse=tuple(row.metric for row in sure if row.gain < 0),
        better=tuple(row.metric for row in sure if row.gain > 0),
        won=tuple(row for row in moved[:SHOWN] if row.b > row.a),
        lost=tuple(row for row in reversed(moved[-SHOWN:]) if row.b < row.a),
    )


def _differences(a: Result, b: Result, ids: Sequence[str], metrics: Sequence[str]) -> tuple[Difference, ...]:
    found = (_difference(a, b, ids, metric) for metric in metrics)
    return tuple(row for row in found if row is not None)


def _difference(a: Result, b: Result, ids: Sequence[str], metric: str) -> Difference | None:
    pairs = [
        (a.values[id][metric], b.values[id][metric])
        for id in ids
        if metric in a.values[id] and metric in b.values[id]
    ]
    if not pairs:
        return None
    first, second = zip(*pairs, strict=True)
    changes = [y - x for x, y in pairs]
    interval = bootstrap(changes)
    ups, downs = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    won, lost = (downs, ups) if metric in LOWER_IS_BETTER else (ups, downs)
    return Difference(
        metric=metric,
        n=len(pairs),
        a=sum(first) / len(pairs),
        b=sum(second) / len(pairs),
        difference=interval.mean,
        low=interval.low,
        high=interval.high,
        p=randomisation_test(second, first),
        won=won,
        lost=lost,
        tied=len(pairs) - won - lost,
    )


def _sure(rows: Sequence[Difference]) -> list[Difference]:
    """The significant differences by Holm's step-down procedure (1979): the more metrics are looked at,
    the likelier one of them differs by luck."""
    sure: list[Difference] = []
    for step, row in enumerate(sorted(rows, key=lambda row: row.p)):
        if row.p > ALPHA / (len(rows) - step):
            break
        sure.append(row)
    return sure


def _moved(a: Result, b: Result, ids: Sequence[str], metric: str) -> list[Moved]:
    """Questions by how much they gained in one metric, most first; unchanged ones left out."""
    rows = [
        Moved(id, a.languages[id], a.values[id][metric], b.values[id][metric])
        for id in ids
        if metric in a.values[id] and metric in b.values[id]
    ]
    return sorted((row for row in rows if row.a != row.b), key=lambda row: row.a - row.b)


def table(comparison: Comparison) -> str:
    """The comparison as text."""
    lines = [f"A  {comparison.a}", f"B  {comparison.b}", ""]
    for title, rows in [("all", comparison.overall), *comparison.by_language.items()]:
        lines.append(
            f"{title + f' ({rows[0].n})' if rows else title:<28}{'A':>7}{'B':>8}{'B-A':>9}"
            f"{'95 % interval':>19}{'p':>8}{'won':>6}{'lost':>6}"
        )
        for row in rows:
            interval = f"[{row.low:+.3f}, {row.high:+.3f}]"
            lines.append(
                f"  {row.metric:<26}{row.a:7.3f}{row.b:8.3f}{row.difference:+9.3f}{interval:>19}"
                f"{row.p:8.3f}{row.won:6}{row.lost:6}"
            )
    if comparison.lost:
        lines.append("\nlost: " + ", ".join(f"{row.id} {row.a:.2f}->{row.b:.2f}" for row in comparison.lost))
    if comparison.won:
        lines.append("won:  " + ", ".join(f"{row.id} {row.a:.2f}->{row.b:.2f}" for row in comparison.won))
    verdict = "B is significantly worse in " + ", ".join(comparison.worse) if comparison.worse else ""
    good = "B is significantly better in " + ", ".join(comparison.better) if comparison.better else ""
    lines.append("\n" + ("; ".join(part for part in (verdict, good) if part) or "no significant difference"))
    return "\n".join(lines)
