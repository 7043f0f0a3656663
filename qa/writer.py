"""The one door to a language model: it is given messages and sends text back, piece by piece.

Whatever stands behind the door is asked for text and nothing else; what that text is worth is decided by
`qa.support`, in code. A model that fails in any way raises `ModelFailed`, and the answer is then made
of quotes alone, as without a model.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Literal, Protocol

from index.errors import CitaError

LIMIT = 60.0
"""Seconds a question may wait for its model, all calls and retries together."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the model. `system` is ours alone; article text and questions stand in `user`."""

    role: Literal["system", "user"]
    text: str


class ModelFailed(CitaError):
    """A model could not be used; `str(error)` says why, and holds no key and no address."""


BEAT = 0.5
"""Seconds between two signs that a model is still awaited."""


def beating(pieces: Iterable[str], alive: Callable[[], None]) -> Iterator[str]:
    """The pieces, with `alive` called every `BEAT` or so meanwhile; what it raises ends the call."""
    last = monotonic()
    for piece in pieces:
        if monotonic() - last >= BEAT:
            last = monotonic()
            alive()
        yield piece


class Writer(Protocol):
    """A language model. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """What readers are told wrote the text."""
        ...

    @property
    def limit(self) -> float:
        """Seconds one question may wait for it."""
        ...

    @property
    def language(self) -> str | None:
        """The language it is to answer in, ISO 639-1; None is the question's."""
        ...

    def write(self, messages: Sequence[Message], *, deadline: float) -> Generator[str, None, None]:
        """The reply in pieces as they come; an empty one now and then says that it is still awaited.

        Raises ModelFailed, and no later than `deadline` (of `time.monotonic`): pieces given before that
        are then worth nothing. Closing the generator ends the call.
        """
        ...
