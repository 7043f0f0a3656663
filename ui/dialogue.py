"""A conversation on the terminal: `cita chat`, and what `cita ask --after` follows."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import BadInput
from ui import scoping
from ui.console import Data, Json, opened

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.conversation import Turn

After = Annotated[
    list[str] | None,
    typer.Option(
        "--after",
        metavar="QUESTION",
        help="What was asked before; an incomplete question is understood from it. May be given again.",
    ),
]

HELP = "/drop asks the last question again without what was assumed, /new begins anew, /quit ends"
PROMPT = "> "


def add_to(app: typer.Typer) -> None:
    """Add the command to `cita`."""
    app.command(
        epilog="Examples:  cita chat     "
        "printf '%s\\n' 'When did the ferry sink?' 'And why?' | cita chat --json"
    )(chat)


def turns(after: Sequence[str] | None) -> list[Turn]:
    """Questions of the command line as a conversation; raises BadInput for what cannot be a question."""
    from qa.conversation import Turn
    from qa.question import check

    return [Turn(check(question)) for question in after or ()]


def chat(
    since: scoping.Since = None,
    until: scoping.Until = None,
    outlets: scoping.Outlets = None,
    languages: scoping.Languages = None,
    articles: scoping.Articles = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask in a conversation: "And when?" is understood from the question before.

    Reads a question a line, from the terminal or from a pipe, until the end or /quit. What was taken from
    the conversation stands above an answer; /drop asks again without it, /new begins a new conversation.
    With --json each answer is one line.
    """
    import json

    from qa.ask import ask
    from qa.conversation import Turn
    from ui.render import plain, terminal

    scope = scoping.scope(since, until, outlets, languages, articles)
    told: list[Turn] = []
    last = ""
    failed = False
    with opened(data) as index:
        for line in _lines(quiet=as_json):
            if line in ("/new", "/drop"):
                told, question = ([], "") if line == "/new" else (told[:-1], last)
            else:
                question = line
            if not question:
                last = ""
                continue
            try:
                answer: Answer = ask(
                    index, question, scope=scope, conversation=() if line == "/drop" else told
                )
            except BadInput as error:
                print(f"cita: {plain(str(error))}", file=sys.stderr)
                failed = True
                continue
            if not as_json and not sys.stdin.isatty():
                print(plain(f"{PROMPT}{question}\n"))
            print(json.dumps(asdict(answer), ensure_ascii=False) if as_json else f"{terminal(answer)}\n")
            sys.stdout.flush()
            told.append(Turn(question, answer.language, standalone=not answer.about))
            last = question
    if failed and not sys.stdin.isatty():
        raise typer.Exit(1)


def _lines(*, quiet: bool) -> Iterator[str]:
    """The lines typed or piped in, without those that say nothing, up to /quit."""
    asked = sys.stdin.isatty()
    if asked:
        if not quiet:
            print(HELP, file=sys.stderr)
        import readline  # noqa: F401 -- lets `input` edit lines and recall them
    else:
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    while True:
        try:
            line = input(PROMPT) if asked else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            print(file=sys.stderr)
            return
        if (not asked and not line) or line.strip() == "/quit":
            return
        if line.strip():
            yield line.strip()
