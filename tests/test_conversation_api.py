from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.errors import BadInput
from qa.conversation import Turn
from qa.question import LONGEST
from ui.api import create_app
from ui.collection import Collection
from ui.reopening import MOST, earlier_in, reopened

SHIP = "When did the ferry Aurora sink?"
THEN = "And how many passengers were saved?"


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    app = create_app(collection, chat=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def asked(client: TestClient, question: str, *turns: dict[str, Any]) -> Any:
    response = client.post("/v1/ask", json={"question": question, "conversation": list(turns)})
    assert response.status_code == 200, response.text
    return response.json()


def test_a_followup_says_what_it_took_from_the_conversation(client: TestClient) -> None:
    answer = asked(client, THEN, {"question": SHIP, "language": "en", "standalone": True})
    assert answer["question"] == THEN
    assert "Aurora" in answer["about"]
    assert answer["understood"].startswith(f"{THEN} ")
    assert "112 passengers" in answer["quotes"][0]["text"]
    for quote in answer["quotes"]:
        text = client.get(f"/v1/articles/{quote['article_id']}").json()["text"]
        assert text[quote["start"] : quote["end"]] == quote["text"]


def test_a_question_alone_says_so(client: TestClient) -> None:
    for answer in (asked(client, THEN), asked(client, THEN, {"question": "  "}, {"question": "🚢"})):
        assert (answer["about"], answer["understood"]) == ([], "")


def test_a_turn_in_another_script_is_followed(client: TestClient) -> None:
    answer = asked(
        client, "그리고 언제 문을 여나요?", {"question": "정부는 반도체 공장에 얼마를 투자하나요?"}
    )
    assert answer["language"] == "ko"
    assert "반도체" in answer["about"]


@pytest.mark.parametrize(
    "turns",
    [
        [{"question": "a"}] * 51,
        [{"question": "x" * (LONGEST + 1)}],
        [{"question": "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "answer": "x"}],
        [{"question": "a", "language": "English"}],
        [{"question": "a", "standalone": "yes"}],
        [{}],
        [7],
        {"question": "a"},
    ],
)
def test_a_conversation_that_is_none_is_refused(client: TestClient, turns: object) -> None:
    response = client.post("/v1/ask", json={"question": THEN, "conversation": turns})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert "conversation" in response.text


def test_the_description_says_what_a_conversation_may_be(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    field = schemas["Question"]["properties"]["conversation"]
    assert field["maxItems"] == 50
    assert field["items"] == {"$ref": "#/components/schemas/Earlier"}
    earlier = schemas["Earlier"]
    assert earlier["required"] == ["question"]
    assert earlier["properties"].keys() == {"question", "language", "standalone"}
    assert earlier["properties"]["question"]["maxLength"] == LONGEST
    assert {"about", "understood"} <= schemas["Answer"]["properties"].keys()


# -- what the page sends


def test_the_page_sends_its_earlier_questions_as_json() -> None:
    sent = json.dumps([{"question": " क्यों? ", "language": "hi", "standalone": False}, {"question": "…"}])
    assert earlier_in(sent) == [Turn("क्यों?", "hi", False)]
    assert earlier_in(" ") == []
    for wrong in ("{", "7", '[{"question": 1}]', json.dumps([{"question": "a", "scope": {}}])):
        with pytest.raises(BadInput, match="the conversation cannot be read"):
            earlier_in(wrong)


def test_a_kept_conversation_is_asked_anew(collection: Path) -> None:
    kept = [
        {"question": SHIP, "scope": {"languages": ["en"]}},
        {"question": THEN},
        {"question": THEN, "standalone": True},
    ]
    *_, last = reopened(Collection(collection), json.dumps(kept), "en")
    assert [message["role"] for message in last] == ["user", "assistant"] * 3
    assert "cita-asked-of" in last[0]["content"]
    assert "Tuesday" in last[1]["content"]
    assert ["cita-about" in message["content"] for message in last[1::2]] == [False, True, False]


@pytest.mark.parametrize(
    "kept",
    ["", "null", json.dumps([{"question": "a"}] * (MOST + 1)), '[{"question": "a", "scope": {"from": "x"}}]'],
)
def test_what_cannot_be_opened_again_is_one_sentence(collection: Path, kept: str) -> None:
    [[message]] = reopened(Collection(collection), kept, "en")
    assert "cita-notice" in message["content"]
