"""Watched folders: what is added and changed is seen once, what is half written is not."""

from __future__ import annotations

import os
from pathlib import Path

from index.watch import changes


def write(path: Path, text: str, at: int) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, (at, at))


def test_additions_and_changes_once_and_only_when_they_rest(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "один", 1)
    rounds = changes([tmp_path], wait=lambda _: None)
    assert next(rounds) == [tmp_path / "a.txt"]
    assert next(rounds) == []
    write(tmp_path / "b.txt", "橋", 1)
    assert next(rounds) == []  # seen for the first time: it may still be written
    write(tmp_path / "b.txt", "橋が", 2)
    assert next(rounds) == []  # and it is
    assert next(rounds) == [tmp_path / "b.txt"]
    assert next(rounds) == []
    write(tmp_path / "a.txt", "два", 3)
    next(rounds)
    assert next(rounds) == [tmp_path / "a.txt"]
    (tmp_path / "a.txt").unlink()
    assert [next(rounds), next(rounds)] == [[], []]
    write(tmp_path / "a.txt", "два", 3)
    next(rounds)
    assert next(rounds) == [tmp_path / "a.txt"]  # back again


def test_it_waits_between_two_looks(tmp_path: Path) -> None:
    waited: list[float] = []
    rounds = changes([tmp_path], seconds=2.0, wait=waited.append)
    for _ in range(3):
        next(rounds)
    assert len(waited) == 1
    assert waited[0] >= 2.0
