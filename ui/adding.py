"""The command that adds articles: from files, folders, standard input and the web, once or on and on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import BadInput, Busy
from ui.console import Data, Json, print_json, progress
from ui.settings import load

if TYPE_CHECKING:
    from index.report import Report

REFRESH = 900.0
"""Seconds after which `--watch` asks for feeds and pages again."""

_EXAMPLES = """Examples:

cita ingest ./articles report.pdf --json

cita ingest export.csv --map title=titular --map text=cuerpo

cita ingest https://example.org/feed.xml --allow-network

cita ingest ./inbox --watch

cita ingest - < articles.jsonl"""


def add_to(app: typer.Typer) -> None:
    """Add the command to `cita`."""
    app.command(epilog=_EXAMPLES)(ingest)


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, folders, addresses (page, feed or sitemap), or - for standard input. Read are .txt "
            ".md .html .mhtml .pdf .docx .epub .json .jsonl .csv .tsv .xml (RSS, Atom, NITF, NewsML) .warc, "
            "and .zip and .gz of these; the type is told by content.",
        ),
    ],
    data: Data = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column or JSON field holds what, as title=headline or text=data.body. Repeatable.",
        ),
    ] = None,
    network: Annotated[
        bool,
        typer.Option(
            "--allow-network",
            help="Fetch addresses: public hosts only, robots.txt obeyed, unchanged pages not again.",
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Go on until interrupted: add files as they come or change (a deleted file leaves its "
            "articles), ask for addresses again every 15 minutes.",
        ),
    ] = False,
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="For a new collection: a sentence-transformers model, by name or folder."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add articles. What is already there is not embedded again."""
    from index.fields import mapping_of
    from index.sources import STDIN, ingest_sources, is_address

    settings = load({"data": data, "allow_network": network or None, "embedder": embedder})
    mapping = mapping_of(maps or ())
    if watch and STDIN in sources:
        raise BadInput("--watch with standard input: expected files, folders or addresses to look at again")
    if any(map(is_address, sources)) and not settings.allow_network:
        raise BadInput("an address, but cita opens no connection unless told to: add --allow-network")

    def run(some: Sequence[str | Path]) -> Report:
        with progress("inputs") as show:
            return ingest_sources(
                settings.data,
                some,
                mapping=mapping,
                network=settings.allow_network,
                stdin=sys.stdin.buffer,
                embedder=settings.embedder,
                progress=show,
            )

    if watch:
        _watch(run, sources, as_json=as_json)
        return
    report = run(sources)
    if as_json:
        print_json(report.to_json())
    else:
        show(report)
    if report.count("failed"):
        raise typer.Exit(1)


def show(report: Report) -> None:
    """Print what did not come in and why, and the totals."""
    from ui.render import plain

    for item in report.items:
        if item.status in ("skipped", "failed", "duplicate-of"):
            print(plain(f"{item.status:>12}  {item.input}: {item.reason or item.article_id}"))
    print(", ".join(f"{count} {status}" for status, count in report.totals.items()), flush=True)


def _watch(run: Callable[[Sequence[str | Path]], Report], sources: Sequence[str], *, as_json: bool) -> None:
    """Run again for what is new, until interrupted; one line of JSON, or one list, per round."""
    import json
    from time import monotonic

    from index.sources import is_address
    from index.watch import changes

    addresses = [one for one in sources if is_address(one)]
    paths = [Path(one) for one in sources if not is_address(one)]
    waiting: list[str | Path] = []
    due = monotonic()
    try:
        for ready in changes(paths):
            waiting += [path for path in ready if path not in waiting]
            asking = addresses if monotonic() >= due else []
            if not waiting and not asking:
                continue
            try:
                report = run([*waiting, *asking])
            except Busy as error:  # another process writes: the same again at the next look
                print(f"cita: {error}", file=sys.stderr, flush=True)
                continue
            waiting.clear()
            due = monotonic() + REFRESH if asking else due
            if as_json:
                print(json.dumps(report.to_json(), ensure_ascii=False), flush=True)
            else:
                show(report)
    except KeyboardInterrupt:
        print("stopped watching", file=sys.stderr)
