"""The chat page asked by programs: a whole server, and `gradio_client`, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.ingest import ingest
from qa.answer import Answer
from tests.test_serve import server
from ui.keys import Keys

pytestmark = pytest.mark.slow

# Reads calls and writes what they give, a line of JSON each; first of all, what there is to be called.
PROGRAM = """
import json, sys
from gradio_client import Client
client = Client(sys.argv[1], headers=json.loads(sys.argv[2]), verbose=False)
def say(**told): print(json.dumps(told), flush=True)
say(described=client.view_api(return_format="dict", print_info=False))
for line in sys.stdin:
    call = json.loads(line)
    try: say(answer=client.predict(*call["args"], **call["kwargs"], api_name="/ask"))
    except Exception as error: say(error=f"{type(error).__name__}: {error}")
"""


class Program:
    """A program that uses `gradio_client`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.described = self._read()["described"]

    def ask(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"args": args, "kwargs": kwargs}).encode() + b"\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def program(address: str, **headers: str) -> Iterator[Program]:
    command = [sys.executable, "-c", PROGRAM, address, json.dumps(headers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Program(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gradio")
    ingest(folder / "data", [news])
    with server(folder / "data", folder / "log") as (_, address):
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Program]:
    with program(address) as client:
        yield client


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many passengers were saved from the ferry?", "112"),
        ("정부는 반도체 공장에 얼마를 투자하나요?", "3조"),
        ("كم عدد الركاب الذين أنقذهم خفر السواحل؟", "مئة واثني عشر"),
    ],
)
def test_a_question_gets_the_answer_that_the_api_gives(
    client: Program, address: str, question: str, words: str
) -> None:
    answer = client.ask(question)["answer"]
    assert answer.keys() == set(Answer.__dataclass_fields__)
    assert words in answer["quotes"][0]["text"]
    same = httpx.post(f"{address}/v1/ask", json={"question": question}).json()
    for told in (answer, same):
        del told["timings"]
    assert answer == same


def test_language_and_scope_go_along(client: Program) -> None:
    scope = {"languages": ["fr"]}
    answer = client.ask(question="volcano eruption", language="de", scope=scope)["answer"]
    assert answer["language"] == "de"
    assert {source["language"] for source in answer["sources"]} == {"fr"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("🙂",), "no letters or digits"),
        (("x" * 2001,), "at most 2000"),
        ((5,), "question: "),
        (("who?", "english"), "language: "),
        (("who?", "", {"outlets": ["None Such"]}), "None Such"),
        (("who?", "", {"sort": 1}), "scope.sort: there is no such field"),
        (("who?", "", [1]), "scope: expected an object"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    client: Program, given: tuple[Any, ...], said: str
) -> None:
    assert said in client.ask(*given)["error"]


def test_nothing_but_the_question_is_open_to_programs(client: Program, address: str) -> None:
    assert list(client.described["named_endpoints"]) == ["/ask"]
    assert not client.described["unnamed_endpoints"]
    config = httpx.get(f"{address}/config").json()
    open_to_programs = [
        one["api_name"] for one in config["dependencies"] if one["api_visibility"] != "private"
    ]
    assert open_to_programs == ["ask"]


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


def test_a_key_goes_along(collection: Path, tmp_path: Path) -> None:
    _, secret = Keys(collection / "keys.json").add("a program", ["ask"])
    with server(collection, tmp_path / "log") as (_, address):
        with program(address, Authorization=f"Bearer {secret.reveal()}") as client:
            assert "112" in client.ask("How many passengers were saved?")["answer"]["text"]
        for path in ("/config", "/gradio_api/info"):
            assert httpx.get(f"{address}{path}").status_code == 401
        body = {"data": ["who?", "", None]}
        assert httpx.post(f"{address}/gradio_api/call/ask", json=body).status_code == 401
