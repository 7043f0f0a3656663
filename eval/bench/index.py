"""The index in figures: `python -m eval.bench index [ARTICLES.jsonl]`.

A collection of the first articles that make `--passages` passages is ingested and searched, with `--peers`
beside txtai, LanceDB and milvus-lite where `--python` has them (`pip install 'cita[bench]'` in an environment
of its own); a question is answered by a cold process on `--cold` passages; then collections of each of
`--sizes`, made of the same texts and vectors some way off those.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import numpy as np

from eval.bench import fidelity, peers
from eval.bench.pool import Pool, generate, shortened
from eval.bench.searching import Given, K, percentiles, timed, while_adding
from index.article import Article
from index.embed import open_embedder
from index.errors import BadInput, CitaError
from index.ingest import ingest_articles
from index.search import Index
from index.store import Store

NEWS = Path("../shared/data/news")
QUESTIONS = 200
ADDED = 1000
"""Articles that another process adds while searches are timed."""

CITA = [sys.executable, "-m", "ui.cli"]

Result = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench index", description=__doc__)
    parser.add_argument(
        "articles",
        type=Path,
        nargs="?",
        default=NEWS,
        help="JSON Lines, .xz or .gz too: an object with id, title and text on each line (default: the first "
        f"such file in {NEWS})",
    )
    parser.add_argument("--passages", type=int, default=20_000, help="of real articles (default 20000)")
    parser.add_argument(
        "--sizes", default="", help="generated collections besides, in passages: 100000,1000000,10000000"
    )
    parser.add_argument(
        "--cold", type=int, default=50_000, help="passages a cold process answers on (default 50000; 0: none)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs (default 5)")
    parser.add_argument("--peers", action="store_true", help="also measure the peers that are installed")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the peers")
    parser.add_argument("--folder", type=Path, help="where to work, and keep what was made (default: none)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        results = run(options, options.folder or Path(scratch))
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        from eval.bench.table import text

        print(text(results))


def run(options: argparse.Namespace, folder: Path) -> Result:
    """All figures: {"real": …, "peers": …, "sizes": {passages: …}, "growth": exponent}."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "real"
    source = folder / "articles.jsonl"
    if not source.is_file():
        shortened(found(options.articles), options.passages, source)
    _say(f"ingesting {source}")
    real = _ingested(source, data, folder, 1 if options.folder else options.rounds)
    model = open_embedder()
    store = Store(data)
    pool = Pool.read(store)
    store.close()
    chance = np.random.default_rng(3)
    questions = [pool.headlines[i] for i in chance.permutation(len(pool.headlines))[:QUESTIONS]]
    given = Given(model, questions)
    results: Result = {"real": real}
    if options.peers:
        _say("beside the peers: " + (", ".join(peers.installed(options.python)) or "none installed"))
        results["peers"] = peers.compare(
            data, pool, given, questions, options.python, options.rounds, folder / "peers"
        )
    _say(f"{len(pool.texts)} real passages")
    real |= _alone(data, given, questions, options.rounds)
    real |= _fidelity(pool.vectors)
    more = _renumbered(source, folder / "more.jsonl")
    real["quiet"], real["adding"] = while_adding(data, more, given, questions, options.rounds)
    if options.cold:
        _say(f"a cold process on {options.cold} passages")
        results["cold"] = _cold(found(options.articles), options.cold, folder, questions[0], options.rounds)
    results["sizes"] = {}
    for size in [int(part) for part in options.sizes.split(",") if part]:
        _say(f"making {size} passages")
        made = folder / f"made-{size}"
        started = perf_counter()
        if not (made / "cita.db").is_file():
            generate(made, size, pool, model).close()
        row: Result = {"made_s": perf_counter() - started}
        _say(f"measuring {size} passages")
        row |= _alone(made, given, questions, options.rounds)
        vectors = pool.near(chance.integers(0, len(pool.texts), min(size, 1_000_000)), chance)
        row |= _fidelity(vectors)
        results["sizes"][str(size)] = row
    results["growth"] = _growth(results)
    return results


def found(path: Path) -> Path:
    """The file of articles: `path`, or the first of JSON Lines in that folder. Raises BadInput."""
    if path.is_file():
        return path
    files = sorted(one for one in path.glob("*.jsonl*") if one.is_file()) if path.is_dir() else []
    if not files:
        raise BadInput(f"no articles in {str(path)!r}: expected a file of JSON Lines; name one")
    return files[0]


def _cold(articles: Path, passages: int, folder: Path, question: str, rounds: int) -> Result:
    """Seconds from starting a process to its answer, on a collection of so many real passages."""
    data, source = folder / f"cold-{passages}", folder / f"cold-{passages}.jsonl"
    if not (data / "cita.db").is_file():
        shortened(articles, passages, source)
        process([*CITA, "ingest", str(source), "--data", str(data)])
    with Index.open(data) as index:
        held = index.info().passages
    return {"passages": held} | _first_answer(data, question, rounds)


