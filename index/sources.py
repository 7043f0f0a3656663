"""Whatever a person names to be added: files, folders, standard input, addresses; one record at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from index import validators
from index.article import Article
from index.embed import Embedder
from index.extract import articles, read
from index.fetch import Fetcher, Validators
from index.folder import inputs
from index.ingest import Progress, ingest_articles
from index.record import Input
from index.report import Item, Report
from index.web import read_url

STDIN = "-"
STDIN_BYTES = 4 * 1024 * 1024 * 1024
"""What standard input may bring; it is put by in a temporary file, as most formats need."""

Mapped = Mapping[str, tuple[str, ...]]
OFFLINE = "an address; cita opens no connection unless it is told to: add --allow-network"


def is_address(source: str) -> bool:
    """Whether a source is an address on the web and not a path."""
    return re.match(r"https?://", source, re.IGNORECASE) is not None


def read_all(
    sources: Sequence[str | Path],
    *,
    mapping: Mapped | None = None,
    fetcher: Fetcher | None = None,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Iterator[Article | Item]:
    """The articles in all sources: paths, "-" for `stdin`, addresses (only with a `fetcher`). Never raises
    for what they hold; `progress` is told of each file and address."""
    found: list[Path | Item | str] = []
    paths: list[Path] = []
    for source in sources:
        text = str(source)
        if isinstance(source, Path) or not (text == STDIN or is_address(text)):
            paths.append(Path(source))
        else:
            found.append(text)
    found = [*inputs(paths), *found]
    for done, one in enumerate(found):
        if isinstance(one, Item):
            yield one
            continue
        if progress is not None:
            progress(done, len(found), one if isinstance(one, str) else one.name)
        if isinstance(one, Path):
            yield from read(one, mapping=mapping)
        elif one == STDIN:
            yield from _stdin(stdin, mapping)
        elif fetcher is None:
            yield Item(one, "failed", OFFLINE)
        else:
            yield from read_url(one, fetcher, mapping=mapping)
    if progress is not None:
        progress(len(found), len(found), "")


def ingest_sources(
    data: Path,
    sources: Sequence[str | Path],
    *,
    mapping: Mapped | None = None,
    network: bool | Callable[[], Fetcher] = False,
    stdin: BinaryIO | None = None,
    embedder: str | Embedder | None = None,
    progress: Progress | None = None,
) -> Report:
    """Add the articles of all sources to the collection in `data`; what became of each input.

    Raises as `index.ingest.ingest` does. Addresses are fetched only where `network` says so.
    """
    fetcher = None
    if callable(network):
        fetcher = network()
    elif network:
        fetcher = Fetcher(known=validators.known(data))
    records = read_all(sources, mapping=mapping, fetcher=fetcher, stdin=stdin, progress=progress)
    report = ingest_articles(data, records, embedder=embedder)
    if fetcher is not None:
        validators.remember(data, stored(fetcher, report))
    return report


def stored(fetcher: Fetcher, report: Report) -> dict[str, Validators]:
    """The validators of the pages whose articles the report says are in the collection, by address, and those
    of feeds none of whose pages failed: one that failed is asked for again, so its feed must be."""
    ids = {item.input: item.article_id for item in report.items if item.article_id}
    failed = {item.input for item in report.items if item.status == "failed"}
    lists = {url: held for url, (held, parts) in fetcher.lists.items() if not failed & {*parts}}
    pages = {
        url: replace(held, article=ids[shown]) for shown, (url, held) in fetcher.noted.items() if shown in ids
    }
    return lists | pages


def _stdin(stream: BinaryIO | None, mapping: Mapped | None) -> Iterator[Article | Item]:
    if stream is None:
        yield Item(STDIN, "failed", "there is no standard input here; name a file")
        return
    with TemporaryFile(prefix="cita-") as held:
        size = 0
        while part := stream.read(1 << 20):
            size += held.write(part)
            if size > STDIN_BYTES:
                yield Item(STDIN, "failed", f"standard input is larger than {STDIN_BYTES >> 30} GB; split it")
                return
        held.seek(0)
        yield from articles(
            Input(shown="stdin", key="", name="", stream=cast(BinaryIO, held), mapping=mapping or {})
        )
