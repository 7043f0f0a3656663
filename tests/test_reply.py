from __future__ import annotations

from pathlib import Path

import pytest

from qa.messages import phrase
from ui.collection import Collection
from ui.reply import replies


def shown(data: Path, question: str, language: str = "en") -> list[str]:
    articles = Collection(data)
    try:
        return list(replies(articles, question, language))
    finally:
        articles.close()


def test_a_reply_grows_stage_by_stage_into_the_answer(collection: Path) -> None:
    *stages, answer = shown(collection, "Сколько рабочих вышли на площадь?", "es")
    assert phrase("searching", "es") in stages[0]
    assert phrase("choosing_quotes", "es") in stages[-1]
    assert all("cita-stage" in stage for stage in stages)
    assert 'class="cita-answer answered" lang="ru"' in answer
    assert "4500" in answer


@pytest.mark.parametrize("question", ["", "  ", "?!", "🙂"])
def test_a_question_without_words_is_asked_for_in_the_reader_s_language(
    tmp_path: Path, question: str
) -> None:
    (notice,) = shown(tmp_path, question, "tr")
    assert phrase("empty_question", "tr") in notice


def test_a_question_too_long_is_told_the_limit(tmp_path: Path) -> None:
    (notice,) = shown(tmp_path, "слово " * 1000, "ru")
    assert "2000" in notice


def test_an_empty_collection_is_told_and_not_an_error(tmp_path: Path) -> None:
    *_, notice = shown(tmp_path / "none", "¿Quién?", "ja")
    assert phrase("empty_collection", "ja") in notice


def test_a_collection_that_cannot_be_used_is_told_in_its_own_sentence(tmp_path: Path) -> None:
    (tmp_path / "cita.db").write_bytes(b"no database at all" * 100)
    *_, notice = shown(tmp_path, "¿Quién?")
    assert "cita-notice error" in notice


def test_an_unexpected_fault_reaches_the_caller(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.reply.ask_checked", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shown(collection, "ferry?")
