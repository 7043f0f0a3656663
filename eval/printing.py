"""Results as they leave a command: text or JSON on the output, a report in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def out(result: Any, as_json: bool, report: Path | None, table: Callable[[Any], str]) -> None:
    """A result as JSON or as the text `table` makes of it, and as a report where one is wanted."""
    if report is not None:
        write_report(result, report)
    if as_json:
        print_json(result.to_json())
    else:
        print(table(result))


def write_report(result: Any, path: Path) -> None:
    """The report as a file; raises CitaError without matplotlib."""
    from eval.report import write

    write(result, path)
    print(f"report: {path}", file=sys.stderr)


def print_json(value: dict[str, Any]) -> None:
    """Indented, but for the questions: there may be hundreds of thousands, each gets one line."""
    questions = value.pop("queries", None)
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if questions is None:
        print(text)
        return
    print(text.removesuffix("\n}") + ',\n  "queries": [')
    for place, question in enumerate(questions, 1):
        comma = "," if place < len(questions) else ""
        print(f"    {json.dumps(question, ensure_ascii=False)}{comma}")
    print("  ]\n}")
