"""What the bundled embedder costs: `python -m eval.bench embedder`.

Runs in a process of its own each round, so that loading and memory are those of a first use. Texts
are the sample articles, in all their languages, cut to about 107 pieces.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eval.bench.memory import peak_bytes

PIECES = 107
SAMPLE = Path(__file__).parents[2] / "ui" / "sample" / "articles"


def main(arguments: list[str] | None = None) -> None:
    """Print seconds to load, passages a second, milliseconds a question, and MB of peak memory."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench embedder", description=__doc__)
    parser.add_argument(
        "-n", "--rounds", type=int, default=5, help="processes to take medians of (default 5)"
    )
    parser.add_argument("--passages", type=int, default=20_000, help="embedded each round (default 20000)")
    parser.add_argument("--once", type=Path, metavar="TEXTS", help=argparse.SUPPRESS)  # one round, as JSON
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    if options.once:
        print(json.dumps(once(json.loads(options.once.read_text("utf-8")), options.passages)))
        return
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.json"  # read out of the articles here, so that it is not measured
        texts.write_text(json.dumps(passages()), "utf-8")
        command = [sys.executable, "-m", "eval.bench", "embedder", "--once", str(texts)]
        command += ["--passages", str(options.passages)]
        rounds = [
            json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            for _ in range(options.rounds)
        ]
    row = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
    if options.json:
        print(json.dumps(row, indent=2))
        return
    for name, value in row.items():
        print(f"{name:<48} {value:>10,.3f}")


def once(texts: list[str], count: int) -> dict[str, float]:
    """One round over `count` of the texts, again and again: what `main` prints, by name."""
    before = peak_bytes()
    began = time.perf_counter()
    from index.embed import BUNDLED_FOLDER
    from index.static import StaticTable

    table = StaticTable.open(BUNDLED_FOLDER)
    table.embed_questions(["¿Cuántas personas murieron?"])
    loaded = time.perf_counter() - began
    many = (texts * (count // len(texts) + 1))[:count]
    began = time.perf_counter()
    for start in range(0, count, 1000):
        table.embed_passages(many[start : start + 1000])
    rate = count / (time.perf_counter() - began)
    asked: list[float] = []
    for text in texts[:200]:
        began = time.perf_counter()
        table.embed_questions([text[:80]])
        asked.append(time.perf_counter() - began)
    return {
        "load and first question, s": loaded,
        f"passages of {PIECES} pieces a second": rate,
        "question, ms": 1000 * statistics.median(asked),
        "peak memory, MB": peak_bytes() / 2**20,
        "of it before loading, MB": before / 2**20,
    }


def passages() -> list[str]:
    """Texts of about `PIECES` pieces each from the sample articles."""
    from index.article import Article
    from index.embed import BUNDLED_FOLDER
    from index.extract import read
    from index.static import StaticTable

    table = StaticTable.open(BUNDLED_FOLDER)
    cut: list[str] = []
    for path in sorted(SAMPLE.iterdir()):
        for article in read(path):
            if isinstance(article, Article):
                places = table.tokens([article.text])[0].offsets
                firsts = range(0, len(places) - PIECES, PIECES)
                cut += [article.text[places[i][0] : places[i + PIECES - 1][1]] for i in firsts]
    return cut
