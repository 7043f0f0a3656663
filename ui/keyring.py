"""The commands for API keys."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.console import Data, Json, print_json
from ui.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from ui.keys import Key, Keys

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keys for the API and the chat page; with the first one nobody gets in without.",
)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to `cita`."""
    parent.add_typer(app, name="keys")


@app.command("add", epilog="Example:  cita keys add 'newsroom desk' --scope ask --scope ingest")
def add(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", help="ask, ingest or admin. Repeatable. Default: ask."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it, this once: only its hash is kept."""
    key, token = _keys(data).add(name, scopes or ["ask"])
    if as_json:
        print_json(_shown(key) | {"key": token.reveal()})
        return
    print(f"{token.reveal()}\n\nKeep it: it is not shown again. {_line(key)}")


@app.command("list", epilog="Example:  cita keys list --json")
def list_keys(data: Data = None, as_json: Json = False) -> None:
    """List the keys, without the keys themselves."""
    found = _keys(data).all()
    if as_json:
        print_json({"keys": [_shown(key) for key in found]})
        return
    for key in found:
        print(_line(key))


@app.command("remove", epilog="Example:  cita keys remove 3f9c0a12b4de")
def remove(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `cita keys list` shows it.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take a key away: a running server refuses it, and whoever logged in with it, from now on."""
    key = _keys(data).remove(id)
    if as_json:
        print_json(_shown(key))
    else:
        print(f"removed {_line(key)}")


def _keys(data: Path | None) -> Keys:
    from ui.keys import Keys

    return Keys(load({"data": data}).keys_file)


def _shown(key: Key) -> dict[str, Any]:
    return {name: value for name, value in asdict(key).items() if name != "digest"}


def _line(key: Key) -> str:
    return f"{key.id}  {', '.join(key.scopes):<18}  {key.created[:16]}  {key.name}"
