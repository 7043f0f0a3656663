"""`cita config`: every setting, what holds, and where it came from; and the options before any command."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import BadInput
from ui.console import Data, Json, print_json
from ui.layers import ROOT, Root, known
from ui.secret import MASK, Secret
from ui.settings import load

if TYPE_CHECKING:
    from ui.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the command, and the options that stand before every command."""
    app.callback()(root)
    app.command(epilog="Examples:  cita config     cita --set llm.model=qwen3 config --json")(config)


def root(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="File of settings. Default: $CITA_CONFIG.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting, as `cita config` names it. Repeatable."),
    ] = None,
) -> None:
    """Ask a collection of news articles, in any language; every answer is verbatim quotes."""
    pairs: dict[str, str] = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not equals:
            raise BadInput(f"--set {one!r}: expected NAME=VALUE, as --set port=8080")
        pairs[name.strip()] = value.strip()
    ROOT.set(Root(config, pairs))


def config(data: Data = None, as_json: Json = False) -> None:
    """Show every setting, its value and where it came from: a flag, the environment, a file, the default.

    Secrets show as stars.
    """
    settings = load({"data": data})
    rows = values(settings)
    if as_json:
        shown = [
            {
                "name": name,
                "value": value,
                "source": settings.sources[name],
                "variable": known()[name].variable,
                "about": known()[name].about,
            }
            for name, value in rows.items()
        ]
        print_json({"settings": shown})
        return
    wide = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{wide}}  {_words(value):<28}  {settings.sources[name]}")


def values(settings: Settings) -> dict[str, Any]:
    """The value of every setting by dotted name, as JSON knows it, secrets masked."""
    return {name: _json(value) for name, value in _flat(settings, "") if name in known()}


def _flat(section: Any, prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for one in fields(section):
        value = getattr(section, one.name)
        if is_dataclass(value):
            found += _flat(value, f"{prefix}{one.name}.")
        else:
            found.append((prefix + one.name, value))
    return found


def _json(value: Any) -> Any:
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def _words(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return (", ".join(value) or "-") if isinstance(value, list) else str(value)
