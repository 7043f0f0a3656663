"""How well a question is understood from the conversation before it.

    from eval.followups import evaluate
    result = evaluate("followups.jsonl", data=Path("collection"))
    result.overall["kept"]

A line of the file is `{id, language, turns, full, gold, carries}`: the last of `turns` is asked after the
others, `full` says the same in one complete question, and a right quote has one of `gold` in it.

- `followup@1`: share whose first quote is right, the last turn asked in its conversation;
- `full@1`: the same, `full` asked alone; `bare@1`: the last turn asked alone;
- `kept`: `followup@1` / `full@1`, what of the full question's score the follow-up keeps;
- `rescued`: `followup@1` where the question alone goes wrong and the full one right: where the
  conversation is needed, which in a small collection is seldom;
- `unharmed`: where `carries` is false (the subject changes), share answered as if asked alone: same status,
  same first quote.

The cases are in two halves by the number that ends their id. Words and rules were worked on with the odd
half in view; the even half was held out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.dataset import Progress, language_code
from eval.lines import Record, records, text_of
from eval.text import counted, figures
from index.errors import BadInput
from index.search import Index
from qa.answer import Answer
from qa.ask import ask
from qa.conversation import Turn
from qa.question import check


@dataclass(frozen=True, slots=True)
class Followup:
    id: str
    language: str
    turns: tuple[str, ...]
    """What is asked, in order; at least two."""
    full: str
    gold: tuple[str, ...]
    carries: bool

    @property
    def half(self) -> str:
        return "odd half" if int(self.id[-1]) % 2 else "even half"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one follow-up. A metric that does not apply to it is missing."""

    id: str
    language: str
    half: str
    question: str
    about: tuple[str, ...]
    quote: str
    """The first quote shown, of the answer or of what is nearest."""
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Followups:
    """The figures of one file; all but `n` are shares, a share of no case is missing."""

    dataset: str
    overall: dict[str, float]
    by_half: dict[str, dict[str, float]]
    by_language: dict[str, dict[str, float]]
    outcomes: tuple[Outcome, ...]

    def to_json(self) -> dict[str, Any]:
        return {"kind": "followups", **asdict(self)}


def load(path: Path) -> list[Followup]:
    """The follow-ups in a JSON Lines file; raises BadInput with file and line, NotFound."""
    found = [_followup(record, place) for place, record in records(path)]
    if not found:
        raise BadInput(f"{path} is empty: expected at least one follow-up, as JSON Lines")
    if len({one.id for one in found}) < len(found):
        raise BadInput(f"{path}: an id comes twice: expected every id once")
    return found


def _followup(record: Record, place: str) -> Followup:
    id, turns, gold = text_of(record, "id", place), record.get("turns"), record.get("gold", [])
    if not isinstance(turns, list) or len(turns) < 2 or not all(isinstance(turn, str) for turn in turns):
        raise BadInput(f"{place}: 'turns' is {turns!r}: expected a list of at least two questions")
    if not isinstance(gold, list) or not all(isinstance(text, str) and text for text in gold):
        raise BadInput(f"{place}: 'gold' is {gold!r}: expected a list of texts")
    if not id[-1:].isdecimal():
        raise BadInput(f"{place}: the id {id!r} ends in no digit: expected one, which tells the half")
    carries = record.get("carries", True)
    if not isinstance(carries, bool):
        raise BadInput(f"{place}: 'carries' is {carries!r}: expected true or false")
    if carries and not gold:
        raise BadInput(f"{place}: a follow-up without gold: expected a text that a right quote has in it")
    try:
        checked = [check(turn) for turn in (*turns, text_of(record, "full", place))]
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from error
    return Followup(
        id,
        language_code(record.get("language"), place) or "",
        tuple(checked[:-1]),
        checked[-1],
        tuple(unicodedata.normalize("NFC", text) for text in gold),
        carries,
    )


def evaluate(path: Path | str, *, data: Path, progress: Progress | None = None) -> Followups:
    """Ask every follow-up of the collection in `data`, in its conversation and alone.

    No language is given: each turn's is told from its words, as for a reader.
    """
    cases = load(Path(path))
    outcomes: list[Outcome] = []
    with Index.open(data) as index:
        for done, case in enumerate(cases):
            if progress is not None:
                progress(done, len(cases), "follow-ups")
            outcomes.append(_outcome(case, index))
    halves = ("odd half", "even half")
    languages = sorted({one.language for one in outcomes})
    return Followups(
        Path(path).name.split(".")[0],
        _shares(outcomes),
        {half: _shares(one for one in outcomes if one.half == half) for half in halves},
        {code: _shares(one for one in outcomes if one.language == code) for code in languages},
        tuple(outcomes),
    )


def _outcome(case: Followup, index: Index) -> Outcome:
    turns: list[Turn] = []
    for question in case.turns[:-1]:
        answer = ask(index, question, conversation=turns)
        turns.append(Turn(question, answer.language, standalone=not answer.about))
    followed = ask(index, case.turns[-1], conversation=turns)
    alone = ask(index, case.turns[-1])
    if case.carries:
        full = ask(index, case.full)
        metrics = {
            "followup@1": float(_right(followed, case)),
            "full@1": float(_right(full, case)),
            "bare@1": float(_right(alone, case)),
        }
    else:
        metrics = {"unharmed": float(_shown(followed) == _shown(alone))}
    quote = next(iter((*followed.quotes, *followed.nearest)), None)
    return Outcome(
        case.id,
        case.language,
        case.half,
        case.turns[-1],
        followed.about,
        quote.text if quote else "",
        metrics,
    )


def _right(answer: Answer, case: Followup) -> bool:
    """Whether the first quote has a gold text in it."""
    texts = [unicodedata.normalize("NFC", quote.text) for quote in answer.quotes[:1]]
    return any(gold in text for gold in case.gold for text in texts)


def _shown(answer: Answer) -> tuple[object, ...]:
    return answer.status, *((q.article_id, q.start, q.end) for q in (*answer.quotes, *answer.nearest)[:1])


def _shares(outcomes: Iterable[Outcome]) -> dict[str, float]:
    rows = list(outcomes)
    found: dict[str, float] = {"n": len(rows)}
    for name in ("followup@1", "full@1", "bare@1", "unharmed"):
        values = [row.metrics[name] for row in rows if name in row.metrics]
        if values:
            found[name] = sum(values) / len(values)
    if found.get("full@1"):
        found["kept"] = found["followup@1"] / found["full@1"]
    needed = [row.metrics for row in rows if row.metrics.get("full@1", 0) > row.metrics.get("bare@1", 0)]
    if needed:
        found["rescued"] = sum(metrics["followup@1"] for metrics in needed) / len(needed)
    return found


def table(result: Followups) -> str:
    """The figures over all, by half and by language, and what went wrong only in the conversation."""
    rows: Mapping[str, Mapping[str, float]] = {"all": result.overall, **result.by_half, **result.by_language}
    lost = [
        f"  {one.id}  {one.question}\n      about: {', '.join(one.about) or '-'}"
        for one in result.outcomes
        if one.metrics.get("full@1", 0) > one.metrics.get("followup@1", 0) or one.metrics.get("unharmed") == 0
    ]
    parts = [f"{result.dataset}: {counted(len(result.outcomes), 'follow-up')}", figures(rows)]
    if lost:
        parts.append("\n".join([f"{len(lost)} worse than asked in full, or spoiled:", *lost]))
    return "\n\n".join(parts)
