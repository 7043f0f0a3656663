"""Cases: questions with what a right answer must quote, or with the knowledge that nothing answers."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import language_code
from eval.lines import Record, records, text_of
from index.errors import BadInput
from index.language import detect
from qa.question import check


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    question: str
    language: str
    articles: tuple[str, ...]
    """File names or article ids that hold the answer; empty where that is not said."""
    gold: tuple[str, ...]
    """A right quote has one of these in it, in Unicode NFC; empty where that is not said."""
    answerable: bool
    place: str


@dataclass(frozen=True, slots=True)
class Cases:
    name: str
    cases: tuple[Case, ...]
    digest: str
    """SHA-256 over all that is asked and expected, hex."""


def load(path: Path) -> Cases:
    """The cases in a JSON Lines file: `id, question, language, articles, gold, answerable`.

    Only `question` must be there. A case that says neither what nor where its answer is counts as one that
    nothing answers, unless it is called answerable. Raises BadInput with file and line, NotFound.
    """
    found: dict[str, Case] = {}
    for place, record in records(path):
        case = _case(record, place)
        if case.id in found:
            raise BadInput(
                f"{place}: a second case with the id {case.id!r} (the first: {found[case.id].place}): "
                "expected every id once"
            )
        found[case.id] = case
    if not found:
        raise BadInput(f"{path} is empty: expected at least one case, as JSON Lines")
    cases = tuple(found.values())
    digest = hashlib.sha256(
        repr([(c.id, c.question, c.language, c.articles, c.gold, c.answerable) for c in cases]).encode()
    )
    return Cases(path.name.split(".")[0], cases, digest.hexdigest())


def _case(record: Record, place: str) -> Case:
    question = text_of(record, "question", place)
    gold = tuple(unicodedata.normalize("NFC", text) for text in _texts(record, "gold", place))
    articles = tuple(_texts(record, "articles", place))
    answerable = record.get("answerable", bool(gold or articles))
    if not isinstance(answerable, bool):
        raise BadInput(f"{place}: 'answerable' is {answerable!r}: expected true or false")
    try:
        check(question)
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from error
    if "" in gold:
        raise BadInput(f"{place}: an empty gold text is in every quote: expected some words")
    return Case(
        id=text_of(record, "id", place) if "id" in record else place.rsplit(":", 1)[1],
        question=question,
        language=language_code(record.get("language"), place) or detect(question)[0],
        articles=articles,
        gold=gold,
        answerable=answerable,
        place=place,
    )


def _texts(record: Record, name: str, place: str) -> list[str]:
    value = record.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise BadInput(f"{place}: the field {name!r} is {value!r}: expected a list of texts")
    return value
