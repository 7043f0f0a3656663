"""How long an answer takes, stage by stage, and how many come at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from eval.dataset import Progress
from index.errors import BadInput
from index.search import Index
from qa.ask import ask

WARM = 3
"""Questions asked before any is timed: the first ones load the caches."""

AT_ONCE = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Stage:
    """Milliseconds of one stage over all questions, one at a time."""

    name: str
    p50: float
    p95: float
    p99: float
    mean: float


@dataclass(frozen=True, slots=True)
class Load:
    """The same questions asked by several threads at once."""

    at_once: int
    answers_per_second: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Latency:
    questions: int
    articles: int
    passages: int
    stages: tuple[Stage, ...]
    load: tuple[Load, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(
    questions: Sequence[str],
    *,
    data: Path,
    at_once: Sequence[int] = AT_ONCE,
    progress: Progress | None = None,
) -> Latency:
    """Ask all questions one after another, then by so many threads at once. Raises BadInput for none."""
    if not questions:
        raise BadInput("no questions to ask: expected a file of cases or a data set with some")
    with Index.open(data) as index:
        for question in questions[:WARM]:
            ask(index, question)
        taken: dict[str, list[float]] = {}
        for done, question in enumerate(questions):
            if progress is not None:
                progress(done, len(questions), "questions")
            for stage, milliseconds in ask(index, question).timings.items():
                taken.setdefault(stage, []).append(milliseconds)
        loads: list[Load] = []
        for done, threads in enumerate(at_once):
            if progress is not None:
                progress(done, len(at_once), "loads")
            loads.append(_load(index, questions, threads))
        info = index.info()
    return Latency(
        questions=len(questions),
        articles=info.articles,
        passages=info.passages,
        # The whole comes after its parts.
        stages=tuple(_stage(name, taken[name]) for name in sorted(taken, key=lambda name: name == "total")),
        load=tuple(loads),
    )


def _stage(name: str, values: Sequence[float]) -> Stage:
    return Stage(name, *_percentiles(values), mean=round(float(np.mean(values)), 3))


def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    p50, p95, p99 = (round(float(value), 3) for value in np.percentile(values, [50, 95, 99]))
    return p50, p95, p99


def _load(index: Index, questions: Sequence[str], threads: int) -> Load:
    def one(question: str) -> float:
        started = perf_counter()
        ask(index, question)
        return (perf_counter() - started) * 1000

    started = perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        taken = list(pool.map(one, questions))
    seconds = perf_counter() - started
    return Load(threads, round(len(questions) / seconds, 3), *_percentiles(taken))


def table(latency: Latency) -> str:
    """The figures as text."""
    lines = [f"{latency.questions} questions to {latency.articles} articles, {latency.passages} passages", ""]
    lines.append(f"{'stage':<12}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'mean ms':>10}")
    lines.extend(
        f"{one.name:<12}{one.p50:10.1f}{one.p95:10.1f}{one.p99:10.1f}{one.mean:10.1f}"
        for one in latency.stages
    )
    lines += ["", f"{'at once':<12}{'per second':>10}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}"]
    lines.extend(
        f"{one.at_once:<12}{one.answers_per_second:10.1f}{one.p50:10.1f}{one.p95:10.1f}{one.p99:10.1f}"
        for one in latency.load
    )
    return "\n".join(lines)
