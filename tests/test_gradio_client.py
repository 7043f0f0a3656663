"""The chat page asked by programs: `gradio_client`, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.ingest import ingest
from qa.answer import Answer
from tests.uvicorns import running

pytestmark = [
    pytest.mark.slow,
    # Gradio's client leaves the event loops of its threads for the collector to close.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Iterator[str]:
    from ui.api import create_app

    data = tmp_path_factory.mktemp("gradio") / "data"
    ingest(data, [news])
    with running(create_app(data)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Any]:
    from gradio_client import Client

    client = Client(address, verbose=False)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many passengers were saved from the ferry?", "112"),
        ("정부는 반도체 공장에 얼마를 투자하나요?", "3조"),
        ("كم عدد الركاب الذين أنقذهم خفر السواحل؟", "مئة واثني عشر"),
    ],
)
def test_a_question_gets_the_answer_that_the_api_gives(
    client: Any, address: str, question: str, words: str
) -> None:
    answer = client.predict(question, api_name="/ask")
    assert answer.keys() == set(Answer.__dataclass_fields__)
    assert words in answer["quotes"][0]["text"]
    same = httpx.post(f"{address}/v1/ask", json={"question": question}).json()
    for told in (answer, same):
        del told["timings"]
    assert answer == same


def test_language_and_scope_go_along(client: Any) -> None:
    scope = {"languages": ["fr"]}
    answer = client.predict(question="volcano eruption", language="de", scope=scope, api_name="/ask")
    assert answer["language"] == "de"
    assert {source["language"] for source in answer["sources"]} == {"fr"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("🙂",), "no letters or digits"),
        (("x" * 2001,), "at most 2000"),
        ((5,), "question: .*string"),
        (("who?", "english"), "language: .*pattern"),
        (("who?", "", {"outlets": ["None Such"]}), "None Such"),
        (("who?", "", {"sort": 1}), "scope.sort: there is no such field"),
        (("who?", "", [1]), "scope: expected an object"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    client: Any, given: tuple[Any, ...], said: str
) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=said):
        client.predict(*given, api_name="/ask")


def test_nothing_but_the_question_is_open_to_programs(client: Any, address: str) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/ask"]
    assert not described["unnamed_endpoints"]
    config = httpx.get(f"{address}/config").json()
    callable_ = [one["api_name"] for one in config["dependencies"] if one["api_visibility"] != "private"]
    assert callable_ == ["ask"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=https://example.org/"),
        ("GET", "/gradio_api/mcp/schema"),
        ("POST", "/gradio_api/mcp/http"),
        ("POST", "/gradio_api/upload"),
    ],
)
def test_gradio_s_own_doors_stay_closed(address: str, method: str, path: str) -> None:
    files = {"files": ("a.txt", b"x" * 5000)} if path.endswith("upload") else None
    assert httpx.request(method, f"{address}{path}", files=files).status_code >= 400
