"""An answer as a chat message of the OpenAI kind: Markdown text, and a `url_citation` for all it cites.

The text is the answer's own. `content[start_index:end_index]`, counted in Unicode code points, is to the
character a quote, or a mark such as [2] that stands by itself. Below it each source is defined as Markdown
defines links, so that wherever Markdown is shown every [n] can be followed.

Whatever shows Markdown must not obey an article: a quote with marks in it that would load or link something
stands in code marks, itself unchanged; in all other words such marks are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal

from qa.answer import Answer, Quote, Source
from qa.compose import outlet_of
from ui.render import link_of, plain

_MARK = re.compile(r"\[(\d{1,4})\]")
_ACTIVE = re.compile(r"!\[|\]\s?[(\[:]|<[A-Za-z/!?]")
"""What Markdown would make an image, a link or HTML of."""
_LEADS = re.compile(r"[!\[\]<`\\]")


@dataclass(frozen=True, slots=True)
class UrlCitation:
    """`content[start_index:end_index]`, in code points, is what the source at `url` is cited for."""

    start_index: int
    end_index: int
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A citation, as OpenAI's web search gives it."""

    url_citation: UrlCitation
    type: Literal["url_citation"] = "url_citation"


@dataclass(frozen=True, slots=True)
class Reply:
    """The assistant's message."""

    content: str
    annotations: tuple[Annotation, ...]
    role: Literal["assistant"] = "assistant"
    refusal: None = None


def reply(answer: Answer, articles: str) -> Reply:
    """The answer as a message.

    `articles` is the address under which an article that has none of its own is found by its id.
    """
    sources = {
        source.n: (link_of(source.url) or f"{articles}/{source.article_id}", _title(source))
        for source in answer.sources
    }
    parts: list[str] = []
    cited: list[Annotation] = []
    length = 0
    for words, source in _pieces(answer, sources.keys()):
        if source is not None:
            url, title = sources[source]
            cited.append(Annotation(UrlCitation(length, length + len(words), url, title)))
        parts.append(words)
        length += len(words)
    if answer.degraded:
        parts.append(f"\n\n{answer.degraded}")
    if sources:
        parts.append("\n\n" + "\n".join(_definition(n, *source) for n, source in sources.items()))
    return Reply("".join(parts), tuple(cited))


def deltas(content: str) -> list[str]:
    """The content in the pieces it is streamed in, a paragraph each; joined they are the content."""
    return re.findall(r".+?(?:\n\n+|\Z)", content, re.DOTALL)


def _pieces(answer: Answer, known: Container[int]) -> Iterator[tuple[str, int | None]]:
    """The text in pieces, each with the number of the source it is cited from, or None."""
    follows = False  # whether a quote stands before, whose mark is no citation of its own
    for words, quote in _segments(answer):
        if quote is None:
            yield from _marked(words, known, follows)
        else:
            before, after = _code_marks(words) if _ACTIVE.search(words) else ("", "")
            yield before, None
            yield words, quote.source
            yield after, None
        follows = quote is not None


def _segments(answer: Answer) -> Iterator[tuple[str, Quote | None]]:
    """The text cut into quotes and what stands between them."""
    text, at = answer.text, 0
    for quote in answer.quotes or answer.nearest:
        found = re.compile(rf"{re.escape(quote.text)}(?=\s?\S?\s*\[{quote.source}\])").search(text, at)
        if found is not None:
            yield text[at : found.start()], None
            yield found[0], quote
            at = found.end()
    yield text[at:], None


def _marked(words: str, known: Container[int], follows: bool) -> Iterator[tuple[str, int | None]]:
    """Words between quotes: each mark of a source by itself, but the first where it belongs to a quote."""
    at = 0
    for mark in _MARK.finditer(words):
        n = int(mark[1])
        if n not in known:
            continue
        if follows and not at:
            yield _inert(words[: mark.start()]) + mark[0], None
        else:
            yield _inert(words[at : mark.start()]), None
            yield mark[0], n
        at = mark.end()
    yield _inert(words[at:]), None


def _inert(words: str) -> str:
    """Words in which Markdown sees no image, link or HTML."""
    return _LEADS.sub(r"\\\g<0>", words) if _ACTIVE.search(words) else words


def _code_marks(words: str) -> tuple[str, str]:
    """What to put before and after words so that Markdown takes them as they are."""
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    if "\n" in words:
        fence = "`" * max(3, longest + 1)
        return f"\n{fence}\n", f"\n{fence}\n"
    fence = "`" * (longest + 1)
    return f"{fence} ", f" {fence}"


def _title(source: Source) -> str:
    return " ".join(plain(source.title or outlet_of(source)).split())


def _definition(n: int, url: str, title: str) -> str:
    """A link definition of Markdown: `[1]: <address> "title"`."""
    address = re.sub(
        r"[<>\\\s\x00-\x20\x7f]", lambda odd: "".join(f"%{byte:02X}" for byte in odd[0].encode()), url
    )
    escaped = re.sub(r'[\\"<\[\]`]', r"\\\g<0>", title)
    return f'[{n}]: <{address}> "{escaped}"'
