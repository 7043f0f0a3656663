"""Questions of one language to documents of another, where a question has right documents in several.

A pair such as "en-es" counts the right documents in Spanish alone; those in other languages are neither
right nor in the way: they are taken out of the ranking. Otherwise every pair of a mixed collection would
show the same figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.dataset import Qrels, Query
from eval.measures import PerQuestion, per_question
from eval.trec import Run

Told = dict[str, set[str]]
"""Languages of the right documents of each question."""


def told(qrels: Qrels, languages: Mapping[str, str]) -> Told:
    """The languages of each question's right documents; `languages` has that of every judged document."""
    return {
        query: {languages[document] for document, grade in documents.items() if grade > 0}
        for query, documents in qrels.items()
    }


def by_pair(
    queries: Sequence[Query],
    qrels: Qrels,
    languages: Mapping[str, str],
    run: Run,
    values: PerQuestion,
    measures: Sequence[str],
) -> dict[str, PerQuestion]:
    """Values of the questions of each pair of languages ("ko-es"); `values` are those over all documents."""
    pairs: dict[str, PerQuestion] = {}
    several: dict[str, list[Query]] = {}
    spoken = told(qrels, languages)
    for query in queries:
        for language in sorted(spoken[query.id]):
            if len(spoken[query.id]) == 1:
                pairs.setdefault(f"{query.language}-{language}", {})[query.id] = values[query.id]
            else:
                several.setdefault(language, []).append(query)
    for language, asked in several.items():
        own: Qrels = {}
        condensed: Run = {}
        for query in asked:
            judged = qrels[query.id]
            other = {doc for doc, grade in judged.items() if grade > 0 and languages[doc] != language}
            own[query.id] = {doc: grade for doc, grade in judged.items() if doc not in other}
            condensed[query.id] = {
                doc: score for doc, score in run.get(query.id, {}).items() if doc not in other
            }
        found = per_question(own, condensed, measures)
        for query in asked:
            pairs.setdefault(f"{query.language}-{language}", {})[query.id] = found[query.id]
    return pairs
