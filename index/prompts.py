"""What some models want to read before a question or a passage: their own config says, else this table.

sentence-transformers writes a model's prompts into config_sentence_transformers.json. Families that are
older than that, or leave it to the reader of their card, are listed here as their cards say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index.modelfolder import read_json

_SEARCH = "Represent this sentence for searching relevant passages: "
_TASK = "Given a web search query, retrieve relevant passages that answer the query"


@dataclass(frozen=True, slots=True)
class Prompts:
    """Put before each question and each passage; empty for most models."""

    question: str = ""
    passage: str = ""


_FAMILIES: tuple[tuple[re.Pattern[str], Prompts], ...] = tuple(
    (re.compile(pattern), Prompts(question, passage))
    for pattern, question, passage in (
        (r"e5-.*instruct", f"Instruct: {_TASK}\nQuery: ", ""),
        (r"(?:^|-)e5-(?:small|base|large)", "query: ", "passage: "),
        (r"^bge-(?:small|base|large)-en", _SEARCH, ""),
        (r"^bge-(?:small|base|large)-zh", "为这个句子生成表示以用于检索相关文章：", ""),
        (r"^mxbai-embed|^snowflake-arctic-embed-(?:xs|s|m|l)$", _SEARCH, ""),
        (r"^nomic-embed", "search_query: ", "search_document: "),
    )
)


def prompts_of(folder: Path, name: str) -> Prompts:
    """The prompts of the model in `folder`, which is known as `name` (a hub name, or a path).

    Raises Incompatible for a config that is none.
    """
    said = read_json(folder / "config_sentence_transformers.json").get("prompts")
    own = {key: text for key, text in said.items() if isinstance(text, str)} if isinstance(said, dict) else {}
    if any(own.values()):
        question = own.get("query") or own.get("question") or own.get("retrieval.query") or ""
        named = (own.get(key) for key in ("document", "passage", "corpus", "retrieval.passage"))
        return Prompts(question, next((text for text in named if text), ""))
    family = name.rstrip("/").rpartition("/")[2].lower()
    return next((prompts for pattern, prompts in _FAMILIES if pattern.search(family)), Prompts())
