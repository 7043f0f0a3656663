"""An answer as safe HTML for the chat, and as plain text for the terminal.

Everything that comes from an article or a question passes `_text` (HTML) or `plain` (terminal) on
its way out; nothing here is ever read as Markdown. The HTML of one message has no line breaks: a
Markdown reader takes such a block as it is and looks for no marks inside it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from urllib.parse import urlsplit

from index.scope import Scope
from qa.answer import Answer, Quote, Source
from qa.compose import outlet_of
from qa.messages import direction, format_date, language_name, listing, phrase
from qa.written import WrittenSentence
from ui.explaining import why_json

# C0 and C1 controls but line feed and tab, the marks that turn the direction of a whole line, and
# lone surrogates, which no terminal can be sent.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BADGE = {"answered": "verbatim_badge", "weak": "status_weak", "not_found": "status_not_found"}


# -- HTML


def _text(value: str) -> str:
    """Text as HTML: markup escaped, line ends and controls spelt so that they end no HTML block."""
    safe = html.escape(_CONTROLS.sub("", value.replace("\r\n", "\n")), quote=True)
    return safe.replace("\n", "&#10;").replace("\t", "&#9;")


def _tag(name: str, content: str, cls: str = "", **attributes: str) -> str:
    """An element; `content` is HTML already, attribute values are text."""
    given = {"class": cls} if cls else {}
    named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    written = "".join(f' {key}="{_text(value)}"' for key, value in (given | named).items())
    return f"<{name}{written}>{content}</{name}>"


def link_of(url: str | None) -> str | None:
    """The address if it is one a reader may follow (http or https with a host), else None."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in ("http", "https") and parts.hostname else None


def question_html(question: str, scope: Scope | None = None, language: str = "en") -> str:
    """A question as it was asked, as text, and in `language` what it was limited to."""
    asked = _tag("h2", _text(question.strip()), "cita-question", dir="auto")
    limits = [_tag("span", _text(limit), dir="auto") for limit in _limits(scope, language)] if scope else []
    return asked + _tag("p", "".join(limits), "cita-asked-of", **_written(language)) if limits else asked


def _limits(scope: Scope, language: str) -> Iterator[str]:
    for key, day in (("filter_from", scope.since), ("filter_to", scope.until)):
        if day:
            yield f"{phrase(key, language)} {format_date(day, language)}"
    yield from scope.outlets
    yield from (language_name(code, language) for code in scope.languages)
    if scope.articles:
        yield phrase("filter_article", language)


def welcome_html(examples: Mapping[str, str]) -> str:
    """The start page of the conversation; the page's script fills in its words (class `say-KEY`).

    `examples` are questions by their language.
    It holds both faces, for a collection with articles and for an empty one: the page shows one.
    """
    asks = "".join(
        _tag("button", _text(question), "cita-example", type="button", **_written(language))
        for language, question in examples.items()
    )
    listed = _tag("h3", "", "say-examples") + _tag("div", asks, "cita-examples")
    filled = _tag("div", listed, "cita-filled")
    buttons = _tag("button", "", "cita-load-sample say-load_sample", type="button") + _tag(
        "button", "", "cita-choose-files say-drop_files", type="button"
    )
    empty = _tag("div", _tag("p", "", "say-empty_collection") + buttons, "cita-empty")
    return _tag("section", _tag("h2", "", "say-tagline") + filled + empty, "cita-welcome")


def stage_html(stage: str, language: str) -> str:
    """What is being done while an answer is on its way, and the button that stops it; `stage` is the key of
    its phrase."""
    stop = _tag("button", _text(phrase("stop", language)), "cita-stop", type="button")
    words = _tag("span", _text(phrase(stage, language)), role="status")
    return _tag("div", words + stop, "cita-stage", **_written(language))


