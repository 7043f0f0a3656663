from __future__ import annotations

import time
from pathlib import Path

import pytest

from qa.answer import Answer
from qa.ask import ask
from qa.conversation import Turn
from qa.rewriting import rewritten
from tests.models import Script, drips, says, scripted, status
from tests.stories import FERRY, article, opened
from tests.test_ask import hold

EARLIER = ["Who was the captain of the ferry Aurora?", "Captain Helen Ward was questioned by the coastguard."]


@pytest.mark.parametrize(
    ("question", "language", "earlier", "said"),
    [
        ("Where was she questioned?", "en", EARLIER, "Where was Captain Helen Ward questioned?"),
        (
            "¿Y cuándo se hundió?",
            "es",
            ["¿Cuántos pasajeros llevaba el Aurora?"],
            "¿Cuándo se hundió el transbordador Aurora?",
        ),
        (
            "А когда он затонул?",
            "ru",
            ["Сколько людей было на пароме «Аврора»?"],
            "Когда затонул паром?",
        ),
        ("いつ沈没した？", "ja", ["フェリー「オーロラ」とは？"], "フェリー「オーロラ」はいつ沈没した？"),
        ("언제 침몰했나요?", "ko", ["여객선 오로라호란?"], "여객선 오로라호는 언제 침몰했나요?"),
        ("متى غرقت؟", "ar", ["ما هي العبّارة أورورا؟"], "متى غرقت العبّارة أورورا؟"),
    ],
)
def test_a_follow_up_is_worded_to_stand_by_itself(
    question: str, language: str, earlier: list[str], said: str
) -> None:
    with scripted(says(f"<think>…</think>\n“{said}”\n")) as server:
        assert rewritten(server.writer(), question, earlier, language) == said
    [asked] = server.asked
    assert question in asked.user
    assert all(text in asked.user for text in earlier)


@pytest.mark.parametrize(
    "said",
    [
        "Where was Captain Robert Maxwell questioned?",
        "Where were Captain Helen Ward and 45 sailors questioned?",
        "¿Dónde fue interrogada la capitana Helen Ward?",
        "Где допросили капитана?",
        "Where was she questioned? See https://evil.example",
        "Where was she?\nOr when?",
        "Where was she questioned? " * 40,
        "",
        "?!",
    ],
)
def test_what_brings_in_something_new_is_not_taken(said: str) -> None:
    with scripted(says(said)) as server:
        assert rewritten(server.writer(), "Where was she questioned?", EARLIER, "en") is None


def test_a_model_that_fails_costs_no_more_than_its_limit() -> None:
    for script in (status(500), drips("x")):
        with scripted(script) as server:
            began = time.monotonic()
            assert rewritten(server.writer(0.5, retries=0), "And where?", EARLIER, "en") is None
            assert time.monotonic() - began < 2.5


FERRY_ASKED = "How many passengers did rescuers save from the ferry Aurora?"


def _followed(
    tmp_path: Path, script: Script, question: str = "And who was the captain?", alone: str = ""
) -> tuple[Answer, Answer]:
    """The answer with a model that words follow-ups; and that without, to `alone` or to the follow-up."""
    articles = [article(code, FERRY[code], outlet=code) for code in ("en", "es", "ru")]
    turns = [Turn(FERRY_ASKED, "en")]
    with opened(tmp_path, *articles) as index, scripted(script, says("NONE")) as server:
        writer = server.writer(retries=0)
        answer = ask(index, question, conversation=turns, writer=writer, rewrite=True)
        hold(index, answer)
        plain = ask(index, alone) if alone else ask(index, question, conversation=turns)
    return answer, plain


def test_a_follow_up_is_searched_as_it_was_worded(tmp_path: Path) -> None:
    said = "Who was the captain of the ferry Aurora?"
    answer, plain = _followed(tmp_path, says(said), alone=said)
    assert answer.question == "And who was the captain?"
    assert answer.understood == said
    assert answer.about
    assert answer.quotes == plain.quotes != ()
    assert "rewriting" in answer.timings


@pytest.mark.parametrize(
    "script", [status(500), says("Who was Captain Robert Maxwell?"), says("What is the price of wheat?")]
)
def test_where_the_wording_is_of_no_use_the_conversation_is_understood_without_it(
    tmp_path: Path, script: Script
) -> None:
    answer, plain = _followed(tmp_path, script)
    assert answer.understood == plain.understood != ""
    assert answer.quotes == plain.quotes != ()


def test_a_whole_question_is_not_worded_anew(tmp_path: Path) -> None:
    whole = "Which vessel did Captain Helen Ward command in the strait?"
    answer, plain = _followed(tmp_path, says("NONE"), whole)
    assert (answer.about, answer.understood) == ((), "")
    assert answer.quotes == plain.quotes
