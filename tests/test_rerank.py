from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.errors import Incompatible
from index.search import Index
from qa.ask import ask, examine
from qa.messages import phrase
from qa.rerank import CrossEncoder, Reranker
from qa.writer import ModelFailed
from tests import tiny
from tests.stories import FERRY, article, opened
from tests.test_ask import hold

QUESTION = "How many passengers did rescuers save from the ferry Aurora?"


class Words:
    """Likes passages by the words they have."""

    name, top = "words", 30

    def __init__(self, *words: str) -> None:
        self.words = words
        self.read: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> np.ndarray:
        self.read = list(passages)
        return np.array([sum(word in text for word in self.words) for text in passages], np.float32)


@pytest.fixture
def ferry(tmp_path: Path):  # type: ignore[no-untyped-def]
    articles = [article(code, text, title=f"Title {code}", outlet=code) for code, text in FERRY.items()]
    with opened(tmp_path, *articles) as index:
        yield index


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.bert(tmp_path_factory.mktemp("models") / "cross", labels=1)


def _order(index: Index, reranker: Reranker | None) -> list[str]:
    """The articles in the order in which their best sentence stands."""
    sentences = examine(index, QUESTION, reranker=reranker).sentences
    return list(dict.fromkeys(one.candidate.article.key for one in sentences))


def test_what_it_likes_comes_first(ferry: Index) -> None:
    before = _order(ferry, None)
    assert before[0] != "id:th"
    likes_thai = Words("เรือ", "ผู้โดยสาร", "หน่วยกู้ภัย", "ออโรรา")
    likes_thai.scores = lambda q, texts, old=likes_thai.scores: old(q, texts) * 100  # type: ignore[method-assign,misc]
    after = _order(ferry, likes_thai)
    assert sorted(after) == sorted(before)
    assert after.index("id:th") < before.index("id:th")
    answer = ask(ferry, QUESTION, reranker=likes_thai)
    hold(ferry, answer)
    assert answer.note == ""


def test_one_that_likes_all_alike_changes_nothing(ferry: Index) -> None:
    assert _order(ferry, Words()) == _order(ferry, None)


def test_it_reads_titles_and_no_more_passages_than_it_may(ferry: Index) -> None:
    reranker = Words("112")
    reranker.top = 2
    findings = examine(ferry, QUESTION, reranker=reranker)
    assert len(reranker.read) == 2
    assert all(text.startswith("Title ") for text in reranker.read)
    read = {
        one.candidate.hit.passage.id
        for one in findings.sentences
        if one.candidate.hit.signals.rerank is not None
    }
    assert len(read) == 2
    scores = [one.score for one in findings.sentences]
    assert scores == sorted(scores, reverse=True)


def test_one_that_fails_leaves_the_answer_and_says_so(ferry: Index) -> None:
    class Broken(Words):
        def scores(self, question: str, passages: Sequence[str]) -> np.ndarray:
            raise ModelFailed("broken")

    answer = ask(ferry, QUESTION, reranker=Broken())
    plain = ask(ferry, QUESTION)
    hold(ferry, answer)
    assert answer.quotes == plain.quotes
    assert answer.note == phrase("reranker_failed", "en")


def test_a_cross_encoder_from_a_folder(encoder: Path, ferry: Index) -> None:
    reranker = CrossEncoder(str(encoder), top=5)
    passages = ["the ferry sank on tuesday", "rescuers saved 112 passengers", "паром затонул", "渡轮"]
    scores = reranker.scores("who saved the passengers ?", passages)
    assert scores.shape == (4,)
    assert len(set(scores.tolist())) == 4
    again = reranker.scores("who saved the passengers ?", passages[::-1])
    assert again[::-1] == pytest.approx(scores, abs=1e-5)
    assert reranker.scores("who", []).shape == (0,)
    answer = ask(ferry, QUESTION, reranker=reranker, explain=True)
    hold(ferry, answer)
    assert answer.note == ""
    findings = examine(ferry, QUESTION, reranker=reranker)
    given = {
        one.candidate.hit.passage.id: one.candidate.hit.signals.rerank
        for one in findings.sentences
        if one.candidate.hit.signals.rerank is not None
    }
    assert 0 < len(given) <= 5


@pytest.mark.parametrize("spoilt", ["pickle", "code", "labels", "weights"])
def test_what_is_no_safe_cross_encoder_is_refused(tmp_path: Path, spoilt: str) -> None:
    folder = tiny.bert(tmp_path / "model", labels=3 if spoilt == "labels" else 1)
    if spoilt == "pickle":
        (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    elif spoilt == "code":
        (folder / "modeling_x.py").write_text("raise SystemExit")
    elif spoilt == "weights":
        (folder / "model.safetensors").write_bytes(b"{}")
    said = {"pickle": "pickled", "code": "code", "labels": "3 numbers", "weights": "cannot be loaded"}
    with pytest.raises(Incompatible, match=said[spoilt]):
        CrossEncoder(str(folder))