def notice_html(sentence: str, language: str = "en", *, kind: str = "error") -> str:
    """A sentence to the reader, such as an error's; after one that ends a reply, the question can be put
    again."""
    if kind == "degraded":
        return _tag("div", _text(sentence), f"cita-notice {kind}", **_written(language))
    again = _tag("button", _text(phrase("retry", language)), "cita-again", type="button")
    return _tag("div", _tag("span", _text(sentence)) + again, f"cita-notice {kind}", **_written(language))


def writing_html(text: str, language: str) -> str:
    """What a language model has written so far, each sentence of it checked, while more is on its way."""
    return _tag("div", _text(text), "cita-written", **_written(language)) + stage_html("writing", language)


def answer_html(answer: Answer) -> str:
    """The whole answer as one HTML block of a chat message.

    Every [n] is a link `#quote-ARTICLE-START-END[-FROM-TO]`, from which the page opens the article at
    the quote; FROM-TO is the span that answers, which the nearest passages of no answer do not have.
    """
    page = _AnswerPage(answer)
    parts = [page.status(), page.about(), page.lead(), page.written(), page.quotes(answer.quotes)]
    if answer.degraded:
        parts.insert(1, notice_html(answer.degraded, answer.language, kind="degraded"))
    parts += [page.note(), page.also_reported(), page.disagreements()]
    if answer.nearest:
        parts += [
            _tag("p", _text(phrase("nearest", answer.language)), "cita-nearest-label"),
            _tag("div", page.quotes(replace(quote, span=None) for quote in answer.nearest), "cita-nearest"),
        ]
    parts += [page.actions(), page.why()]
    return _tag("section", "".join(parts), f"cita-answer {answer.status}", **_written(answer.language))


def _written(language: str) -> dict[str, str]:
    """The attributes that say in which language, and which way, an element is written."""
    if language == "und":
        return {"dir": "auto"}
    return {"lang": language, "dir": direction(language)}


