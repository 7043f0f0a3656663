"""The answer's text and its numbered sources."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from index.article import Article
from qa.answer import Disagreement, Quote, Source, Status
from qa.messages import format_date, language_name, listing, phrase
from qa.written import Written, WrittenSentence

_MARKS = {
    "de": "„“", "fr": "«\u00a0\u00a0»", "ja": "「」",
    "ru": "«»", "uk": "«»", "es": "«»", "it": "«»", "ar": "«»",
}  # fmt: skip
_PLAIN = "“”"


class Sources:
    """Numbers articles in order of first use."""

    def __init__(self) -> None:
        self._numbered: dict[str, Source] = {}

    def number(self, article: Article) -> int:
        """The article's number, from 1; the same article has the same number."""
        known = self._numbered.get(article.id)
        if known is None:
            known = self._numbered[article.id] = Source(
                n=len(self._numbered) + 1,
                article_id=article.id,
                title=article.title,
                url=article.url,
                outlet=article.outlet,
                author=article.author,
                published=article.published,
                language=article.language,
                input=article.input,
            )
        return known.n

    def all(self) -> tuple[Source, ...]:
        return tuple(self._numbered.values())


def outlet_of(source: Source) -> str:
    """What to call a source: its outlet, else its host, else its title or file."""
    host = urlsplit(source.url).hostname if source.url else None
    return source.outlet or host or source.title or source.input


def text(
    language: str,
    status: Status,
    quotes: Sequence[Quote],
    sources: Sequence[Source],
    *,
    also_reported: Sequence[Quote] = (),
    disagreements: Sequence[Disagreement] = (),
    written: Written | None = None,
) -> str:
    """The answer in plain text, in the fixed phrases of `language`.

    `quotes` are the nearest passages when the status is `not_found`. Every quote stands in
    quotation marks with its number, outlet and date, and says so when it is in another language.
    """
    by_number = {source.n: source for source in sources}
    lines = [_quoted(quote, by_number[quote.source], language) for quote in quotes]
    opening = [_lead(language, status, [by_number[quote.source] for quote in quotes])]
    if written is not None and written.sentences:
        by_model = phrase("lead_written", language, model=written.model)
        weak = [phrase("status_weak", language)] if status == "weak" else []
        body = " ".join(cited(one, quotes) for one in written.sentences)
        opening = [" · ".join([*weak, by_model]), body]
    parts = [*opening, *lines]
    if also_reported:
        named = [f"{outlet_of(by_number[quote.source])} [{quote.source}]" for quote in also_reported]
        parts.append(phrase("also_reported", language, outlets=listing(named, language)))
    for disagreement in disagreements:
        values = [f"{reading.value} [{reading.quote.source}]" for reading in disagreement.readings]
        parts.append(phrase(f"disagreement_{disagreement.kind}", language, values=listing(values, language)))
    return "\n\n".join(parts)


def cited(sentence: WrittenSentence, quotes: Sequence[Quote]) -> str:
    """A model's sentence and the number of each source that it rests on, once."""
    numbers = dict.fromkeys(quotes[place].source for place in sentence.quotes)
    return sentence.text + " " + "".join(f"[{n}]" for n in numbers)


def _lead(language: str, status: Status, sources: Sequence[Source]) -> str:
    if status == "not_found":
        lead = phrase("not_found", language)
        return f"{lead} {phrase('nearest', language)}" if sources else lead
    if status == "weak":
        return phrase("lead_weak", language)
    first = sources[0]
    if first.outlet and first.published and all(source.n == first.n for source in sources):
        date = format_date(first.published, language)
        return phrase("lead_answered_one_source", language, outlet=first.outlet, date=date)
    return phrase("lead_answered", language)


def _quoted(quote: Quote, source: Source, language: str) -> str:
    """“…” [1] — outlet, date, (in Spanish)."""
    marks = _MARKS.get(language, _PLAIN)
    named = [outlet_of(source)]
    if source.published:
        named.append(format_date(source.published, language))
    note = ""
    if source.language not in (language, "und"):
        name = language_name(source.language, language)
        note = f" ({phrase('quote_in_language', language, language=name)})"
    half = len(marks) // 2
    where = listing(named, language)
    return f"{marks[:half]}{quote.text}{marks[-half:]} [{quote.source}] — {where}{note}"
