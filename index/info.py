"""What a collection holds, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a client reads what a server says of itself, without the libraries that search
    from index.snapshot import Snapshot
    from index.store import Store


@dataclass(frozen=True, slots=True)
class Info:
    """What a collection holds."""

    articles: int
    passages: int
    languages: dict[str, int]
    outlets: dict[str, int]
    """Articles per outlet, most first; those of no known outlet are left out."""
    days: tuple[str, str] | None
    """The first and the last day an article was published, None where none is dated."""
    embedder: str
    fingerprint: str
    dim: int
    change: int
    generation: str | None
    newer_passages: int
    """Passages whose words are not yet in the generation; they are searched all the same."""
    degraded: str | None
    """Why searching is not what it should be (a cache was set aside), None when all is well."""

    @classmethod
    def gather(cls, store: Store, snapshot: Snapshot, degraded: str | None) -> Info:
        articles, passages = store.counts()
        return cls(
            articles=articles,
            passages=passages,
            languages=store.languages(),
            outlets=store.outlets(),
            days=store.days(),
            embedder=snapshot.embedder.name,
            fingerprint=snapshot.embedder.fingerprint,
            dim=snapshot.embedder.dim,
            change=snapshot.change,
            generation=snapshot.generation.folder.name if snapshot.generation else None,
            newer_passages=len(snapshot.lexical),
            degraded=degraded,
        )
