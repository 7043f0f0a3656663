"""What the server offers of evaluation: a set of cases run, its result kept without any words of articles,
and shown with them again; two results compared.

The front ends find this module by the entry point `evaluations` of the group `cita.commands`: they never
import it. A kept result holds figures, questions and the places of quotes. The words themselves stand in the
articles, and what is erased there is nowhere else.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from eval.answers import Answers, Outcome, evaluate
from eval.cases import Case, Cases, load
from eval.collection import names_of
from eval.compare import compare as compared
from eval.results import parse
from index.article import Article
from index.errors import BadInput
from index.extract import read
from index.ingest import ingest
from index.store import Store
from qa.judgements import cases as judged_cases
from qa.judgements import judgements

Which = Literal["sample", "judged"]
"""The sample's cases, put to a collection of the sample articles made for the purpose; or what readers of
this collection have judged, put to it as it is."""

Record = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with (cases done, cases in all)."""

MEASURE = "gold@3"
"""What the matrix lays out: the share of cases with a gold text in one of the first three quotes."""


def run(which: Which, *, data: Path, sample: Path, progress: Progress) -> Record:
    """Put every case of a set; gives the result as it is to be kept.

    `data` is the server's collection, `sample` the folder with `articles/` and `cases.jsonl`. Raises BadInput
    where nothing has been judged yet, NotFound, Incompatible.
    """

    def show(done: int, total: int, _: str) -> None:
        progress(done, total)

    if which == "judged":
        cases = _judged(data)
        result = evaluate(cases, data=data, progress=show)
        return _kept(result, cases, _languages(data))
    cases = load(sample / "cases.jsonl")
    progress(0, len(cases.cases))
    with tempfile.TemporaryDirectory(prefix="cita-") as folder:
        made = Path(folder) / "data"
        ingest(made, [sample / "articles"])
        result = evaluate(cases, data=made, progress=show)
        return _kept(result, cases, _languages(made))


def _judged(data: Path) -> Cases:
    with closing(Store(data)) as store:
        records = list(judged_cases(judgements(store)))
    if not records:
        raise BadInput(
            "no answer has been judged yet: say of some passages that they are the right ones, then try again"
        )
    with tempfile.TemporaryDirectory(prefix="cita-") as folder:
        path = Path(folder) / "judged.jsonl"
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
        return load(path)


def _languages(data: Path) -> dict[str, str]:
    """The language of each article by all its names."""
    with closing(Store(data)) as store:
        return {name: article.language for article in store.articles() for name in names_of(article)}


def _kept(result: Answers, cases: Cases, languages: Mapping[str, str]) -> Record:
    record = result.to_json()
    record["matrix"] = _matrix(result.outcomes, cases.cases, languages)
    record["failures"] = [_without_words(outcome) for outcome in result.failures]
    return record


def _matrix(
    outcomes: Iterable[Outcome], cases: Iterable[Case], languages: Mapping[str, str]
) -> dict[str, dict[str, dict[str, float]]]:
    """By language of the question, then of an article that holds the answer: `n` cases, and the share of them
    that found it (`value`). A case with its answer in several languages counts in each."""
    held = {case.id: {languages[name] for name in case.articles if name in languages} for case in cases}
    cells: dict[str, dict[str, list[float]]] = {}
    for outcome in outcomes:
        if MEASURE in outcome.metrics:
            for language in sorted(held[outcome.id]):
                row = cells.setdefault(outcome.language, {})
                row.setdefault(language, []).append(outcome.metrics[MEASURE])
    return {
        asked: {told: {"n": len(found), "value": sum(found) / len(found)} for told, found in row.items()}
        for asked, row in sorted(cells.items())
    }


def _without_words(outcome: Outcome) -> Record:
    record = asdict(outcome)
    del record["gold"], record["metrics"]
    record["quotes"] = [
        {
            "article_id": quote.article_id,
            "start": quote.start,
            "end": quote.start + len(quote.text),
            "score": quote.score,
            "span": quote.span,
        }
        for quote in outcome.quotes
    ]
    return record


def shown(kept: Record, which: Which, *, data: Path, sample: Path) -> Record:
    """A kept result with the words of its failing cases: quotes, titles, and what would have been right.

    What is no longer there is None, or left out.
    """
    if which == "judged":
        with closing(Store(data)) as store:
            found = {id: store.find(id=id) for id in _quoted(kept)}
            articles = {id: article for id, article in found.items() if article is not None}
            gold = {str(one["id"]): one["gold"] for one in judged_cases(judgements(store))}
    else:
        articles = _sample_articles(sample / "articles")
        gold = {case.id: list(case.gold) for case in load(sample / "cases.jsonl").cases}
    failures = [
        failure
        | {
            "gold": gold.get(failure["id"], []),
            "quotes": [_with_words(quote, articles.get(quote["article_id"])) for quote in failure["quotes"]],
        }
        for failure in kept["failures"]
    ]
    return kept | {"failures": failures}


def _quoted(kept: Record) -> set[str]:
    return {quote["article_id"] for failure in kept["failures"] for quote in failure["quotes"]}


@lru_cache(maxsize=2)
def _sample_articles(folder: Path) -> dict[str, Article]:
    """The sample's articles as they are cleaned today, by id: one whose text has changed has another."""
    records = (record for path in sorted(folder.iterdir()) for record in read(path))
    return {record.id: record for record in records if isinstance(record, Article)}


def _with_words(quote: Record, article: Article | None) -> Record:
    if article is None:
        return quote | {"text": None, "title": None, "language": None}
    words = article.text[quote["start"] : quote["end"]]
    return quote | {"text": words, "title": article.title, "language": article.language}


def compare(a: Record, b: Record, *, names: tuple[str, str]) -> Record:
    """How B differs from A, two kept results; raises BadInput where they are of different cases."""
    return compared(parse(a, names[0]), parse(b, names[1])).to_json()
