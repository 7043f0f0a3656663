"""Many at once: writers and readers in processes of their own, and threads of one.

CITA_SECONDS says how long each takes (`CITA_SECONDS=600 pytest -m slow tests/test_concurrency.py`).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from index.doctor import CHECKS
from index.errors import Busy, NotFound
from index.ingest import ingest_articles
from index.search import Index
from index.store import Store
from tests import killed
from tests.conftest import TEXTS

pytestmark = pytest.mark.slow
SECONDS = float(os.environ.get("CITA_SECONDS", "6"))


def _sound(data: Path) -> None:
    with closing(Store(data)) as store:
        for name in ("database", "articles", "counts", "offsets", "tables", "indexes"):
            check = CHECKS[name](store)
            assert check.ok, check


def test_two_writers_and_eight_readers_disturb_nobody(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ingest_articles(data, [killed.made(number) for number in range(100)])
    processes = multiprocessing.get_context("forkserver")
    running = []
    seconds = min(SECONDS, 120)
    for seed in range(10):
        ours, theirs = processes.Pipe(duplex=False)
        work = killed.write_for if seed < 2 else killed.read_for
        process = processes.Process(target=work, args=(data, seconds, seed + 1, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    for process, ours in running:
        assert ours.poll(seconds + 120)
        done, errors = ours.recv()
        process.join()
        assert errors == []
        assert process.exitcode == 0
        assert done > 0
    _sound(data)


def test_eight_threads_add_remove_and_search(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ingest_articles(data, [killed.made(number) for number in range(100)])
    until = time.monotonic() + SECONDS
    removed: set[str] = set()
    faults: list[str] = []
    counts = {"added": 0, "removed": 0, "searched": 0}

    with Index.open(data, serving=True) as index:

        def work(seed: int) -> None:
            chance, number = random.Random(seed), 0
            try:
                while time.monotonic() < until:
                    act = chance.random()
                    if act < 0.15:
                        # Never the same text twice: what was removed must not come back by being added.
                        number += 1
                        ingest_articles(data, [killed.made(seed * 1_000_000 + number)])
                        counts["added"] += 1
                    elif act < 0.25:
                        found = index.articles(after=f"{chance.getrandbits(64):016x}", limit=1)
                        for article in found:
                            try:
                                index.remove(article.id)
                            except NotFound:
                                continue  # another thread was faster
                            removed.add(article.id)
                            counts["removed"] += 1
                    else:
                        gone = set(removed)
                        hits = index.search(chance.choice(list(TEXTS.values())), 20)
                        back = gone & {hit.passage.article_id for hit in hits}
                        if back:
                            faults.append(f"removed and found: {back}")
                        counts["searched"] += 1
            except Busy as error:
                faults.append(str(error))
            except Exception as error:
                faults.append(f"{type(error).__name__}: {error}")

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert min(counts.values()) > 0, counts
    with closing(Store(data)) as store:
        assert not removed & store.ids(removed)
    _sound(data)
    print(counts)
