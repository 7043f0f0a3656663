"""Jobs: handed in, done by one worker, seen, cancelled, tried again, and gone on with after a crash."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.errors import BadInput, Busy, NotFound
from index.jobs import ATTEMPTS, KEPT, Jobs, Source
from index.lock import write_lock
from index.search import Index
from index.worker import BATCH, Worker, work
from tests.conftest import TEXTS


def path(place: Path) -> Source:
    return Source("path", place.name, str(place))


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with good, empty and broken inputs whose names are of several scripts."""
    folder = tmp_path / "artículos"
    folder.mkdir()
    for code, text in list(TEXTS.items())[:4]:
        (folder / f"{code} новости 新闻.txt").write_text(text, "utf-8")
    (folder / "leer.txt").write_text("", "utf-8")
    (folder / "kaputt.jsonl").write_text(
        '{"text": "Das Wasser stieg in der Nacht."}\n{"text": 5}\nkein JSON\n', "utf-8"
    )
    return folder


def test_a_job_is_done_and_every_input_accounted_for(tmp_path: Path, mixed: Path) -> None:
    data = tmp_path / "data"
    jobs = Jobs(data)
    job = jobs.add(
        [path(mixed), path(tmp_path / "nowhere"), Source("url", "https://x.example/", "https://x.example/")]
    )
    assert (job.state, job.inputs, job.done) == ("waiting", 3, 0)
    seen = []
    assert work(data, progress=seen.append) == 1
    done = jobs.get(job.id)
    assert (done.state, done.done) == ("done", 3)
    assert done.started is not None
    assert done.finished is not None
    assert done.totals == {
        "added": 5,
        "updated": 0,
        "unchanged": 0,
        "duplicate-of": 0,
        "skipped": 1,
        "failed": 4,
    }
    items = jobs.outcomes(job.id)
    assert sum(done.totals.values()) == len(items)
    reasons = {item.input.rpartition("/")[2]: item.reason or "" for item in items if item.status == "failed"}
    assert "--allow-network" in reasons[""]
    assert "no such file" in reasons["nowhere"]
    assert any(name.startswith("kaputt.jsonl:3") for name in reasons)
    assert jobs.outcomes(job.id, after=len(items) - 1) == items[-1:]
    with Index.open(data) as index:
        assert index.info().articles == 5


def test_retry_reads_again_what_failed_and_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "data"
    jobs = Jobs(data)
    late = tmp_path / "نص.txt"
    here = tmp_path / "здесь.txt"
    here.write_text(TEXTS["ru"], "utf-8")
    job = jobs.add([path(here), path(late)])
    work(data)
    assert jobs.get(job.id).totals["failed"] == 1
    with pytest.raises(NotFound):
        jobs.retry("nothing")
    late.write_text(TEXTS["ar"], "utf-8")
    assert jobs.retry(job.id).state == "waiting"
    with pytest.raises(BadInput, match="waiting"):
        jobs.retry(job.id)
    work(data)
    assert jobs.get(job.id).totals["added"] == 2
    assert [item.status for item in jobs.outcomes(job.id)] == ["added", "added"]
    with pytest.raises(BadInput, match="nothing of the job"):
        jobs.retry(job.id)


def test_cancelling_keeps_what_was_added_and_retry_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    jobs = Jobs(data)
    many = tmp_path / "many.jsonl"
    many.write_text(
        "".join(
            json.dumps({"id": str(n), "text": f"{TEXTS['ko']} {n}번째."}) + "\n" for n in range(3 * BATCH)
        ),
        "utf-8",
    )
    job = jobs.add([path(many), path(tmp_path)])
    work(data, progress=lambda now: jobs.cancel(now.id) if now.totals["added"] else None)
    stopped = jobs.get(job.id)
    assert stopped.state == "cancelled"
    assert 0 < stopped.totals["added"] < 3 * BATCH
    with Index.open(data) as index:
        assert index.info().articles == stopped.totals["added"]
    jobs.retry(job.id)
    work(data)
    done = jobs.get(job.id)
    assert done.state == "done"
    assert done.totals["unchanged"] >= stopped.totals["added"]
    with Index.open(data) as index:
        assert index.info().articles == 3 * BATCH
    with pytest.raises(BadInput, match="ended already"):
        jobs.cancel(job.id)


def test_a_job_that_waits_is_cancelled_at_once(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "data")
    job = jobs.add([path(tmp_path)])
    assert jobs.cancel(job.id).state == "cancelled"
    assert work(tmp_path / "data") == 0


def test_what_a_killed_worker_left_is_gone_on_with_first(tmp_path: Path, mixed: Path) -> None:
    data = tmp_path / "data"
    jobs = Jobs(data)
    first, second = jobs.add([path(mixed)]), jobs.add([path(mixed)])
    assert jobs.take() == jobs.get(first.id)
    assert jobs.take() == jobs.get(first.id)  # never ended by anybody: it comes first again
    assert work(data) == 2
    assert jobs.get(first.id).totals["added"] == 5
    assert jobs.get(second.id).totals["unchanged"] == 5


def test_a_job_that_ends_the_server_each_time_is_given_up(tmp_path: Path, mixed: Path) -> None:
    jobs = Jobs(tmp_path / "data")
    job = jobs.add([path(mixed)])
    for _ in range(ATTEMPTS):
        assert jobs.take() is not None
    assert jobs.take() is None
    given_up = jobs.get(job.id)
    assert given_up.state == "failed"
    assert str(ATTEMPTS) in (given_up.problem or "")
    assert jobs.retry(job.id).state == "waiting"