def _first_answer(data: Path, question: str, rounds: int) -> Result:
    ask = [*CITA, "ask", question, "--data", str(data), "--json"]
    process(ask)  # warms the page cache, not counted
    answer = json.loads(subprocess.run(ask, capture_output=True, text=True, check=False).stdout)
    cold = [process(ask) for _ in range(rounds)]
    return {
        "cold_s": statistics.median(seconds for seconds, _ in cold),
        "cold_processor_s": statistics.median(seconds for _, seconds in cold),
        "cold_status": answer["status"],
    }


def _ingested(source: Path, data: Path, folder: Path, rounds: int) -> Result:
    """Ingest into new collections, the last of which stays: passages a second, whole process."""
    taken = []
    for number in range(rounds):
        target = data if number + 1 == rounds else folder / f"trial-{number}"
        if (target / "cita.db").is_file():
            return {}
        taken.append(process([*CITA, "ingest", str(source), "--data", str(target)])[0])
    with Index.open(data) as index:
        passages = index.info().passages
    return {"ingest_per_s": passages / statistics.median(taken)}


def _alone(data: Path, given: Given, questions: Sequence[str], rounds: int) -> Result:
    """What one collection takes: time, memory, disk."""
    first = _first_answer(data, questions[0], rounds)
    with Index.open(data, embedder=given) as index:
        passages = index.info().passages
        timed(lambda question: index.search(question, K), questions)
        each = [
            percentiles(timed(lambda question: index.search(question, K), questions)) for _ in range(rounds)
        ]
        processor = percentiles(timed(lambda question: index.search(question, K), questions, thread_time))
    search = {name: statistics.median(one[name] for one in each) for name in ("p50", "p99")}
    command = [sys.executable, "-m", "eval.bench.memory", str(data), *questions[:50]]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    held = json.loads(told.stdout)["bytes"]
    disk = sum(path.stat().st_size for path in _files(data))
    added, deleted = _one_by_one(data, given, questions[0])
    return {
        "passages": passages,
        **first,
        "search": search,
        "search_processor": processor,
        "memory_per_passage": held / passages,
        "disk_per_passage": disk / passages,
        "add_ms": added,
        "delete_ms": deleted,
    }


def _files(data: Path) -> list[Path]:
    """Each file once, however many generations it is linked into."""
    found = {(path.stat().st_dev, path.stat().st_ino): path for path in data.rglob("*") if path.is_file()}
    return list(found.values())


def _one_by_one(data: Path, given: Given, question: str, times: int = 15) -> tuple[float, float]:
    """Milliseconds until one more article is durable and found, and until it is removed; medians."""
    added, deleted = [], []
    with Index.open(data, embedder=given) as index:
        index.search(question, K)
        for number in range(times + 1):
            text = f"{question}. The harbour office of Port Vell said so on day {number}. " * 8
            article = Article.make(
                key=f"id:bench-{number}", input="bench", title=question, text=text, language="en"
            )
            started = perf_counter()
            (item,) = ingest_articles(data, [article]).items
            found = {hit.passage.article_id for hit in index.search(question, K)}
            added.append((perf_counter() - started) * 1000)
            if item.article_id is None or item.article_id not in found:
                raise CitaError(f"the article just added is not found: {item}")
            started = perf_counter()
            index.remove(item.article_id)
            deleted.append((perf_counter() - started) * 1000)
    return statistics.median(added[1:]), statistics.median(deleted[1:])


def _fidelity(rows: Any) -> Result:
    found = fidelity.measure(rows)
    return {
        "fidelity": {
            name: {"share": one.share, "exact": one.exact, "coded": one.coded} for name, one in found.items()
        }
    }


def _renumbered(source: Path, out: Path) -> Path:
    """The first articles again as others: another id, another first sentence."""
    with source.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as target:
        for number, line in enumerate(islice(lines, ADDED)):
            record = json.loads(line)
            record |= {"id": f"again-{number}", "text": f"Edition {number} of this story. {record['text']}"}
            target.write(json.dumps(record, ensure_ascii=False) + "\n")
    return out


def _growth(results: Result) -> float | None:
    """Exponent of the median search time over the sizes measured; None for one size."""
    rows = [results["real"], *results["sizes"].values()]
    if len(rows) < 2:
        return None
    sizes, times = zip(*((row["passages"], row["search"]["p50"]) for row in rows), strict=True)
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def process(command: list[str]) -> tuple[float, float]:
    """(wall clock, processor time) of a whole process, in seconds."""
    started, before = perf_counter(), _children()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return perf_counter() - started, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
