"""From flags, environment and file to one `Settings`: layer by layer, each name known, each value checked."""

from __future__ import annotations

import difflib
import math
import os
import types
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from index.errors import BadInput
from ui.secret import Secret
from ui.settings import FILE, Settings

PREFIX = "CITA_"


@dataclass(frozen=True, slots=True)
class Known:
    """One setting: its dotted name, type and description."""

    name: str
    hint: Any
    about: str
    least: float | None
    most: float | None
    url: bool

    @property
    def variable(self) -> str:
        return PREFIX + self.name.replace(".", "_").upper()


@dataclass(frozen=True, slots=True)
class Root:
    """What stands before the command: `cita --config FILE --set NAME=VALUE …`."""

    config: Path | None = None
    given: Mapping[str, str] = field(default_factory=dict)


ROOT: ContextVar[Root] = ContextVar("root")


@cache
def known() -> dict[str, Known]:
    """Every setting by its dotted name, in the order of their definition."""
    return {one.name: one for one in _known(Settings, "")}


def _known(section: type, prefix: str) -> Iterator[Known]:
    hints = get_type_hints(section)
    for one in fields(section):
        hint = hints[one.name]
        if is_dataclass(hint):
            assert isinstance(hint, type)
            yield from _known(hint, f"{prefix}{one.name}.")
        elif "about" in one.metadata:
            limits = (one.metadata["least"], one.metadata["most"], one.metadata["url"])
            yield Known(prefix + one.name, hint, one.metadata["about"], *limits)


def settings(flags: Mapping[str, object]) -> Settings:
    """As `ui.settings.load`."""
    root = ROOT.get(Root())
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}

    def take(layer: Mapping[str, tuple[object, str]], base: Path | None = None) -> None:
        for name, (value, source) in layer.items():
            if name not in values:
                values[name] = _valid(known()[_named(name, source)], value, source, base)
                sources[name] = source

    take({name: (value, _flag(name)) for name, value in flags.items() if value is not None})
    take({name: (value, "--set") for name, value in root.given.items()})
    take(_environment())
    config = root.config or (Path(found) if (found := os.environ.get("CITA_CONFIG")) else None)
    if config is not None:
        config = config.expanduser()
        take(_file(config), config.absolute().parent)
    if "data" not in values:
        from platformdirs import user_data_path

        values["data"] = user_data_path("cita") / "collection"
    own: Path = values["data"] / FILE
    if config is None and own.is_file():
        layer = _file(own)
        if "data" in layer:
            raise BadInput(
                f"{own}: `data` names the folder that this file is in: leave it out, or name the file "
                "by --config"
            )
        take(layer, own.absolute().parent)
    built: Settings = _built(Settings, "", values, {name: sources.get(name, "default") for name in known()})
    return built


def _built(section: type, prefix: str, values: Mapping[str, Any], sources: Mapping[str, str]) -> Any:
    hints = get_type_hints(section)
    parts: dict[str, Any] = {}
    for one in fields(section):
        name = prefix + one.name
        if is_dataclass(hints[one.name]):
            parts[one.name] = _built(hints[one.name], f"{name}.", values, sources)
        elif name in values:
            parts[one.name] = values[name]
        elif one.name == "sources":
            parts[one.name] = types.MappingProxyType(dict(sources))
    return section(**parts)


def _flag(name: str) -> str:
    return "--" + name.rpartition(".")[2].replace("_", "-")


def _environment() -> dict[str, tuple[object, str]]:
    """The variables that are set; an empty one is none, and one that is nearly a setting's is refused."""
    layer: dict[str, tuple[object, str]] = {}
    names = {one.variable: one.name for one in known().values()}
    for variable, value in os.environ.items():
        if not variable.startswith(PREFIX) or variable == "CITA_CONFIG" or not value:
            continue
        if variable in names:
            layer[names[variable]] = value, variable
        elif near := difflib.get_close_matches(variable, names, n=1, cutoff=0.8):
            raise BadInput(f"{variable} in the environment is no setting: did you mean {near[0]}?")
    return layer


