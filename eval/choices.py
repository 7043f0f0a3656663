"""The choices that several commands of `cita eval` share, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import BadInput, NotFound

if TYPE_CHECKING:
    from eval.dataset import Dataset
    from eval.search import Options


def _file(path: Path | None) -> Path | None:
    """Asked before a run that may take hours, not after it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise NotFound(f"no folder {str(path.parent)!r} to write {path.name} in: make it first")
    return path


def _report(path: Path | None) -> Path | None:
    if path is not None:
        from eval.plots import library

        library()
    return _file(path)


DatasetPath = Annotated[
    Path,
    typer.Argument(
        metavar="DATASET", help="BEIR folder, TREC or MIRACL folder, SQuAD JSON, JSON Lines; told by content."
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Search this collection, or --build in this folder."),
]
Collected = Annotated[Path, typer.Option("--data", metavar="DIR", help="The collection to ask.")]
Build = Annotated[
    bool, typer.Option("--build", help="Build a collection from the data set (done without --data too).")
]
Embedder = Annotated[
    str | None, typer.Option(metavar="NAME", help="Build with this model, by name or folder.")
]
Config = Annotated[str, typer.Option(help="What ranks: fused, full (second stage too), dense or lexical.")]
Depth = Annotated[int, typer.Option("-k", min=1, max=10_000, help="Documents kept per question.")]
Split = Annotated[str | None, typer.Option(help="Which qrels, where there are several.")]
Questions = Annotated[
    str | None, typer.Option(metavar="CODES", help="Only questions in these languages: es,en,ko")
]
Passages = Annotated[str | None, typer.Option(metavar="CODES", help="Only documents in these languages.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many questions per language.")]
Half = Annotated[
    str | None, typer.Option(help="Of numbered articles (d00, d01, …) the even or odd ones only.")
]
Cache = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Keep collections and vectors here. Default: user cache.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Keep nothing; a stopped run starts over.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="Write a report.", callback=_report)
]
Run = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the run in TREC's format.", callback=_file)
]
Judgements = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write its judgements too.", callback=_file)
]


def loaded(
    path: Path,
    split: str | None,
    questions: str | None,
    passages: str | None,
    limit: int | None,
    half: str | None,
) -> Dataset:
    """The data set in `path`, narrowed to what was chosen; raises BadInput, NotFound."""
    from eval.datasets import load

    if half not in (None, "even", "odd"):
        raise BadInput(f"--half {half!r}: expected even or odd")
    return load(path, split=split).narrowed(
        questions=questions.split(",") if questions else (),
        passages=passages.split(",") if passages else (),
        limit=limit,
        part=half,
    )


def options(config: str, k: int, embedder: str | None, *extra: str) -> Options:
    """How to search; `extra` are measures to take besides the usual ones."""
    from eval.measures import MEASURES
    from eval.search import Options

    return Options(config, k, embedder, tuple(dict.fromkeys((*MEASURES, *extra))))


def kept(cache: Path | None, no_cache: bool) -> Path | None:
    """The folder to keep things in, None for none."""
    if no_cache:
        return None
    from platformdirs import user_cache_path

    return cache or user_cache_path("cita") / "eval"


def measured(
    evaluate: Callable[..., Any],
    dataset: Dataset,
    data: Path | None,
    build: bool,
    how: Options,
    cache: Path | None,
) -> Any:
    """What an evaluation of a data set gives, run with its progress shown."""
    from eval.progress import shown

    if data is not None and how.embedder is not None and not build:
        raise BadInput(
            "--data with --embedder but without --build: a collection that is there keeps its model; leave "
            "--embedder out, or build another collection"
        )
    with shown() as progress:
        return evaluate(dataset, data=data, build=build, options=how, cache=cache, progress=progress)
