"""The server under load: `python -m eval.bench api ARTICLES.jsonl`.

A server of its own process, over a collection of the first articles that make `--passages` passages, is
sent searches, questions, more clients than it serves at once, and for `--minutes` all of it together while
articles are added and removed. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.bench.load import Load, hammer, request
from eval.bench.pool import shortened

QUESTIONS = 500
CONNECTIONS = 32
ASKING = 8
CROWD = 200

MUST = {
    "search, a second": ">= 800",
    "search p99, ms": "<= 100",
    "ask, a second": ">= 60",
    "ask p99, ms": "<= 250",
    "crowd: refused without Retry-After": "0",
    "crowd: memory grown, MB": "<= 20",
    "mixed: 5xx": "0",
    "mixed: connections broken": "0",
}


def main(arguments: list[str]) -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench api", description=__doc__)
    parser.add_argument("articles", type=Path, help="JSON Lines: an object with id, title and text a line")
    parser.add_argument("--passages", type=int, default=50_000, help="of the collection (default 50000)")
    parser.add_argument("--seconds", type=float, default=10.0, help="each load lasts (default 10)")
    parser.add_argument("--minutes", type=float, default=1.0, help="of mixed load (default 1)")
    parser.add_argument("--processes", type=int, default=0, help="the setting of that name (default 0)")
    parser.add_argument("--folder", type=Path, help="where to work, and keep what was made (default: none)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        rows = run(options, options.folder or Path(scratch))
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    for name, value in rows.items():
        must = f"must {MUST[name]}" if name in MUST else ""
        shown = f"{value:,.1f}" if isinstance(value, float) else str(value)
        print(f"{name:<40} {shown:>22}  {must}")


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures by name."""
    folder.mkdir(parents=True, exist_ok=True)
    data, source = folder / "data", folder / "articles.jsonl"
    if not (data / "cita.db").is_file():
        shortened(options.articles, options.passages, source)
        command = [sys.executable, "-m", "ui.cli", "ingest", str(source), "--data", str(data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    questions = _questions(options.articles)
    searches = [request("POST", "/v1/search", {"question": one}) for one in questions]
    asks = [request("POST", "/v1/ask", {"question": f"What about {one}?"}) for one in questions]
    rows: dict[str, Any] = {}
    with served(data, folder / "log", options.processes) as (port, pid):
        rows["passages"] = _get(port, "/v1/info")["passages"]
        rows["ping, a second"] = _loaded(port, [request("GET", "/healthz")], CONNECTIONS, 2).rate
        for name, requests, connections in (
            ("search", searches, CONNECTIONS),
            ("ask", asks, ASKING),
        ):
            _loaded(port, requests, connections, min(2.0, options.seconds))  # warms up, not counted
            row = _loaded(port, requests, connections, options.seconds).row()
            rows |= {
                f"{name}, a second": row["rate"],
                f"{name} p50, ms": row["p50"],
                f"{name} p99, ms": row["p99"],
                f"{name}: answers": row["statuses"],
            }
        _loaded(port, searches, CROWD, min(2.0, options.seconds))
        before = memory(pid)
        crowd = _loaded(port, searches, CROWD, options.seconds)
        rows |= {
            "crowd: answers": crowd.row()["statuses"],
            "crowd: refused without Retry-After": crowd.without_retry,
            "crowd: memory grown, MB": (memory(pid) - before) / 2**20,
            "crowd: memory, MB": memory(pid) / 2**20,
        }
        mixed = asyncio.run(_mixed(port, searches, asks, questions, options.minutes * 60))
        for name, load in mixed.items():
            rows[f"mixed, {name}: answers"] = load.row()["statuses"]
            rows[f"mixed, {name} p99, ms"] = load.row()["p99"]
        all_statuses = [(status, n) for load in mixed.values() for status, n in load.statuses.items()]
        rows["mixed: 5xx"] = sum(n for status, n in all_statuses if status >= 500)
        rows["mixed: connections broken"] = sum(load.broken for load in mixed.values())
        rows["memory at the end, MB"] = memory(pid) / 2**20
    return rows


async def _mixed(
    port: int, searches: Sequence[bytes], asks: Sequence[bytes], questions: Sequence[str], seconds: float
) -> dict[str, Load]:
    """Searches, questions, lists, and articles added one by one, side by side."""
    chance = random.Random(5)
    added = [
        request(
            "POST",
            "/v1/articles",
            {
                "title": one,
                "url": f"https://example.org/{number}",
                "text": f"{one}. It was report {number} of the day. "
                + " ".join(chance.choices(questions, k=9)),
            },
        )
        for number, one in enumerate(questions)
    ]
    loads = {
        "search": hammer(port, searches, connections=8, seconds=seconds),
        "ask": hammer(port, asks, connections=4, seconds=seconds),
        "list": hammer(
            port,
            [request("GET", "/v1/articles?limit=20"), request("GET", "/v1/info")],
            connections=2,
            seconds=seconds,
            pause=lambda: 0.05,
        ),
        "add": hammer(port, added, connections=1, seconds=seconds, pause=lambda: 0.2),
    }
    return dict(zip(loads, await asyncio.gather(*loads.values()), strict=True))


def _questions(articles: Path) -> list[str]:
    """Titles of some of the articles."""
    titles: list[str] = []
    with articles.open(encoding="utf-8") as lines:
        for line in lines:
            title = str(json.loads(line).get("title") or "")
            if len(title) > 15:
                titles.append(title.capitalize()[:200])
            if len(titles) == 20 * QUESTIONS:
                break
    return random.Random(3).sample(titles, min(QUESTIONS, len(titles)))


def _loaded(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    return asyncio.run(hammer(port, requests, connections=connections, seconds=seconds))


def memory(pid: int) -> int:
    """Bytes a process holds that belong to no file. Linux only."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/{pid}/smaps_rollup has no line 'Anonymous:'")


@contextmanager
def served(data: Path, log: Path, processes: int = 0) -> Iterator[tuple[int, int]]:
    """A server of the collection with its own settings, ready: (port, process id)."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "ui.cli", "serve", "--data", str(data), "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITA_")}
    environment["CITA_PROCESSES"] = str(processes)
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors, env=environment)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                _get(port, "/readyz")
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise OSError(f"the server did not get ready; {log} says more") from None
                time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _get(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
        return json.load(response)
