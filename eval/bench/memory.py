"""Memory that an open collection holds and cannot give back: `python -m eval.bench.memory FOLDER QUESTION…`.

Counted are pages of the process's own; what is mapped from files the system may drop at any time, and
reads again when it is needed. Linux only.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path


def own_bytes() -> int:
    """Bytes of memory that belong to this process alone and to no file."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/smaps_rollup has no line 'Anonymous:'")


def peak_bytes() -> int:
    """The most memory this process had at one time, mapped files in use included."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status has no line 'VmHWM:'")


def main() -> None:
    from index.embed import open_embedder
    from index.search import Index
    from index.vectors import ExactVectors

    folder, *questions = sys.argv[1:]
    # What the libraries and the model take is not the collection's.
    open_embedder().embed_questions(questions)
    ExactVectors.build(8, [])
    gc.collect()
    before = own_bytes()
    with Index.open(Path(folder)) as index:
        for question in questions:
            index.search(question, 10)
        gc.collect()
        print(json.dumps({"bytes": own_bytes() - before, "passages": index.info().passages}))


if __name__ == "__main__":
    main()
