"""An answer as a completion of OpenAI's chat: whole, and as the chunks it is streamed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from qa.answer import Answer
from ui.citing import Reply, deltas

MODEL = "cita"
"""The name of the one model there is."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Pieces of text, as the embedder counts them, that were read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The one answer."""

    message: Reply
    index: int = 0
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer, as clients of OpenAI expect it, and in `cita` as it is."""

    id: str
    created: int
    """Seconds since 1970."""
    choices: tuple[Choice, ...]
    usage: Usage
    cita: Answer
    model: str = MODEL
    object: Literal["chat.completion"] = "chat.completion"


def events(completion: Completion, *, with_usage: bool) -> Iterator[str]:
    """The completion as server-sent events: the text by paragraphs, then what it cites, then the answer.

    As at OpenAI the citations come last, in a delta of their own; `with_usage` adds the chunk without
    choices that tells the usage.
    """
    message = completion.choices[0].message
    about: dict[str, Any] = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
    }
    if with_usage:
        about["usage"] = None

    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data(about | {"choices": [choice]} | more)

    yield event({"role": message.role, "content": "", "refusal": None})
    for piece in deltas(message.content):
        yield event({"content": piece})
    yield event({"content": "", "annotations": [asdict(one) for one in message.annotations]})
    yield event({}, completion.choices[0].finish_reason, cita=asdict(completion.cita))
    if with_usage:
        yield _data(about | {"choices": [], "usage": asdict(completion.usage)})
    yield "data: [DONE]\n\n"


def _data(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
