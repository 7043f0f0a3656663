"""The chat as people meet it: `python -m eval.bench chat`.

A real server in a process of its own over the sample articles (or `--data`): how long until the page can be
used and an answer is rendered in a real Chromium (where playwright and a Chromium are there), and how long
questions wait that `--people` send at the same moment, over the event streams that the page uses.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import CitaError

QUESTIONS = (
    "How many people are missing after the ferry sank in the Velmar Strait?",
    "¿Cuántos niños de Teluka volvieron a clase en tiendas de campaña?",
    "Combien de maisons se sont effondrées à Pasirwangi ?",
    "Сколько судов в день будут осматривать?",
    "كم بلغت التعويضات لعائلات ضحايا العبّارة؟",
    "ハンビットのドイツ工場の開業式はいつですか？",
)
START = 60.0
"""Seconds the server may take to be there."""

_CITA = [sys.executable, "-m", "ui.cli"]

Row = dict[str, float]


def main(arguments: list[str]) -> None:
    """Measure, and print a table or JSON; seconds throughout."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench chat", description=__doc__)
    parser.add_argument("--data", type=Path, help="a collection (default: the sample articles)")
    parser.add_argument("--people", type=int, default=50, help="who ask at once (default 50)")
    parser.add_argument("-n", "--rounds", type=int, default=5, help="of each measurement (default 5)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder) / "data"
        if options.data is None:
            demo = [*_CITA, "demo", "--no-serve", "--data", str(data)]
            subprocess.run(demo, check=True, capture_output=True)
        rows = measure(data, options.people, options.rounds)
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'seconds':<44} {'median':>8} {'p95':>8} {'max':>8}")
    for name, row in rows.items():
        print(f"{name:<44} {row['median']:>8.3f} {row['p95']:>8.3f} {row['max']:>8.3f}")


def measure(data: Path, people: int, rounds: int) -> dict[str, Row]:
    """Seconds by name: median, 95th percentile and maximum over rounds and people."""
    with served(data) as address:
        rows: dict[str, list[float]] = {}
        together(address, 1)  # the first question opens the index
        for _ in range(rounds):
            for name, count in (("one person", 1), (f"{people} people at once", people)):
                for first, last in together(address, count):
                    rows.setdefault(f"{name}: first stage", []).append(first)
                    rows.setdefault(f"{name}: answer", []).append(last)
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if path:
            rows |= in_browser(address, path, rounds)
    return {name: _row(taken) for name, taken in rows.items()}


def _row(taken: Sequence[float]) -> Row:
    ordered = sorted(taken)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {"median": statistics.median(ordered), "p95": late, "max": ordered[-1]}


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of a server over `data`, gone when the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [*_CITA, "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START
        while True:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise CitaError(
                        f"the server over {data} did not start: run `cita serve --data {data}`"
                    ) from None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def together(address: str, people: int) -> list[tuple[float, float]]:
    """(seconds to the first stage, to the answer) of each of `people` who ask in the same moment."""
    asks = _function(address)
    taken: list[tuple[float, float]] = []
    problems: list[BaseException] = []
    gate = threading.Barrier(people)

    def one(number: int) -> None:
        try:
            gate.wait()
            taken.append(ask(address, asks, QUESTIONS[number % len(QUESTIONS)]))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return taken


def _function(address: str) -> int:
    """The number under which the page's server knows the function that replies."""
    with urllib.request.urlopen(f"{address}/config") as response:
        known = json.load(response)["dependencies"]
    submits = [one["id"] for one in known if any(event == "submit" for _, event in one["targets"])]
    return int(submits[0])


def ask(address: str, function: int, question: str) -> tuple[float, float]:
    """Ask as the page does; seconds until the first event of the reply, and until it is whole."""
    session = secrets.token_hex(6)
    began = time.perf_counter()
    body = {"data": [question, [], ""], "fn_index": function, "session_hash": session}
    _sent(f"{address}/gradio_api/queue/join", body)
    first = 0.0
    with urllib.request.urlopen(f"{address}/gradio_api/queue/data?session_hash={session}") as stream:
        for line in stream:
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            if event["msg"] == "process_generating" and not first:
                first = time.perf_counter() - began
            if event["msg"] == "process_completed":
                if not event["success"]:
                    raise CitaError(f"the chat did not answer {question!r}: {event.get('output')}")
                return first, time.perf_counter() - began
    raise CitaError(f"the chat's stream ended without an answer to {question!r}")


def _sent(address: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    urllib.request.urlopen(request).close()


def in_browser(address: str, path: str, rounds: int) -> dict[str, list[float]]:
    """Seconds from navigation until the box takes a question, and from sending until the answer is drawn;
    nothing where playwright is not installed."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return {}
    taken: dict[str, list[float]] = {"page can be used": [], "answer rendered after sending": []}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for number in range(rounds):
            page = browser.new_page()
            began = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.wait_for_selector("#cita-ask textarea:enabled")
            taken["page can be used"].append(time.perf_counter() - began)
            page.fill("#cita-ask textarea", QUESTIONS[number % len(QUESTIONS)])
            began = time.perf_counter()
            page.keyboard.press("Enter")
            page.wait_for_selector(".cita-answer.seen")
            taken["answer rendered after sending"].append(time.perf_counter() - began)
            page.close()
        browser.close()
    return taken
