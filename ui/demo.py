"""The first minute with cita: the sample articles, a question, an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from index.ingest import Progress, ingest
from index.search import Index
from qa.ask import ask

if TYPE_CHECKING:
    from qa.answer import Answer

SAMPLE = Path(__file__).parent / "sample"


def examples() -> dict[str, str]:
    """One question about the sample articles per language, by ISO 639-1 code."""
    found: dict[str, str] = json.loads((SAMPLE / "examples.json").read_text("utf-8"))
    return found


def load_sample(data: Path, progress: Progress | None = None) -> int:
    """Ingest the sample articles into `data`; returns how many articles it then holds."""
    ingest(data, [SAMPLE / "articles"], progress=progress)
    with Index.open(data) as index:
        return index.info().articles


def prepare(data: Path, progress: Progress | None = None) -> tuple[Answer, int]:
    """The sample ingested into `data`, an example question answered, and the number of articles."""
    count = load_sample(data, progress)
    with Index.open(data) as index:
        return ask(index, examples()["en"]), count