def _file(path: Path) -> dict[str, tuple[object, str]]:
    import tomllib

    try:
        with path.open("rb") as file:
            tree = tomllib.load(file)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}): expected a file of settings in TOML"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML ({error}): mend it, then try again") from None
    return {name: (value, str(path)) for name, value in _flat(tree, "", str(path))}


def _flat(tree: Mapping[str, Any], prefix: str, source: str) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        name = prefix + key
        if isinstance(value, dict) and any(one.startswith(f"{name}.") for one in known()):
            yield from _flat(value, f"{name}.", source)
        else:
            yield _named(name, source), value


def _named(name: str, source: str) -> str:
    """The name, if it is one; raises BadInput with the nearest that is."""
    if name in known():
        return name
    # A key in the wrong table is as likely as a misspelt one.
    last = name.rpartition(".")[2]
    near = difflib.get_close_matches(name, known(), n=1, cutoff=0.6) or [
        one for one in known() if one.rpartition(".")[2] == last
    ]
    hint = f"did you mean {near[0]!r}?" if near else "`cita config` lists the settings there are"
    raise BadInput(f"{source}: {name!r} is no setting: {hint}")


def _valid(one: Known, value: object, source: str, base: Path | None) -> Any:
    kind, optional = _plain(one.hint)
    if kind is Secret and source.startswith("--"):
        raise BadInput(
            f"{source} {one.name}: everybody on this machine can read the words of a command: put it into "
            f"{one.variable} or a file of settings"
        )
    if optional and value == "":
        return None
    converted = _converted(kind, value, base)
    wrong = converted is None
    if isinstance(converted, int | float) and kind is not bool:
        wrong |= one.least is not None and converted < one.least
        wrong |= one.most is not None and converted > one.most
    if one.url and isinstance(converted, str):
        wrong |= not _is_url(converted)
    if wrong:
        came = "another value" if kind is Secret else repr(value)[:80]
        raise BadInput(f"{source}: {one.name} is {came}: expected {expected(one)}")
    return converted


def _converted(kind: Any, value: object, base: Path | None) -> Any:
    """The value as a `kind`, from text (a flag, a variable) or as TOML has it; None where it is none."""
    if get_origin(kind) is Literal:
        return value if value in get_args(kind) else None
    if kind is bool:
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        return value if isinstance(value, bool) else words.get(str(value).strip().lower())
    if kind in (int, float):
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = kind(value) if not isinstance(value, float) or kind is float else None
        except ValueError:
            return None
        return number if number is not None and math.isfinite(number) else None
    if get_origin(kind) is tuple:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            return None
        return tuple(part.strip() for part in parts if part.strip())
    if kind is Path:
        if not isinstance(value, str | Path) or not str(value):
            return None
        path = Path(value).expanduser()
        return path if base is None else base / path
    if not isinstance(value, str) or not value or not value.isprintable():
        return None
    return Secret(value) if kind is Secret else value


def _plain(hint: Any) -> tuple[Any, bool]:
    """(the type, whether it may also be None)."""
    if get_origin(hint) in (Union, types.UnionType):
        (kind,) = (one for one in get_args(hint) if one is not type(None))
        return kind, True
    return hint, False


def _is_url(text: str) -> bool:
    """An http address with a host and without a name or password in it: those would be shown."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and parts.username is None and parts.password is None
    return parts.scheme in ("http", "https") and named and port != 0


def expected(one: Known) -> str:
    """What a setting may be, in words."""
    kind, _ = _plain(one.hint)
    if one.url:
        return "an address that begins with http:// or https://, without a name or password in it"
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    if kind in (int, float):
        number = "a whole number" if kind is int else "a number"
        least = "" if one.least is None else f" from {one.least:g}"
        return number + least + ("" if one.most is None else f" to {one.most:g}")
    if get_origin(kind) is tuple:
        return "names, in a list or with commas between"
    return {bool: "true or false", Path: "a path", Secret: "printable text"}.get(kind, "a text")
