"""The command line: parse, call one function, print, choose an exit status.

Exit status: 0 done; 1 it could not be done, or some inputs failed; 2 the command itself is wrong.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from index.errors import BadInput, CitaError
from ui import adding, configuring, dialogue, finding, history, jobs, keeping, keyring, scoping
from ui.console import Data, Json
from ui.console import opened as _opened
from ui.console import print_json as _print_json
from ui.console import progress as _progress
from ui.settings import data_folder, demo_folder, load

STDIN = "-"


class Form(StrEnum):
    """How an answer may be printed to be kept elsewhere."""

    markdown = "markdown"
    json = "json"
    bibtex = "bibtex"


app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with:  cita demo     or:  cita ingest FOLDER && cita ask 'Who signed the treaty?'",
)
articles = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, show and remove articles.")
app.add_typer(articles, name="articles")
configuring.add_to(app)
adding.add_to(app)
jobs.add_to(app)
keyring.add_to(app)
history.add_to(articles)
finding.add_to(articles)
dialogue.add_to(app)

Host = Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on. Default: 8000.")]


def main() -> None:
    """The `cita` command."""
    # Before numpy is loaded, or it has no effect. Questions come side by side; the threads that BLAS and
    # OpenMP start for each wait for one another (measured beside other work on two cores: an answer took
    # 65 ms with them, 32 without).
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
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
    except Exception as error:
        if type(error).__module__ != "sqlite3":  # not imported here: `cita --help` needs no database
            raise
        print(f"cita: the database is damaged ({error}): `cita doctor` says what mends it", file=sys.stderr)
        sys.exit(1)


@app.command(
    epilog="Examples:  cita ask '¿Cuántos heridos hubo en el accidente?' --json     "
    "cita ask 'Who won?' --from 2024-06 --to 2024-08 --language es --explain     "
    "cita ask 'Who won?' --llm --translate     "
    "cita ask - < questions.txt > answers.jsonl"
)
def ask(
    question: Annotated[
        str,
        typer.Argument(
            help="The question, in any language; or - for one on each line of standard input, as text or as "
            'JSON ({"question", "id"?, "language"?, "scope"?}): each is answered by one line of JSON.'
        ),
    ],
    since: scoping.Since = None,
    until: scoping.Until = None,
    outlets: scoping.Outlets = None,
    languages: scoping.Languages = None,
    articles: scoping.Articles = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why: what each stage said of each passage, and the status.")
    ] = False,
    form: Annotated[
        Form | None, typer.Option("--format", help="Print it to be kept: markdown, json or bibtex.")
    ] = None,
    after: dialogue.After = None,
    llm: Annotated[
        bool | None,
        typer.Option(
            "--llm/--no-llm", help="Let the language model of the settings write the answer, or not."
        ),
    ] = None,
    translate: Annotated[
        bool | None,
        typer.Option(
            "--translate/--no-translate", help="Let it translate quotes in other languages, marked as such."
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Answer a question with verbatim quotes and their sources."""
    from ui.asking import ask_checked
    from ui.models import models_of

    settings = load({"data": data, "llm.enabled": llm, "llm.translate": translate})
    models = models_of(settings, needed=bool(llm))
    scope = scoping.scope(since, until, outlets, languages, articles)
    turns = dialogue.turns(after)
    with _opened(settings.data) as index:
        if question == STDIN:
            from ui.pipeline import ask_lines

            failed = ask_lines(
                index,
                sys.stdin.buffer,
                sys.stdout,
                scope=scope,
                explain=explain,
                conversation=turns,
                models=models,
            )
            raise typer.Exit(1 if failed else 0)
        answer = ask_checked(index, question, scope=scope, explain=explain, models=models, conversation=turns)
    if as_json:
        _print_json(asdict(answer))
        return
    if form is not None:
        from ui.exporting import exported

        print(exported(answer, form.value), end="")
        return
    from ui.render import plain, terminal

    print(terminal(answer))
    if answer.explanation is not None:
        from ui.explaining import explanation_lines

        print()
        for line in explanation_lines(answer):
            print(plain(line))


@app.command(epilog="Example:  cita search 'ferry accident' -k 3 --outlet 'El Faro'")
def search(
    question: Annotated[
        str,
        typer.Argument(
            help="Words or a question, in any language; or - for one on each line, as `cita ask -`."
        ),
    ],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    since: scoping.Since = None,
    until: scoping.Until = None,
    outlets: scoping.Outlets = None,
    languages: scoping.Languages = None,
    articles: scoping.Articles = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the passages found for a question, with offsets, scores and the signals behind them."""
    scope = scoping.scope(since, until, outlets, languages, articles)
    with _opened(data) as index:
        if question == STDIN:
            from ui.pipeline import search_lines

            failed = search_lines(index, sys.stdin.buffer, sys.stdout, scope=scope, k=k)
            raise typer.Exit(1 if failed else 0)
        hits = index.search(question, k, scope=scope)
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


@app.command(epilog="Example:  cita serve --port 8080")
def serve(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    network: Annotated[
        bool,
        typer.Option("--allow-network", help="Fetch addresses handed in as jobs: public hosts only."),
    ] = False,
) -> None:
    """Open the chat page and the API (its description is at /docs) until interrupted."""
    from ui.serve import serve as run

    run(load({"data": data, "host": host, "port": port, "allow_network": network or None}))


@app.command(
    epilog='Example, in a client\'s settings:  {"command": "cita", "args": ["mcp", "--data", "DIR"]}'
)
def mcp(data: Data = None) -> None:
    """Offer the collection to a client of the Model Context Protocol, on standard input and output."""
    from ui.mcp import serve_stdio
    from ui.models import models_of

    settings = load({"data": data})
    serve_stdio(settings.data, models_of(settings))


@app.command(epilog="Example:  cita demo --no-serve")
def demo(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the answer.")] = False,
) -> None:
    """Try cita on the sample articles: one question, its answer, then the chat page."""
    from ui.demo import prepare

    settings = load({"data": demo_folder(data), "host": host, "port": port})
    folder = settings.data
    with _progress("files") as progress:
        answer, count = prepare(folder, progress)
    from ui.render import terminal

    print(f"{count} sample articles in {folder}\n\n> {answer.question}\n\n{terminal(answer)}\n")
    if no_serve:
        print(f"Ask more:  cita ask 'YOUR QUESTION' --data {folder}")
        return
    from ui.serve import serve as run

    run(settings)


keeping.add_to(app, articles)


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
