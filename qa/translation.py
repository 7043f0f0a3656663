"""Machine translations of quotes into the reader's language: beside the quote, never in its place.

A translation is no quote and is not cited. It is shown only where it is in the reader's language, has no
figure that the quote does not have, speaks of the same, and holds no markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing

from qa import prompt
from qa.answer import Answer, Quote
from qa.draft import ALIKE, foreign, spoken
from qa.messages import LANGUAGES
from qa.question import TokenTable
from qa.support import figures, is_markup, telling_figures, visible
from qa.writer import ModelFailed, Writer, beating
from qa.written import Translation

LONGER = 4
"""How many times as long as the quote a translation may be; Han and Hangul say more per letter."""

_LINE = re.compile(r"\s*[\[(]?(\d{1,2})[\])]?\s*[:：.)]\s*(.+)")


def translated(
    writer: Writer,
    answer: Answer,
    table: TokenTable,
    deadline: float,
    alive: Callable[[], None] = lambda: None,
) -> tuple[Translation, ...]:
    """Translations of those quotes (or nearest passages) of an answer that are in another language.

    Empty where the model fails; returns by `deadline`.
    """
    language = writer.language or answer.language
    languages = {source.n: source.language for source in answer.sources}
    quotes = answer.quotes or answer.nearest
    asked = [n for n, quote in enumerate(quotes) if languages[quote.source] not in (language, "und")]
    if not asked:
        return ()
    messages = prompt.translating([quotes[n].text for n in asked], language)
    try:
        with closing(writer.write(messages, deadline=deadline)) as pieces:
            text = "".join(spoken(beating(pieces, alive)))
    except ModelFailed:
        return ()
    return tuple(
        Translation(asked[n], told, language, writer.name)
        for n, told in sorted(_lines(text, len(asked)).items())
        if _holds(told, quotes[asked[n]], languages[quotes[asked[n]].source], language, table)
    )


def _lines(text: str, count: int) -> dict[int, str]:
    """The numbered lines of a reply, from 0; of two with one number neither is taken."""
    found: dict[int, list[str]] = {}
    for line in text.split("\n"):
        if (match := _LINE.fullmatch(line)) and 1 <= int(match[1]) <= count:
            found.setdefault(int(match[1]) - 1, []).append(visible(match[2]))
    return {n: lines[0] for n, lines in found.items() if len(lines) == 1}


def _holds(told: str, quote: Quote, source: str, language: str, table: TokenTable) -> bool:
    if not told or is_markup(told) or len(told) > 40 + LONGER * len(quote.text) or foreign(told, language):
        return False
    if not telling_figures(told, language) <= figures(quote.text, source):
        return False
    return not {source, language} <= frozenset(LANGUAGES) or _alike(table, [told, quote.text])


def _alike(table: TokenTable, texts: Sequence[str]) -> bool:
    a, b = table.embed_questions(texts)
    return float(a @ b) >= ALIKE
