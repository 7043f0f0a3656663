"""Questions to time answers with: the texts of a data set or of a file of cases."""

from __future__ import annotations

from pathlib import Path

from eval import cases, datasets, paragraphs


def questions_in(path: Path, limit: int) -> list[str]:
    """At most `limit` questions, spread evenly; raises what loading the file raises."""
    if path.is_file() and not paragraphs.is_paragraphs(path):
        texts = [case.question for case in cases.load(path).cases]
    else:
        texts = [query.text for query in datasets.load(path).queries]
    step = max(1, -(-len(texts) // limit))
    return texts[::step]
