"""A reply of the chat as it grows: each stage as it begins, then the answer or what went wrong."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

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
    try:
        for event in _watched(lambda on_stage: _answer(articles, question, scope, conversation, on_stage)):
            yield render.stage_html(event, language) if isinstance(event, str) else render.answer_html(event)
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


def _answer(
    articles: Collection,
    question: str,
    scope: Scope | None,
    conversation: Sequence[Turn],
    on_stage: Callable[[str], None],
) -> Answer:
    return ask_checked(
        articles.index(), question, scope=scope, explain=True, on_stage=on_stage, conversation=conversation
    )


def _watched(work: Callable[[Callable[[str], None]], Answer]) -> Iterator[str | Answer]:
    """Each stage that `work` reports, while it works in a thread of its own, and then its result.

    What `work` raises is raised here.
    """
    events: queue.SimpleQueue[str | Answer | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            events.put(work(events.put))
        except BaseException as error:  # handed over whole, and raised again in the caller's thread
            events.put(error)

    threading.Thread(target=run, daemon=True, name="cita-ask").start()
    while True:
        event = events.get()
        if isinstance(event, BaseException):
            raise event
        yield event
        if isinstance(event, Answer):
            return
