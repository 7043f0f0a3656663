"""What a long run has found so far, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

Ranked = list[tuple[str, float]]
"""(document id, score), best first."""


class Journal:
    """Rankings by question, appended to a file as they come; without a file, in memory only.

    The file's name must say everything the rankings depend on. A last line cut short by a kill is
    ignored. `finish` deletes the file: it is there for stopped runs, not for finished ones.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._rankings: dict[str, Ranked] = {}
        self._file: IO[str] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = _read(path, self._rankings)
            self._file = path.open("r+" if path.exists() else "w", encoding="utf-8")
            self._file.seek(whole)
            self._file.truncate()

    def __len__(self) -> int:
        return len(self._rankings)

    def get(self, key: str) -> Ranked | None:
        return self._rankings.get(key)

    def add(self, key: str, ranking: Ranked) -> None:
        self._rankings[key] = ranking
        if self._file is not None:
            self._file.write(json.dumps([key, ranking], ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Leave the file for a later run."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def finish(self) -> None:
        """All is found: the file is no longer needed."""
        self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _read(path: Path, rankings: dict[str, Ranked]) -> int:
    """Read the whole lines of a journal; returns the byte where the first broken one begins."""
    whole = 0
    if not path.exists():
        return whole
    with path.open("rb") as file:
        for line in file:
            try:
                key, ranking = json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n"):
                break
            rankings[key] = [(document, score) for document, score in ranking]
            whole += len(line)
    return whole
