"""A conversation that the browser kept, asked again: only questions are kept, so no answer is out of date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from index.errors import BadInput
from qa.conversation import Turn
from ui import render
from ui.collection import Collection
from ui.fields import Conversation, Earlier, Limits, scope_of, turns_of
from ui.reply import replies

MOST = 50
"""Questions of a conversation that are opened again, the last ones."""


class Kept(Earlier):
    """A question as the browser keeps it, with what it was limited to."""

    scope: Limits | None = None


_EARLIER: TypeAdapter[list[Earlier]] = TypeAdapter(Conversation)
_KEPT: TypeAdapter[list[Kept]] = TypeAdapter(Annotated[list[Kept], Field(max_length=MOST)])


def earlier_in(text: str) -> list[Turn]:
    """The earlier questions that a page sends as JSON, none for an empty text; raises BadInput."""
    if not text.strip():
        return []
    try:
        return turns_of(_EARLIER.validate_json(text))
    except ValidationError as error:
        raise _unreadable(error) from None


def reopened(articles: Collection, text: str, language: str) -> Iterator[list[dict[str, Any]]]:
    """The messages of a conversation as each of its questions is answered anew.

    `text` is JSON of the kept questions; `language` is the reader's.
    """
    messages: list[dict[str, Any]] = []
    try:
        turns = _KEPT.validate_json(text)
        scopes = [scope_of(turn.scope) for turn in turns]
    except (ValidationError, BadInput) as error:
        told = _unreadable(error) if isinstance(error, ValidationError) else error
        yield [{"role": "assistant", "content": render.notice_html(str(told))}]
        return
    for place, (turn, scope) in enumerate(zip(turns, scopes, strict=True)):
        messages.append({"role": "user", "content": render.question_html(turn.question, scope, language)})
        *_, shown = replies(articles, turn.question, language, scope, _before(turns, place))
        messages.append({"role": "assistant", "content": shown})
        yield [*messages]


def _before(turns: Sequence[Kept], place: int) -> list[Turn]:
    """What was asked before a question; nothing where it was answered as asked."""
    return [] if turns[place].standalone else turns_of(turns[:place])


def _unreadable(error: ValidationError) -> BadInput:
    first = error.errors()[0]
    at = "/".join(map(str, first["loc"]))
    return BadInput(f"the conversation cannot be read ({at}: {first['msg']}): begin a new one")
