"""A reply of the chat as it grows: each stage as it begins, then the answer or what went wrong."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.errors import CitaError, NotFound
from index.scope import Scope
from qa.answer import Answer
from qa.conversation import Turn
from qa.messages import phrase
from qa.question import LONGEST
from ui import render
from ui.asking import ask_checked
from ui.collection import Collection


def replies(
    articles: Collection,
    question: str,
    language: str,
    scope: Scope | None = None,
    conversation: Sequence[Turn] = (),
) -> Iterator[str]:
    """The HTML of one reply as it grows: each stage as it begins, then the answer or what went wrong.

    `language` is the reader's, for what is said before the question's own language is known; only
    articles in `scope` are quoted; `conversation` is what was asked before.
    """
    if refused := _refused(question, language):
        yield render.notice_html(refused, language)
        return
    yield render.stage_html("searching", language)
    written = ""
    try:
        for event in _watched(lambda tell: _answer(articles, question, scope, conversation, tell)):
            if isinstance(event, Answer):
                yield render.answer_html(event)
            elif isinstance(event, Piece):
                written += event.text
                yield render.writing_html(written, language)
            elif not written:
                yield render.stage_html(event, language)
    except NotFound:
        yield render.notice_html(phrase("empty_collection", language), language)
    except CitaError as error:
        yield render.notice_html(str(error), "en")


def _refused(question: str, language: str) -> str | None:
    """What to say to a question that cannot be asked, None for one that can."""
    if not any(char.isalnum() for char in question):
        return phrase("empty_question", language)
    if len(question.strip()) > LONGEST:
        return phrase("question_too_long", language, limit=LONGEST)
    return None


@dataclass(frozen=True, slots=True)
class Piece:
    """A further piece of what a language model writes."""

    text: str


Tell = Callable[[str | Piece], None]


class _Left(BaseException):
    """Nobody waits for the reply any more."""


def _answer(
    articles: Collection,
    question: str,
    scope: Scope | None,
    conversation: Sequence[Turn],
    tell: Tell,
) -> Answer:
    return ask_checked(
        articles.index(),
        question,
        scope=scope,
        explain=True,
        on_stage=tell,
        on_text=lambda text: tell(Piece(text)),
        models=articles.models,
        conversation=conversation,
    )


def _watched(work: Callable[[Tell], Answer]) -> Iterator[str | Piece | Answer]:
    """Each stage and piece of text that `work` reports, while it works in a thread of its own, and then its
    result.

    What `work` raises is raised here; who stops reading ends the work, the next time it reports.
    """
    events: queue.SimpleQueue[str | Piece | Answer | BaseException] = queue.SimpleQueue()
    left = threading.Event()

    def tell(event: str | Piece) -> None:
        if left.is_set():
            raise _Left
        events.put(event)

    def run() -> None:
        try:
            events.put(work(tell))
        except BaseException as error:  # handed over whole, and raised again in the caller's thread
            events.put(error)

    threading.Thread(target=run, daemon=True, name="cita-ask").start()
    try:
        while True:
            event = events.get()
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, Answer):
                return
    finally:
        left.set()
