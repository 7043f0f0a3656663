"""`python -m eval.bench [waits|index|ingest|embedder|api|chat]`."""

from __future__ import annotations

import os
import sys

# One thread each, as the product runs: before numpy is loaded, or it has no effect.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def main(arguments: list[str]) -> None:
    """Run one of the benchmarks; `waits` where none is named."""
    if arguments[:1] == ["index"]:
        from eval.bench.index import main as run

        run(arguments[1:])
    elif arguments[:1] == ["ingest"]:
        from eval.bench.ingest import main as run

        run(arguments[1:])
    elif arguments[:1] == ["embedder"]:
        from eval.bench.embedder import main as run

        run(arguments[1:])
    elif arguments[:1] == ["chat"]:
        from eval.bench.chat import main as run

        run(arguments[1:])
    elif arguments[:1] == ["api"]:
        from eval.bench.api import main as run

        run(arguments[1:])
    else:
        from eval.bench.waits import main as run

        run(arguments[1:] if arguments[:1] == ["waits"] else arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
