"""An answer to be kept elsewhere: as Markdown, as JSON, as BibTeX.

What an article says is text in each of them: the marks of Markdown and the commands of TeX in it are spelt
so that they do nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Literal

from qa.answer import Answer, Quote, Source
from qa.compose import outlet_of
from qa.messages import format_date, language_name, listing, phrase
from ui.render import lead, link_of, plain

Format = Literal["markdown", "json", "bibtex"]

_MARKDOWN = re.compile(r"[\\`*_\[\]<>~$&|]|^(?:[#+=-]|\d+(?=[.)]))")
_STATUS = {"answered": "verbatim_badge", "weak": "status_weak", "not_found": "status_not_found"}
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def exported(answer: Answer, form: Format) -> str:
    """The answer in one of the formats, ending with a line break."""
    return _WRITERS[form](answer)


# -- JSON


def as_json(answer: Answer) -> str:
    """The whole `Answer`, as the API gives it."""
    return json.dumps(asdict(answer), ensure_ascii=False, indent=2) + "\n"


# -- Markdown


def markdown(answer: Answer) -> str:
    """The question as a heading, the quotes as block quotes with their [n], the sources as a list."""
    return "\n\n".join(_sections(answer)) + "\n"


def _sections(answer: Answer) -> Iterator[str]:
    language = answer.language
    sources = {source.n: source for source in answer.sources}
    yield f"# {_md(answer.question)}"
    yield f"**{_md(phrase(_STATUS[answer.status], language))}**"
    yield _md(lead(answer))
    for quote in answer.quotes:
        yield _block(quote, sources[quote.source], language)
    if answer.also_reported:
        names = [f"{_md(outlet_of(sources[q.source]))} \\[{q.source}\\]" for q in answer.also_reported]
        yield phrase("also_reported", language, outlets=listing(names, language))
    for one in answer.disagreements:
        values = [f"**{_md(r.value)}** \\[{r.quote.source}\\]" for r in one.readings]
        yield phrase(f"disagreement_{one.kind}", language, values=listing(values, language))
    if answer.nearest:
        yield _md(phrase("nearest", language))
        for quote in answer.nearest:
            yield _block(quote, sources[quote.source], language)
    if answer.sources:
        lines = "\n".join(f"{n}. {_source(source, language)}" for n, source in sorted(sources.items()))
        yield f"## {_md(phrase('sources', language))}\n\n{lines}"


def _block(quote: Quote, source: Source, language: str) -> str:
    lines = "\n".join(f"> {_md(line)}".rstrip() for line in plain(quote.text).split("\n"))
    return f"{lines} \\[{quote.source}\\]\n>\n> — {_known(source, language)}"


def _known(source: Source, language: str) -> str:
    """Title, outlet, day and language, as far as they are known."""
    day = format_date(source.published, language) if source.published else ""
    told = language_name(source.language, language) if source.language != "und" else ""
    title = source.title or phrase("untitled", language)
    return ", ".join(_md(part) for part in (title, source.outlet, day, told) if part)


def _source(source: Source, language: str) -> str:
    address = link_of(source.url)
    where = f"<{address.replace('>', '%3E').replace(' ', '%20')}>" if address else _md(source.input)
    author = f"{_md(source.author)}: " if source.author else ""
    return f"{author}{_known(source, language)}. {where}"


def _md(text: str) -> str:
    """Text on one line in which no mark of Markdown or HTML does anything."""
    line = " ".join(plain(text).split())
    return _MARKDOWN.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", line)


# -- BibTeX


def bibtex(answer: Answer) -> str:
    """One entry per source, with the quotes taken from it in `note`."""
    taken: dict[int, list[Quote]] = {source.n: [] for source in answer.sources}
    readings = [reading.quote for one in answer.disagreements for reading in one.readings]
    for quote in (*answer.quotes, *answer.also_reported, *answer.nearest, *readings):
        if all(quote.text != other.text for other in taken[quote.source]):
            taken[quote.source].append(quote)
    return "\n".join(_entry(source, taken[source.n]) for source in answer.sources) or _nothing(answer)


def _nothing(answer: Answer) -> str:
    return f"% {' '.join(plain(lead(answer)).split())}\n"


def _entry(source: Source, quotes: list[Quote]) -> str:
    date = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", source.published or "")
    fields = {"title": f"{{{_tex(source.title or source.input)}}}"}
    if source.author:
        fields["author"] = f"{{{_tex(source.author)}}}"  # a second pair: TeX takes no name apart
    if source.outlet:
        fields["howpublished"] = _tex(source.outlet)
    if date:
        fields["year"] = date[1]
        fields["date"] = date[0]
    address = link_of(source.url)
    if address:
        fields["url"] = re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", address)
    if source.language != "und":
        fields["language"] = source.language
    if quotes:
        fields["note"] = " / ".join(f"“{_tex(quote.text)}”" for quote in quotes)
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    if date and date[2] and 1 <= int(date[2]) <= 12:
        lines.append(f"  month = {_MONTHS[int(date[2]) - 1]}")
    return f"@misc{{{_key(source)},\n" + ",\n".join(lines) + "\n}\n"


def _key(source: Source) -> str:
    """Letters and digits that TeX takes for a key: outlet, year, and what tells two such apart."""
    latin = unicodedata.normalize("NFKD", source.outlet or "").encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "", latin.lower())[:20] or "article"
    year = (source.published or "")[:4]
    return f"{name}{year if year.isdigit() else ''}-{source.article_id[:8]}"


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in " ".join(plain(text).split()))


_WRITERS: dict[Format, Callable[[Answer], str]] = {
    "markdown": markdown,
    "json": as_json,
    "bibtex": bibtex,
}
