"""A follow-up question, worded by a language model so that it can be understood by itself.

It is only ever looked for and never shown as the reader's own words. It is taken where it is one question
in the same language that brings in nothing new: no name and no figure that was not in the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from time import monotonic

from index.names import names, shared_names
from qa import prompt
from qa.draft import foreign, spoken
from qa.question import LONGEST
from qa.support import figures, is_markup, telling_figures, visible
from qa.writer import ModelFailed, Writer, beating

LIMIT = 8.0
"""Seconds a follow-up may wait to be worded anew; the search has yet to come."""


def rewritten(
    writer: Writer,
    question: str,
    earlier: Sequence[str],
    language: str,
    alive: Callable[[], None] = lambda: None,
) -> str | None:
    """The question by itself, None where the model fails or says more than it should.

    `earlier` are the texts it may lean on, oldest first: earlier questions, and what they were answered with.
    """
    messages = prompt.rewriting(question, language, earlier)
    try:
        with closing(writer.write(messages, deadline=monotonic() + min(LIMIT, writer.limit))) as pieces:
            lines = [line for line in "".join(spoken(beating(pieces, alive))).split("\n") if line.strip()]
    except ModelFailed:
        return None
    if len(lines) != 1:
        return None
    told = visible(lines[0]).strip('"“”«»„ ')
    return told if _holds(told, question, earlier, language) else None


def _holds(told: str, question: str, earlier: Sequence[str], language: str) -> bool:
    if not any(map(str.isalnum, told)) or len(told) > min(LONGEST, 300 + 2 * len(question)):
        return False
    if is_markup(told) or foreign(told, language):
        return False
    known = " \n".join([*earlier, question])
    if not telling_figures(told, language) <= figures(known, language):
        return False
    # The first word of a question has a capital whatever it is.
    first = next(place for place, char in enumerate(told) if char.isalnum())
    new = [name for name in names(told) if name.start > first and told[name.start : name.end] not in known]
    met = {asked.start for asked, _ in shared_names(new, names(known))}
    return all(name.start in met or not told[name.start].isupper() for name in new)
