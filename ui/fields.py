"""What the fields of a request's body may be."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from qa.question import LONGEST


def _whole(text: str) -> str:
    """JSON can spell half of a surrogate pair, which is no character: nothing could store or send it."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("half of a surrogate pair is not text")
    return text


Words = Annotated[str, Field(max_length=LONGEST), AfterValidator(_whole)]
Code = Annotated[str, Field(pattern="^[a-z]{2,3}$", description="ISO 639 code")]
