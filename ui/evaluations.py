"""Evaluations of a server: one at a time in the background, the results kept with the collection.

How an evaluation is made is not the product's to know: it is found by the entry point `evaluations` of the
group `cita.commands`, and asked through the `Offer` below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from index.durable import put
from index.errors import BadInput, NotFound
from index.faults import translated
from ui.work import Bench, Work

Which = Literal["sample", "judged"]
Record = dict[str, Any]

FOLDER = "evaluations"
"""Within the collection's folder: one JSON file per result."""

KEPT = 100
"""Results kept; the oldest go."""

_ID = re.compile(r"\d{8}-\d{6}-\d{6}")


class Offer(Protocol):
    """What is asked of the evaluation."""

    def run(
        self, which: Which, *, data: Path, sample: Path, progress: Callable[[int, int], None]
    ) -> Record: ...

    def shown(self, kept: Record, which: Which, *, data: Path, sample: Path) -> Record: ...

    def compare(self, a: Record, b: Record, *, names: tuple[str, str]) -> Record: ...


def offered() -> Offer:
    """The evaluation that is installed; raises NotFound where there is none."""
    for entry in entry_points(group="cita.commands", name="evaluations"):
        return cast(Offer, entry.load())
    raise NotFound("the evaluation is not registered: install cita with `pip install .`, then try again")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation, under way or ended."""

    id: str
    set: Which
    state: Literal["running", "done", "failed", "stopped"]
    started: str
    """ISO 8601, UTC."""
    version: str
    """Of cita."""
    ended: str | None = None
    done: int = 0
    """Cases put so far."""
    total: int = 0
    problem: str | None = None
    """One sentence, when `failed`."""
    overall: dict[str, float | None] | None = None
    """The chief figures, when `done`."""


class Evaluations:
    """Those of one collection."""

    def __init__(self, data: Path, sample: Path) -> None:
        """`sample` is the folder with the sample's `articles/` and `cases.jsonl`."""
        self._data = data
        self._sample = sample
        self._folder = data / FOLDER
        self._bench = Bench()
        self._begun: dict[str, tuple[int, Evaluation]] = {}

    def start(self, which: Which) -> Evaluation:
        """Begin; raises Busy while another is running, NotFound."""
        offer = offered()
        now = datetime.now(UTC)
        id = f"{now:%Y%m%d-%H%M%S-%f}"
        begun = Evaluation(id, which, "running", now.isoformat(timespec="seconds"), version("cita"))

        def run(progress: Callable[[int, int], None]) -> None:
            result = offer.run(which, data=self._data, sample=self._sample, progress=progress)
            ended = datetime.now(UTC).isoformat(timespec="seconds")
            count = int(result["n"])
            told = {**asdict(begun), "state": "done", "ended": ended, "done": count, "total": count}
            self._keep(id, told | {"overall": result["overall"], "result": result})

        work = self._bench.start("evaluation", run)
        self._begun = {id: (work.id, begun)} | dict(list(self._begun.items())[: KEPT - 1])
        return begun

    def _keep(self, id: str, record: Record) -> None:
        with translated(self._data):
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = self._folder / f"{id}.part"
            draft.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
            put(draft, self._folder / f"{id}.json")
            for old in sorted(self._folder.glob("*.json"))[:-KEPT]:
                old.unlink()

    def all(self) -> list[Evaluation]:
        """Newest first."""
        kept = [
            _listed(self._read(path.stem)) for path in self._folder.glob("*.json") if _ID.fullmatch(path.stem)
        ]
        known = {one.id for one in kept}
        others = [self._now(id) for id in self._begun if id not in known]
        return sorted([*kept, *others], key=lambda one: one.id, reverse=True)

    def get(self, id: str) -> tuple[Evaluation, Record | None]:
        """An evaluation, and its result with the words of its failing cases; raises NotFound."""
        if id in self._begun and not (self._folder / f"{id}.json").is_file():
            return self._now(id), None
        record = self._read(id)
        one = _listed(record)
        return one, offered().shown(record["result"], one.set, data=self._data, sample=self._sample)

    def compare(self, a: str, b: str) -> Record:
        """How B differs from A; raises NotFound, BadInput where they are of different cases."""
        first, second = self._read(a)["result"], self._read(b)["result"]
        return offered().compare(first, second, names=(a, b))

    def remove(self, id: str) -> None:
        """Stop it where it is running, else forget it; raises NotFound."""
        if id in self._begun and self._now(id).state == "running":
            self._bench.stop(self._begun[id][0])
            return
        known = self._begun.pop(id, None)
        path = self._path(id)
        if path.is_file():
            with translated(self._data):
                path.unlink()
        elif known is None:
            raise _unknown(id)

    def close(self) -> None:
        self._bench.close()

    def _now(self, id: str) -> Evaluation:
        number, begun = self._begun[id]
        work: Work = self._bench.get(number)
        return Evaluation(
            **{
                **asdict(begun), "state": work.state, "ended": work.ended, "done": work.done,
                "total": work.total, "problem": work.problem,
            }
        )  # fmt: skip

    def _path(self, id: str) -> Path:
        if not _ID.fullmatch(id):
            raise _unknown(id)
        return self._folder / f"{id}.json"

    def _read(self, id: str) -> Record:
        path = self._path(id)
        try:
            record = json.loads(path.read_text("utf-8"))
            _listed(record)
        except FileNotFoundError:
            raise _unknown(id) from None
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"the evaluation {id} cannot be read ({error}): delete it") from error
        return cast(Record, record)


def _listed(record: Record) -> Evaluation:
    return Evaluation(**{name: value for name, value in record.items() if name != "result"})


def _unknown(id: str) -> NotFound:
    return NotFound(f"there is no evaluation {id[:40]!r}: GET /v1/evaluations lists those there are")