class _AnswerPage:
    """The parts of one answer's HTML."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._source = {source.n: source for source in answer.sources}
        self._language = answer.language
        shown = answer.quotes or answer.nearest
        self._translation = {_place(shown[one.quote]): one for one in answer.translations}

    def _say(self, key: str, **values: object) -> str:
        return _text(phrase(key, self._language, **values))

    def status(self) -> str:
        badges = _tag("span", self._say(_BADGE[self._answer.status]), "cita-badge")
        if self._sentences():
            badges += " " + _tag("span", self._say("model_badge"), "cita-badge cita-by-model")
        return _tag("p", badges, "cita-status")

    def _sentences(self) -> tuple[WrittenSentence, ...]:
        return self._answer.written.sentences if self._answer.written is not None else ()

    def written(self) -> str:
        """A model's sentences, each with the marks of the quotes it rests on."""
        parts = []
        for sentence in self._sentences():
            quotes = {
                self._answer.quotes[place].source: self._answer.quotes[place] for place in sentence.quotes
            }
            marks = "".join(self._mark(quote) for quote in quotes.values())
            parts.append(_tag("span", _text(sentence.text)) + " " + marks)
        return _tag("div", " ".join(parts), "cita-written") if parts else ""

    def note(self) -> str:
        """What there is to say of a model that was to help."""
        count = left_out(self._answer)
        lines = [_text(self._answer.note)] if self._answer.note else []
        lines += [self._say("model_left_out", n=count)] if count else []
        return "".join(_tag("p", line, "cita-note") for line in lines)

    def about(self) -> str:
        """What was taken from the conversation, as the button that asks again without it."""
        if not self._answer.about:
            return ""
        things = listing(self._answer.about, self._language)
        button = _tag("button", self._say("about", things=things), "cita-about", type="button",
                      title=phrase("about_drop", self._language))  # fmt: skip
        held = _tag("pre", _text(self._answer.understood), "cita-understood", hidden="")
        return _tag("div", button + held, "cita-assumed")

    def lead(self) -> str:
        return _tag("p", _text(lead(self._answer)), "cita-lead")

    def quotes(self, quotes: Iterable[Quote]) -> str:
        return "".join(self._quote(quote) for quote in quotes)

    def _quote(self, quote: Quote) -> str:
        source = self._source[quote.source]
        words = _tag("p", self._words(quote) + " " + self._mark(quote)) + self._translated(quote)
        return _tag(
            "blockquote", words + self._origin(quote, source), "cita-quote", **_written(source.language)
        )

    def _translated(self, quote: Quote) -> str:
        """A machine's translation, which says that it is one."""
        one = self._translation.get(_place(quote))
        if one is None:
            return ""
        told = self._say("machine_translation", model=one.model, text=one.text)
        return _tag("p", told, "cita-translation", **_written(self._language))

    def _words(self, quote: Quote) -> str:
        """The quote's text, the span that answers emphasised; joined it is the text, unchanged."""
        if quote.span is None:
            return _tag("q", _text(quote.text))
        start, end = quote.span[0] - quote.start, quote.span[1] - quote.start
        before, span, after = quote.text[:start], quote.text[start:end], quote.text[end:]
        return _tag("q", _text(before) + _tag("strong", _text(span)) + _text(after))

    def _mark(self, quote: Quote, label: str | None = None) -> str:
        numbers = [quote.start, quote.end, *(quote.span or ())]
        address = "-".join(["#quote", quote.article_id, *map(str, numbers)])
        source = self._source[quote.source]
        title = f"{phrase('source', self._language)} {source.n}: {source.title}"
        return _tag("a", _text(label or f"[{source.n}]"), "cita-mark", href=address, title=title)

    def _origin(self, quote: Quote, source: Source) -> str:
        """The line under a quote: title, outlet, date, and the language where it is another."""
        parts = [_tag("span", _text(source.outlet), "cita-outlet")] if source.outlet else []
        if source.published:
            shown = format_date(source.published, self._language)
            parts.append(_tag("time", _text(shown), datetime=source.published))
        name = language_name(source.language, self._language)
        foreign = source.language not in (self._language, "und")
        if foreign:
            parts.append(_tag("span", _text(name), "cita-language"))
        title = source.title or phrase("untitled", self._language)
        head = _tag("cite", _text(title))
        known = " · ".join(_tag("bdi", part) for part in parts)
        line = _tag("span", known, "cita-origin", lang=self._language) if parts else ""
        right = _tag(
            "button", self._say("right_passage"), "cita-right", type="button", **_written(self._language)
        )
        return _tag("footer", head + line + right + self._copied(quote, source))

    def _copied(self, quote: Quote, source: Source) -> str:
        """The button that copies the quote with its citation, and what it copies."""
        written = _written(self._language)
        copy = _tag("button", self._say("copy_quote"), "cita-copy cita-copy-quote", type="button", **written)
        cited = f"“{quote.text}”\n— {citation(source, self._language)}"
        return _tag("span", copy + _tag("pre", _text(cited), "cita-copy-text", hidden=""), "cita-copied")

    def also_reported(self) -> str:
        others = self._answer.also_reported
        if not others:
            return ""
        names = [_tag("bdi", _text(outlet_of(self._source[q.source]))) + " " + self._mark(q) for q in others]
        return self._line("also_reported", "outlets", names, "cita-also")

    def disagreements(self) -> str:
        lines = []
        for one in self._answer.disagreements:
            values = [_tag("b", _text(r.value), dir="auto") + " " + self._mark(r.quote) for r in one.readings]
            lines.append(self._line(f"disagreement_{one.kind}", "values", values, "cita-disagreement"))
        return "".join(lines)

    def _line(self, key: str, slot: str, items: list[str], cls: str) -> str:
        """A phrase with HTML in its one slot: the phrase is escaped around it."""
        before, after = phrase(key, self._language, **{slot: "\0"}).split("\0")
        return _tag("p", _text(before) + listing(items, self._language) + _text(after), cls)

    def why(self) -> str:
        """What the evidence pane needs to say why a passage is shown."""
        if self._answer.explanation is None:
            return ""
        return _tag("pre", _text(why_json(self._answer)), "cita-why-data", hidden="")

    def actions(self) -> str:
        """What a reader can do with the answer: copy it where it says something, and judge it."""
        good = _tag("button", self._say("helpful"), "cita-good", type="button")
        bad = _tag("button", self._say("not_helpful"), "cita-bad", type="button")
        again = _tag("button", self._say("retry"), "cita-again", type="button")
        if not self._answer.quotes:
            return _tag("div", good + bad + again, "cita-actions")
        copy = _tag("button", self._say("copy"), "cita-copy", type="button")
        held = _tag("pre", _text(cited_text(self._answer)), "cita-copy-text", hidden="")
        return _tag("div", good + bad + copy + held + self._export() + again, "cita-actions")

    def _export(self) -> str:
        """The formats to save the answer in, and the answer itself, from which the server writes them."""
        forms = ("Markdown", "JSON", "BibTeX")  # the page asks for what is written on the button
        buttons = "".join(_tag("button", form, "cita-save", type="button", lang="en") for form in forms)
        data = json.dumps(asdict(replace(self._answer, explanation=None)), ensure_ascii=False)
        menu = _tag("summary", self._say("export")) + _tag("div", buttons)
        held = _tag("pre", _text(data), "cita-answer-data", hidden="")
        return _tag("details", menu, "cita-export") + held


