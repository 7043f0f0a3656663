"""Real processes, really killed: what was acknowledged is there, and the next start is a start."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.doctor import examine
from index.ingest import ingest
from index.search import Index
from tests.conftest import TEXTS

pytestmark = pytest.mark.crash
ARTICLES = 1500
KILLS = 20


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of articles in eleven languages, each of its own text."""
    words = [text.split() if " " in text else list(text) for text in TEXTS.values()]
    chance = random.Random(7)
    lines = []
    for number in range(ARTICLES):
        vocabulary = words[number % len(words)]
        body = " ".join(chance.choices(vocabulary, k=160)) + f". {number}."
        lines.append(json.dumps({"id": str(number), "text": body}, ensure_ascii=False))
    path = tmp_path_factory.mktemp("many") / "many.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_an_ingest_killed_at_any_moment_loses_nothing_and_goes_on(tmp_path: Path, many: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-m", "ui.cli", "ingest", str(many), "--data", str(data), "--json"]
    started = time.monotonic()
    subprocess.run([*command[:-2], str(tmp_path / "whole")], check=True, capture_output=True)
    whole = time.monotonic() - started
    chance = random.Random(11)
    stored = 0
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(0.1, 1.0) * whole)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        if not (data / "cita.db").exists():
            continue  # killed before there was anything to acknowledge
        with Index.open(data) as index:
            count = index.info().articles
            assert count >= stored, "an acknowledged article is gone"
            stored = count
        assert [check for check in examine(data) if not check.ok and check.name != "indexes"] == []
    report = ingest(data, [many])
    assert report.count("added") == ARTICLES - stored
    assert report.count("unchanged") == stored
    assert [check for check in examine(data) if not check.ok] == []
