"""The API's /v1/ask/export: an answer as a file to keep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from fastapi import FastAPI, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from qa.answer import Answer
from ui.asking import ask_checked, checked
from ui.collection import Collection
from ui.exporting import Format, exported
from ui.fields import Code, Limits, Words, scope_of
from ui.problems import responses

_TYPES: dict[Format, tuple[str, str]] = {
    "markdown": ("text/markdown", "md"),
    "json": ("application/json", "json"),
    "bibtex": ("application/x-bibtex", "bib"),
}
_CONTENT: dict[str, Any] = {media: {"schema": {"type": "string"}} for media, _ in _TYPES.values()} | {
    "application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}
}


class Wanted(BaseModel):
    """What to export: the answer to a question asked now, or an answer given before."""

    model_config = ConfigDict(extra="forbid")
    format: Format
    question: Words | None = Field(None, description="to be answered now")
    language: Code | None = Field(None, description="that of the question; told from its words when left out")
    scope: Limits | None = None
    answer: Answer | None = Field(None, description="as `POST /v1/ask` gave it; instead of `question`")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.question is None) == (self.answer is None):
            raise ValueError("expected either a question or an answer")
        if self.answer is not None and (self.language is not None or self.scope is not None):
            raise ValueError("language and scope belong to a question")
        return self


def install(app: FastAPI, articles: Collection) -> None:
    """Add the route to `app`."""

    @app.post(
        "/v1/ask/export",
        response_class=Response,
        responses={200: {"content": _CONTENT}, **responses(400, 404, 409, 413, 422, 500, 503)},
    )
    def export_answer(wanted: Wanted) -> Response:
        """Give an answer as Markdown, JSON or BibTeX: to a question asked now, or one given before.

        An answer that is sent is checked anew against the stored articles: a quote that they do not hold,
        or no longer, is left out.
        """
        index = articles.index()
        if wanted.answer is not None:
            answer = checked(wanted.answer, index)
        else:
            scope = scope_of(wanted.scope)
            answer = ask_checked(index, wanted.question or "", language=wanted.language, scope=scope)
        media, ending = _TYPES[wanted.format]
        return Response(
            exported(replace(answer, explanation=None), wanted.format),
            media_type=f"{media}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="answer.{ending}"'},
        )
