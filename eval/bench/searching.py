"""How long a search takes when the question's vector is given, quiet and while articles are being added."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder
from index.search import Index

K = 10
Milliseconds = list[float]


class Given:
    """The model of a collection, knowing some questions beforehand."""

    def __init__(self, model: Embedder, questions: Sequence[str]) -> None:
        self.name, self.dim, self.fingerprint = model.name, model.dim, model.fingerprint
        self.embed_passages = model.embed_passages
        rows = model.embed_questions(list(questions))
        self.rows: dict[str, NDArray[np.float32]] = dict(zip(questions, rows, strict=True))

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.rows[text] for text in texts])


def timed(
    search: Callable[[str], object], questions: Sequence[str], clock: Callable[[], float] = perf_counter
) -> Milliseconds:
    """Milliseconds of each search, one after the other: of wall clock, or by another `clock`."""
    taken = []
    for question in questions:
        started = clock()
        search(question)
        taken.append((clock() - started) * 1000)
    return taken


def percentiles(taken: Sequence[float]) -> dict[str, float]:
    return {"p50": float(np.percentile(taken, 50)), "p99": float(np.percentile(taken, 99))}


def while_adding(
    data: Path, more: Path, given: Given, questions: Sequence[str], rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """(quiet, while another process ingests `more` into the same collection)."""
    with Index.open(data, embedder=given, serving=True) as index:
        timed(lambda question: index.search(question, K), questions)
        quiet: Milliseconds = []
        for _ in range(rounds):
            quiet += timed(lambda question: index.search(question, K), questions)
        command = [sys.executable, "-m", "ui.cli", "ingest", str(more), "--data", str(data)]
        busy: Milliseconds = []
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                busy += timed(lambda question: index.search(question, K), questions[:50])
    return percentiles(quiet), percentiles(busy)
