"""What a run is worth against judgements. The only module that imports ir-measures.

The figures are ir-measures' own (MacAvaney, Macdonald, Ounis 2022), so they equal those of trec_eval and
of every paper that uses it: nDCG with log2 discount (Järvelin & Kekäläinen 2002), RR the reciprocal rank
of the first relevant document, AP average precision (its mean is called MAP), R recall, Success whether
any relevant document is there. A question without a result counts as zero in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Any

from index.errors import BadInput, CitaError

MEASURES = ("nDCG@10", "RR@10", "R@5", "R@100", "AP", "Success@1", "Success@5")

PerQuestion = dict[str, dict[str, float]]
"""Value of each measure per question id."""


def per_question(
    qrels: Mapping[str, Mapping[str, int]],
    run: Mapping[str, Mapping[str, float]],
    measures: Sequence[str] = MEASURES,
) -> PerQuestion:
    """Each measure of each judged question, in [0, 1]; zero for a question that `run` does not have.

    Raises BadInput for an unknown measure and CitaError where ir-measures is not installed.
    """
    library = _library()
    parsed = [_parsed(library, name) for name in measures]
    values: PerQuestion = {query: dict.fromkeys(measures, 0.0) for query in qrels}
    for found in library.iter_calc(parsed, _plain(qrels), _plain(run)):
        if found.query_id in values:
            values[found.query_id][str(found.measure)] = float(found.value)
    return values


def _library() -> Any:
    try:
        import ir_measures
    except ImportError as error:
        raise CitaError(
            "the measures need ir-measures, which is not installed: run `pip install 'cita[eval]'`"
        ) from error
    return ir_measures


def _parsed(library: Any, name: str) -> Any:
    try:
        return library.parse_measure(name)
    except (NameError, ValueError, TypeError, SyntaxError) as error:
        raise BadInput(
            f"{name!r} is no measure: expected ir-measures' names such as {', '.join(MEASURES)}"
        ) from error


def _plain(nested: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {outer: dict(inner) for outer, inner in nested.items()}


def mean(values: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over questions (each counts the same); empty for none."""
    rows = list(values)
    return {name: fsum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}


def recall_curve(
    qrels: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]], depth: int = 100
) -> list[float]:
    """Mean recall at 1, 2, …, `depth` over the judged questions that have a relevant document."""
    totals = [0.0] * depth
    counted = 0
    for query, documents in qrels.items():
        relevant = {document for document, grade in documents.items() if grade > 0}
        if not relevant:
            continue
        counted += 1
        returned = run.get(query, {})
        ranked = sorted(returned, key=lambda document: -returned[document])[:depth]
        for place, document in enumerate(ranked):
            if document in relevant:
                totals[place] += 1 / len(relevant)
    curve: list[float] = []
    reached = 0.0
    for total in totals:
        reached += total
        curve.append(reached / max(counted, 1))
    return curve
