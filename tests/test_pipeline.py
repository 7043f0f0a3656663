"""`cita ask -` and `cita search -`, as real processes with real pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from index.ingest import ingest
from ui.pipeline import LONGEST

QUESTIONS = [
    ("How many passengers were saved from the ferry?", "112"),
    ("¿Cuántas personas fueron evacuadas de San Martín?", "2.300"),
    ("Сколько рабочих вышли на площадь?", "4500"),
    ("정부는 반도체 공장에 얼마를 투자하나요?", "3조"),
    ("双方同意每年运输多少小麦？", "三百万吨"),
    ("อพยพกี่คน", "สองพัน"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Path:
    data = tmp_path_factory.mktemp("pipeline") / "data"
    ingest(data, [news])
    return data


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "ui.cli", *map(str, arguments)]


def piped(data: Path, given: bytes, *arguments: object) -> tuple[int, list[Any]]:
    """The exit status, and the lines that came out."""
    ran = subprocess.run(command(*arguments, "--data", data), input=given, capture_output=True, check=False)
    assert b"Traceback" not in ran.stderr, ran.stderr
    return ran.returncode, [json.loads(line) for line in ran.stdout.decode("utf-8").splitlines()]


def test_each_line_gets_its_answer_in_turn(data: Path) -> None:
    status, told = piped(data, "\r\n".join(question for question, _ in QUESTIONS).encode(), "ask", "-")
    assert status == 0
    assert [one["line"] for one in told] == list(range(1, len(QUESTIONS) + 1))
    for one, (question, words) in zip(told, QUESTIONS, strict=True):
        assert one["answer"]["question"] == question
        quotes = one["answer"]["quotes"] + one["answer"]["nearest"]
        assert any(words in quote["text"] for quote in quotes), one


def test_a_line_of_json_brings_its_name_language_and_scope(data: Path) -> None:
    lines: Sequence[dict[str, Any]] = [
        {"id": "ä-1", "question": "volcano eruption", "language": "de", "scope": {"languages": ["fr"]}},
        {"id": 2, "question": "volcano eruption", "explain": True},
        {"question": "volcano eruption"},
    ]
    given = "\n".join(json.dumps(line) for line in lines).encode()
    status, told = piped(data, b"\xef\xbb\xbf" + given, "ask", "-", "--language", "es")
    assert status == 0
    assert [one.get("id") for one in told] == ["ä-1", 2, None]
    first, second, third = (one["answer"] for one in told)
    assert first["language"] == "de"
    assert {source["language"] for source in first["sources"]} == {"fr"}
    # Where a line says nothing else, the options of the command hold.
    assert {source["language"] for source in second["sources"] + third["sources"]} == {"es"}
    assert second["explanation"]
    assert third["explanation"] is None


def test_a_line_may_lean_on_what_was_asked_before(data: Path) -> None:
    first = "How many passengers of the ferry Aurora did rescuers save?"
    lines: Sequence[dict[str, Any]] = [
        {"question": "And who was the captain?", "conversation": [{"question": first}]},
        {"question": "And who was the captain?"},
    ]
    given = "\n".join(json.dumps(line) for line in lines).encode()
    _, (leaning, alone) = piped(data, given, "ask", "-")
    assert "Aurora" in "".join(leaning["answer"]["about"])
    assert (bool(leaning["answer"]["about"]), alone["answer"]["about"]) == (True, [])
    _, told = piped(data, given, "ask", "-", "--after", first)
    assert all(one["answer"]["about"] for one in told)


def test_a_bad_line_costs_itself(data: Path) -> None:
    lines = [
        b"How many passengers were saved?",
        b"{broken",
        b"",
        b'{"id": "x", "question": 5}',
        b'{"id": "y", "question": "who?", "scope": {"outlets": ["None Such"]}}',
        b'{"question": "who?", "colour": 1}',
        b"?",
        b"caf\xe9 au lait",
        b"a" * (LONGEST + 1),
        b"[" * 100_000,
        b'{"question": ' + b"[" * 100_000,
        b'{"question": "\\ud800"}',
        "Кто требует повысить зарплату?".encode(),
    ]
    status, told = piped(data, b"\n".join(lines), "ask", "-")
    assert status == 1
    assert [one["line"] for one in told] == [n for n, line in enumerate(lines, 1) if line]
    good = [one["line"] for one in told if "answer" in one]
    assert good == [1, 13]
    said = {one["line"]: one["error"]["message"] for one in told if "error" in one}
    assert {one["error"]["type"] for one in told if "error" in one} == {"BadInput"}
    for line, words in {
        2: "JSON", 4: "question", 5: "None Such", 6: "colour: there is no such field", 7: "letters",
        8: "UTF-8", 9: "longer than", 10: "2000", 11: "JSON", 12: "JSON",
    }.items():  # fmt: skip
        assert words in said[line]
    assert {one["line"]: one["id"] for one in told if "id" in one} == {4: "x", 5: "y"}


def test_an_answer_comes_before_the_next_question_is_there(data: Path) -> None:
    with subprocess.Popen(
        command("ask", "-", "--data", data), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for question, words in QUESTIONS[:3]:
            process.stdin.write(question.encode() + b"\n")
            process.stdin.flush()
            assert words in process.stdout.readline().decode()
        process.stdin.close()
        assert process.wait(30) == 0


def test_search_reads_lines_too(data: Path) -> None:
    given = 'забастовка\n{"id": 1, "question": "ferry", "k": 3}\n{"question": "x", "k": 0}\n'.encode()
    status, told = piped(data, given, "search", "-", "-k", 2)
    assert status == 1
    assert [len(one.get("hits", ())) for one in told] == [2, 3, 0]
    assert "k:" in told[2]["error"]["message"]


def test_nothing_in_nothing_out(data: Path) -> None:
    assert piped(data, b"", "ask", "-") == (0, [])
    assert piped(data, b"\n\n  \n", "ask", "-") == (0, [])


def test_a_missing_collection_is_told_once_and_nothing_is_read(tmp_path: Path) -> None:
    given = b"who?\n" * 3
    ran = subprocess.run(
        command("ask", "-", "--data", tmp_path / "none"), input=given, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert ran.stderr.count(b"\n") == 1


@pytest.mark.slow
def test_ten_thousand_lines_need_no_more_memory_than_a_few(data: Path) -> None:
    def peak(lines: int) -> int:
        """KiB at most in memory, of a process that is asked so many questions."""
        with subprocess.Popen(
            command("search", "-", "-k", 3, "--data", data), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for n in range(lines):
                process.stdin.write(f'{{"id": {n}, "question": "ferry {n} паром 渡船"}}\n'.encode())
                process.stdin.flush()
                assert json.loads(process.stdout.readline())["id"] == n
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss

    few, many = peak(200), peak(10_000)
    assert many < few + 32 * 1024
