"""The command line: parse, call one function, print, choose an exit status.

Exit status: 0 done; 1 it could not be done, or some inputs failed; 2 the command itself is wrong.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import BadInput, CitaError
from ui.settings import data_folder, demo_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.search import Index

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Ask a collection of news articles, in any language; every answer is verbatim quotes.",
    epilog="Start with:  cita demo     or:  cita ingest FOLDER && cita ask 'Who signed the treaty?'",
)
articles = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, show and remove articles.")
app.add_typer(articles, name="articles")

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The collection's folder. Default: $CITA_DATA, else your data folder."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def main() -> None:
    """The `cita` command."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe of another encoding must not turn an article into a crash.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except CitaError as error:
        print(f"cita: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, BadInput) else 1)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _opened(data: Path | None) -> Iterator[Index]:
    from index.search import Index

    with Index.open(data_folder(data)) as index:
        yield index


@contextmanager
def _progress(unit: str) -> Iterator[Callable[[int, int, str], None] | None]:
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


@app.command(epilog="Example:  cita ingest ./articles report.html --json")
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files or folders: .txt .md .html .jsonl")
    ],
    data: Data = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="For a new collection: a sentence-transformers model, by name or folder."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add articles. What is already there is not embedded again."""
    from index.ingest import ingest as run

    with _progress("files") as progress:
        report = run(data_folder(data), paths, embedder=embedder, progress=progress)
    if as_json:
        _print_json(report.to_json())
    else:
        from ui.render import plain

        for item in report.items:
            if item.status in ("skipped", "failed", "duplicate-of"):
                print(plain(f"{item.status:>12}  {item.input}: {item.reason or item.article_id}"))
        print(", ".join(f"{count} {status}" for status, count in report.totals.items()))
    if report.count("failed"):
        raise typer.Exit(1)


@app.command(epilog="Example:  cita ask '¿Cuántos heridos hubo en el accidente?' --json")
def ask(
    question: Annotated[str, typer.Argument(help="The question, in any language.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Answer a question with verbatim quotes and their sources."""
    from qa.ask import ask as run

    with _opened(data) as index:
        answer = run(index, question)
    if as_json:
        _print_json(asdict(answer))
    else:
        from ui.render import terminal

        print(terminal(answer))


