"""Floors under the figures: a change that lowers one does not pass.

Raising a floor is free (`raised`); lowering one, or measuring on other data, must be accepted
(`accepted`). The floors are in a file that `eval.baseline` reads.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eval.baseline import EXACT, STEP, Baseline, Floors
from eval.dataset import Progress
from eval.results import LOWER_IS_BETTER, Result, parse
from index.errors import BadInput


@dataclass(frozen=True, slots=True)
class Fall:
    """A figure on the wrong side of its floor."""

    group: str
    metric: str
    floor: float
    measured: float | None
    """None where it was not measured at all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    falls: tuple[Fall, ...]
    rises: tuple[Fall, ...]
    """Figures better than their floor: `raised` would keep them."""
    same_data: bool

    @property
    def passed(self) -> bool:
        return self.same_data and not self.falls

    def to_json(self) -> dict[str, Any]:
        return {"passed": self.passed} | asdict(self)


def judge(baseline: Baseline, result: Result) -> Verdict:
    """Every floor against what was measured."""
    measured = figures(result)
    falls: list[Fall] = []
    rises: list[Fall] = []
    for group, metric, floor in _floors(baseline):
        value = measured.get(group, {}).get(metric)
        if value is None:
            falls.append(Fall(group, metric, floor, None))
            continue
        above = (floor - value) if metric in LOWER_IS_BETTER else (value - floor)
        if above < -baseline.slack - EXACT:
            falls.append(Fall(group, metric, floor, value))
        elif above > STEP:
            rises.append(Fall(group, metric, floor, value))
    return Verdict(tuple(falls), tuple(rises), baseline.digest == result.digest)


def figures(result: Result) -> Floors:
    """The figures of a result that can be better or worse: how often an answer is a weak one is neither."""
    return {
        group: {name: value for name, value in row.items() if not name.startswith("weak_")}
        for group, row in {"overall": result.overall, **result.groups}.items()
    }


def _floors(baseline: Baseline) -> Iterator[tuple[str, str, float]]:
    for group, row in baseline.floors.items():
        for metric, floor in row.items():
            yield group, metric, floor


def raised(baseline: Baseline, result: Result) -> Baseline:
    """The baseline with every floor that was exceeded moved up, none down. The data must be the same."""
    measured = figures(result)
    floors = {
        group: {
            metric: _better(metric, floor, measured.get(group, {}).get(metric))
            for metric, floor in row.items()
        }
        for group, row in baseline.floors.items()
    }
    return replace(baseline, floors=floors)


def _better(metric: str, floor: float, value: float | None) -> float:
    if value is None:
        return floor
    return min(floor, value) if metric in LOWER_IS_BETTER else max(floor, value)


def accepted(baseline: Baseline | None, result: Result) -> Baseline:
    """A baseline of just what was measured, higher or lower, on whatever data."""
    kept = baseline or Baseline("", {})
    return replace(kept, digest=result.digest, floors=figures(result))


def measured(baseline: Baseline, path: Path, *, progress: Progress | None = None) -> Result:
    """What the baseline in the file `path` says to measure, measured now in a new collection."""
    if baseline.measure is None:
        raise BadInput(
            f"{path} does not say what to measure: give the result of an evaluation as well "
            f"(`cita eval gate RESULT.json --baseline {path}`)"
        )
    from eval.answers import evaluate
    from index.ingest import ingest

    cases, articles = (path.parent / name for name in baseline.measure)
    with tempfile.TemporaryDirectory(prefix="cita-gate-") as folder:
        report = ingest(Path(folder), [articles], progress=progress)
        if report.count("added") == 0 or report.count("failed"):
            raise BadInput(f"{articles}: {report.totals}: expected a folder of articles that can all be read")
        result = parse(evaluate(cases, data=Path(folder), progress=progress).to_json(), str(cases))
    return replace(result, digest=_digest(result.digest, articles))


def _digest(cases: str, articles: Path) -> str:
    """SHA-256 over the cases and the articles' files, hex: the data, not what is made of it."""
    digest = hashlib.sha256(cases.encode())
    for path in sorted(articles.rglob("*")) if articles.is_dir() else [articles]:
        if path.is_file():
            digest.update(f"{path.relative_to(articles)}".encode() + path.read_bytes())
    return digest.hexdigest()


def table(verdict: Verdict, baseline: Path) -> str:
    """The verdict as text."""
    lines: list[str] = []
    if not verdict.same_data:
        lines.append(
            f"the data has changed since {baseline} was written: its floors say nothing of it; "
            "look at the figures, then run again with --accept"
        )
    for fall in verdict.falls:
        measured = "not measured" if fall.measured is None else f"{fall.measured:.4f}"
        bound = "ceiling" if fall.metric in LOWER_IS_BETTER else "floor"
        lines.append(f"FAIL  {fall.group:<8} {fall.metric:<28} {measured}, {bound} {fall.floor:.4f}")
    lines.extend(
        f"up    {rise.group:<8} {rise.metric:<28} {rise.measured:.4f}, was {rise.floor:.4f}"
        for rise in verdict.rises
    )
    if verdict.rises and verdict.passed:
        lines.append(f"keep what was gained with --raise, which rewrites {baseline}")
    lines.append("passed" if verdict.passed else "failed: mend it, or lower the floors with --accept")
    return "\n".join(lines)
