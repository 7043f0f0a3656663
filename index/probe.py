"""Opening the caches in a process of its own: a file that crashes FAISS or tantivy crashes only that.

`python -m index.probe FOLDER` prints what it found as JSON.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from index import generation
from index.errors import CitaError
from index.store import Store

PATIENCE = 3600
"""Seconds after which reading the caches is given up."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the caches are like."""

    ok: bool
    detail: str
    newer: int
    """Passages that are not in them yet."""


def probe(data: Path) -> Found:
    """Every file of the current generation read whole and opened, by a child process."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "index.probe", str(data)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Found(False, f"reading them took more than {PATIENCE} seconds", 0)
    if ran.returncode < 0:
        return Found(False, f"opening them crashed a process ({signal.Signals(-ran.returncode).name})", 0)
    try:
        return Found(**json.loads(ran.stdout))
    except (ValueError, TypeError):
        said = ran.stderr.strip().splitlines()
        return Found(False, f"opening them failed: {said[-1] if said else 'the process said nothing'}", 0)


def _look(data: Path) -> Found:
    with closing(Store(data)) as store:
        try:
            loaded = generation.load(store, thorough=True)
        except CitaError as error:
            return Found(False, str(error), 0)
        newer = store.added_since(loaded.manifest.change if loaded else 0)
        if loaded is None:
            return Found(True, "none written yet", newer)
        return Found(True, f"{loaded.folder.name}: {loaded.manifest.count} passages", newer)


if __name__ == "__main__":
    print(json.dumps(asdict(_look(Path(sys.argv[1])))))
