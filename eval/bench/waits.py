"""How long a person waits: `python -m eval.bench waits`.

Times whole processes from outside, in turn (A B C A B C …), so that a drift of the machine's speed
touches all alike; prints medians and the ratio of each to a bare Python that imports numpy. A
timing is a benchmark, never a test.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "¿Cuántas personas desaparecieron en el accidente del transbordador?"


def main(arguments: list[str] | None = None) -> None:
    """Time `cita --help`, a first answer from a cold process, and an unchanged second ingestion."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench waits", description=__doc__)
    parser.add_argument("-n", "--rounds", type=int, default=7, help="how often each command runs (default 7)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder) / "data", options.rounds)
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'':<34} {'median s':>9} {'min s':>7} {'max s':>7} {'ratio':>7}")
    for name, row in rows.items():
        print(f"{name:<34} {row['median']:>9.3f} {row['min']:>7.3f} {row['max']:>7.3f} {row['ratio']:>7.2f}")


def measure(data: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Seconds of wall clock per command: median, min, max, and the median's ratio to the baseline's."""
    cita = [sys.executable, "-m", "ui.cli"]
    _run([*cita, "demo", "--no-serve", "--data", str(data)])
    commands = {
        "python, import numpy (baseline)": [sys.executable, "-c", "import numpy"],
        "cita --help": [*cita, "--help"],
        "cita ask, cold process": [*cita, "ask", QUESTION, "--data", str(data)],
        "cita search, cold process": [*cita, "search", QUESTION, "--data", str(data)],
        "cita demo again (nothing to embed)": [*cita, "demo", "--no-serve", "--data", str(data)],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        _run(command)  # warms the page cache, not counted
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(_run(command))
    baseline = statistics.median(next(iter(taken.values())))
    return {
        name: {
            "median": statistics.median(times),
            "min": min(times),
            "max": max(times),
            "ratio": statistics.median(times) / baseline,
        }
        for name, times in taken.items()
    }


def _run(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - started
