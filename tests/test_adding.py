"""`cita ingest`: what can be named, mapped, piped in and watched."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from index.errors import BadInput, Busy
from index.search import Index
from tests.documents import BODIES, docx, packed, page, paragraph
from ui import adding


def run(data: Path, *sources: object, **options: Any) -> None:
    adding.ingest([str(one) for one in sources], data=data, **options)


def test_files_and_standard_input_with_mapped_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    (tmp_path / "a.zip").write_bytes(
        packed({"b.docx": docx(paragraph(BODIES["ar"][1])), "c.html": page(*BODIES["ja"])})
    )
    lines = "\n".join(json.dumps({"kopf": t, "inhalt": b}) for t, b in list(BODIES.values())[:3])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
    run(data, tmp_path / "a.zip", "-", maps=["title=kopf", "text=inhalt"], as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [one["input"].rpartition("/")[2] for one in told["items"]] == [
        "a.zip#b.docx", "a.zip#c.html", "stdin:1", "stdin:2", "stdin:3",
    ]  # fmt: skip
    assert told["added"] == 5
    with Index.open(data) as index:
        assert {one.title for one in index.articles(limit=-1)} >= {"Мост снова открыт", "橋が再開"}


@pytest.mark.parametrize(
    ("sources", "options", "word"),
    [
        (["https://x.example/a"], {}, "--allow-network"),
        (["-"], {"watch": True}, "--watch"),
        (["a.csv"], {"maps": ["kopf=titel"]}, "'kopf' is no field"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_read(
    tmp_path: Path, sources: list[str], options: dict[str, Any], word: str
) -> None:
    with pytest.raises(BadInput, match=word):
        run(tmp_path / "data", *sources, **options)
    assert not (tmp_path / "data").exists()


def test_watching_adds_what_comes_and_tries_again_while_another_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from index import sources, watch

    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(BODIES["ru"][1], "utf-8")
    real = sources.ingest_sources
    calls: list[list[str]] = []

    def ingest(data: Path, some: list[str], **more: Any) -> Any:
        calls.append([Path(one).name for one in some])
        if len(calls) == 2:
            raise Busy("another process writes")
        return real(data, some, **more)

    def rounds(paths: list[Path]) -> Iterator[list[Path]]:
        yield [folder / "a.txt"]
        yield []
        (folder / "b.txt").write_text(BODIES["ko"][1], "utf-8")
        yield [folder / "b.txt"]
        yield []
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "ingest_sources", ingest)
    monkeypatch.setattr(watch, "changes", rounds)
    run(tmp_path / "data", folder, watch=True, as_json=True)
    out, err = capsys.readouterr()
    assert calls == [["a.txt"], ["b.txt"], ["b.txt"]]
    assert [json.loads(line)["added"] for line in out.splitlines()] == [1, 1]
    assert "another process writes" in err
    assert "stopped watching" in err


@pytest.mark.slow
def test_a_watched_folder_until_interrupted(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(BODIES["es"][1], "utf-8")
    command = [
        sys.executable,
        "-m",
        "ui.cli",
        "ingest",
        str(folder),
        "--watch",
        "--json",
        "--data",
        str(tmp_path / "data"),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["added"] == 1
    (folder / "b.docx").write_bytes(docx(paragraph(BODIES["zh"][1])))
    assert json.loads(process.stdout.readline())["added"] == 1
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, "stopped watching" in err) == (0, True)
