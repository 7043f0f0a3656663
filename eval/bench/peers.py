"""The peers beside cita, in turn: the same passages, the same vectors, the same questions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.pool import Pool
from eval.bench.searching import Given, K, percentiles, timed
from index.search import Index

NAMES = {"txtai": "txtai", "lancedb": "lancedb", "milvus-lite": "milvus_lite"}
"""Peers, and the module each is imported as."""

ASKED = 40
"""Questions of one round."""


class Peer:
    """One peer in a process of its own."""

    def __init__(self, name: str, python: str, folder: Path) -> None:
        self.name = name
        self.taken: list[list[float]] = []
        self._process = subprocess.Popen(
            [python, str(Path(__file__).with_name("peer.py")), name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.built: dict[str, Any] | None = self._line()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None

    def round(self, questions: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{questions}\n")
        self._process.stdin.flush()
        answer = self._line()
        if answer is not None:
            self.taken.append(answer)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def installed(python: str) -> list[str]:
    """Which of the peers that Python can import."""
    found = []
    for name, module in NAMES.items():
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
        if subprocess.run([python, "-c", code], check=False).returncode == 0:
            found.append(name)
    return found


def compare(
    data: Path, pool: Pool, given: Given, questions: Sequence[str], python: str, rounds: int, work: Path
) -> dict[str, dict[str, float]]:
    """Milliseconds of cita and of each peer installed there: medians over the rounds of p50 and p99."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "passages.json").write_text(json.dumps(pool.texts), "utf-8")
    (work / "questions.json").write_text(json.dumps(list(questions)), "utf-8")
    np.save(work / "vectors.npy", pool.vectors)
    np.save(work / "asked.npy", np.stack([given.rows[question] for question in questions]))
    peers = [peer for name in installed(python) if (peer := Peer(name, python, work)).built is not None]
    try:
        with Index.open(data, embedder=given) as index:
            own: list[list[float]] = []
            timed(lambda question: index.search(question, K), questions)
            for _ in range(rounds):
                own.append(timed(lambda question: index.search(question, K), questions[:ASKED]))
                for peer in peers:
                    peer.round(ASKED)
        rows = {"cita": _row(own)}
        for peer in peers:
            if peer.taken and peer.built is not None:
                rows[peer.name] = _row(peer.taken) | {
                    "build_s": peer.built["seconds"],
                    "disk_per_passage": peer.built["disk"] / len(pool.texts),
                }
                rows[peer.name]["times_cita"] = rows[peer.name]["p50"] / rows["cita"]["p50"]
        return rows
    finally:
        for peer in peers:
            peer.close()


def _row(rounds: list[list[float]]) -> dict[str, float]:
    each = [percentiles(taken) for taken in rounds]
    return {name: float(np.median([one[name] for one in each])) for name in ("p50", "p99")}
