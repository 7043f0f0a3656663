from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.errors import Incompatible
from index.prompts import Prompts, prompts_of


@pytest.mark.parametrize(
    ("name", "question", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/e5-base-v2", "query: ", "passage: "),
        ("/models/multilingual-e5-large", "query: ", "passage: "),
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("BAAI/bge-large-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("BAAI/bge-m3", "", ""),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        (
            "mixedbread-ai/mxbai-embed-large-v1",
            "Represent this sentence for searching relevant passages: ",
            "",
        ),
        ("sentence-transformers/all-MiniLM-L6-v2", "", ""),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", "", ""),
    ],
)
def test_families_are_prompted_as_their_cards_say(
    tmp_path: Path, name: str, question: str, passage: str
) -> None:
    assert prompts_of(tmp_path, name) == Prompts(question, passage)


def test_instructions_say_what_is_looked_for(tmp_path: Path) -> None:
    found = prompts_of(tmp_path, "intfloat/multilingual-e5-large-instruct")
    assert found.question.startswith("Instruct: ")
    assert found.question.endswith("\nQuery: ")
    assert found.passage == ""


@pytest.mark.parametrize(
    ("said", "prompts"),
    [
        ({"query": "Frage: ", "document": "Text: "}, Prompts("Frage: ", "Text: ")),
        ({"query": "質問：", "document": "", "passage": "文章："}, Prompts("質問：", "文章：")),
        ({"query": "q: "}, Prompts("q: ", "")),
        ({"query": "", "document": ""}, Prompts("query: ", "passage: ")),  # written where none is known
        ({"query": 7}, Prompts("query: ", "passage: ")),
        (None, Prompts("query: ", "passage: ")),
    ],
)
def test_the_model_s_own_prompts_come_first(tmp_path: Path, said: object, prompts: Prompts) -> None:
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": said}))
    assert prompts_of(tmp_path, "intfloat/multilingual-e5-small") == prompts


def test_a_config_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config_sentence_transformers.json").write_text("{")
    with pytest.raises(Incompatible, match="restore"):
        prompts_of(tmp_path, "x")
