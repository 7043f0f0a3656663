"""Small collections with questions, some of which they answer, for the fit of the status.

FOLDER holds `qa/<name>.<language>.jsonl.xz` (native questions with their paragraphs) and
`parallel/<language>.tsv.xz` (English and another language, sentence by sentence, in the order of
their documents). Each becomes a small collection with questions that it answers, questions whose
paragraph was left out of it, and traps: questions that it answers with one name, figure or word
exchanged:

- native: a title's paragraphs are one article, a third of them left out;
- across languages: twelve consecutive sentences are an article, in one language or the other, and a
  stretch of a sentence in either, its figure taken out, is the question.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from qa.values import numbers

SEED = 7
LEFT_OUT = 1 / 3
"""Share of paragraphs that are not in the collection; their questions have no answer there."""

UNHEARD_OF = 0.15
"""Share of titles left out as a whole: questions that are not even of the subject."""

TRAPS = 0.4
"""Traps for each question left without an answer."""

NEWS = ("wmt-newstest", "wmt21", "wmt22", "wmt23", "wmt24", "ko-news", "ko-jhe", "nk-news", "tico19")
"""Sources of parallel text that keep the order of their documents."""

PAIRS = ("es", "de", "fr", "ru", "zh", "ja", "ko", "hi", "tr", "pt", "it", "uk", "ar")

ASK = {
    "en": "How many", "es": "Cuántos", "de": "Wie viele", "fr": "Combien de", "ru": "Сколько", "zh": "多少",
    "ja": "いくつ", "ko": "몇", "hi": "कितने", "tr": "Kaç", "pt": "Quantos", "it": "Quanti", "uk": "Скільки",
    "ar": "كم",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    group: str
    """The line of the report it counts in."""
    question: str
    language: str
    gold: tuple[str, ...]
    """Any of these stands in the right sentence; empty for a question without an answer."""


@dataclass(frozen=True, slots=True)
class World:
    """A collection and questions to it."""

    name: str
    articles: list[Article]
    cases: list[Case]


def article(key: str, text: str, language: str, title: str = "") -> Article:
    return Article.make(key=key, input=key, title=title, text=text, language=language)


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        yield from file


def native(path: Path, most: int) -> World:
    """Questions and paragraphs of one language, up to `most` questions of each sort."""
    name = path.name.removesuffix(".jsonl.xz")
    language = name.split(".")[-1]
    records = [json.loads(line) for line in _lines(path)]
    draw = random.Random(SEED)
    by_title: dict[str, dict[str, list[dict[str, object]]]] = {}
    for record in records:
        title = record["title"] or record["context"][:40]
        by_title.setdefault(title, {}).setdefault(record["context"], []).append(record)
    titles = list(by_title)
    draw.shuffle(titles)
    articles: list[Article] = []
    kept: list[Case] = []
    gone: list[Case] = []
    told: dict[str, str] = {}
    for title in titles:
        if len(kept) >= most and len(gone) >= most:
            break
        contexts = list(by_title[title])
        share = 1 if draw.random() < UNHEARD_OF else LEFT_OUT
        out = {context for context in contexts if draw.random() < share}
        body = "\n\n".join(context for context in contexts if context not in out)[:20_000]
        if body:
            articles.append(article(f"id:{path.name}:{title}", body, language, title.replace("_", " ")))
        for context in contexts:
            for record in draw.sample(by_title[title][context], min(3, len(by_title[title][context]))):
                answers = tuple(str(answer) for answer in record["answers"])  # type: ignore[attr-defined]
                if context in out and not any(answer in body for answer in answers):
                    gone.append(Case(name, str(record["question"]), language, ()))
                elif context not in out and context in body:
                    kept.append(Case(name, str(record["question"]), language, answers))
                    told[str(record["question"])] = body
    return World(name, articles, chosen(kept, gone, told, most, draw))


def chosen(
    kept: list[Case], gone: list[Case], told: Mapping[str, str], most: int, draw: random.Random
) -> list[Case]:
    """Up to `most` questions with an answer, as many without, and traps made of further ones with.

    `told` has the article in which each question of `kept` is answered.
    """
    draw.shuffle(kept)
    draw.shuffle(gone)
    asked = [case.question for case in kept]
    traps: list[Case] = []
    for case in reversed(kept):
        if len(traps) >= TRAPS * most:
            break
        question = exchanged(case.question, asked, told[case.question], draw)
        if question is not None:
            traps.append(Case(f"{case.group}{TRAP}", question, case.language, ()))
    return kept[:most] + gone[:most] + traps


TRAP = ", trap"
_RUN = re.compile(r"[\u4e00-\u9fff]{2,}|[\u30a1-\u30fa\u30fc]{2,}|[^\W\d_\u3041-\u9fff\u0e00-\u0eff]{4,}")
_FIGURE = re.compile(r"\d+")


def exchanged(question: str, others: Sequence[str], article: str, draw: random.Random) -> str | None:
    """The question about something else: a figure, a name or its longest word exchanged for one of another
    question that the article does not have; None where there is nothing to exchange."""
    figures = list(_FIGURE.finditer(question))
    if figures and draw.random() < 0.5:
        figure = draw.choice(figures)
        other = str(int(figure.group()) + draw.randint(2, 30))
        if other in article:
            return None
        return question[: figure.start()] + other + question[figure.end() :]
    named = _telling(question)
    if named is None:
        return None
    start, end, capital = named
    for other in draw.sample(others, min(20, len(others))):
        found = _telling(other)
        if found is None or found[2] != capital:
            continue
        word = other[found[0] : found[1]]
        if word.casefold() not in article.casefold() and word not in question:
            return question[:start] + word + question[end:]
    return None


def _telling(question: str) -> tuple[int, int, bool] | None:
    """Start and end of a capitalised word that does not open the question (True), or of its longest word."""
    runs = list(_RUN.finditer(question))
    capitals = [run for run in runs if run.start() > 1 and run.group()[0].isupper()]
    if not runs:
        return None
    run = max(capitals or runs, key=lambda match: match.end() - match.start())
    return run.start(), run.end(), bool(capitals)


def across(path: Path, most: int) -> World:
    """Articles in English and another language mixed, questions in both to both.

    No article is there in both languages, so a language favoured over the other is a fault here.
    """
    other = path.name.split(".")[0]
    rows = [line.rstrip("\n").split("\t") for line in _lines(path)]
    pairs = [(row[0], row[1]) for row in rows if row[2] in NEWS][-40 * most :]
    languages = ("en", other)
    draw = random.Random(SEED)
    blocks = [pairs[i : i + 12] for i in range(0, len(pairs), 12)]
    draw.shuffle(blocks)
    articles: list[Article] = []
    kept: list[Case] = []
    gone: list[Case] = []
    bodies: dict[str, str] = {}
    for number, block in enumerate(blocks[: 2 * most]):
        out = set(draw.sample(range(len(block)), len(block) // 3))
        told = draw.randrange(2)
        body = " ".join(pair[told] for place, pair in enumerate(block) if place not in out)
        articles.append(article(f"id:{path.name}:{number}", body, languages[told]))
        for place, pair in enumerate(block):
            asked = draw.randrange(2)
            noise = draw.choice(draw.choice(blocks))[asked] if asked == told else None
            question = _asked(pair[asked], languages[asked], noise, draw)
            if question is None or len(pair[told]) < 40:
                continue
            gold = () if place in out else (pair[told][:60],)
            name = f"{languages[asked]}-{languages[told]}"
            (gone if place in out else kept).append(Case(name, question, languages[asked], gold))
            bodies[question] = " ".join(pair[asked] for pair in block)
    return World(f"{languages[0]}+{languages[1]}", articles, chosen(kept, gone, bodies, most, draw))


def _asked(sentence: str, language: str, noise: str | None, draw: random.Random) -> str | None:
    """Something like a question out of a statement: a stretch of it, its first figure taken out.

    Asked of the very sentence it was made from, such a question would share every word with it,
    as no real one does: then `noise`, another sentence, gives two words in five.
    """
    found = numbers(sentence)
    cut = sentence if not found else sentence[: found[0][0]] + sentence[found[0][1] :]
    unspaced = language in ("zh", "ja")
    units = list(cut) if unspaced else cut.split()
    fewest, longest = (10, 24) if unspaced else (5, 12)
    if len(units) < fewest:
        return None
    length = draw.randint(fewest, min(longest, len(units)))
    start = draw.randint(0, len(units) - length)
    stretch = units[start : start + length]
    if noise:
        others = list(noise) if unspaced else noise.split()
        stretch = [draw.choice(others) if draw.random() < 0.4 else unit for unit in stretch]
    said = re.sub(r"[\s.,;:!?。，、]+$", "", ("" if unspaced else " ").join(stretch))
    return f"{ASK[language]} {said}?" if found else f"{said}?"


def worlds(data: Path, most: int) -> Iterator[World]:
    """All collections that FOLDER's files make."""
    for path in sorted((data / "qa").glob("*.jsonl.xz")):
        yield native(path, most)
    for language in PAIRS:
        path = data / "parallel" / f"{language}.tsv.xz"
        if path.exists():
            yield across(path, most)
