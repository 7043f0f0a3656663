from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.search import Index
from qa.ask import ask
from qa.conversation import Turn
from ui.render import answer_html, terminal

THEN = "And how many passengers were saved?"
SHIP = "When did the ferry Aurora sink?"


def cita(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli", *arguments]
    return subprocess.run(command, input=typed, capture_output=True, encoding="utf-8", check=False)


def test_an_answer_names_what_was_assumed(collection: Path) -> None:
    with Index.open(collection) as index:
        answer = ask(index, " And how many passengers were saved? ", conversation=[Turn(SHIP)])
        alone = ask(index, "And how many passengers were saved?")
        unrelated = ask(index, "Сколько рабочих вышли на площадь в Озёрске?", conversation=[Turn(SHIP)])
    assert answer.question == "And how many passengers were saved?"
    assert "Aurora" in answer.about
    assert answer.understood == " ".join(["And how many passengers were saved?", *answer.about])
    assert "112 passengers" in answer.quotes[0].text
    assert terminal(answer).startswith(f"(about: {', '.join(answer.about)})\n\n")
    assert "cita-about" in answer_html(answer)
    for one in (alone, unrelated):
        assert (one.about, one.understood) == ((), "")
        assert "cita-about" not in answer_html(one)


def test_what_was_assumed_is_shown_as_text(collection: Path) -> None:
    with Index.open(collection) as index:
        answer = ask(index, "And who?", conversation=[Turn("What of <img src=x onerror=alert(1)> Aurora?")])
    assert "onerror" in " ".join(answer.about)
    page = answer_html(answer)
    assert "<img" not in page
    assert "\n" not in page


def test_ask_after_other_questions(collection: Path) -> None:
    data = ["--data", str(collection)]
    run = cita("ask", "And how many passengers were saved?", "--after", SHIP, "--json", *data)
    assert json.loads(run.stdout)["about"][1] == "Aurora"
    run = cita("ask", "And how many passengers were saved?", "--after", "  ", *data)
    assert run.returncode == 2
    assert "the question is empty" in run.stderr


def test_a_conversation_through_a_pipe(collection: Path) -> None:
    typed = f"{SHIP}\n\n{THEN}\n/drop\n/new\n{THEN}\n/quit\nnever read\n"
    run = cita("chat", "--json", "--data", str(collection), typed=typed)
    assert run.returncode == 0, run.stderr
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [bool(one["about"]) for one in answers] == [False, True, False, False]
    assert [one["question"] for one in answers[1:]] == ["And how many passengers were saved?"] * 3


@pytest.mark.parametrize(
    ("first", "then", "words"),
    [
        ("¿Cuándo entró en erupción el volcán Tacaná?", "¿Y cuántas personas fueron evacuadas?", "2.300"),
        ("정부는 반도체 공장에 얼마를 투자하나요?", "그리고 언제 문을 여나요?", "2027"),
        ("غرقت العبّارة متى؟", "وكم راكبًا أنقذ خفر السواحل؟", "راكب"),
    ],
)
def test_the_terminal_shows_question_and_answer(collection: Path, first: str, then: str, words: str) -> None:
    run = cita("chat", "--data", str(collection), typed=f"{first}\n{then}\n")
    assert run.returncode == 0, run.stderr
    *_, last = run.stdout.split("> ")
    assert last.startswith(then)
    assert words in last


def test_a_line_that_is_no_question_costs_itself(collection: Path) -> None:
    run = cita("chat", "--json", "--data", str(collection), typed=f"?\n{SHIP}\n/drop\n/unknown\n")
    assert run.returncode == 1
    assert len(run.stdout.splitlines()) == 3
    assert "no letters or digits" in run.stderr
