"""The models of the settings, from the command line, through the API and on the chat page."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from index.errors import BadInput
from index.ingest import ingest_articles
from index.search import Index
from qa.messages import phrase
from tests import tiny
from tests.models import Asked, Line, Script, answers, scripted, status
from tests.stories import FERRY, article
from tests.test_api import client_of
from tests.test_chat_browser import browser as browser
from tests.test_cli import cita as cita
from tests.test_draft import ASKED, QUESTION, SAVED
from tests.test_render import Page
from tests.test_serve import free_port
from tests.test_streaming import STREAM, events
from ui.asking import ask_checked, checked
from ui.collection import Collection
from ui.models import asking_for, models_of
from ui.reply import replies
from ui.secret import Secret
from ui.settings import Llm, Reranker, Settings, load

SECRET = "sk-that-nobody-sees"


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("ferry") / "data"
    codes = ("en", "es", "ru", "ja", "ar", "hi", "ko")
    ingest_articles(data, [article(code, FERRY[code], outlet=code) for code in codes])
    return data


def _right(shown: list[str]) -> str:
    place = next(n for n, text in enumerate(shown, 1) if SAVED["en"] in text)
    return f'{ASKED["en"][1]} [{place}: "{SAVED["en"]}"]\nNobody knows why.\n'


RIGHT = answers(_right)


def _set(url: str, **more: Any) -> Settings:
    llm = Llm(base_url=url, model="scripted", api_key=Secret(SECRET), retries=0, timeout=20, **more)
    return Settings(llm=llm)


def _client(data: Path, url: str, **more: Any) -> TestClient:
    return client_of(data, settings=replace(_set(url, **more), data=data))


# -- settings


def test_without_settings_there_is_no_model() -> None:
    models = models_of(Settings())
    assert (models.writer, models.reranker, models.seconds) == (None, None, 0.0)
    assert models_of(Settings(llm=Llm(base_url="http://127.0.0.1/v1"))).writer is None
    with pytest.raises(BadInput, match=r"CITA_LLM_BASE_URL"):
        models_of(Settings(), needed=True)


def test_the_settings_reach_the_model() -> None:
    models = models_of(_set("http://127.0.0.1:9/v1", language="es", max_tokens=77, translate=True))
    writer: Any = models.writer
    assert (writer.url, writer.model, writer.key) == ("http://127.0.0.1:9/v1", "scripted", SECRET)
    assert (writer.limit, writer.tokens, writer.retries, writer.language) == (20, 77, 0, "es")
    assert models.translate
    assert models.seconds == 20
    assert SECRET not in repr(models)
    off = asking_for(models, llm=False, translate=None)
    assert off.writer is None
    assert asking_for(models, llm=True, translate=False).translate is False
    assert models_of(_set("http://127.0.0.1:9/v1", enabled=False)).writer is None


def test_trusted_models_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from index.modelname import ModelName, is_trusted

    monkeypatch.setenv("CITA_TRUST_REMOTE_CODE", "org/one,org/two")
    load()
    assert is_trusted(ModelName.parse("org/two@abc"))
    monkeypatch.delenv("CITA_TRUST_REMOTE_CODE")
    load()
    assert not is_trusted(ModelName.parse("org/two@abc"))


# -- command line


def test_the_command_line_has_the_model_write(
    cita: Any, ferry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(RIGHT) as server:
        monkeypatch.setenv("CITA_LLM_BASE_URL", server.url)
        monkeypatch.setenv("CITA_LLM_MODEL", "scripted")
        monkeypatch.setenv("CITA_LLM_API_KEY", SECRET)
        ran = cita("ask", QUESTION, "--data", ferry)
        assert ran.status == 0, ran.err
        assert phrase("lead_written", "en", model="scripted") in ran.out
        assert f"{ASKED['en'][1]} [1]" in ran.out
        assert phrase("model_left_out", "en", n=1) in ran.out
        assert "Nobody knows" not in ran.out
        assert server.asked[0].headers["Authorization"] == f"Bearer {SECRET}"
        without = cita("ask", QUESTION, "--data", ferry, "--no-llm", "--json").json
        assert without["written"] is None
        assert len(server.asked) == 1
        whole = cita("ask", QUESTION, "--data", ferry, "--llm", "--json").json
        assert whole["written"]["outcome"] == "used"
        assert whole["written"]["sentences"] == [{"text": ASKED["en"][1], "quotes": [0]}]
        assert SECRET not in ran.out + ran.err + json.dumps(whole)


def test_asking_for_a_model_where_none_is_set_is_refused_with_what_to_do(cita: Any, ferry: Path) -> None:
    ran = cita("ask", QUESTION, "--data", ferry, "--llm")
    assert ran.status == 2
    assert "CITA_LLM_MODEL" in ran.err


def test_the_command_line_says_that_the_model_could_not_be_used(
    cita: Any, ferry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITA_LLM_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    monkeypatch.setenv("CITA_LLM_MODEL", "gone")
    monkeypatch.setenv("CITA_LLM_RETRIES", "0")
    ran = cita("ask", ASKED["es"][0], "--data", ferry)
    assert ran.status == 0
    assert phrase("model_failed", "es") in ran.out
    assert "112 pasajeros" in ran.out


# -- API


def test_the_api_gives_the_same_answer_object(ferry: Path) -> None:
    with scripted(RIGHT) as server, _client(ferry, server.url) as client:
        answer = client.post("/v1/ask", json={"question": QUESTION}).json()
        assert answer["written"]["model"] == "scripted"
        assert answer["text"].split("\n\n")[1] == f"{ASKED['en'][1]} [1]"
        assert answer["quotes"][0]["text"].startswith(SAVED["en"])
        described = client.get("/openapi.json").json()["components"]["schemas"]
        assert set(described["Answer"]["properties"]) == set(answer)
        off = client.post("/v1/ask", json={"question": QUESTION, "llm": False}).json()
        assert off["written"] is None
        assert len(server.asked) == 1


def test_the_api_streams_the_sentences_as_they_hold(ferry: Path) -> None:
    with scripted(RIGHT) as server, _client(ferry, server.url) as client:
        found = events(client.post("/v1/ask", json={"question": QUESTION}, headers=STREAM).text)
    names = list(dict.fromkeys(name for name, _ in found))
    assert names == ["stage", "text", "quote", "done"]
    answer = found[-1][1]
    assert "".join(data["text"] for name, data in found if name == "text") == f"{ASKED['en'][1]} [1]"
    assert answer["written"]["outcome"] == "used"
    assert [data["quote"] for name, data in found if name == "quote"] == answer["quotes"]


def test_a_model_that_fails_leaves_a_whole_stream(ferry: Path) -> None:
    with scripted(status(500)) as server, _client(ferry, server.url) as client:
        found = events(client.post("/v1/ask", json={"question": QUESTION}, headers=STREAM).text)
    answer = found[-1][1]
    assert answer["note"] == phrase("model_failed", "en")
    assert "".join(data["text"] for name, data in found if name == "text") == answer["text"]


def test_every_door_of_the_server_has_the_model_write(ferry: Path) -> None:
    asked = {"model": "cita", "messages": [{"role": "user", "content": QUESTION}]}
    with scripted(RIGHT) as server, _client(ferry, server.url) as client:
        whole = client.post("/v1/chat/completions", json=asked).json()
    message = whole["choices"][0]["message"]
    assert f"{ASKED['en'][1]} [1]" in message["content"]
    assert whole["cita"]["written"]["outcome"] == "used"
    cited = [
        message["content"][one["url_citation"]["start_index"] : one["url_citation"]["end_index"]]
        for one in message["annotations"]
    ]
    assert "[1]" in cited
    assert whole["cita"]["quotes"][0]["text"] in cited
    with scripted(status(500)) as server, _client(ferry, server.url) as client:
        content = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["content"]
    assert phrase("model_failed", "en") in content


def test_lines_from_standard_input_are_answered_by_the_model_too(ferry: Path) -> None:
    import io

    from ui.pipeline import ask_lines

    lines = f"{QUESTION}\n{json.dumps({'question': QUESTION, 'llm': False})}\n"
    out = io.StringIO()
    with Index.open(ferry) as index, scripted(RIGHT) as server:
        models = models_of(_set(server.url))
        source = io.BytesIO(lines.encode())
        assert ask_lines(index, source, out, scope=None, explain=False, models=models) == 0
        assert len(server.asked) == 1
    first, second = (json.loads(line)["answer"] for line in out.getvalue().splitlines())
    assert first["written"]["outcome"] == "used"
    assert second["written"] is None


def test_translations_are_asked_for_by_the_question(ferry: Path) -> None:
    none: Script = answers(lambda _: "NONE")

    def translated(line: Line, asked: Asked) -> None:
        assert "translate" in asked.system
        answers_with = "\n".join(f"{n}: Rescuers saved 112 passengers before dawn." for n in range(1, 9))
        line.head()
        line.event(answers_with)
        line.done()

    question = {"question": QUESTION, "scope": {"languages": ["es"]}, "translate": True}
    with scripted(none, translated) as server, _client(ferry, server.url) as client:
        answer = client.post("/v1/ask", json=question).json()
    assert answer["note"] == phrase("model_no_answer", "en")
    assert [one["model"] for one in answer["translations"]] == ["scripted"]
    assert answer["translations"][0]["text"].startswith("Rescuers saved 112")


def test_no_key_in_any_answer_log_or_page(ferry: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for script in (RIGHT, status(401)):
        with scripted(script) as server, _client(ferry, server.url) as client:
            shown = client.post("/v1/ask", json={"question": QUESTION}).text
            shown += client.post("/v1/ask", json={"question": QUESTION}, headers=STREAM).text
            shown += client.get("/openapi.json").text
            assert SECRET not in shown
            assert server.asked
    assert SECRET not in caplog.text


@pytest.mark.slow
def test_a_client_that_leaves_ends_the_call_to_the_model(ferry: Path, tmp_path: Path) -> None:
    asked = threading.Event()

    def mute(line: Line, _: Asked) -> None:
        line.head()
        asked.set()
        while not line.over.is_set():
            line.raw(b": \n")
            time.sleep(0.05)

    with scripted(mute) as server, _serving(ferry, tmp_path / "log", server.url) as address:
        with (
            httpx.Client(timeout=30) as client,
            client.stream(
                "POST", f"{address}/v1/ask", json={"question": QUESTION}, headers=STREAM
            ) as response,
        ):
            lines = response.iter_lines()  # held: once it is gone, so is the connection
            assert next(lines) == "event: stage"
            assert asked.wait(30)
        left = time.monotonic()
        assert server.gone.wait(20)
        assert time.monotonic() - left < 4


def _serving(data: Path, log: Path, url: str) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def serving() -> Iterator[str]:
        port = free_port()
        environment = {**os.environ, "CITA_LLM_BASE_URL": url, "CITA_LLM_MODEL": "scripted"}
        command = [sys.executable, "-m", "ui.cli", "serve", "--data", str(data), "--port", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
            try:
                deadline = time.monotonic() + 60
                while True:
                    assert process.poll() is None, log.read_text()
                    assert time.monotonic() < deadline, log.read_text()
                    try:
                        httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                        break
                    except httpx.TransportError:
                        time.sleep(0.1)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.kill()
                process.wait()

    return serving()


# -- the chat page


def _replies(data: Path, url: str, question: str = QUESTION) -> list[str]:
    articles = Collection(data, models=models_of(_set(url)))
    try:
        return list(replies(articles, question, "en"))
    finally:
        articles.close()


def test_the_chat_shows_the_sentences_as_they_hold_and_marks_them(ferry: Path) -> None:
    with scripted(RIGHT) as server:
        *growing, last = _replies(ferry, server.url)
    assert any(phrase("writing", "en") in shown for shown in growing)
    written = [Page.of(shown).text("cita-written") for shown in growing if "cita-written" in shown]
    assert written == [[f"{ASKED['en'][1]} [1]"]]
    page = Page.of(last)
    assert page.text("cita-written") == [f"{ASKED['en'][1]} [1]"]
    assert page.text("cita-lead") == [phrase("lead_written", "en", model="scripted")]
    assert phrase("model_badge", "en") in page.text("cita-badge cita-by-model")
    assert page.text("cita-note") == [phrase("model_left_out", "en", n=1)]
    seen, _, kept = last.partition('class="cita-answer-data"')
    assert kept  # the whole answer, out of sight, to be saved from
    assert "Nobody knows" not in seen


def test_the_chat_says_what_became_of_the_model(ferry: Path) -> None:
    with scripted(status(404)) as server:
        page = Page.of(_replies(ferry, server.url)[-1])
    assert page.text("cita-note") == [phrase("model_failed", "en")]
    assert page.text("cita-written") == []


@pytest.mark.browser
def test_in_a_browser_what_a_model_writes_is_text_with_marks_that_open_the_source(
    browser: Any, ferry: Path, tmp_path: Path
) -> None:
    def hostile(shown: list[str]) -> str:
        place = next(n for n, text in enumerate(shown, 1) if SAVED["en"] in text)
        cited = f'[{place}: "{SAVED["en"]}"]\n'
        return (
            f"{ASKED['en'][1]} {cited}"
            f"<img src=x onerror=\"window.ran='img'\"> 112 passengers were saved. {cited}"
            f"112 passengers were saved ![x](https://elsewhere.example/x.png). {cited}"
            f'112 passengers were saved by **R&D** & "co". {cited}'
        )

    with scripted(answers(hostile)) as server, _serving(ferry, tmp_path / "log", server.url) as address:
        page = browser.new_page(locale="en-US")
        elsewhere: list[str] = []
        page.on("request", lambda one: None if one.url.startswith(address) else elsewhere.append(one.url))
        page.goto(f"{address}/")
        page.wait_for_selector("#cita-ask textarea", timeout=30_000)
        page.fill("#cita-ask textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector(".cita-answer .cita-written", timeout=30_000)
        text = page.inner_text(".cita-answer .cita-written")
        assert ASKED["en"][1] in text
        assert '112 passengers were saved by R&D & "co".' in text
        assert "elsewhere" not in text
        assert page.evaluate("window.ran === undefined")
        assert page.query_selector(".cita-written img, .cita-written script") is None
        page.click(".cita-written .cita-mark")
        page.wait_for_selector("mark", timeout=20_000)
        assert SAVED["en"] in page.inner_text("mark")
        assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []
        page.close()


# -- the last check, and the reranker


def test_a_quote_that_no_longer_holds_takes_the_model_s_text_along(ferry: Path) -> None:
    with Index.open(ferry) as index, scripted(RIGHT) as server:
        answer = ask_checked(index, QUESTION, models=models_of(_set(server.url)))
        assert answer.written is not None
        assert answer.written.sentences
        spoilt = replace(answer, quotes=(replace(answer.quotes[0], text="Rescuers saved 999 passengers"),))
        left = checked(spoilt, index)
    assert left.quotes == ()
    assert left.written is not None
    assert left.written.sentences == ()
    assert ASKED["en"][1] not in left.text
    assert "scripted" not in left.text


def test_a_reranker_by_folder_and_one_that_is_nowhere(
    ferry: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tiny.bert(tmp_path / "cross", labels=1)
    with Index.open(ferry) as index:
        good = models_of(Settings(reranker=Reranker(name=str(folder), top_k=5)))
        assert ask_checked(index, QUESTION, models=good).note == ""
        gone = models_of(Settings(reranker=Reranker(name="org/is-not-here")))
        for _ in range(2):
            answer = ask_checked(index, QUESTION, models=gone)
            assert answer.note == phrase("reranker_failed", "en")
            assert answer.quotes == ask_checked(index, QUESTION).quotes
    assert [record.name for record in caplog.records].count("cita.models") == 1
