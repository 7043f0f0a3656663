"""What is asked and what is looked for, by whichever door it comes in."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import BadInput
from ui.fields import Code, Conversation, Limits, Words


class Question(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    language: Code | None = Field(None, description="that of the question; told from its words when left out")
    scope: Limits | None = None
    explain: bool = Field(False, description="say in `explanation` why the answer is what it is")
    conversation: Conversation = []


class Search(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: Words
    k: int = Field(10, ge=1, le=100, description="how many passages")
    scope: Limits | None = None


Form = TypeVar("Form", bound=BaseModel)


def read(form: type[Form], value: Any) -> Form:
    """The value as a `form`; raises BadInput, which names the field, for one of another shape."""
    try:
        return form.model_validate(value)
    except ValidationError as error:
        raise _refusal(form, error) from None


def read_json(form: type[Form], text: bytes) -> Form:
    """As `read`, for JSON; raises BadInput for what is none, too."""
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        raise _refusal(form, error) from None


def _refusal(form: type[BaseModel], error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    at, said = ".".join(map(str, first["loc"])), str(first["msg"])
    if first["type"] == "model_type":
        said = "expected an object"
    elif first["type"] == "extra_forbidden":
        said = "there is no such field"
    elif first["type"] == "missing":
        said = "it is missing"
    elif first["type"] == "json_invalid":
        return BadInput(f"{said}: expected one JSON object")
    known = ", ".join(field.alias or name for name, field in form.model_fields.items())
    hint = f"; the fields are {known}" if len(first["loc"]) < 2 else ""
    return BadInput(f"{at[:80]}: {said}{hint}" if at else f"{said}{hint}")
