from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TEXTS
from ui import cli

COMMANDS = (
    ["ingest"], ["ask"], ["search"], ["articles"], ["articles", "list"], ["articles", "show"],
    ["articles", "remove"], ["info"], ["doctor"], ["rebuild"], ["reembed"], ["serve"], ["demo"],
)  # fmt: skip


class Ran:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def cita(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the `cita` command in this process."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["cita", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    # The streams of pytest are no real ones: main() sets their encoding, which they do not have.
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "reconfigure", lambda **_: None, raising=False)
    return run


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(cita: Any, command: list[str]) -> None:
    ran = cita(*command, "--help")
    assert ran.status == 0
    assert "Usage" in ran.out


def test_ingest_reports_in_json_and_says_what_failed(cita: Any, tmp_path: Path, news: Path) -> None:
    ran = cita("ingest", news, tmp_path / "missing", "--data", tmp_path / "data", "--json")
    assert ran.status == 1
    assert (ran.json["added"], ran.json["failed"]) == (len(TEXTS), 1)
    assert {"input", "status", "reason", "article_id"} == set(ran.json["items"][0])
    again = cita("ingest", news, "--data", tmp_path / "data")
    assert again.status == 0
    assert f"{len(TEXTS)} unchanged" in again.out


def test_an_empty_file_alone_is_no_failure(cita: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    ran = cita("ingest", tmp_path / "empty.txt", "--data", tmp_path / "data", "--json")
    assert (ran.status, ran.json["skipped"]) == (0, 1)


def test_ask_in_json_quotes_the_stored_text(cita: Any, collection: Path) -> None:
    ran = cita("ask", "How many passengers did the rescuers save?", "--data", collection, "--json")
    assert ran.status == 0
    answer = ran.json
    assert {
        "question",
        "language",
        "status",
        "text",
        "quotes",
        "sources",
        "also_reported",
        "disagreements",
        "timings",
    } <= set(answer)
    assert answer["language"] == "en"
    best = answer["quotes"][0]
    assert "112" in best["text"]
    shown = cita("articles", "show", best["article_id"], "--data", collection, "--json").json
    assert shown["text"][best["start"] : best["end"]] == best["text"]
    source = next(source for source in answer["sources"] if source["n"] == best["source"])
    assert {"n", "article_id", "title", "url", "outlet", "author", "published", "language", "input"} <= set(
        source
    )


def test_ask_in_words_numbers_its_sources(cita: Any, collection: Path) -> None:
    ran = cita("ask", "¿Cuántas personas fueron evacuadas?", "--data", collection)
    assert ran.status == 0
    assert "[1]" in ran.out
    assert "2.300" in ran.out


def test_search_lists_passages_with_their_signals(cita: Any, collection: Path) -> None:
    ran = cita("search", "забастовка на заводе", "-k", 2, "--data", collection, "--json")
    assert len(ran.json["hits"]) == 2
    hit = ran.json["hits"][0]
    assert hit["passage"]["text"] in TEXTS["ru"]
    assert {"dense", "lexical"} <= set(hit["signals"])
    assert "1." in cita("search", "забастовка", "--data", collection).out


def test_articles_are_listed_shown_and_removed(cita: Any, collection: Path) -> None:
    rows = cita("articles", "list", "--data", collection, "--json").json["articles"]
    assert len(rows) == len(TEXTS)
    ids = {row["language"]: row["id"] for row in rows}
    assert TEXTS["th"][:20] in cita("articles", "show", ids["th"], "--data", collection).out
    assert cita("articles", "remove", ids["th"], "--data", collection).status == 0
    assert len(cita("articles", "list", "--data", collection).out.splitlines()) == len(TEXTS) - 1
    gone = cita("articles", "show", ids["th"], "--data", collection)
    assert gone.status == 1
    assert "articles list" in gone.err


def test_info_and_doctor_agree_on_a_healthy_collection(cita: Any, collection: Path) -> None:
    assert cita("info", "--data", collection, "--json").json["articles"] == len(TEXTS)
    assert "embedder" in cita("info", "--data", collection).out
    ran = cita("doctor", "--data", collection, "--json")
    assert (ran.status, ran.json["ok"]) == (0, True)


def test_doctor_names_the_command_that_mends_and_it_does(cita: Any, collection: Path) -> None:
    cita("rebuild", "--data", collection)
    folder = max((collection / "cache").glob("gen-*"))
    (folder / "vectors.faiss").write_bytes(b"torn")
    ran = cita("doctor", "--data", collection)
    assert ran.status == 1
    assert f"cita rebuild --data {collection}" in ran.out
    assert cita("rebuild", "--data", collection).status == 0
    assert cita("doctor", "--data", collection).status == 0


@pytest.mark.parametrize("question", ["", "   ", "?", "🙂"])
def test_a_question_of_no_words_is_refused(cita: Any, collection: Path, question: str) -> None:
    ran = cita("ask", question, "--data", collection)
    assert ran.status == 2
    assert ran.err.startswith("cita: ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "line", ["ask q", "search q", "info", "doctor", "articles list", "rebuild", "reembed"]
)
def test_a_missing_collection_is_one_clear_sentence(cita: Any, tmp_path: Path, line: str) -> None:
    ran = cita(*line.split(), "--data", tmp_path / "nowhere")
    assert ran.status == 1
    assert "cita ingest" in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "nowhere").exists()


def test_the_installed_program_survives_a_closed_pipe(collection: Path) -> None:
    command = f"{sys.executable} -m ui.cli articles list --data {collection} | head -n 1"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert len(ran.stdout.splitlines()) == 1


def test_articles_are_printed_even_where_the_terminal_speaks_ascii(collection: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ui.cli", "articles", "list", "--data", str(collection)],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        check=True,
    )
    assert TEXTS["ko"][:5] in ran.stdout.decode("utf-8")
