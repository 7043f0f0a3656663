"""The Python client against real servers; and against one that misbehaves, on a real socket."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from index.errors import BadInput, Busy, CitaError, Incompatible, NotFound
from index.ingest import ingest
from index.scope import Scope
from index.search import Index
from qa.answer import Answer
from qa.ask import ask
from qa.conversation import Turn
from tests.conftest import TEXTS
from tests.uvicorns import running
from ui.api import create_app
from ui.client import (
    AsyncCita,
    Cita,
    Conflicting,
    Denied,
    Done,
    Failed,
    Missing,
    Quoted,
    Stage,
    Text,
    TryLater,
    Unreachable,
    Wrong,
)
from ui.eventstream import Events
from ui.keys import Keys
from ui.refusals import refusal

QUESTIONS = [
    ("How many passengers were saved from the ferry?", "112"),
    ("¿Cuántas personas fueron evacuadas de San Martín?", "2.300"),
    ("Сколько рабочих вышли на площадь?", "4500"),
    ("정부는 반도체 공장에 얼마를 투자하나요?", "3조"),
    ("كم عدد الركاب الذين أنقذهم خفر السواحل؟", "مئة واثني عشر"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, news: Path) -> Path:
    data = tmp_path_factory.mktemp("client") / "data"
    ingest(data, [news])
    return data


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with running(create_app(data, chat=False)) as address:
        yield address


@pytest.fixture
def own(collection: Path) -> Iterator[str]:
    """A server whose collection the test may change."""
    with running(create_app(collection, chat=False)) as address:
        yield address


@pytest.fixture
def cita(address: str) -> Iterator[Cita]:
    with Cita(address) as cita:
        yield cita


@pytest.mark.parametrize(("question", "words"), QUESTIONS)
def test_an_answer_is_the_same_object_as_at_home(cita: Cita, data: Path, question: str, words: str) -> None:
    answer = cita.ask(question)
    assert isinstance(answer, Answer)
    assert words in answer.quotes[0].text
    for quote in answer.quotes:
        quote.check(cita.article(quote.article_id))
    with Index.open(data) as index:
        assert replace(answer, timings={}) == replace(ask(index, question), timings={})


def test_language_scope_and_explanation_go_along(cita: Cita) -> None:
    answer = cita.ask("volcano", language="de", scope=Scope(languages=("fr",)), explain=True)
    assert answer.language == "de"
    assert {source.language for source in answer.sources} == {"fr"}
    assert answer.explanation is not None
    assert {cita.article(hit.passage.article_id).language for hit in cita.search("volcano", 3)} > {"fr"}
    assert len(cita.search("volcano", 2, scope=Scope(languages=("fr",)))) == 1


def test_a_follow_up_leans_on_what_was_asked(cita: Cita) -> None:
    first = cita.ask("How many passengers of the ferry Aurora did rescuers save?")
    for earlier in (first, first.question, Turn(first.question, "en")):
        answer = cita.ask("And who was the captain?", conversation=[earlier])
        assert "Aurora" in "".join(answer.about)
        assert answer.sources[0].language == "en"
        done = list(cita.stream("And who was the captain?", conversation=[earlier]))[-1]
        assert isinstance(done, Done)
        assert done.answer.about == answer.about
    assert cita.ask("And who was the captain?").about == ()


def test_articles_come_page_by_page(cita: Cita, data: Path) -> None:
    with Index.open(data) as index:
        there = [(article.id, article.title) for article in index.articles(limit=-1)]
    for limit in (1, 4, len(TEXTS), 1000):
        assert [(article.id, article.title) for article in cita.articles(limit=limit)] == there
    assert cita.info().articles == len(TEXTS)


def test_articles_are_listed_by_what_they_are(cita: Cita) -> None:
    def languages(**limits: Any) -> list[str]:
        return [article.language for article in cita.articles(limit=1, **limits)]

    assert languages(words="забастовки") == ["ru"]
    assert sorted(languages(scope=Scope(languages=("ko", "th")))) == ["ko", "th"]
    titles = [article.title for article in cita.articles(order="title", limit=3)]
    assert titles == sorted(titles)
    assert len(titles) == len(TEXTS)


def test_a_stream_brings_stages_quotes_text_and_the_answer(cita: Cita) -> None:
    question, words = QUESTIONS[2]
    events = list(cita.stream(question))
    assert next(event.stage for event in events if isinstance(event, Stage)) == "searching"
    done = events[-1]
    assert isinstance(done, Done)
    assert [event.quote for event in events if isinstance(event, Quoted)] == list(done.answer.quotes)
    assert words in done.answer.quotes[0].text
    assert "".join(event.text for event in events if isinstance(event, Text)) == done.answer.text
    assert replace(done.answer, timings={}) == replace(cita.ask(question), timings={})


def test_articles_are_added_judged_and_removed(own: str, tmp_path: Path) -> None:
    with Cita(own) as cita:
        text = "The lighthouse of Ærø was sold for 9 million kroner on Monday. Its keeper protested."
        report = cita.add(text, title="Lighthouse sold", outlet="Ø Tidende", published="2024-05-06")
        assert report.count("added") == 1
        again = cita.add(text, title="Lighthouse sold", outlet="Ø Tidende", published="2024-05-06")
        assert again.count("unchanged") == 1
        id = report.items[0].article_id or ""
        article = cita.article(id)
        assert (article.text, article.outlet, article.published) == (text, "Ø Tidende", "2024-05-06")
        changed = cita.change(id, outlet=None, title="Lighthouse sold 🏮")
        assert (changed.id, changed.outlet, changed.title) == (id, None, "Lighthouse sold 🏮")
        assert cita.article(id) == changed
        answer = cita.ask("For how much was the lighthouse of Ærø sold?")
        assert "9 million" in answer.quotes[0].text
        whole, one = cita.judge("good", answer), cita.judge("right", answer, answer.quotes[0], note="да")
        assert (whole.status, one.article_id, one.note) == (answer.status, id, "да")
        assert [given.id for given in cita.feedback()] == [whole.id, one.id]
        assert [given.id for given in cita.feedback(limit=1)] == [whole.id]
        cita.take_back(one.id)
        assert [given.id for given in cita.feedback()] == [whole.id]
        cita.delete(id)
        with pytest.raises(NotFound):
            cita.article(id)
        files = [tmp_path / "ünï 火.txt", tmp_path / "empty.txt"]
        files[0].write_text("Το πλοίο έφτασε στον Πειραιά την Τρίτη με 300 επιβάτες.", "utf-8")
        files[1].write_text("")
        report = cita.add_files(*files)
        assert [(item.input, item.status) for item in report.items] == [
            ("ünï 火.txt", "added"), ("empty.txt", "skipped"),
        ]  # fmt: skip
        with pytest.raises(BadInput):
            cita.add_files()


def test_a_job_is_handed_in_and_waited_for(own: str, tmp_path: Path) -> None:
    file = tmp_path / "later.txt"
    file.write_text("The bridge at Kōfu opened on Friday after nine years of work.", "utf-8")
    with Cita(own) as cita:
        job = cita.hand_in(file)
        ended = cita.wait(job.id, timeout=60)
        assert (ended.state, ended.totals["added"]) == ("done", 1)
        assert [item.status for item in cita.outcomes(job.id).items] == ["added"]
        assert [one.id for one in cita.jobs()] == [job.id]
        assert cita.job(job.id) == ended
        refused = cita.hand_in(urls=["https://example.org/"])
        assert cita.wait(refused.id, timeout=60).totals["failed"] == 1
        with pytest.raises(NotFound):
            cita.job("none such")
        with pytest.raises(BadInput):
            cita.hand_in(file, urls=["https://example.org/"])


def test_what_is_refused_is_raised_as_at_home(cita: Cita) -> None:
    for question, said in [("?", "letters or digits"), ("é" * 2001, "2000")]:
        with pytest.raises(Wrong, match=said) as raised:
            cita.ask(question)
        assert isinstance(raised.value, BadInput)
        assert raised.value.status == 422
        with pytest.raises(Wrong, match=said):
            list(cita.stream(question))
    with pytest.raises(Wrong) as raised:
        cita.ask("é" * 2001)
    assert raised.value.errors[0]["at"] == "body/question"
    for id in ("0" * 16, "../../etc/passwd", "ä ö/?#"):
        with pytest.raises(Missing):
            cita.article(id)
    with pytest.raises(Wrong, match="None Such"):
        cita.search("who?", scope=Scope(outlets=("None Such",)))


def test_an_empty_collection_says_so(tmp_path: Path) -> None:
    with running(create_app(tmp_path / "none", chat=False)) as address, Cita(address) as cita:
        assert list(cita.articles()) == []
        with pytest.raises(Missing, match="cita ingest"):
            cita.ask("who?")


def test_the_asynchronous_client_does_the_same(own: str, tmp_path: Path) -> None:
    file = tmp_path / "bridge.txt"
    file.write_text("The bridge at Kōfu opened on Friday after nine years of work.", "utf-8")

    async def work() -> None:
        async with AsyncCita(own) as cita:
            answers = await asyncio.gather(*(cita.ask(question) for question, _ in QUESTIONS))
            for answer, (_, words) in zip(answers, QUESTIONS, strict=True):
                assert words in answer.quotes[0].text
            events = [event async for event in cita.stream(QUESTIONS[0][0])]
            done = events[-1]
            assert isinstance(done, Done)
            assert done.answer.quotes == answers[0].quotes
            ids = [article.id async for article in cita.articles(limit=3)]
            assert len(ids) == len(set(ids)) == len(TEXTS)
            job = await cita.wait((await cita.hand_in(file)).id, timeout=60)
            assert job.totals["added"] == 1
            assert (await cita.add_files(file)).count("unchanged") + (await cita.info()).articles > len(TEXTS)
            await cita.delete(ids[0])
            with pytest.raises(Missing):
                await cita.article(ids[0])
            with pytest.raises(Wrong):
                await cita.ask("?")
            with pytest.raises(Wrong):
                [event async for event in cita.stream("?")]

    asyncio.run(asyncio.wait_for(work(), 120))


def test_threads_share_a_client(cita: Cita) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(cita.ask, [question for question, _ in QUESTIONS * 4]))
    for answer, (_, words) in zip(answers, QUESTIONS * 4, strict=True):
        assert words in answer.quotes[0].text


def test_a_server_with_keys_wants_one(collection: Path) -> None:
    key, secret = Keys(collection / "keys.json").add("a reader", ["ask"])
    with running(create_app(collection, chat=False)) as address:
        for wrong in (None, "cita_0_wrong"):
            with (
                Cita(address, api_key=wrong) as cita,
                pytest.raises(Denied, match="a key is needed") as raised,
            ):
                cita.ask("who?")
            assert raised.value.status == 401
        with Cita(address, api_key=secret.reveal()) as cita:
            assert cita.ask(QUESTIONS[0][0]).quotes
            assert isinstance(list(cita.stream(QUESTIONS[0][0]))[-1], Done)
            with pytest.raises(Denied, match="scope ingest"):
                cita.add("A text of whole sentences.")
    assert key.allows("ask")


# -- a server that misbehaves


@contextmanager
def scripted(*replies: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives these replies in turn, None for none at all; and the requests it got."""
    got: list[bytes] = []

    def serve() -> None:
        for reply in replies:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                got.append(_received(connection))
                if reply is not None:
                    connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", got
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _received(connection: socket.socket) -> bytes:
    """A whole request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(status: str, body: object = b"", **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Length": str(len(content)), "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content


def problem(status: str, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": "x", "status": int(status[:3]), "detail": detail}


INFO = {
    "articles": 3, "passages": 9, "languages": {"es": 3}, "outlets": {}, "days": None, "embedder": "bundled",
    "fingerprint": "x", "dim": 2, "change": 1, "generation": None, "newer_passages": 0, "degraded": None,
    "something_newer": 1,
}  # fmt: skip
REPORT = {"added": 1, "items": [{"input": "text", "status": "added", "reason": None, "article_id": "a"}]}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that a client would have made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def test_a_busy_server_is_asked_again_when_it_said(pauses: list[float]) -> None:
    later = http("429 Too Many Requests", problem("429", "slowly"), Retry_After="7")
    busy = http("503 Service Unavailable", problem("503", "busy"))
    with scripted(later, busy, http("200 OK", INFO)) as (address, got), Cita(address) as cita:
        assert cita.info().articles == 3
    assert len(got) == 3
    assert pauses[0] == 7
    assert 0.75 <= pauses[1] <= 1.25


def test_a_busy_server_is_not_asked_for_ever(pauses: list[float]) -> None:
    busy = http("503 Service Unavailable", problem("503", "articles are being added"))
    with scripted(*[busy] * 9) as (address, got), Cita(address, retries=2) as cita:
        with pytest.raises(TryLater, match="articles are being added") as raised:
            cita.info()
        assert isinstance(raised.value, Busy)
    assert len(got) == 3
    assert pauses[0] < pauses[1]


def test_a_server_that_wants_more_patience_than_there_is_is_left(pauses: list[float]) -> None:
    later = http("429 Too Many Requests", problem("429", "tomorrow"), Retry_After="86400")
    with scripted(later) as (address, _), Cita(address) as cita, pytest.raises(TryLater) as raised:
        cita.info()
    assert raised.value.retry_after == 86400
    assert pauses == []


@pytest.mark.parametrize("call", [lambda cita: cita.ask("who?"), lambda cita: cita.add("Text.")])
def test_what_was_not_received_is_sent_again(pauses: list[float], call: Callable[[Cita], Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        Cita(f"http://127.0.0.1:{port}") as cita,
        pytest.raises(Unreachable, match="is `cita serve` running"),
    ):
        call(cita)
    assert len(pauses) == 3


def test_what_only_reads_is_sent_again_when_it_was_cut_off(pauses: list[float]) -> None:
    with (
        scripted(None, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", http("200 OK", INFO)) as (
            address,
            got,
        ),
        Cita(address) as cita,
    ):
        assert cita.info().passages == 9
    assert len(got) == 3


def test_a_server_that_says_nothing_is_given_up(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            Cita(address, timeout=0.2, retries=1) as cita,
            pytest.raises(Unreachable, match="no answer in time"),
        ):
            cita.ask("who?")
    assert len(pauses) == 1


@pytest.mark.parametrize(
    ("status", "kind", "also"),
    [
        ("400 Bad Request", Wrong, BadInput),
        ("401 Unauthorized", Denied, CitaError),
        ("403 Forbidden", Denied, CitaError),
        ("404 Not Found", Missing, NotFound),
        ("409 Conflict", Conflicting, Incompatible),
        ("413 Content Too Large", Wrong, BadInput),
        ("422 Unprocessable Content", Wrong, BadInput),
        ("500 Internal Server Error", Failed, CitaError),
        ("507 Insufficient Storage", Failed, CitaError),
    ],
)
def test_each_status_is_an_error_of_its_kind(status: str, kind: type, also: type) -> None:
    with (
        scripted(http(status, problem(status, "because 火"))) as (address, got),
        Cita(address) as cita,
        pytest.raises(kind, match="because 火") as raised,
    ):
        cita.info()
    assert isinstance(raised.value, also)
    assert raised.value.status == int(status[:3])
    assert len(got) == 1


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[1]", b"\xff", b'{"detail": null}'])
def test_an_error_that_is_no_problem_is_an_error_all_the_same(body: bytes) -> None:
    error = refusal(500, body, {})
    assert isinstance(error, Failed)
    assert "status 500" in str(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("-1", 0.0),
        ("soon", None),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0.0),
        ("", None),
        ("1.5", 1.5),
    ],
)
def test_retry_after_is_read(header: str, seconds: float | None) -> None:
    assert refusal(503, b"", {"retry-after": header}).retry_after == seconds


def test_a_server_of_another_version_is_told_apart() -> None:
    odd = http("200 OK", {"articles": "many"})
    with scripted(odd) as (address, _), Cita(address) as cita, pytest.raises(Incompatible, match="version"):
        cita.info()


def test_the_key_goes_along_and_is_shown_nowhere() -> None:
    with (
        scripted(http("200 OK", INFO)) as (address, got),
        Cita(address, api_key="cita_sécret".encode().hex()) as cita,
    ):
        cita.info()
        assert "cita_sécret".encode().hex() not in repr(cita) + repr(vars(cita))
    assert b"authorization: bearer " + "cita_sécret".encode().hex().encode() in got[0].lower()


def test_a_write_has_a_name_of_its_own_that_stays(pauses: list[float], tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("текст")
    busy = http("503 Service Unavailable", problem("503", "busy"))
    good = http("201 Created", REPORT)
    with scripted(busy, good, good) as (address, got), Cita(address) as cita:
        assert cita.add_files(file).count("added") == 1
        cita.add_files(file)
    first, again, other = got
    assert first == again
    assert b"idempotency-key:" in first.lower()
    assert other != first


def test_a_write_whose_answer_was_lost_is_not_done_twice(own: str, pauses: list[float]) -> None:
    there = urlsplit(own)
    lost: list[bytes] = []

    def forward(connection: socket.socket) -> None:
        """Hand a request on to the real server; of the first, lose the answer."""
        request = _received(connection).replace(b"keep-alive", b"close")
        with socket.create_connection((there.hostname or "", there.port or 0)) as onward:
            onward.sendall(request)
            answer = b""
            while data := onward.recv(65536):
                answer += data
        if lost:
            connection.sendall(answer)
        else:
            lost.append(answer)

    def serve() -> None:
        for _ in range(2):
            connection, _ = listening.accept()
            with connection:
                forward(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with Cita(f"http://127.0.0.1:{listening.getsockname()[1]}") as cita:
            report = cita.add("Die Brücke von Ørsted wurde am Freitag eröffnet.", title="Brücke")
        thread.join(30)
    assert b" 201 " in lost[0].splitlines()[0]
    # Done a second time it would have been "unchanged".
    assert report.count("added") == 1
    with Cita(own) as cita:
        assert cita.info().articles == len(TEXTS) + 1


# -- events


def sent(*events: tuple[str, Any], end: str = "\n") -> bytes:
    return "".join(
        f"event: {name}{end}data: {json.dumps(data, ensure_ascii=False)}{end}{end}" for name, data in events
    ).encode()


ANSWER = {"question": "?", "language": "ja", "status": "not_found", "text": "火\u2028山\x85"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_events_are_read_however_they_are_cut(end: str, size: int) -> None:
    body = b": hello\n\n" + sent(
        ("stage", {"stage": "searching"}), ("unheard of", {"x": 1}), ("text", {"text": "火\u2028山\x85"}),
        ("done", ANSWER), end=end,
    )  # fmt: skip
    events = Events()
    chunks: Sequence[bytes] = [body[at : at + size] for at in range(0, len(body), size)]
    read = [event for chunk in chunks for event in events.read(chunk)]
    events.end()
    stage, text, done = read
    assert (stage, text) == (Stage("searching"), Text("火\u2028山\x85"))
    assert isinstance(done, Done)
    assert done.answer == Answer("?", "ja", "not_found", "火\u2028山\x85")


def test_an_error_within_a_stream_is_raised_and_so_is_an_early_end() -> None:
    kind = "text/event-stream"
    failing = sent(("stage", {"stage": "searching"}), ("error", problem("503", "being mended")))
    with scripted(http("200 OK", failing, Content_Type=kind)) as (address, _), Cita(address) as cita:
        stream = cita.stream("who?")
        assert next(stream) == Stage("searching")
        with pytest.raises(TryLater, match="being mended"):
            next(stream)
    ending = sent(("stage", {"stage": "searching"}))
    early = http("200 OK", ending, Content_Type=kind)
    torn = early.replace(b"Content-Length: ", b"Content-Length: 9")
    for reply, said in [(early, "before the answer was complete"), (torn, "cannot be reached")]:
        with scripted(reply) as (address, _), Cita(address) as cita, pytest.raises(Unreachable, match=said):
            list(cita.stream("who?"))


def test_a_server_that_does_not_stream_gives_its_answer_at_once() -> None:
    whole = http("200 OK", ANSWER, Content_Type="application/json")
    with scripted(whole) as (address, _), Cita(address) as cita:
        [done] = cita.stream("who?")
    assert isinstance(done, Done)


def test_the_client_loads_none_of_the_libraries_that_search() -> None:
    code = "import sys\nimport ui.client\nprint(*{name.split('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"faiss", "tantivy", "tokenizers", "gradio", "fastapi", "uvicorn", "torch", "trafilatura"}
    assert not set(ran.stdout.split()) & heavy


def test_help_shows_the_methods() -> None:
    assert "scope" in inspect.signature(Cita.ask).parameters
    assert "verbatim" in (Cita.ask.__doc__ or "")
