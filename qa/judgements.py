"""Feedback as data to measure with: relevance judgements (qrels) and cases.

What each verdict can honestly say of an article, higher grades being more relevant:

    "right", of a passage          2   and its words are gold: a right quote has them in it
    👍 of a quote                  1   and its words are gold
    👎 of a quote                  0
    👍 of an answer as a whole     1   its first quote, which it leads with, and whose words are gold;
                                       nothing is said of the others
    👎 of an answer as a whole     0   every quote it showed
    👍 of "nothing was found"          a case that nothing answers
    👎 of "nothing was found"          nothing: what is right is not known

The last word counts, but what was said of a passage outweighs what was said of an answer as a whole, and
a 👎 of one quote does not take back that its article holds the right passage. What was said of articles
that are gone, or of words that are no longer there, is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import NotFound
from index.store import Store
from qa.feedback import Feedback, Verdict, digest_of, given

GRADES: dict[Verdict, int] = {"right": 2, "good": 1, "bad": 0}
"""Relevance of the article judged."""

Grades = dict[str, dict[str, int]]
"""Relevance of articles per question id."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one piece of feedback says of one article, or of a question (`article_id` None)."""

    question: str
    language: str
    verdict: Verdict
    article_id: str | None
    """None: nothing answers the question ("good"), or something does ("bad")."""
    text: str | None
    """The passage's words; None for the article as a whole."""
    whole: bool
    """Whether it was said of an answer as a whole."""

    @property
    def query(self) -> str:
        return query_id(self.question)


def query_id(question: str) -> str:
    """The id under which a question is exported: the same words, the same id."""
    return hashlib.sha256(" ".join(question.split()).casefold().encode()).hexdigest()[:12]


def judgements(store: Store) -> list[Judgement]:
    """All that can be said of articles as they are now, oldest first."""
    return [one for feedback in given(store) for one in _of(feedback, store)]


def _of(feedback: Feedback, store: Store) -> Iterator[Judgement]:
    asked = (feedback.question, feedback.language, feedback.verdict)
    if feedback.article_id is not None:
        article = store.find(id=feedback.article_id)
        if article is None:
            return
        if feedback.start is None:
            yield Judgement(*asked, article.id, None, False)
        elif feedback.text is not None and feedback.text in article.text:
            yield Judgement(*asked, article.id, feedback.text, False)
    elif feedback.status == "not_found":
        yield Judgement(*asked, None, None, True)
    else:
        for quote in feedback.shown[:1] if feedback.verdict == "good" else feedback.shown:
            article = store.find(id=quote.article_id)
            words = article.text[quote.start : quote.end] if article is not None else ""
            if digest_of(words) == quote.digest:
                yield Judgement(*asked, quote.article_id, words, True)


def qrels(said: Iterable[Judgement]) -> Grades:
    """Relevance of articles by question id: 2 right, 1 good, 0 bad."""
    judged: Grades = {}
    # What was said of passages comes after what was said of whole answers, whenever it was said.
    for one in sorted(said, key=lambda one: not one.whole):
        if one.article_id is not None:
            grades = judged.setdefault(one.query, {})
            if not (one.verdict == "bad" and grades.get(one.article_id) == GRADES["right"]):
                grades[one.article_id] = GRADES[one.verdict]
    return judged


def cases(said: Sequence[Judgement]) -> Iterator[dict[str, object]]:
    """Cases for `cita eval answers`: questions with the passages that users called right or good, less
    those they called bad later, and questions of which they agreed that nothing answers them."""
    gold: dict[str, dict[str, str]] = {}
    nothing: dict[str, bool] = {}
    asked: dict[str, Judgement] = {}
    for one in sorted(said, key=lambda one: not one.whole):
        if one.article_id is None:
            nothing[one.query] = one.verdict == "good"
        elif one.text is not None and one.verdict == "bad":
            gold.get(one.query, {}).pop(one.text, None)
            continue
        elif one.text is not None:
            gold.setdefault(one.query, {})[one.text] = one.article_id
        asked[one.query] = one
    for id, one in asked.items():
        texts = gold.get(id, {})
        if texts or nothing.get(id):
            yield {
                "id": id,
                "question": one.question,
                "language": one.language,
                "articles": sorted(set(texts.values())),
                "gold": list(texts),
                "answerable": bool(texts),
            }


def export(store: Store, folder: Path) -> dict[str, int]:
    """Write all feedback into `folder`, in BEIR's layout, the collection being the corpus; returns how many
    lines each file has. Raises NotFound where there is none.

    `queries.jsonl`; `qrels/feedback.tsv` of the questions with a relevant article;
    `qrels/unresolved.tsv` of those with none, which cannot be measured with but can be looked into; and
    `cases.jsonl`.
    """
    if not given(store):
        raise NotFound(f"no feedback has been given in {str(store.folder)!r} yet: there is nothing to export")
    said = judgements(store)
    judged = qrels(said)
    made = list(cases(said))
    asked = {one.query: one for one in said if one.article_id is not None}
    resolved = {id: row for id, row in judged.items() if any(row.values())}
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write(
        folder / "queries.jsonl",
        (
            _json({"_id": id, "text": one.question, "metadata": {"language": one.language}})
            for id, one in asked.items()
        ),
    )
    split = {"feedback": resolved, "unresolved": {id: judged[id] for id in judged.keys() - resolved.keys()}}
    for name, grades in split.items():
        _write(folder / "qrels" / f"{name}.tsv", _lines(grades))
    _write(folder / "cases.jsonl", map(_json, made))
    return {
        "queries": len(asked),
        "qrels": sum(map(len, resolved.values())),
        "unresolved": sum(map(len, split["unresolved"].values())),
        "cases": len(made),
    }


def _lines(grades: Grades) -> Iterator[str]:
    yield "query-id\tcorpus-id\tscore"
    for id, row in sorted(grades.items()):
        for article, grade in row.items():
            yield f"{id}\t{article}\t{grade}"


def _json(record: dict[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
