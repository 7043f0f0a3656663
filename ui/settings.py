"""The settings: every name, its type, its default and what it is for, in one place.

Each may be given, in this order of precedence, by a flag (`--port 8080`, or `cita --set port=8080 …` for
those without a flag of their own), by a variable of the environment (`CITA_PORT`, `CITA_LLM_BASE_URL`), or in
a file of TOML (`port = 8080`; `[llm]` and `base_url = …` below it): the one named by `cita --config FILE` or
`CITA_CONFIG`, else `cita.toml` in the collection's folder. `cita config` shows what holds and why.

    settings = load({"data": data, "port": port})     # None is "not given"
    settings.llm.base_url, settings.sources["llm.base_url"]
"""

# ruff: noqa: RUF009 -- `_is` gives a dataclass field, as `field` itself does
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ui.secret import Secret

FILE = "cita.toml"


def _is(
    default: Any, about: str, *, least: float | None = None, most: float | None = None, url: bool = False
) -> Any:
    """A setting: its default, what it is for, and for numbers the smallest and largest that make sense."""
    return field(default=default, metadata={"about": about, "least": least, "most": most, "url": url})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may ask of the server."""

    rate: float | None = _is(
        None, "requests a second of one key or address; 0: any; left out: 20, on loopback any", least=0
    )
    burst: int = _is(60, "requests one key or address may send at once before the rate holds", least=1)
    concurrent: int = _is(64, "requests worked on at once; more are told to come back", least=1)
    connections: int = _is(1000, "open connections; more are told to come back", least=8)
    seconds: float = _is(60.0, "seconds a question or search may take", least=0.1)
    idle_seconds: float = _is(20.0, "seconds a connection may say nothing between requests", least=1)
    body_bytes: int = _is(10 << 20, "bytes of a request's body", least=1024)
    body_seconds: float = _is(60.0, "seconds a request's head or body may take to arrive", least=1)


@dataclass(frozen=True, slots=True)
class Llm:
    """A language model behind an OpenAI-compatible address, which writes the answer from the quotes."""

    enabled: bool = _is(True, "whether it writes answers, where base_url and model are given")
    base_url: str | None = _is(None, "its address, as http://127.0.0.1:11434/v1; none: not used", url=True)
    model: str | None = _is(None, "its name there")
    api_key: Secret | None = _is(None, "its key")
    timeout: float = _is(30.0, "seconds it may take before the answer comes without it", least=0.1)
    max_tokens: int = _is(1024, "tokens of one answer", least=1)
    retries: int = _is(1, "times a failed request is sent again within the timeout", least=0, most=10)
    language: str | None = _is(None, "language of its answers, ISO 639 code; left out: the question's")
    translate: bool = _is(False, "whether quotes in other languages get a translation, marked as such")
    rewrite: bool = _is(True, "whether it words follow-up questions anew before the search")


@dataclass(frozen=True, slots=True)
class Reranker:
    """A cross-encoder that orders the passages found."""

    name: str | None = _is(None, "a cross-encoder by name or folder; none: not used")
    top_k: int = _is(30, "passages it reads per question", least=1, most=1000)


@dataclass(frozen=True, slots=True)
class Log:
    """What is written to the error stream."""

    level: Literal["debug", "info", "warning", "error"] = _is("warning", "from which level on")
    format: Literal["text", "json"] = _is("text", "lines for people, or a JSON object a line")


@dataclass(frozen=True, slots=True)
class Otel:
    """OpenTelemetry; needs the extra `otel`."""

    endpoint: str | None = _is(None, "where traces are sent by OTLP over HTTP; none: nowhere", url=True)
    service: str = _is("cita", "the name in the traces")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, and in `sources` where each came from."""

    data: Path = _is(Path(), "folder of the collection; left out: the user's data folder")
    embedder: str | None = _is(
        None, "model of a new collection, by name or folder; left out: the bundled one"
    )
    allow_network: bool = _is(False, "whether addresses that are handed in are fetched")
    host: str = _is("127.0.0.1", "address to listen on; another than loopback needs a key")
    port: int = _is(8000, "port to listen on", least=1, most=65535)
    hosts: tuple[str, ...] = _is((), "further host names under which the server is reached")
    cors: tuple[str, ...] = _is((), "origins, as https://desk.example.org, whose pages may call the API")
    keys: Path | None = _is(None, "file of hashed API keys; left out: keys.json in the collection's folder")
    api_key: Secret | None = _is(None, "a key that may do everything, besides those of `cita keys`")
    processes: int = _is(
        0, "further processes for questions and searches; as many as processors at most", least=0, most=256
    )
    metrics: bool = _is(True, "whether /metrics is there")
    limits: Limits = field(default_factory=Limits)
    llm: Llm = field(default_factory=Llm)
    reranker: Reranker = field(default_factory=Reranker)
    log: Log = field(default_factory=Log)
    otel: Otel = field(default_factory=Otel)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each setting came from, by dotted name: "default", "--port", "CITA_PORT" or a file."""

    @property
    def keys_file(self) -> Path:
        return self.keys or self.data / "keys.json"


def load(flags: Mapping[str, object] | None = None) -> Settings:
    """The settings of this process.

    `flags` are those of the command by dotted name ("port", "llm.model"); None among them is "not given".
    Raises BadInput for a name that does not exist, with the nearest that does, and for a value out of place.
    """
    from ui.layers import settings

    return settings(flags or {})


def data_folder(given: Path | None = None) -> Path:
    """The collection to work on: as given, else as the settings name it, else the user's data folder."""
    return given.expanduser() if given is not None else load().data


def demo_folder(given: Path | None = None) -> Path:
    """The collection of the sample articles."""
    if given is not None:
        return given.expanduser()
    from platformdirs import user_data_path

    return user_data_path("cita") / "demo"
