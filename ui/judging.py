"""The API's /v1/feedback: what readers say of an answer or a passage, kept with the collection."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from index.errors import NotFound
from qa import feedback
from qa.answer import Status
from qa.feedback import MOST, Feedback, Verdict
from qa.question import check, language_of
from ui.collection import Collection
from ui.fields import Code, Words
from ui.problems import responses

_LARGEST = 2**63 - 1
"""What SQLite can count to."""

Number = Annotated[int, Path(ge=1, le=_LARGEST, description="`id` of the feedback")]


class Place(BaseModel):
    """Where a quote stands."""

    model_config = ConfigDict(extra="forbid", strict=True)
    article_id: Annotated[Words, Field(max_length=100)]
    start: int = Field(ge=0, description="in code points of the article's text")
    end: int = Field(ge=0)


class Judged(BaseModel):
    """What a reader says: of an answer as a whole, of an article, or of the span of a quote in it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    verdict: Verdict = Field(description='"good" or "bad", or "right" for the passage that answers')
    language: Code | None = Field(None, description="that of the question; told from its words when left out")
    article_id: Annotated[Words, Field(max_length=100)] | None = Field(
        None, description='the article judged; needed for "right"'
    )
    start: int | None = Field(None, ge=0, description="of the passage, in code points of the article's text")
    end: int | None = Field(None, ge=0, description="of the passage; `start` and `end` come together")
    note: Words = Field("", description="anything else there is to say")
    status: Status | None = Field(None, description="that of the answer, where it is judged as a whole")
    shown: list[Place] = Field([], max_length=MOST, description="the quotes of that answer, in their order")

    @model_validator(mode="after")
    def _spans(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("a span needs both start and end")
        if self.start is not None and self.article_id is None:
            raise ValueError("a span needs the article_id it lies in")
        if self.article_id is not None and (self.status is not None or self.shown):
            raise ValueError("status and shown belong to an answer judged as a whole, without article_id")
        return self

    def span(self) -> tuple[int, int] | None:
        return None if self.start is None or self.end is None else (self.start, self.end)


class Judgements(BaseModel):
    """Some feedback, oldest first, and the cursor to go on from."""

    feedback: list[Feedback]
    next: int | None = Field(None, description="pass it as `after` for the next page; null on the last one")


def install(app: FastAPI, articles: Collection) -> None:
    """The routes that give, list and take back feedback."""

    @app.post("/v1/feedback", status_code=201, responses=responses(400, 404, 409, 413, 422, 500, 503))
    def give_feedback(judged: Judged) -> Feedback:
        """Say that an answer was good or bad, or that a passage is the right one."""
        question = check(judged.question)
        with articles.judging() as store:
            return feedback.record(
                store,
                judged.verdict,
                question,
                language=judged.language or language_of(question, store.languages()),
                article_id=judged.article_id,
                span=judged.span(),
                note=judged.note,
                status=judged.status,
                shown=[(place.article_id, place.start, place.end) for place in judged.shown],
            )

    @app.get("/v1/feedback", responses=responses(409, 422, 500))
    def list_feedback(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[int, Query(ge=0, le=_LARGEST, description="`next` of the page before")] = 0,
    ) -> Judgements:
        """List the feedback, newest last."""
        try:
            store = articles.store()
        except NotFound:  # as for the articles: where there are none, the list is empty
            return Judgements(feedback=[], next=None)
        found = [one for one in feedback.given(store) if one.id > after]
        shown = found[:limit]
        return Judgements(feedback=shown, next=shown[-1].id if len(found) > limit else None)

    @app.delete("/v1/feedback/{id}", status_code=204, responses=responses(404, 409, 422, 500, 503))
    def take_feedback_back(id: Number) -> None:
        """Take one judgement back."""
        with articles.judging() as store:
            feedback.forget(store, id)
