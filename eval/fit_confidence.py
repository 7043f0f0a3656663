"""Fits `qa/fitted.json`: the weights of a sentence's signals and of the evidence for an answer.

    python -m eval.fit_confidence --data FOLDER

FOLDER holds `qa/` and `parallel/`, of which `eval.worlds` makes small collections with questions. Every
question runs through the product's own code.

Sentences: conditional logit (McFadden 1974) of the sentence with the answer among all candidates.
Evidence: logistic regression of answerable against not. Both by Newton's method with a ridge penalty.
Thresholds, on questions the weights were not fitted to, every collection counting the same: `answered`
where `LET_IN` of the unanswerable ones are let in, `weak` where `LOST` of the answerable ones are said
not to be found.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.worlds import SEED, TRAP, Case, World, worlds
from index.ingest import ingest_articles
from index.search import Index
from qa.ask import Findings, examine
from qa.confidence import Evidence, evidence
from qa.fitted import FILE, fitted
from qa.sentence import Signals

LOST = 0.02
"""Share of answerable questions, whose answer was found, below the threshold `weak`: below it nothing is
quoted as an answer, so it is for what the collection plainly does not speak of."""

LET_IN = 0.3
"""Share of unanswerable questions above the threshold `answered`, those left without their article and
traps counting alike (half of the traps are a name or figure away from a question that has its answer)."""

RIDGE = 20.0
"""Of the evidence's weights, for features of deviation 1. With more, other collections are told apart a
little better (area under the curve, odd half of XQuAD in one mixed collection: 0.867 with 20, 0.876 with
100), but a question of another subject comes nearer to one of this."""

TRAP_WEIGHT = 0.25
"""What a trap counts for in the evidence's fit: at 1, weights that tell traps apart spoil the rest."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question after the product's own code has looked at it."""

    group: str
    answerable: bool
    right: bool
    """Whether the answer stands in one of the first three sentences."""
    evidence: list[float]
    signals: Floats
    """(sentences, signals)."""
    gold: NDArray[np.bool_]


def outcomes(cases: Sequence[Case], folder: Path) -> Iterator[Outcome]:
    """Questions to the collection in `folder`, through the product's code."""
    with Index.open(folder) as index:
        for case in cases:
            yield from _outcome(case, examine(index, case.question, language=case.language))


def _outcome(case: Case, findings: Findings) -> Iterable[Outcome]:
    sentences = findings.sentences
    if not sentences:
        return
    gold = np.array([any(g in s.text for g in case.gold) for s in sentences], bool)
    signals = np.array([list(asdict(s.signals).values()) for s in sentences])
    found = list(asdict(evidence(findings.question, sentences)).values())
    yield Outcome(case.group, bool(case.gold), bool(gold[:3].any()), found, signals, gold)


Loss = Callable[[Floats], tuple[float, Floats, Floats]]
"""Weights to loss, gradient and (an upper bound of the) Hessian."""


def newton(loss: Loss, ridge: Floats, steps: int = 50) -> Floats:
    """Where the loss plus a ridge penalty is least, `ridge` for each weight; each step is halved until it
    goes down."""
    weights = np.zeros(len(ridge))
    value, slope, curve = loss(weights)
    for _ in range(steps):
        step = np.linalg.solve(curve + np.diag(ridge), slope + ridge * weights)
        before = value + float(ridge @ weights**2) / 2
        for _ in range(30):
            tried = weights - step
            value, slope, curve = loss(tried)
            if value + float(ridge @ tried**2) / 2 <= before:
                break
            step = step / 2
        weights = tried
        if np.abs(step).max() < 1e-6:
            break
    return weights


def fit_sentences(found: Sequence[Outcome], ridge: float = 0.003) -> Floats:
    """Weights under which the sentence with the answer is likeliest among all of its question.

    The signals overlap, and the ridge (for each question) spreads the weight over them: 10 for 3,400
    questions did best on questions of another kind than those fitted to (0.1 to 1000 tried).
    """
    usable = [(o.signals, o.gold) for o in found if o.gold.any() and not o.gold.all()]

    def loss(weights: Floats) -> tuple[float, Floats, Floats]:
        value, slope, curve = 0.0, np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
        for signals, gold in usable:
            logits = signals @ weights
            # Scaled apart: far from the optimum the answers' own share may be too small for a float.
            every, right = (
                np.exp(logits - logits.max()),
                np.where(gold, np.exp(logits - logits[gold].max()), 0),
            )
            value += np.log(every.sum()) + logits.max() - np.log(right.sum()) - logits[gold].max()
            mean = every @ signals / every.sum()
            slope += mean - right @ signals / right.sum()
            curve += (signals.T * every) @ signals / every.sum() - np.outer(mean, mean)
        return float(value), slope, curve

    return newton(loss, np.full(len(fields(Signals)), ridge * max(1, len(usable))))


def fit_evidence(
    features: Floats, answerable: NDArray[np.bool_], traps: NDArray[np.bool_], ridge: float = RIDGE
) -> Floats:
    """Weights of logistic regression, the last one the bias; both classes weigh the same."""
    scale = np.append(np.maximum(features.std(axis=0), 1e-3), 1.0)
    x = np.column_stack([features, np.ones(len(features))]) / scale
    weight = np.where(traps, TRAP_WEIGHT, 1.0)
    for kind in (answerable, ~answerable):
        weight[kind] *= 0.5 * len(weight) / weight[kind].sum()

    def loss(weights: Floats) -> tuple[float, Floats, Floats]:
        odds = np.clip(x @ weights, -30, 30)
        p = 1 / (1 + np.exp(-odds))
        value = float(weight @ (np.logaddexp(0, odds) - answerable * odds))
        return value, x.T @ (weight * (p - answerable)), (x.T * (weight * p * (1 - p))) @ x

    # The bias is not shrunk: features would stand in for it, and in another collection they do not.
    weights: Floats = newton(loss, np.append(np.full(x.shape[1] - 1, ridge), 1e-6)) / scale
    return weights


