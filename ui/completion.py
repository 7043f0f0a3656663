"""An answer as a completion of OpenAI's chat."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from index.embed import Embedder
from qa.answer import Answer
from qa.question import token_table
from ui.citing import Reply, reply

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


def completed(answer: Answer, articles: str, embedder: Embedder, question: str) -> Completion:
    """The answer to `question`, now; `articles` is the address below which those without one are found."""
    message = reply(answer, articles)
    read, written = (len(tokens.ids) for tokens in token_table(embedder).tokens([question, message.content]))
    return Completion(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(time.time()),
        choices=(Choice(message),),
        usage=Usage(read, written, read + written),
        cita=answer,
    )
