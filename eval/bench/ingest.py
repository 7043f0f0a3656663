"""Adding articles in figures: `python -m eval.bench ingest [ARTICLES.jsonl]`.

Whole processes of `cita ingest`: clean text and web pages a second, and the memory that a long stream of
records takes (`--megabytes`), with and without the pages mapped from the collection's own files. Linux only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from html import escape
from itertools import count, islice
from pathlib import Path
from typing import Any

from eval.bench.index import CITA, NEWS, found, process
from eval.bench.pool import shortened
from eval.lines import records
from index.search import Index

MUST = {
    "passages_per_s": ">= 2000",
    "pages_per_s": ">= 60",
    "own_mb": "<= 400",
}
_NAMES = {
    "passages_per_s": "clean text to searchable, passages/s",
    "passages_per_processor_s": "  a second of processor time",
    "pages_per_s": "web pages, pages/s",
    "pages_per_processor_s": "  a second of processor time",
    "stream_mb": "a stream of records, MB",
    "stream_s": "  seconds",
    "own_mb": "  most memory of its own, MB",
    "mapped_mb": "  and of files mapped, which can be given back, MB",
}

Result = dict[str, float]


def main(arguments: list[str]) -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench ingest", description=__doc__)
    parser.add_argument(
        "articles", type=Path, nargs="?", default=NEWS, help=f"JSON Lines (default: in {NEWS})"
    )
    parser.add_argument("--passages", type=int, default=20_000, help="of clean text (default 20000)")
    parser.add_argument("--pages", type=int, default=500, help="web pages (default 500)")
    parser.add_argument("--megabytes", type=int, default=50, help="of the stream (default 50; 0: none)")
    parser.add_argument("--rounds", type=int, default=5, help="runs (default 5; the stream is read once)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        result = run(options, Path(scratch))
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for key, value in result.items():
        print(f"{_NAMES[key]:<52}{value:>10.1f}   {MUST.get(key, '') and 'must ' + MUST[key]}")


def run(options: argparse.Namespace, folder: Path) -> Result:
    articles = found(options.articles)
    clean, pages = folder / "clean.jsonl", folder / "pages"
    shortened(articles, options.passages, clean)
    pages.mkdir()
    for number, article in enumerate(islice(_articles(articles), options.pages)):
        (pages / f"{number}.html").write_text(page(article["title"], article["text"]), "utf-8")
    taken: dict[str, list[tuple[float, float]]] = {"clean": [], "pages": []}
    held = 1
    for number in range(options.rounds):
        for name, source in (("clean", clean), ("pages", pages)):
            data = folder / f"{name}-{number}"
            taken[name].append(process([*CITA, "ingest", str(source), "--data", str(data)]))
            if name == "clean":
                with Index.open(data) as index:
                    held = index.info().passages
    clean_s, clean_processor_s = map(statistics.median, zip(*taken["clean"], strict=True))
    pages_s, pages_processor_s = map(statistics.median, zip(*taken["pages"], strict=True))
    result = {
        "passages_per_s": held / clean_s,
        "passages_per_processor_s": held / clean_processor_s,
        "pages_per_s": options.pages / pages_s,
        "pages_per_processor_s": options.pages / pages_processor_s,
    }
    if options.megabytes:
        stream = folder / "stream.jsonl"
        _write_stream(articles, stream, options.megabytes * 1_000_000)
        result |= {"stream_mb": stream.stat().st_size / 1e6} | _watched(stream, folder / "stream")
    return result


def _articles(file: Path) -> Iterator[dict[str, Any]]:
    return (record for _, record in records(file))


def page(title: str, text: str) -> str:
    """A web page such as news sites make, with the parts around the article that they have."""
    body = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())
    menu = "".join(f'<li><a href="/s{n}">Section {n}</a></li>' for n in range(40))
    more = "".join(f'<li><a href="/a{n}">Another story of the day, number {n}</a></li>' for n in range(30))
    cards = "".join(
        f'<div class="card"><img src="{n}.jpg"><h3><a href="/c{n}">Card {n}</a></h3></div>' for n in range(30)
    )
    style = "".join(f".c{n}{{margin:{n}px;color:#333}}" for n in range(200))
    script = f"var a=[{'1,' * 2000}1]"
    return f"""<!doctype html><html lang="en"><head><title>{escape(title)} - Paper</title>
<meta property="og:site_name" content="Paper"><style>{style}</style><script>{script}</script></head>
<body><header><nav><ul>{menu}</ul></nav></header><main><article><h1>{escape(title)}</h1>
<p class="byline">By Ann Author</p><div class="share"><a href="#">Share</a></div>{body}
<div class="related"><h3>Related stories</h3><ul>{more}</ul></div></article>
<section class="cards">{cards}</section></main>
<footer><p>© 2025 Paper. All rights reserved.</p></footer></body></html>"""


def _write_stream(articles: Path, out: Path, size: int) -> None:
    """The articles again and again as others, with another id and words of their own."""
    with out.open("w", encoding="utf-8") as target:
        for edition in count():
            for number, article in enumerate(_articles(articles)):
                words = [
                    f"{word}{edition}" if edition and place % 3 == 0 else word
                    for place, word in enumerate(str(article["text"]).split(" "))
                ]
                record = {"id": f"{edition}-{number}", "title": article["title"], "text": " ".join(words)}
                target.write(json.dumps(record, ensure_ascii=False) + "\n")
                if target.tell() >= size:
                    return


def _watched(source: Path, data: Path) -> Result:
    """Seconds, and the most memory at a time, of a process that ingests."""
    own = mapped = 0
    started = time.perf_counter()
    command = [*CITA, "ingest", str(source), "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            told = _memory(process.pid)
            own, mapped = max(own, told.get("Anonymous", 0)), max(mapped, told.get("Rss", 0))
            time.sleep(0.1)
    return {
        "stream_s": time.perf_counter() - started,
        "own_mb": own / 1024,
        "mapped_mb": max(0, mapped - own) / 1024,
    }


def _memory(process: int) -> dict[str, int]:
    """Kilobytes of memory by kind; nothing of a process that has just ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split() for line in lines)
    return {words[0].rstrip(":"): int(words[1]) for words in pairs if len(words) == 3 and words[2] == "kB"}