def test_one_worker_per_folder(tmp_path: Path, mixed: Path) -> None:
    data = tmp_path / "data"
    Jobs(data).add([path(mixed)])
    with write_lock(data, kind="jobs"), pytest.raises(Busy):
        work(data)
    assert work(data) == 1


def test_a_worker_that_is_told_to_stop_puts_its_job_back(tmp_path: Path, mixed: Path) -> None:
    jobs = Jobs(tmp_path / "data")
    job = jobs.add([path(mixed)])
    stop = threading.Event()
    work(tmp_path / "data", stop=stop, progress=lambda _: stop.set())
    assert jobs.get(job.id).state == "waiting"
    assert work(tmp_path / "data") == 1


def test_of_many_jobs_the_latest_are_remembered(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "data")
    ids = [jobs.add([path(tmp_path)]).id for _ in range(3)]
    for job in ids:
        jobs.cancel(job)
    assert [job.id for job in jobs.latest(limit=2)] == ids[:0:-1]
    assert KEPT > 3
    with pytest.raises(BadInput):
        jobs.add([])
    with pytest.raises(NotFound):
        jobs.outcomes("nothing")


def test_received_files_go_when_nothing_is_left_to_try(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "data")
    for text, stays in ((TEXTS["hi"], False), ("", False), ("%PDF-1.4 broken", True)):
        job = jobs.reserve()
        file = jobs.folder(job) / "0"
        file.write_text(text, "utf-8")
        jobs.add([Source("file", "../फ़ाइल.txt", str(file))], job=job)
        work(tmp_path / "data")
        assert [item.input for item in jobs.outcomes(job)] == ["../फ़ाइल.txt"]
        assert jobs.folder(job).exists() is stays


def test_a_thread_does_jobs_as_they_come(tmp_path: Path, mixed: Path) -> None:
    worker = Worker(tmp_path / "data")
    worker.start()
    try:
        job = Jobs(tmp_path / "data").add([path(mixed)])
        worker.wake()
        assert _until(lambda: Jobs(tmp_path / "data").get(job.id).state == "done")
    finally:
        worker.stop()


def _until(holds: Any, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def _moves(data: Path, job: str) -> bool:
    """Whether something more becomes of the job."""
    before = sum(Jobs(data).get(job).totals.values())
    return _until(lambda: sum(Jobs(data).get(job).totals.values()) != before, 120)


def cita(*words: str, data: Path, code: int = 0) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "ui.cli", *words, "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.mark.slow
def test_the_commands(tmp_path: Path, mixed: Path) -> None:
    data = tmp_path / "data"
    assert json.loads(cita("jobs", "list", "--json", data=data)) == {"jobs": []}
    assert "no job has been handed in" in cita("jobs", "run", data=data, code=1)
    job = json.loads(cita("jobs", "add", str(mixed), "--json", data=data))["id"]
    assert "waiting" in cita("jobs", "list", data=data)
    assert "5 added" in cita("jobs", "run", data=data, code=1)
    shown = json.loads(cita("jobs", "show", job, "--json", data=data))
    assert shown["state"] == "done"
    assert len(shown["items"]) == sum(shown["totals"].values())
    assert "kein JSON" in cita("jobs", "show", job, data=data) or "line 3" in cita(
        "jobs", "show", job, data=data
    )
    assert "waiting" in cita("jobs", "retry", job, data=data)
    assert "cancelled" in cita("jobs", "cancel", job, data=data)
    assert "there is no job" in cita("jobs", "show", "nothing", data=data, code=1)


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A real server process and its address."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ui.cli", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"

    def up() -> bool:
        try:
            return bool(urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200)
        except OSError:
            return False

    try:
        assert _until(up, 120)
        yield process, address
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.crash
def test_a_server_killed_while_it_reads_goes_on_when_started_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    count = 6 * BATCH
    lines = (
        json.dumps({"id": str(n), "text": f"{TEXTS['zh']} {TEXTS['es']} {n}."}, ensure_ascii=False)
        for n in range(count)
    )
    boundary = "cita"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="много.jsonl"\r\n\r\n'
        + "\n".join(lines)
        + f"\r\n--{boundary}--\r\n"
    ).encode()
    kills = 0
    job = ""
    for _ in range(2):
        with serving(data) as (process, address):
            if not job:
                request = urllib.request.Request(
                    f"{address}/v1/jobs", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
                )
                with urllib.request.urlopen(request) as answer:
                    assert answer.status == 202
                    job = json.load(answer)["id"]
            assert _moves(data, job)
            if Jobs(data).get(job).state == "running":
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
                assert Jobs(data).get(job).state == "running"
    assert kills
    with serving(data) as (_, address):
        assert _until(lambda: Jobs(data).get(job).state == "done", 300)
        with urllib.request.urlopen(f"{address}/v1/jobs/{job}?limit=5") as answer:
            told = json.load(answer)
        assert len(told["items"]) == 5
        assert sum(told["job"]["totals"].values()) == count
        assert told["job"]["totals"]["failed"] == 0
    with Index.open(data) as index:
        assert index.info().articles == count
    assert not Jobs(data).folder(job).exists()
