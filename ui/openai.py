"""The OpenAI-compatible endpoint: clients and chat front ends made for OpenAI ask cita unchanged.

`POST /v1/chat/completions`, streamed or whole, and `GET /v1/models`. The last message of the user is the
question, and those before it are the conversation that it may lean on. What a system prompt says is left
alone: an answer is quotes, whoever is to speak. `language`, `scope`, `llm` and
`translate` may be sent along as in `/v1/ask`; the whole `Answer` comes back as `cita`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field, TypeAdapter

from qa.conversation import LOOKED_BACK, Turn
from qa.question import LONGEST, check
from ui.asking import ask_checked
from ui.chunks import streamed
from ui.collection import Collection
from ui.completion import MODEL, Completion, completed
from ui.failures import Failures, Refused, refused, responses
from ui.fields import Code, Limits, scope_of
from ui.metrics import Metrics
from ui.models import asking_for
from ui.running import Event, Runner, Tell

MOST = 1000
"""Messages one request may carry."""


class MessagePart(BaseModel):
    """A part of a message."""

    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[MessagePart] | None = None

    def text(self) -> str:
        """Its words, without images and other parts."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream is to hold besides."""

    include_usage: bool | None = False


class ChatRequest(BaseModel):
    """What clients of OpenAI send; whatever is not named here is accepted and changes nothing."""

    model: str = Field(max_length=200, description=f'"{MODEL}"')
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(1, description="1: a question has one answer")
    tools: list[Any] | None = Field(None, description="none: no tools are called")
    functions: list[Any] | None = Field(None, description="none: no functions are called")
    tool_choice: Any = Field(None, description='"none" lets tools be sent along')
    response_format: dict[str, Any] | None = Field(None, description='{"type": "text"}')
    modalities: list[str] | None = Field(None, description='["text"]')
    logprobs: bool | None = False
    language: Code | None = Field(None, description="that of the question; told from its words when left out")
    scope: Limits | None = None
    llm: bool = Field(True, description="false: quotes alone, where the server has a language model too")
    translate: bool | None = Field(None, description="whether that translates quotes in other languages")


_JSON = TypeAdapter(Completion)
_DESCRIBED: dict[str, Any] = {
    "description": "A completion; with `stream`, chunks of it and `[DONE]`",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked."""

    id: str
    created: int
    object: Literal["model"] = "model"
    owned_by: str = "cita"


@dataclass(frozen=True, slots=True)
class Models:
    """All there are."""

    data: tuple[Model, ...]
    object: Literal["list"] = "list"


def install(app: FastAPI, articles: Collection, runner: Runner, metrics: Metrics) -> None:
    """Add the routes, and the form of their errors, to `app`, after all its other middleware."""
    started = int(time.time())
    app.add_middleware(Failures)
    app.add_exception_handler(Refused, refused)

    @app.post(
        "/v1/chat/completions",
        response_model=Completion,
        responses={200: _DESCRIBED, **responses(400, 404, 409, 413, 429, 500, 503)},
    )
    async def chat_completions(asked: ChatRequest, request: Request) -> Response:
        """Answer the last message, in the form of OpenAI's chat completions.

        Each quote in the text is annotated with a `url_citation` whose indices count Unicode code points:
        `content[start_index:end_index]` is, to the character, the words of the article.
        """
        _supported(asked)
        question, conversation = _asked(asked.messages)
        models = asking_for(articles.models, llm=asked.llm, translate=asked.translate)
        scope, links = scope_of(asked.scope), str(request.url_for("list_articles"))

        def work(tell: Tell) -> Completion:
            answer = ask_checked(
                articles.index(),
                question,
                language=asked.language,
                scope=scope,
                conversation=conversation,
                models=models,
                on_stage=lambda stage: tell(Event("stage", stage)),
            )
            metrics.answer(answer)
            return completed(answer, links, articles.index().embedder, question)

        if not asked.stream:
            return Response(
                _JSON.dump_json(await runner.result(request, work)), media_type="application/json"
            )
        with_usage = asked.stream_options is not None and bool(asked.stream_options.include_usage)
        return await streamed(request, runner, work, with_usage=with_usage)

    @app.get("/v1/models", responses=responses(500))
    def list_models() -> Models:
        """List the models: there is one."""
        return Models((Model(MODEL, started),))

    @app.get("/v1/models/{model:path}", responses=responses(404, 500))
    def get_model(model: str) -> Model:
        """Get one model."""
        _known(model)
        return Model(model, started)


def _known(model: str) -> None:
    if model != MODEL:
        said = f"there is no model {model[:80]!r}: expected {MODEL!r}, the only one"
        raise Refused(404, said, code="model_not_found", param="model")


def _supported(asked: ChatRequest) -> None:
    """Raise Refused for what would not be answered as its sender expects."""
    _known(asked.model)
    for param, said in _unsupported(asked):
        raise Refused(400, said, code="unsupported_value", param=param)


def _unsupported(asked: ChatRequest) -> Iterator[tuple[str, str]]:
    """Each parameter whose value asks for what there is not, and what to send instead."""
    if asked.n not in (None, 1):
        yield "n", f"n is {asked.n}: a question has one answer, expected 1"
    if asked.tools and asked.tool_choice != "none":
        yield "tools", 'cita calls no tools: leave `tools` out, or send tool_choice "none"'
    if asked.functions:
        yield "functions", "cita calls no functions: leave `functions` out"
    if (asked.response_format or {}).get("type", "text") != "text":
        yield "response_format", 'expected {"type": "text"}: the whole answer as JSON is in `cita` beside it'
    if "text" not in (asked.modalities or ["text"]):
        yield "modalities", 'an answer is text: expected ["text"]'
    if asked.logprobs:
        yield "logprobs", "quotes have no log probabilities: leave `logprobs` out"


def _asked(messages: Sequence[ChatMessage]) -> tuple[str, list[Turn]]:
    """The question, which is the user's last message, and what the user asked before it."""
    at = max((n for n, message in enumerate(messages) if message.role == "user"), default=None)
    if at is None:
        said = 'no message is the user\'s: expected one of the role "user", which asks the question'
        raise Refused(400, said, code="invalid_value", param="messages")
    content = messages[at].content
    parts = content if isinstance(content, list) else []
    odd = next((part.type for part in parts if part.type != "text"), None)
    if odd is not None:
        said = f"the question has a part of type {odd[:40]!r}: expected text and nothing else"
        raise Refused(400, said, code="unsupported_value", param=f"messages.{at}.content")
    earlier = [message.text().strip() for message in messages[:at] if message.role == "user"]
    turns = [Turn(words[:LONGEST]) for words in earlier if any(char.isalnum() for char in words)]
    return check(messages[at].text()), turns[-LOOKED_BACK:]
