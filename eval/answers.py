"""How good the answers are: cases through `qa.ask`, the function behind every front end.

    from eval.answers import evaluate
    result = evaluate("cases.jsonl", data=Path("collection"))
    result.overall["gold@1"], result.overall["answered_when_unanswerable"]

- `gold@k`: share of answerable cases that have gold texts with one of them inside one of the first k quotes;
- `article@1`: share of answerable cases that name articles whose first quote is from one of them;
- `answered_when_answerable`, `answered_when_unanswerable`: shares of cases with the status "answered"
  (`weak_…`: with the status "weak", which quotes with a warning). The latter is NoMIRACL's
  hallucination rate (Thakur et al. 2023) for a system that quotes: lower is better;
- `quote_exact`: share of all quotes shown that are the stored text to the code point. Must be 1.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from eval.cases import Case, Cases, load
from eval.collection import is_called
from eval.dataset import Progress
from index.errors import NotFound
from index.search import Index
from qa.answer import Answer, Quote, QuoteMismatch
from qa.ask import ask

BINS = 10

CHIEF = (
    "gold@1",
    "gold@3",
    "gold@5",
    "article@1",
    "answered_when_answerable",
    "answered_when_unanswerable",
    "quote_exact",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One quote as it was shown."""

    article_id: str
    input: str
    title: str
    text: str
    score: float
    span: tuple[int, int] | None
    """Where in `text` the very thing asked for was marked."""
    start: int = 0
    """Where the quote begins in the article's text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case. A metric that does not apply to it is missing."""

    id: str
    language: str
    question: str
    answerable: bool
    status: str
    confidence: float
    """The first quote's score (the nearest passage's where nothing was found), in [0, 1]."""
    gold: tuple[str, ...]
    articles: tuple[str, ...]
    metrics: dict[str, float]
    quotes: tuple[Shown, ...]
    reason: str | None
    """Why it counts as a failure; None where all went well."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases whose confidence lies in [low, high)."""

    low: float
    high: float
    n: int
    confidence: float
    """Mean confidence."""
    right: float
    """Share whose first quote has a gold text in it."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The figures of one file of cases; all are shares in [0, 1], a share of no case is missing."""

    dataset: str
    n: int
    overall: dict[str, float]
    by_language: dict[str, dict[str, float]]
    calibration: tuple[Bin, ...]
    calibration_error: float
    """Mean distance of confidence and share right over the bins, weighed by their cases
    (expected calibration error; Guo et al. 2017)."""
    timings: dict[str, float]
    digest: str
    outcomes: tuple[Outcome, ...]
    by_language_pair: dict[str, dict[str, float]] = field(default_factory=dict)
    """By the question's language and the articles', "ko-es", where cases were made from a data set."""

    @property
    def failures(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.reason is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            # Always the same keys: null where no case tells.
            "overall": dict.fromkeys(CHIEF) | self.overall,
            "by_language": {
                language: {"n": row["n"]} | dict.fromkeys(CHIEF) | row
                for language, row in self.by_language.items()
            },
            **({"by_language_pair": self.by_language_pair} if self.by_language_pair else {}),
            "failures": [asdict(outcome) for outcome in self.failures],
            "kind": "answers",
            "dataset": self.dataset,
            "digest": self.digest,
            "calibration": [asdict(one) for one in self.calibration],
            "calibration_error": self.calibration_error,
            "timings": self.timings,
            "queries": [
                {"id": outcome.id, "language": outcome.language, "metrics": outcome.metrics}
                for outcome in self.outcomes
            ],
        }


def evaluate(cases: Cases | Path | str, *, data: Path, progress: Progress | None = None) -> Answers:
    """Ask every case of the collection in `data` and compare. Raises BadInput, NotFound, Incompatible."""
    if not isinstance(cases, Cases):
        cases = load(Path(cases))
    with Index.open(data) as index:
        asked = list(ask_all(index, cases.cases, progress))
    return told(cases.name, cases.digest, asked)


def ask_all(
    index: Index, cases: Sequence[Case], progress: Progress | None = None
) -> Iterator[tuple[Outcome, float]]:
    """What became of each case, and the milliseconds its answer took."""
    for done, case in enumerate(cases):
        if progress is not None:
            progress(done, len(cases), "cases")
        started = perf_counter()
        answer = ask(index, case.question, language=case.language)
        taken = (perf_counter() - started) * 1000
        yield outcome_of(case, answer, index), taken


