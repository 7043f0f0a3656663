"""The last check before an answer leaves: every quote once more against the stored text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from index.errors import NotFound
from index.scope import Scope
from index.search import Index
from qa.answer import Answer, Quote, QuoteMismatch
from qa.ask import ask
from qa.conversation import Turn


def ask_checked(
    index: Index,
    question: str,
    *,
    language: str | None = None,
    scope: Scope | None = None,
    explain: bool = False,
    on_stage: Callable[[str], None] | None = None,
    conversation: Sequence[Turn] = (),
) -> Answer:
    """`qa.ask.ask`, and then `checked`; asked once more if an article changed under the first try."""

    def answered() -> Answer:
        return ask(
            index,
            question,
            language=language,
            scope=scope,
            explain=explain,
            on_stage=on_stage,
            conversation=conversation,
        )

    answer = answered()
    return answer if _all_hold(answer, index) else checked(answered(), index)


def checked(answer: Answer, index: Index) -> Answer:
    """The answer without any quote that is not, to the code point, the text stored now.

    A source that is left without a quote goes too, and so does every paragraph of the text that shows a
    dropped quote.
    """
    dropped = [quote for quote in _quotes(answer) if not _holds(quote, index)]
    if not dropped:
        return answer

    def kept(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
        return tuple(quote for quote in quotes if quote not in dropped)

    disagreements = tuple(
        one for one in answer.disagreements if not any(reading.quote in dropped for reading in one.readings)
    )
    left = replace(
        answer,
        quotes=kept(answer.quotes),
        also_reported=kept(answer.also_reported),
        nearest=kept(answer.nearest),
        disagreements=disagreements,
    )
    used = {quote.source for quote in _quotes(left)}
    gone = [f"[{source.n}]" for source in answer.sources if source.n not in used]
    words = [quote.text for quote in dropped]
    lines = [line for line in answer.text.split("\n\n") if not any(part in line for part in words + gone)]
    return replace(
        left,
        status=answer.status if left.quotes else "not_found",
        text="\n\n".join(lines),
        sources=tuple(source for source in answer.sources if source.n in used),
    )


def _quotes(answer: Answer) -> list[Quote]:
    readings = [reading.quote for one in answer.disagreements for reading in one.readings]
    return [*answer.quotes, *answer.also_reported, *answer.nearest, *readings]


def _holds(quote: Quote, index: Index) -> bool:
    try:
        quote.check(index.article(quote.article_id))
    except (NotFound, QuoteMismatch):
        return False
    return True


def _all_hold(answer: Answer, index: Index) -> bool:
    return all(_holds(quote, index) for quote in _quotes(answer))
