"""A baseline file: figures that must be reached, with a digest of the data they were measured on.

It may also say what to measure, so that one command does it all:

    {"measure": {"cases": "cases.jsonl", "articles": "articles"}, "digest": "…", "slack": 0.0,
     "floors": {"overall": {"gold@1": 0.9, …}, "by_language": {"es": {…}}}}

Paths in it count from the file's own folder.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.results import LOWER_IS_BETTER
from index.errors import BadInput, NotFound

STEP = 1e-4
"""To which figures are rounded in the file, always to the easier side."""

EXACT = 1e-9
"""Figures this close are the same: sums in another order differ in the last bits."""

Floors = dict[str, dict[str, float]]
"""Figure per metric, per group: "overall", or a language."""


@dataclass(frozen=True, slots=True)
class Baseline:
    digest: str
    floors: Floors
    slack: float = 0.0
    """How far a figure may fall below its floor."""
    measure: tuple[str, str] | None = None
    """(cases, articles) to measure, as paths from the file's folder; None where a result is given."""


def read(path: Path) -> Baseline:
    """The baseline in a file; raises NotFound and BadInput."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotFound(
            f"{path} is not there: make it with `cita eval gate RESULT --baseline {path} --accept`"
        ) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as JSON ({error}): expected a baseline") from error
    try:
        measure = record.get("measure")
        floors = record["floors"]
        return Baseline(
            digest=str(record["digest"]),
            floors={"overall": _row(floors["overall"])}
            | {str(name): _row(row) for name, row in floors.get("by_language", {}).items()},
            slack=float(record.get("slack", 0.0)),
            measure=None if measure is None else (str(measure["cases"]), str(measure["articles"])),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInput(
            f"{path} is no baseline ({error!r}): expected an object with digest and floors.overall"
        ) from error


def measuring(baseline: Baseline, path: Path, cases: Path, articles: Path) -> Baseline:
    """The baseline in the file `path`, from now on of these cases about these articles."""
    folder = path.resolve().parent
    cases_path, articles_path = (os.path.relpath(one.resolve(), folder) for one in (cases, articles))
    return replace(baseline, measure=(Path(cases_path).as_posix(), Path(articles_path).as_posix()))


def _row(row: Any) -> dict[str, float]:
    return {str(name): float(value) for name, value in row.items()}


def write(path: Path, baseline: Baseline) -> None:
    """The baseline into a file; figures rounded in the direction that does not fail them."""
    record: dict[str, Any] = (
        {}
        if baseline.measure is None
        else {"measure": dict(zip(("cases", "articles"), baseline.measure, strict=True))}
    )
    rounded = {
        group: {name: _rounded(name, value) for name, value in row.items()}
        for group, row in baseline.floors.items()
    }
    overall = rounded.pop("overall")
    record |= {"digest": baseline.digest, "slack": baseline.slack}
    record["floors"] = {"overall": overall, "by_language": rounded}
    path.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _rounded(metric: str, value: float) -> float:
    steps = value / STEP
    whole = math.ceil(steps - EXACT) if metric in LOWER_IS_BETTER else math.floor(steps + EXACT)
    return round(whole * STEP, 4)
