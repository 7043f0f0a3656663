"""Relevance judgements as they are read: what is relevant to what, and where that was said."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from eval.dataset import Qrels
from index.errors import BadInput


class Judgements:
    """The judgements of one file. All places are "file:line"."""

    def __init__(self) -> None:
        self.qrels: Qrels = {}
        self.documents: dict[str, str] = {}
        """Where each document was first judged."""
        self._queries: dict[str, str] = {}

    def add(self, query: str, document: str, grade: str, place: str) -> None:
        """One judgement more; raises BadInput for a grade that is no whole number or a second judgement."""
        query, document = query.strip(), document.strip()
        if not query or not document:
            raise BadInput(f"{place}: an empty id: expected a question's and a document's")
        try:
            value = _whole(grade)
        except ValueError as error:
            raise BadInput(f"{place}: the relevance {grade!r}: expected a whole number") from error
        if document in self.qrels.setdefault(query, {}):
            raise BadInput(f"{place}: {document!r} is judged a second time for {query!r}: expected it once")
        self.qrels[query][document] = value
        self.documents.setdefault(document, place)
        self._queries.setdefault(query, place)

    def refuse_empty(self, path: Path) -> None:
        """Raise BadInput where there is no judgement at all."""
        if not self.qrels:
            raise BadInput(f"{path} is an empty split: expected at least one judgement")

    def refuse_unknown(self, known: Collection[str], file: Path) -> None:
        """Raise BadInput for a judgement of a question that is not in the file of questions."""
        for query, place in self._queries.items():
            if query not in known:
                raise BadInput(
                    f"{place}: the question {query!r} is judged but not in {file}: expected one of the "
                    f"{len(known):,} ids there"
                )


def _whole(grade: str) -> int:
    """A grade as a whole number, "1.0" too; raises ValueError for any other."""
    value = float(grade)
    if not value.is_integer():
        raise ValueError(grade)
    return int(value)
