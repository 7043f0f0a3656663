"""Results on disk: what `--json` printed, read back for comparing, gating and reporting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import BadInput, NotFound

KINDS = ("retrieval", "answers", "pool")

LOWER_IS_BETTER = frozenset({"answered_when_unanswerable", "weak_when_unanswerable"})
"""Metrics that count faults; of all others more is better."""


@dataclass(frozen=True, slots=True)
class Result:
    """One evaluation, with the value of every metric for every question."""

    path: str
    kind: str
    dataset: str
    digest: str
    overall: dict[str, float]
    groups: dict[str, dict[str, float]]
    """Figures per language."""
    languages: dict[str, str]
    """Language per question."""
    values: dict[str, dict[str, float]]
    """Metrics per question; one that does not apply to it is missing."""


def read(path: Path) -> Result:
    """The result in a file; raises NotFound and BadInput."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"{path} is not there: expected a result written with --json") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as JSON ({error}): expected a result of --json") from error
    return parse(record, str(path))


def parse(record: Any, path: str) -> Result:
    """A result from its JSON; raises BadInput."""
    try:
        if record["kind"] not in KINDS:
            raise ValueError(f"kind {record['kind']!r}")
        groups = record["by_language"] if record["kind"] == "answers" else record["by_query_language"]
        return Result(
            path=path,
            kind=str(record["kind"]),
            dataset=str(record["dataset"]),
            digest=str(record["digest"]),
            overall=_figures(record["overall"]),
            groups={str(name): _figures(row) for name, row in groups.items()},
            languages={str(row["id"]): str(row["language"]) for row in record["queries"]},
            values={str(row["id"]): _figures(row["metrics"]) for row in record["queries"]},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInput(
            f"{path} is no result of an evaluation ({error!r}): expected what `cita eval retrieval`, "
            "`answers` or `pool` print with --json"
        ) from error


def _figures(row: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in row.items() if name != "n" and value is not None}
