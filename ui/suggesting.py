"""The API's /v1/suggestions and /v1/examples: what to ask next, and what one might ask at all."""

from __future__ import annotations

import threading

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from index.article import Article
from index.catalog import found
from index.errors import NotFound
from index.scope import Scope
from index.store import Store
from qa.messages import LANGUAGES
from qa.suggest import TRIED, Example, examples, next_questions
from ui.collection import Collection
from ui.fields import Code, Name, Words
from ui.problems import responses

ARTICLES = 6
"""Articles of an answer that are looked at."""

EXAMPLES = 12
"""Languages of which an example is offered."""

AT_ONCE = 2
"""Requests that try their suggestions at once: while many people ask, the others get theirs untried, and
leave the time to answers."""


class Answered(BaseModel):
    """What has been asked, and the articles that answered."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    language: Code = Field("en", description="in which to suggest")
    articles: list[Name] = Field(max_length=100, description="ids of the answer's articles, in their order")


class Suggested(BaseModel):
    """Questions that these articles answer."""

    questions: list[str]


class Examples(BaseModel):
    """Questions that the collection answers, in several languages."""

    examples: list[Example]


def install(app: FastAPI, articles: Collection) -> None:
    """Add the routes to `app`."""
    trying = threading.BoundedSemaphore(AT_ONCE)
    making = threading.Lock()
    made: tuple[int, list[Example]] | None = None

    @app.post("/v1/suggestions", responses=responses(400, 404, 409, 413, 422, 500, 503))
    def suggest(answered: Answered) -> Suggested:
        """Suggest questions to ask next, drawn from an answer's articles."""
        index = articles.index()
        held = [one for id in answered.articles[:ARTICLES] if (one := articles.store().find(id=id))]
        free = trying.acquire(blocking=False)
        try:
            questions = next_questions(
                index,
                held,
                asked=answered.question,
                language=answered.language,
                tried=TRIED if free else 0,
            )
        finally:
            if free:
                trying.release()
        return Suggested(questions=questions)

    @app.get("/v1/examples", responses=responses(409, 500))
    def give_examples() -> Examples:
        """Give a question per language, drawn from the latest articles in it."""
        nonlocal made
        try:
            store = articles.store()
        except NotFound:
            return Examples(examples=[])
        with making:  # asked for by many at once it is made once
            change = store.change
            if made is None or made[0] != change:
                made = (change, examples(articles.index(), _latest(store)))
            return Examples(examples=made[1])


def _latest(store: Store) -> list[Article]:
    """The latest article of each language, the most frequent languages first."""
    spoken = [code for code in store.languages() if code in LANGUAGES][:EXAMPLES]
    chosen = [found(store, scope=Scope(languages=(code,)), limit=1).articles[0].id for code in spoken]
    return [one for id in chosen if (one := store.find(id=id)) is not None]