@app.command(epilog="Example:  cita search 'ferry accident' -k 3")
def search(
    question: Annotated[str, typer.Argument(help="Words or a question, in any language.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the passages found for a question, with offsets, scores and the signals behind them."""
    with _opened(data) as index:
        hits = index.search(question, k)
    if as_json:
        _print_json({"question": question, "hits": [asdict(hit) for hit in hits]})
        return
    from ui.render import plain

    for rank, hit in enumerate(hits, 1):
        passage, signals = hit.passage, hit.signals
        dense = _signal(signals.dense, signals.dense_rank)
        legs = f"dense {dense}  lexical {_signal(signals.lexical, signals.lexical_rank)}"
        print(f"{rank:>3}. {hit.score:.3f}  {passage.article_id} {passage.start}:{passage.end}  {legs}")
        print(f"     {plain(' '.join(passage.text.split()))}\n")


def _signal(score: float | None, rank: int | None) -> str:
    return "-" if score is None else f"{score:.3f}" + (f" (#{rank})" if rank else "")


@articles.command("list", epilog="Example:  cita articles list --json")
def list_articles(data: Data = None, as_json: Json = False) -> None:
    """List the articles of the collection."""
    from ui.render import plain

    with _opened(data) as index:
        found = index.articles(limit=-1)
    if as_json:
        rows = [
            {name: value for name, value in asdict(article).items() if name != "text"} for article in found
        ]
        _print_json({"articles": rows})
        return
    for article in found:
        print(
            plain(
                f"{article.id}  {article.language:<3}  {(article.published or '')[:10]:<10}  {article.title}"
            )
        )


@articles.command("show", epilog="Example:  cita articles show 8d50dac1d6fc2192")
def show_article(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `cita articles list` shows it.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show an article's stored text, the text that offsets count."""
    with _opened(data) as index:
        article = index.article(article_id)
    if as_json:
        _print_json(asdict(article))
        return
    from ui.render import plain

    print(plain(article.text))


@articles.command("remove", epilog="Example:  cita articles remove 8d50dac1d6fc2192")
def remove_article(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `cita articles list` shows it.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove an article; it is gone from every answer at once."""
    with _opened(data) as index:
        passages = len(index.passages(article_id))
        index.remove(article_id)
    if as_json:
        _print_json({"removed": article_id, "passages": passages})
    else:
        print(f"removed {article_id} and its {passages} passages")


@app.command()
def info(data: Data = None, as_json: Json = False) -> None:
    """Say what the collection holds."""
    with _opened(data) as index:
        known = index.info()
    if as_json:
        _print_json({"data": str(data_folder(data)), **asdict(known)})
        return
    languages = ", ".join(f"{code} {count}" for code, count in known.languages.items())
    print(f"collection   {data_folder(data)}")
    print(f"articles     {known.articles} ({languages})" if languages else "articles     0")
    print(f"passages     {known.passages}")
    print(f"embedder     {known.embedder} ({known.dim} dimensions, {known.fingerprint[:12]})")
    print(f"indexes      {known.generation or 'none written yet'}, {known.newer_passages} passages newer")
    if known.degraded:
        print(f"degraded     {known.degraded}")


@app.command()
def doctor(data: Data = None, as_json: Json = False) -> None:
    """Check the collection; each failure names the command that mends it. Exit status 1 if any."""
    from index.doctor import examine

    checks = examine(data_folder(data))
    if as_json:
        _print_json({"ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<9} {check.detail}")
            if check.repair:
                print(f"      {'':<9} mend it with: {check.repair}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


@app.command()
def rebuild(data: Data = None) -> None:
    """Write the search indexes anew from the stored articles and vectors; embeds nothing."""
    from index.rebuild import rebuild as run

    print(f"rebuilt the indexes of {run(data_folder(data))} passages")


@app.command(epilog="Example:  cita reembed intfloat/multilingual-e5-small")
def reembed(
    embedder: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A model by name or folder. Default: the collection's own."),
    ] = None,
    data: Data = None,
) -> None:
    """Embed the whole collection anew, with another model or a newer version of its own."""
    from index.reembed import reembed as run

    with _progress("passages") as show:
        count = run(
            data_folder(data), embedder, progress=None if show is None else lambda d, t: show(d, t, "")
        )
    print(f"embedded {count} passages anew")


@app.command(epilog="Example:  cita serve --port 8080")
def serve(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Open the chat page and the API (its description is at /docs) until interrupted."""
    from ui.serve import serve as run

    run(data_folder(data), host=host, port=port)


@app.command(epilog="Example:  cita demo --no-serve")
def demo(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the answer.")] = False,
) -> None:
    """Try cita on the sample articles: one question, its answer, then the chat page."""
    from ui.demo import prepare

    folder = demo_folder(data)
    with _progress("files") as progress:
        answer, count = prepare(folder, progress)
    from ui.render import terminal

    print(f"{count} sample articles in {folder}\n\n> {answer.question}\n\n{terminal(answer)}\n")
    if no_serve:
        print(f"Ask more:  cita ask 'YOUR QUESTION' --data {folder}")
        return
    from ui.serve import serve as run

    run(folder, host=host, port=port)


@app.command(
    "eval",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def evaluate(context: typer.Context) -> None:
    """Measure retrieval and answers (see `cita eval --help`)."""
    # By entry point and not by import: the product never depends on its evaluation.
    from importlib.metadata import entry_points

    found = list(entry_points(group="cita.commands", name="eval"))
    if not found:
        raise CitaError(
            "the command `eval` is not registered: install cita with `pip install .`, then try again"
        )
    found[0].load()(args=context.args, prog_name="cita eval")


if __name__ == "__main__":
    main()
