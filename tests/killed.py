"""What the processes do that the crash tests kill, and that the fault tests run side by side."""

from __future__ import annotations

import random
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from index.article import Article
from index.embed import open_embedder
from index.errors import Busy
from index.ingest import ingest, ingest_articles
from index.merge import catch_up
from index.migrate import migrate
from index.search import Index
from index.store import Store
from tests.conftest import TEXTS

CODES = list(TEXTS)


def made(number: int, *, words: int = 60) -> Article:
    """An article of its own text, in one of eleven languages."""
    code = CODES[number % len(CODES)]
    chance = random.Random(number)
    vocabulary = TEXTS[code].split() if " " in TEXTS[code] else list(TEXTS[code])
    text = " ".join(chance.choices(vocabulary, k=words)) + f". {number}."
    return Article.make(key=f"id:{number}", input=str(number), title=str(number), text=text, language=code)


def add(data: Path, first: int, size: int, told: Connection) -> None:
    """Add articles, `size` at a time, and tell the number of each batch once it is acknowledged."""
    open_embedder().embed_passages(["warm"])
    told.send(-1)
    for start in range(first, 10**9, size):
        report = ingest_articles(data, [made(number) for number in range(start, start + size)])
        assert report.count("failed") == 0
        told.send(start + size)


def merge(data: Path, told: Connection) -> None:
    """Write generation after generation, with an article more and one less each time."""
    with closing(Store(data)) as store:
        told.send(-1)
        for _ in range(10**6):
            catch_up(store, force=True)
            chance = random.Random(time.time_ns())
            catch_up(store, limit=0) if chance.random() < 0.5 else None
            told.send(0)


def bring_up_to_date(data: Path, told: Connection) -> None:
    told.send(-1)
    migrate(data)
    told.send(0)


def start(data: Path, news: Path, told: Connection) -> None:
    told.send(-1)
    ingest(data, [news])
    told.send(0)


def write_for(data: Path, seconds: float, seed: int, told: Connection) -> None:
    """Add, update and remove articles of a range of one's own; tells what it did, and every error's text."""
    chance, done, errors = random.Random(seed), 0, list[str]()
    with Index.open(data) as index:
        index.search("warm")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            number = seed * 10_000 + chance.randrange(200)
            try:
                ingest_articles(data, [made(number, words=40 + chance.randrange(40))])
                if chance.random() < 0.4:
                    ours = next((a for a in index.articles(limit=-1) if a.key == f"id:{number}"), None)
                    if ours is not None:
                        index.remove(ours.id)
                done += 1
            except Busy as error:
                errors.append(str(error))
    told.send((done, errors))


def read_for(data: Path, seconds: float, seed: int, told: Connection) -> None:
    """Search; tells how often, and every error's text."""
    chance, done, errors = random.Random(seed), 0, list[str]()
    with Index.open(data) as index:
        index.search("warm")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                for hit in index.search(TEXTS[chance.choice(CODES)], 10):
                    assert hit.passage.text
                done += 1
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
    told.send((done, errors))
