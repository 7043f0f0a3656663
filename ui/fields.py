"""What the fields of a request's body may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from index.errors import BadInput
from index.scope import Scope
from qa.conversation import Turn
from qa.question import LONGEST


def _whole(text: str) -> str:
    """JSON can spell half of a surrogate pair, which is no character: nothing could store or send it."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("half of a surrogate pair is not text")
    return text


Words = Annotated[str, Field(max_length=LONGEST), AfterValidator(_whole)]
Code = Annotated[str, Field(pattern="^[a-z]{2,3}$", description="ISO 639 code")]

Name = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_whole)]
Day = Annotated[
    str,
    Field(
        pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$",
        max_length=10,
        description="2024-06-18, 2024-06 or 2024",
        examples=["2024-06-18"],
    ),
]


class Limits(BaseModel):
    """Which articles may be found; what is left out limits nothing. `GET /v1/info` says what there is."""

    model_config = ConfigDict(extra="forbid", strict=True)
    from_: Day | None = Field(None, alias="from", description="the first day, included")
    to: Day | None = Field(None, description="the last day, included")
    outlets: list[Name] = Field([], max_length=1000, description="names of outlets; case does not matter")
    languages: list[Code] = Field([], max_length=100, description="languages of the articles")
    articles: list[Name] = Field([], max_length=1000, description="ids of articles")


class Earlier(BaseModel):
    """A question asked before in the same conversation."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    language: Code | None = Field(None, description="its language; told from its words when left out")
    standalone: bool | None = Field(
        None,
        description="true where it was answered as asked (`about` was empty), which a later question then "
        "does not look behind; told from its words when left out",
    )


Conversation = Annotated[
    list[Earlier],
    Field(
        max_length=50,
        description="what was asked before, oldest first: an incomplete question takes from it what it "
        "leaves unsaid, and the answer's `about` names that. The last 8 count. Empty: the question stands "
        "alone.",
    ),
]


def turns_of(conversation: Sequence[Earlier]) -> list[Turn]:
    """The earlier questions, those without a letter left out."""
    return [
        Turn(one.question.strip(), one.language, one.standalone)
        for one in conversation
        if any(char.isalnum() for char in one.question)
    ]


def scope_of(limits: Limits | None) -> Scope | None:
    """What a search is limited to; raises BadInput for what is no date."""
    if limits is None:
        return None
    lists = (limits.outlets, limits.languages, limits.articles)
    return Scope(limits.from_, limits.to, *map(tuple, lists))


def scope_in(json: str) -> Scope | None:
    """The scope that a page sends as JSON of `Limits`, None for an empty text; raises BadInput."""
    if not json.strip():
        return None
    try:
        return scope_of(Limits.model_validate_json(json))
    except ValidationError as error:
        first = error.errors()[0]
        at = "/".join(map(str, first["loc"]))
        raise BadInput(
            f"the filters cannot be read ({at}: {first['msg']}): clear them and try again"
        ) from None
