from __future__ import annotations

import time

import pytest

from qa.rewriting import rewritten
from tests.models import drips, says, scripted, status

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
