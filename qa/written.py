"""What a language model had to do with an answer: its sentences, what was left out of them, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Why = Literal["no_citation", "no_such_text", "too_little", "too_long", "other_figures", "off_topic", "markup"]
"""Why something was left out.

- no_citation: nothing is cited for the sentence
- no_such_text: none of the words it cites stand, to the letter, in the excerpt it names
- too_little: the words cited are too few to support anything
- too_long: it is no sentence but a page
- other_figures: it has a figure that neither the quoted sentences nor the question have
- off_topic: what it cites is there, but speaks of something else
- markup: it holds HTML, a link, an image or an address
"""

Outcome = Literal["used", "failed", "unsupported", "wrong_language", "no_answer"]
"""What became of what a model wrote.

- used: the answer's text is the model's
- failed: the server could not be used, or not in time
- unsupported: no sentence was left
- wrong_language: it is not in the question's language
- no_answer: the model said that the excerpts do not answer

In all but the first the answer is made of quotes alone.
"""


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """One sentence of the model's, and the quotes it rests on."""

    text: str
    quotes: tuple[int, ...]
    """Places in the answer's `quotes`, from 0; at least one."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a model wrote and the reader is not shown: a sentence, or words it cited wrongly."""

    text: str
    why: Why
    kind: Literal["sentence", "citation"] = "sentence"


@dataclass(frozen=True, slots=True)
class Written:
    """A model's part in an answer."""

    model: str
    """The name under which its server knows it."""
    outcome: Outcome
    sentences: tuple[WrittenSentence, ...] = ()
    """In order; empty unless `used`."""
    left_out: tuple[LeftOut, ...] = ()
    """At most twenty are kept."""
    cause: str = ""
    """What went wrong, in English, for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A quote in the reader's language, made by a machine; it stands beside the quote, never for it."""

    quote: int
    """Place in the answer's `quotes`, or in `nearest` where there is no answer; from 0."""
    text: str
    language: str
    model: str
