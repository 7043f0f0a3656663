"""Questions to ask next, drawn from articles without any model: templates filled with their names and dates.

    what is known of a name · what connects two names of one sentence · what happened on a day ·
    what the articles say about a title

Each is put to the collection before it is offered: one that finds nothing is not offered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from index.article import Article
from index.search import Index
from index.sentences import sentences
from qa.ask import examine
from qa.dates import dates
from qa.expects import AnswerType
from qa.messages import LANGUAGES, format_date, phrase, supported
from qa.question import LONGEST
from qa.values import mentions

TRIED = 8
"""Questions put to the collection before giving up."""

READ = 6000
"""Code points of an article that are looked at: what matters stands first."""

LONGEST_NAME = 40
LONGEST_TITLE = 90

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CAPITALS = frozenset({"de", "tr"})
"""Languages in which a run of capitals is often no name: nouns have them, or the word before is taken in.
Only what is said twice is taken for one."""
_SPACED = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Example:
    """A question about one article, in its language or, where cita does not speak that, in English."""

    language: str
    question: str
    article_id: str


def next_questions(
    index: Index,
    articles: Sequence[Article],
    *,
    asked: str,
    language: str,
    limit: int = 3,
    tried: int = TRIED,
) -> list[str]:
    """Up to `limit` questions in `language` that these articles answer and `asked` does not ask.

    Of different kinds and from different articles, as far as there are any. With `tried` 0 none is put to
    the collection first.
    """
    queues = [candidates(article, language, asked) for article in articles]
    found: list[str] = []
    ids = {article.id for article in articles}
    for question in _in_turn(queues):
        if len(found) >= limit:
            break
        if question in found or (tried and not _answers(index, question, language, ids)):
            tried -= 1
            if tried == 0:
                break
            continue
        found.append(question)
    return found


def examples(index: Index, articles: Sequence[Article]) -> list[Example]:
    """A question for each of the articles that answers one."""
    found: list[Example] = []
    for article in articles:
        language = article.language if article.language in LANGUAGES else "en"
        for n, question in enumerate(candidates(article, language, "")):
            if n >= TRIED // 2:
                break
            if _answers(index, question, language, {article.id}):
                found.append(Example(language, question, article.id))
                break
    return found


def _answers(index: Index, question: str, language: str, ids: Collection[str]) -> bool:
    """Whether the best sentence for the question is one of these articles', and no guess."""
    if len(question) > LONGEST:
        return False
    findings = examine(index, question, language=language)
    return findings.status != "not_found" and findings.sentences[0].candidate.article.id in ids


def candidates(article: Article, language: str, asked: str) -> Iterator[str]:
    """Questions about an article, the likeliest to be of use first; none about what `asked` names already."""
    text, known = article.text[:READ], _folded(asked)
    names = _names(text, article.language)
    fresh = [name for name in names if _folded(name) not in known]
    for name in fresh[:1]:
        yield phrase("suggest_name", language, name=name)
    days = [day for _, _, day in dates(text, article.language) if _DAY.fullmatch(day)]
    if days:
        day = format_date(Counter(days).most_common(1)[0][0], supported(language))
        if _folded(day) not in known:
            yield phrase("suggest_date", language, date=day)
    for a, b in _pairs(text, article.language, names):
        if a in fresh[1:] or b in fresh[1:]:
            yield phrase("suggest_pair", language, a=a, b=b)
            break
    for name in fresh[1:2]:
        yield phrase("suggest_name", language, name=name)
    title = article.title.strip(" .。")
    if title and len(title) <= LONGEST_TITLE and _folded(title) not in known:
        yield phrase("suggest_title", language, title=title)


def _names(text: str, language: str) -> list[str]:
    """Names of persons and things of more than one word, the most frequent first; of scripts in which a
    name cannot be told by its look, none."""
    spans = mentions(text, AnswerType.PERSON, language)
    found = Counter(" ".join(text[start:end].split()) for start, end in spans)
    often = 2 if language in _CAPITALS else 1
    whole = [
        name
        for name, count in found.items()
        if count >= often and len(name) <= LONGEST_NAME and _is_whole(name, language)
    ]
    return sorted(whole, key=lambda name: -found[name])


def _is_whole(name: str, language: str) -> bool:
    return language in ("ja", "zh") or _SPACED.search(name) is not None


def _pairs(text: str, language: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Two names that stand in one sentence."""
    for start, end in sentences(text, language):
        within = [name for name in names if name in text[start:end]]
        for n, first in enumerate(within):
            for second in within[n + 1 :]:
                if first not in second and second not in first:
                    yield first, second


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _in_turn(queues: Sequence[Iterator[str]]) -> Iterator[str]:
    """The first of each, then the second of each, and so on."""
    left = list(queues)
    while left:
        for queue in list(left):
            question = next(queue, None)
            if question is None:
                left.remove(queue)
            else:
                yield question