# -- text


def plain(text: str) -> str:
    """Text that a terminal shows and does not obey: no escapes, no controls, no turned lines."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n")).replace("\t", " ")


def _place(quote: Quote) -> tuple[str, int, int]:
    return quote.article_id, quote.start, quote.end


def left_out(answer: Answer) -> int:
    """How many of a model's sentences are not shown beside those that are."""
    if answer.written is None or not answer.written.sentences:
        return 0
    return sum(one.kind == "sentence" for one in answer.written.left_out)


def lead(answer: Answer) -> str:
    """The answer's opening words, those before its first quote."""
    if answer.status == "not_found":
        return phrase("not_found", answer.language)
    return answer.text.partition("\n\n")[0]


def about(answer: Answer) -> str:
    """What was taken from the conversation, in a line; empty where nothing was."""
    things = listing(answer.about, answer.language)
    return f"({phrase('about', answer.language, things=things)})" if things else ""


def source_line(source: Source, language: str) -> str:
    """A source in one line: title, outlet, date, language, then where it is to be found."""
    date = format_date(source.published, language) if source.published else ""
    told = (source.title, source.outlet, date, language_name(source.language, language))
    known = " · ".join(part for part in told if part and part != "und")
    return " ".join(f"[{source.n}] {known} · {link_of(source.url) or source.input}".split())


def citation(source: Source, language: str) -> str:
    """A source as one cites it: title, author, outlet, date, and where it is to be found."""
    date = format_date(source.published, language) if source.published else ""
    told = (source.title, source.author, source.outlet, date, link_of(source.url))
    return ", ".join(" ".join(part.split()) for part in told if part) or source.input


def cited_text(answer: Answer) -> str:
    """The answer and its numbered sources, to be pasted elsewhere."""
    sources = "\n".join(source_line(source, answer.language) for source in answer.sources)
    return f"{answer.text}\n\n{phrase('sources', answer.language)}\n{sources}" if sources else answer.text


def terminal(answer: Answer) -> str:
    """The answer and its numbered sources for a terminal.

    Lines are left for the terminal to break: a quote broken here could not be searched for or copied.
    """
    parts = [about(answer) if answer.about else "", cited_text(answer)]
    parts += [*translations(answer), answer.note]
    if count := left_out(answer):
        parts.append(phrase("model_left_out", answer.language, n=count))
    return plain("\n\n".join(part for part in (*parts, answer.degraded) if part))


def translations(answer: Answer) -> Iterator[str]:
    """Machine translations, each after the number of the source it translates."""
    shown = answer.quotes or answer.nearest
    for one in answer.translations:
        told = phrase("machine_translation", answer.language, model=one.model, text=one.text)
        yield f"[{shown[one.quote].source}] {told}"
