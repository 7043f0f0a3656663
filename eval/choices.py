"""The choices that several commands of `cita eval` share, and what is made of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from index.errors import BadInput, NotFound

if TYPE_CHECKING:
    from eval.dataset import Dataset
    from eval.search import Options


def _file(path: Path | None) -> Path | None:
    """Asked before a run that may take hours, not after it."""
    if path is not None and path.is_dir():
        raise BadInput(f"{str(path)!r} is a folder: expected the name of a file to write")
    if path is not None and not path.absolute().parent.is_dir():
        raise NotFound(f"no folder {str(path.parent)!r} to write {path.name} in: make it first")
    return path


def _report(path: Path | None) -> Path | None:
    if path is not None:
        from eval.plots import library

        library()
    return _file(path)


Collected = Annotated[Path, typer.Option("--data", metavar="DIR", help="The collection to ask.")]
Config = Annotated[
    str,
    typer.Option(help="What ranks: full (as an answer is found), fused (no second stage), dense or lexical."),
]
Depth = Annotated[int, typer.Option("-k", min=1, max=10_000, help="Documents kept per question.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.html", help="Write a report, one file.", callback=_report),
]
Run = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the run in TREC's format.", callback=_file)
]
Judgements = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write its judgements too.", callback=_file)
]


@dataclass(frozen=True, slots=True)
class Setup:
    """What is searched: a data set, or part of it, in a collection that is there or is to be built."""

    dataset: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET",
            help="BEIR folder, TREC or MIRACL folder, SQuAD JSON, JSON Lines; told by content.",
        ),
    ]
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Search this collection, or --build in this folder."),
    ] = None
    build: Annotated[
        bool,
        typer.Option("--build", help="Build a collection from the data set (done without --data too)."),
    ] = False
    embedder: Annotated[
        str | None, typer.Option(metavar="NAME", help="Build with this model, by name or folder.")
    ] = None
    split: Annotated[str | None, typer.Option(help="Which qrels, where there are several.")] = None
    questions: Annotated[
        str | None, typer.Option(metavar="CODES", help="Only questions in these languages: es,en,ko")
    ] = None
    passages: Annotated[
        str | None, typer.Option(metavar="CODES", help="Only documents in these languages.")
    ] = None
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many questions per language.")] = None
    half: Annotated[
        str | None, typer.Option(help="Of numbered articles (d00, d01, …) the even or odd ones only.")
    ] = None
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep collections and vectors here. Default: user cache."),
    ] = None
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep nothing; a stopped run starts over.")] = (
        False
    )

    def loaded(self) -> Dataset:
        """The data set, narrowed to what was chosen; raises BadInput, NotFound."""
        from eval.datasets import load

        if self.half not in (None, "even", "odd"):
            raise BadInput(f"--half {self.half!r}: expected even or odd")
        return load(self.dataset, split=self.split).narrowed(
            questions=_codes("--questions", self.questions),
            passages=_codes("--passages", self.passages),
            limit=self.limit,
            part=self.half,
        )

    def options(self, *measures: str, config: str = "full", k: int = 100) -> Options:
        """How to search, and what to measure: the usual measures where none are named."""
        from eval.measures import MEASURES
        from eval.search import Options

        return Options(config, k, self.embedder, measures or MEASURES)

    def kept(self) -> Path | None:
        """The folder to keep things in, None for none."""
        if self.no_cache:
            return None
        from platformdirs import user_cache_path

        return self.cache or user_cache_path("cita") / "eval"

    def run(self, evaluate: Callable[..., Any], options: Options) -> Any:
        """What an evaluation of the data set gives, run with its progress shown."""
        from eval.progress import shown

        if self.data is not None and self.embedder is not None and not self.build:
            raise BadInput(
                "--data with --embedder but without --build: a collection that is there keeps its model; "
                "leave --embedder out, or build another collection"
            )
        dataset = self.loaded()
        with shown() as progress:
            return evaluate(
                dataset,
                data=self.data,
                build=self.build,
                options=options,
                cache=self.kept(),
                progress=progress,
            )


def _codes(option: str, value: str | None) -> list[str]:
    codes = [code.strip() for code in (value or "").split(",")]
    if value is not None and not all(codes):
        raise BadInput(f"{option} {value!r}: expected language codes with commas, such as es,en,ko")
    return [] if value is None else codes


def on_a_dataset(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes a `Setup` first, as one whose options are that setup's fields and its own."""
    hints = get_type_hints(Setup, include_extras=True)
    names = [one.name for one in fields(Setup)]

    @wraps(command)
    def on_the_command_line(**given: Any) -> None:
        setup = Setup(**{name: given.pop(name) for name in names})
        command(setup, **given)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    chosen = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if one.default is MISSING else one.default,
            annotation=hints[one.name],
        )
        for one in fields(Setup)
    ]
    # typer reads a command's options from its signature.
    on_the_command_line.__signature__ = inspect.Signature([*chosen, *own])  # type: ignore[attr-defined]
    on_the_command_line.__annotations__ = {one.name: one.annotation for one in (*chosen, *own)}
    return on_the_command_line
