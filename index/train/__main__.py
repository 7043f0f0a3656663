"""`python -m index.train --data FOLDER --out FOLDER`: trains the embedder that ships with cita."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from pathlib import Path

from index.errors import CitaError


def main(arguments: list[str] | None = None) -> int:
    """Runs the recipe; gives 0, or 1 after an error sentence on standard error."""
    import torch

    from index.train.fit import Settings
    from index.train.recipe import train

    default = Settings()
    parser = argparse.ArgumentParser(prog="python -m index.train", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with parallel/, lexicon/, qa/, eval/"
    )
    parser.add_argument("--out", type=Path, required=True, help="where the model goes; work in progress too")
    parser.add_argument(
        "--pieces", type=int, default=92_500, help="pieces of the tokenizer (default %(default)s)"
    )
    parser.add_argument(
        "--dim", type=int, default=default.dim, help="length of a vector (default %(default)s)"
    )
    parser.add_argument("--steps", type=int, default=default.steps, help="batches (default %(default)s)")
    parser.add_argument(
        "--batch", type=int, default=default.batch, help="pairs a batch (default %(default)s)"
    )
    parser.add_argument(
        "--rate", type=float, default=default.rate, help="learning rate (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=default.seed, help="default %(default)s")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    # Two threads wait for each other at every small operation; on a shared machine that is 4 times slower.
    parser.add_argument("--threads", type=int, default=1, help="of torch, on a CPU (default %(default)s)")
    given = vars(parser.parse_args(arguments))
    torch.set_num_threads(given.pop("threads"))
    data, out, pieces, device = (given.pop(name) for name in ("data", "out", "pieces", "device"))
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - began:7.0f} s] {line}", flush=True)

    try:
        train(data, out, dataclasses.replace(default, **given), pieces, device, say)
    except CitaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
