"""The chat page: Gradio carries the conversation, our own script shows the evidence beside it.

An answer is one Chatbot message of escaped HTML (`ui.render`). The evidence pane, the header and
the start page are built by the scripts in `assets/`, which put an article's text on the page as text
and never as HTML; so no part of the page needs `unsafe-eval` or an inline script from elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported: no look-ups outside

import gradio as gr
from fastapi import FastAPI

from index.errors import BadInput, CitaError
from qa.messages import phrase, supported
from ui import render
from ui.asking import ask_checked
from ui.collection import Collection
from ui.fields import scope_in, scope_of, turns_of
from ui.problems import told
from ui.questions import Question, read
from ui.reopening import earlier_in, reopened
from ui.reply import replies
from ui.turns import in_turn

CONCURRENT = 200
"""Conversations that are replied to at once: whoever asks is told at once that the search has begun. How many
answers are worked out at the same time is for `ui.turns`."""

WAITING = 256
"""Questions that may wait in line before new ones are refused."""

_HEAD = """
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/cita/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/cita/colours.css">
<link rel="stylesheet" href="/cita/shell.css">
<link rel="stylesheet" href="/cita/talk.css">
<link rel="stylesheet" href="/cita/evidence.css">
<link rel="stylesheet" href="/cita/judging.css">
<link rel="stylesheet" href="/cita/model.css">
<link rel="stylesheet" href="/cita/filters.css">
<link rel="stylesheet" href="/cita/why.css">
<link rel="stylesheet" href="/cita/views.css">
<link rel="stylesheet" href="/cita/library.css">
<link rel="stylesheet" href="/cita/evaluation.css">
<link rel="stylesheet" href="/cita/history.css">
<script type="module" src="/cita/shell.js"></script>
"""

Message = dict[str, Any]
Reply = tuple[str, list[Message]]
"""What goes back into the box, and the conversation so far."""


def mount(app: FastAPI, articles: Collection, *, examples: Mapping[str, str]) -> None:
    """Put the chat page at / of `app`, after the routes it already has."""
    blocks = build(articles, examples=examples)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        ssr_mode=False,
        show_error=False,
        footer_links=[],
        run_history=False,
        max_file_size="1kb",  # nothing is uploaded through Gradio: articles come in by the API
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        head=_HEAD,
    )


def build(articles: Collection, *, examples: Mapping[str, str]) -> gr.Blocks:
    """The Gradio page over one collection."""
    with gr.Blocks(title="cita", fill_width=True, fill_height=True) as blocks:
        chat = gr.Chatbot(
            elem_id="cita-chat",
            show_label=False,
            container=False,
            height="auto",
            autoscroll=False,  # our script brings a new question to the top instead
            layout="panel",
            buttons=[],
            feedback_options=None,
            latex_delimiters=[],
            group_consecutive_messages=False,
            placeholder=render.welcome_html(examples),
        )
        box = gr.Textbox(
            elem_id="cita-ask",
            show_label=False,
            label=phrase("ask_placeholder", "en"),
            placeholder=phrase("ask_placeholder", "en"),
            container=False,
            lines=1,
            max_lines=6,
            submit_btn=True,
            autofocus=True,
            html_attributes=gr.InputHTMLAttributes(autocorrect="off", spellcheck=False),
        )

        # Written by the page's own filters (assets/filters.js), which stand outside of Gradio.
        limits = gr.Textbox(elem_id="cita-limits", show_label=False, container=False)

        # The conversation's earlier questions, and one to open again: both written by assets/history.js.
        earlier = gr.Textbox(elem_id="cita-earlier", show_label=False, container=False)
        reopen = gr.Textbox(elem_id="cita-reopen", show_label=False, container=False, submit_btn=True)

        async def reply(
            question: str, history: list[Message], limits: str, earlier: str, request: gr.Request
        ) -> AsyncIterator[Reply]:
            language = _language(request)
            try:
                scope, conversation = scope_in(limits), earlier_in(earlier)
            except BadInput as error:
                yield question, [*history, {"role": "assistant", "content": render.notice_html(str(error))}]
                return
            shown_question = render.question_html(question, scope, language)
            asked = [*history, {"role": "user", "content": shown_question}]
            yield "", [*asked, {"role": "assistant", "content": render.stage_html("searching", language)}]
            async for shown in in_turn(replies(articles, question, language, scope, conversation)):
                yield "", [*asked, {"role": "assistant", "content": shown}]

        asking = box.submit(
            reply, [box, chat, limits, earlier], [box, chat], show_progress="hidden", api_visibility="private"
        )

        # Pressed by the button beside the stage, which is no part of Gradio.
        halt = gr.Button(elem_id="cita-halt")

        def stopped(history: list[Message], request: gr.Request) -> list[Message]:
            language = _language(request)
            notice = render.notice_html(phrase("answer_stopped", language), language, kind="stopped")
            return [*history[:-1], {"role": "assistant", "content": notice}] if history else []

        halt.click(
            stopped, chat, chat, cancels=[asking], queue=False, show_progress="hidden",
            api_visibility="private",
        )  # fmt: skip

        def opened(kept: str, request: gr.Request) -> Iterator[list[Message]]:
            yield from reopened(articles, kept, _language(request))

        reopen.submit(opened, reopen, chat, show_progress="hidden", api_visibility="private")
        gr.api(_asked(articles), api_name="ask")
    blocks.queue(default_concurrency_limit=CONCURRENT, max_size=WAITING)
    return blocks


def _language(request: gr.Request) -> str:
    """The reader's language: the one chosen on the page, else the browser's."""
    chosen = request.cookies.get("cita-language")
    return supported(chosen or request.headers.get("accept-language", "en"))


def _asked(articles: Collection) -> Callable[..., dict[str, Any]]:
    """The page's one endpoint for programs (`gradio_client`); all others are the page's own."""

    def ask(
        question: str,
        language: str = "",
        scope: dict[str, Any] | None = None,
        conversation: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Answer a question with verbatim quotes and their sources, as POST /v1/ask does.

        Args:
            question: the question, in any language
            language: ISO 639 code of the question's language; told from its words when empty
            scope: which articles may be found: {"from", "to", "outlets", "languages", "articles"}
            conversation: what was asked before, oldest first: [{"question"}, ...]

        Returns:
            the answer: status, text, quotes with offsets, numbered sources
        """
        try:
            given = {"question": question, "language": language or None, "scope": scope or None}
            asked = read(Question, given | {"conversation": conversation or []})
            answer = ask_checked(
                articles.index(),
                asked.question,
                language=asked.language,
                scope=scope_of(asked.scope),
                conversation=turns_of(asked.conversation),
                models=articles.models,
            )
        except CitaError as error:
            raise gr.Error(told(error), print_exception=False) from None
        return asdict(answer)

    return ask
