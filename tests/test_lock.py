from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import Busy, NotFound
from index.lock import holder, write_lock


def test_the_holder_is_named_with_its_command_and_since_when(tmp_path: Path) -> None:
    with write_lock(tmp_path):
        who = holder(tmp_path)
        assert who is not None
        assert who.pid == os.getpid()
        with pytest.raises(Busy) as told, write_lock(tmp_path):
            pass
    for part in (f"process {os.getpid()}", who.command[:20], who.since, str(tmp_path)):
        assert part in str(told.value)
    assert holder(tmp_path) is None


def test_rights_of_another_kind_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with write_lock(tmp_path), write_lock(tmp_path, kind="merge"):
        assert holder(tmp_path, kind="merge") is not None
        with pytest.raises(Busy), write_lock(tmp_path, kind="merge"):
            pass


def test_it_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from index.lock import write_lock\n"
        "with write_lock(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(Busy, match=f"process {child.pid}"), write_lock(tmp_path):
        pass
    child.kill()
    child.wait()
    child.stdout.close()
    with write_lock(tmp_path):
        assert holder(tmp_path) is not None


def test_it_is_free_after_an_error_and_a_note_that_says_nothing_names_nobody(tmp_path: Path) -> None:
    def fail() -> None:
        with write_lock(tmp_path):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert holder(tmp_path) is None
    for note in ("", "[]", json.dumps({"pid": 1}), "\ud800"):
        (tmp_path / "write.json").write_text(note, "utf-8", errors="surrogatepass")
        assert holder(tmp_path) is None
    with pytest.raises(NotFound), write_lock(tmp_path / "nowhere"):
        pass