def write(**changes: object) -> None:
    """Replace some entries of the weights in use."""
    raw = json.loads(FILE.read_text(encoding="utf-8")) | changes
    FILE.write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
    fitted.cache_clear()


def named(kind: type, weights: Floats, *more: str) -> dict[str, float]:
    keys = [*(field.name for field in fields(kind)), *more]
    return {key: round(float(weight), 3) for key, weight in zip(keys, weights, strict=True)}


def gather(built: Sequence[tuple[World, Path]], stage: str, *, answerable: bool) -> list[Outcome]:
    """The outcomes of all questions, or of the answerable ones only."""
    found: list[Outcome] = []
    for world, folder in built:
        before = len(found)
        found += outcomes([case for case in world.cases if case.gold or not answerable], folder)
        print(f"{stage}: {world.name}, {len(found) - before} questions", file=sys.stderr)
    return found


def thresholds(p: Floats, answerable: NDArray[np.bool_], groups: Sequence[str]) -> dict[str, float]:
    """`answered`, which lets `LET_IN` in, and `weak`, which loses `LOST`; each group counts the same."""
    named = np.array(groups)
    traps = np.array([group.endswith(TRAP) for group in groups])
    steps = np.unique(p)

    def above(kind: NDArray[np.bool_]) -> Floats:
        """Share of a kind of question at or above each step, mean over groups."""
        own = [np.sort(p[kind & (named == name)]) for name in sorted(set(named[kind]))]
        shares = [1 - np.searchsorted(values, steps) / len(values) for values in own]
        return np.mean(shares, axis=0) if shares else np.zeros(len(steps))

    sorts = [sort for sort in (~answerable & ~traps, traps) if sort.any()]
    let_in = np.mean([above(sort) for sort in sorts], axis=0)
    answered = steps[min(int(np.sum(let_in > LET_IN)), len(steps) - 1)]
    weak = steps[max(0, int(np.sum(above(answerable) >= 1 - LOST)) - 1)]
    return {"answered": round(float(answered), 3), "weak": round(min(float(weak), float(answered) * 0.9), 3)}


def report(found: Sequence[Outcome], p: Floats, answered: float) -> str:
    """Per collection: first and first three sentences right, unanswerable let in, answerable refused."""
    lines = [
        f"{'collection':32} {'n':>5} {'gold@1':>7} {'gold@3':>7} {'let in':>7} {'traps':>7} {'refused':>7}"
    ]
    for name in [*dict.fromkeys(o.group.removesuffix(TRAP) for o in found), "all"]:
        rows = [(o, q) for o, q in zip(found, p, strict=True) if name in (o.group.removesuffix(TRAP), "all")]
        yes = [(o, q) for o, q in rows if o.answerable]
        left_out = [q for o, q in rows if not o.answerable and not o.group.endswith(TRAP)]
        traps = [q for o, q in rows if o.group.endswith(TRAP)]
        shares = (
            np.mean([o.gold[0] for o, _ in yes] or [False]),
            np.mean([o.right for o, _ in yes] or [False]),
            np.mean([q >= answered for q in left_out] or [False]),
            np.mean([q >= answered for q in traps] or [False]),
            np.mean([q < answered for _, q in yes] or [False]),
        )
        lines.append(f"{name:32} {len(rows):5} " + " ".join(f"{share:7.3f}" for share in shares))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_confidence", description="Fit qa/fitted.json.")
    parser.add_argument("--data", type=Path, required=True, help="folder with qa/ and parallel/")
    parser.add_argument("--most", type=int, default=60, help="questions of each sort per collection")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        built: list[tuple[World, Path]] = []
        for number, world in enumerate(worlds(options.data, options.most)):
            built.append((world, Path(folder) / str(number)))
            ingest_articles(built[-1][1], world.articles)
        found = gather(built, "sentences", answerable=True)
        write(sentence=named(Signals, fit_sentences(found)))
        found = gather(built, "evidence", answerable=False)
    fit_status(found)


def fit_status(found: Sequence[Outcome]) -> None:
    """Fit the evidence's weights and the thresholds, write them, and print how they do."""
    # A question whose answer was there but not found says nothing of what an answer looks like.
    telling = np.array([o.right or not o.answerable for o in found])
    features = np.array([o.evidence for o in found])
    answerable = np.array([o.answerable for o in found], bool)
    traps = np.array([o.group.endswith(TRAP) for o in found], bool)
    fold = np.random.default_rng(SEED).integers(0, 2, len(found))
    p = np.zeros(len(found))
    for half in (0, 1):
        fitting = telling & (fold == half)
        weights = fit_evidence(features[fitting], answerable[fitting], traps[fitting])
        p[fold != half] = _probabilities(features[fold != half], weights)
    groups = [o.group for o in found]
    limits = thresholds(
        p[telling], answerable[telling], [g for g, t in zip(groups, telling, strict=True) if t]
    )
    weights = fit_evidence(features[telling], answerable[telling], traps[telling])
    write(evidence=named(Evidence, weights, "bias"), **limits)
    print(report(found, p, limits["answered"]))


def _probabilities(features: Floats, weights: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(features @ weights[:-1] + weights[-1]))))


if __name__ == "__main__":
    main()
