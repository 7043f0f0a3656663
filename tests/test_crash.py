"""Real processes, really killed: what was acknowledged is there, and the next start is a start.

CITA_KILLS says how often in all (`CITA_KILLS=200 pytest -m crash tests/test_crash.py`).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index.backup import listed, verify
from index.doctor import CHECKS, examine
from index.ingest import ingest
from index.migrate import migrate
from index.search import Index
from index.store import Store
from tests import killed
from tests.conftest import TEXTS
from tests.formats import write_format_1

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("CITA_KILLS", "20"))
READY = 10.0
"""Seconds in which a collection must answer after a crash."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.killed", "index.static"])


def _kill(what: Callable[..., None], *arguments: Any, within: float, chance: random.Random) -> list[Any]:
    """Run `what` in a process, kill it at a random moment; what it said before."""
    ours, theirs = _processes.Pipe(duplex=False)
    process = _processes.Process(target=what, args=(*arguments, theirs))
    process.start()
    theirs.close()
    said: list[Any] = []
    assert ours.poll(60)
    assert ours.recv() == -1
    process.join(chance.uniform(0, within))
    process.kill()
    process.join()
    try:
        while ours.poll(0):
            said.append(ours.recv())
    except EOFError:
        pass
    ours.close()
    return said


def _sound(data: Path) -> None:
    """Everything that a look at the database itself can tell."""
    with closing(Store(data)) as store:
        for name in ("database", "articles", "counts", "offsets", "tables"):
            check = CHECKS[name](store)
            assert check.ok, check


def _answers(data: Path, question: str = TEXTS["es"]) -> int:
    """How many articles there are once it answers, which must be soon."""
    started = time.monotonic()
    with Index.open(data) as index:
        hits = index.search(question, 5)
        count = index.info().articles
        assert not count or hits
        for hit in hits:
            article = index.article(hit.passage.article_id)
            assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert index.degraded is None
    assert time.monotonic() - started < READY
    return count


def test_killed_while_adding_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chance, acknowledged = random.Random(1), 0
    for _ in range(KILLS * 2 // 5):
        said = _kill(killed.add, data, acknowledged, 25, within=2.0, chance=chance)
        acknowledged = max([acknowledged, *said])
        if not (data / "cita.db").exists():
            assert acknowledged == 0
            continue
        _sound(data)
        _answers(data)
        with closing(Store(data)) as store:
            keys = {row[0] for row in store.connection().execute("SELECT key FROM articles")}
        assert {f"id:{number}" for number in range(acknowledged)} <= keys
        assert len(keys) in (acknowledged, acknowledged + 25), "a batch is there whole or not at all"
    assert acknowledged > 0
    assert [check for check in examine(data) if not check.ok] == []


def test_killed_while_merging_the_indexes_are_whole(tmp_path: Path) -> None:
    data = tmp_path / "data"
    from index.ingest import ingest_articles

    ingest_articles(data, [killed.made(number) for number in range(400)])
    chance = random.Random(2)
    for _ in range(KILLS // 5):
        _kill(killed.merge, data, within=1.5, chance=chance)
        assert _answers(data) == 400
    _sound(data)
    assert [check for check in examine(data) if not check.ok] == []
    assert not list((data / "cache").glob("set-aside-*"))


def test_killed_while_migrating_it_is_of_one_format_or_the_other(tmp_path: Path) -> None:
    old = tmp_path / "old"
    write_format_1(old, TEXTS, deleted="Tajny świadek zeznał przed sądem. " * 400)
    texts = sorted(TEXTS.values())
    whole = tmp_path / "whole"
    shutil.copytree(old, whole)
    started = time.monotonic()
    migrate(whole)
    took = time.monotonic() - started
    chance = random.Random(3)
    for number in range(KILLS // 5):
        data = tmp_path / str(number)
        shutil.copytree(old, data)
        _kill(killed.bring_up_to_date, data, within=1.2 * took, chance=chance)
        assert _answers(data) == len(TEXTS)
        _sound(data)
        with closing(Store(data)) as store:
            assert sorted(article.text for article in store.articles()) == texts
        assert all(verify(path).articles == len(TEXTS) for path in listed(data))
        assert list(listed(data))
        shutil.rmtree(data)


def test_killed_at_the_first_start_the_next_start_is_a_start(tmp_path: Path, news: Path) -> None:
    chance = random.Random(4)
    whole = tmp_path / "whole"
    started = time.monotonic()
    ingest(whole, [news])
    took = time.monotonic() - started
    for number in range(KILLS // 5):
        data = tmp_path / str(number)
        _kill(killed.start, data, news, within=1.2 * took, chance=chance)
        report = ingest(data, [news])
        assert report.count("added") + report.count("unchanged") == len(TEXTS)
        assert _answers(data) == len(TEXTS)
        _sound(data)
        shutil.rmtree(data)


def test_the_command_killed_goes_on_when_it_is_given_again(tmp_path: Path, news: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-m", "ui.cli", "ingest", str(news), "--data", str(data), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    process.kill()
    process.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert _answers(data) == len(TEXTS)
