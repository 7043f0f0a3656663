"""How well the check that a model's sentence and its quote speak of the same tells them apart.

    python -m eval.likeness --data DATA [--json]

DATA/flores200-dev holds one file of sentences a language, the same sentences in each (FLORES-200, NLLB team,
2022). Of every two of the fourteen languages that cita speaks: how many translations of each other pass
`qa.draft.ALIKE`, and how many sentences that have nothing to do with each other do.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from index.embed import open_embedder
from qa.draft import ALIKE
from qa.messages import LANGUAGES

SENTENCES = 400


@dataclass(frozen=True, slots=True)
class Likeness:
    """Shares in [0, 1]."""

    pairs: int
    translations: float
    """Of translations of each other, those that pass."""
    unrelated: float
    """Of sentences that have nothing to do with each other, those that pass."""


def likeness(folder: Path) -> Likeness:
    """Measured on the FLORES files in `folder`, those of cita's languages."""
    table = open_embedder()
    files = [path for code in LANGUAGES if (path := folder / f"{code}.txt.xz").is_file()]
    rows = [table.embed_questions(_sentences(path)) for path in files]
    same: list[float] = []
    other: list[float] = []
    for place, a in enumerate(rows):
        for b in rows[place + 1 :]:
            products = a @ b.T
            same += np.diag(products).tolist()
            other += products[~np.eye(len(products), dtype=bool)].tolist()
    return Likeness(
        len(same), float(np.mean(np.array(same) >= ALIKE)), float(np.mean(np.array(other) >= ALIKE))
    )


def _sentences(path: Path) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [line.strip() for line in islice(lines, SENTENCES)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.likeness")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds flores200-dev/")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    found = likeness(given.data / "flores200-dev")
    if given.json:
        print(json.dumps(asdict(found)))
    else:
        passed = f"{found.translations:.3f} of translations pass, {found.unrelated:.3f} of others"
        print(f"{found.pairs} pairs: {passed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