def told(
    name: str,
    digest: str,
    asked: Sequence[tuple[Outcome, float]],
    pairs: Mapping[str, str] | None = None,
) -> Answers:
    """The figures of all that was asked; `pairs` has the languages of question and article by case."""
    outcomes = [outcome for outcome, _ in asked]
    milliseconds = [taken for _, taken in asked]
    bins = _calibration(outcomes)
    groups = pairs or {}
    return Answers(
        dataset=name,
        n=len(outcomes),
        overall={name: value for name, value in shares(outcomes).items() if name != "n"},
        by_language={
            language: shares([one for one in outcomes if one.language == language])
            for language in sorted({one.language for one in outcomes})
        },
        calibration=bins,
        calibration_error=sum(one.n * abs(one.confidence - one.right) for one in bins)
        / max(1, sum(one.n for one in bins)),
        timings={
            f"ask_p{share}_ms": round(float(np.percentile(milliseconds, share)), 3) for share in (50, 95, 99)
        },
        digest=digest,
        outcomes=tuple(outcomes),
        by_language_pair={
            pair: shares([one for one in outcomes if groups.get(one.id) == pair])
            for pair in sorted(set(groups.values()))
        },
    )


def outcome_of(case: Case, answer: Answer, index: Index) -> Outcome:
    """One answer compared with its case, every quote with the text that is stored now."""
    exact = [_is_exact(quote, index) for quote in _all_quotes(answer)]
    found = [_has_gold(quote, case) for quote in answer.quotes]
    metrics: dict[str, float] = {}
    if case.answerable and case.gold:
        metrics |= {f"gold@{k}": float(any(found[:k])) for k in (1, 3, 5)}
    if case.answerable and case.articles:
        metrics["article@1"] = float(bool(answer.quotes) and _is_from(answer.quotes[0], case, index))
    kind = "answerable" if case.answerable else "unanswerable"
    metrics[f"answered_when_{kind}"] = float(answer.status == "answered")
    metrics[f"weak_when_{kind}"] = float(answer.status == "weak")
    if exact:
        metrics["quote_exact"] = sum(exact) / len(exact)
    shown = answer.quotes or answer.nearest
    return Outcome(
        id=case.id,
        language=case.language,
        question=case.question,
        answerable=case.answerable,
        status=answer.status,
        confidence=shown[0].score if shown else 0.0,
        gold=case.gold,
        articles=case.articles,
        metrics=metrics,
        quotes=tuple(_shown(quote, answer) for quote in shown),
        reason=_reason(case, answer, metrics),
    )


def _all_quotes(answer: Answer) -> Iterator[Quote]:
    yield from (*answer.quotes, *answer.also_reported, *answer.nearest)
    for disagreement in answer.disagreements:
        yield from (reading.quote for reading in disagreement.readings)


def _is_exact(quote: Quote, index: Index) -> bool:
    try:
        quote.check(index.article(quote.article_id))
    except (QuoteMismatch, NotFound):
        return False
    return True


def _has_gold(quote: Quote, case: Case) -> bool:
    text = unicodedata.normalize("NFC", quote.text)
    return any(gold in text for gold in case.gold)


def _is_from(quote: Quote, case: Case, index: Index) -> bool:
    article = index.article(quote.article_id)
    return any(is_called(article, name) for name in case.articles)


def _shown(quote: Quote, answer: Answer) -> Shown:
    source = next(source for source in answer.sources if source.n == quote.source)
    span = None if quote.span is None else (quote.span[0] - quote.start, quote.span[1] - quote.start)
    return Shown(quote.article_id, source.input, source.title, quote.text, quote.score, span, quote.start)


def _reason(case: Case, answer: Answer, metrics: dict[str, float]) -> str | None:
    if metrics.get("quote_exact", 1.0) < 1.0:
        return "a quote is not the stored text"
    if not case.answerable:
        return "answered, though nothing answers it" if answer.status == "answered" else None
    if answer.status == "not_found":
        return "not found, though there is an answer"
    if case.gold:
        return None if metrics["gold@3"] else "no gold text in the first three quotes"
    return None if metrics.get("article@1", 1.0) else "the first quote is from another article"


def shares(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """The mean of each metric over the cases it applies to, and how many cases there are (`n`)."""
    rows = list(outcomes)
    names = (*CHIEF, "weak_when_answerable", "weak_when_unanswerable")
    values = {name: [row.metrics[name] for row in rows if name in row.metrics] for name in names}
    return {"n": len(rows)} | {name: sum(found) / len(found) for name, found in values.items() if found}


def _calibration(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    bins: list[Bin] = []
    # Of an answer whose gold is not said it cannot be told whether it is right.
    told = [one for one in outcomes if one.gold or not one.answerable]
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [one for one in told if low <= one.confidence < high or (high == 1.0 == one.confidence)]
        if inside:
            right = sum(_right(one) for one in inside) / len(inside)
            confidence = sum(one.confidence for one in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), confidence, right))
    return tuple(bins)


def _right(outcome: Outcome) -> bool:
    """Whether the first quote shown, as an answer or as the nearest, has a gold text in it."""
    return bool(outcome.quotes) and any(
        gold in unicodedata.normalize("NFC", outcome.quotes[0].text) for gold in outcome.gold
    )
