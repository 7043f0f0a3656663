"""What became of each input: one line per input, and totals that add up."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["added", "updated", "unchanged", "duplicate-of", "skipped", "failed"]
STATUSES: tuple[Status, ...] = ("added", "updated", "unchanged", "duplicate-of", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class Item:
    """The fate of one input (a file, or one line of a JSON Lines file)."""

    input: str
    status: Status
    reason: str | None = None
    """Why, for `skipped` and `failed`; the sentence names what came and what was expected."""
    article_id: str | None = None
    """The stored article; for `duplicate-of`, the one it duplicates."""


@dataclass(slots=True)
class Report:
    """The fates of all inputs of one run, in order."""

    items: list[Item] = field(default_factory=list)

    def count(self, status: Status) -> int:
        return sum(item.status == status for item in self.items)

    @property
    def totals(self) -> dict[Status, int]:
        """A number per status; they sum to `len(items)`."""
        return {status: self.count(status) for status in STATUSES}

    def to_json(self) -> dict[str, Any]:
        """`{"added": n, …, "items": [{"input", "status", "reason", "article_id"}]}`."""
        return {str(status): count for status, count in self.totals.items()} | {
            "items": [asdict(item) for item in self.items]
        }
