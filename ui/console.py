"""What the commands share: options, the open collection, JSON, progress on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.settings import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.search import Index

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The collection's folder. Default: $CITA_DATA, else your data folder."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def opened(data: Path | None) -> Iterator[Index]:
    """The collection, open for questions."""
    from index.search import Index

    with Index.open(data_folder(data)) as index:
        yield index


@contextmanager
def progress(unit: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on the terminal's error stream; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int, label: str) -> None:
            bar.update(task, completed=done, total=total, description=label[:40].replace("[", "("))

        yield show


@contextmanager
def counting(unit: str) -> Iterator[Callable[[int, int], None] | None]:
    """As `progress`, for work whose steps have no names."""
    with progress(unit) as show:
        yield None if show is None else lambda done, total: show(done, total, "")
