from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from qa.ask import examine
from qa.excerpts import LETTERS, MOST, Excerpt, excerpts
from tests.stories import FERRY, article, opened

LONG = {
    "en": "The ferry Aurora left port number {n} on Monday with {n} passengers on board. ",
    "es": "El transbordador Aurora salió del puerto número {n} el lunes con {n} pasajeros. ",
    "ru": "Паром «Аврора» вышел из порта номер {n} в понедельник, на борту было {n} пассажиров. ",
    "zh": "奥罗拉号渡轮星期一从第{n}号港口出发，船上有{n}名乘客。",
    "ar": "غادرت العبّارة أورورا الميناء رقم {n} يوم الاثنين وعلى متنها {n} راكبًا. ",
    "hi": "नौका ऑरोरा सोमवार को बंदरगाह {n} से {n} यात्रियों के साथ रवाना हुई। ",
    "th": "เรือเฟอร์รีออโรราออกจากท่าเรือหมายเลข {n} พร้อมผู้โดยสาร {n} คน ",
}


def _of(tmp_path: Path, texts: dict[str, str], question: str) -> tuple[list[Excerpt], list[object]]:
    with opened(tmp_path, *(article(code, text) for code, text in texts.items())) as index:
        sentences = examine(index, question).sentences
    return excerpts(sentences), list(sentences)


def test_they_are_stretches_of_the_stored_text_best_first(tmp_path: Path) -> None:
    found, ranked = _of(tmp_path, FERRY, "How many passengers did rescuers save from the ferry Aurora?")
    assert 1 < len(found) <= MOST
    for one in found:
        assert one.text == one.article.text[one.start : one.end] != ""
    best = ranked[0]
    assert found[0].article.id == best.candidate.article.id  # type: ignore[attr-defined]
    assert found[0].start <= best.start < best.end <= found[0].end  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", LONG)
def test_of_a_long_article_they_are_few_do_not_meet_and_hold_whole_passages(
    tmp_path: Path, code: str
) -> None:
    text = "".join(LONG[code].format(n=n) for n in range(1, 301)).strip()
    question = LONG[code].format(n=77)
    found, ranked = _of(tmp_path, {code: text}, question)
    assert 1 <= len(found) <= MOST
    assert sum(len(one.text) for one in found) <= LETTERS
    spans = sorted((one.start, one.end) for one in found)
    assert all(end < start for (_, end), (start, _) in pairwise(spans))
    passage = ranked[0].candidate.hit.passage  # type: ignore[attr-defined]
    assert found[0].start <= passage.start < passage.end <= found[0].end
    for one in found:
        assert one.text == one.text.strip()


def test_what_surrounds_a_passage_comes_in_whole_sentences(tmp_path: Path) -> None:
    text = "".join(LONG["en"].format(n=n) for n in range(1, 301)).strip()
    found, _ = _of(tmp_path, {"en": text}, "How many passengers were on board from port number 77?")
    for one in found:
        assert one.text.startswith("The ferry")
        assert one.text.endswith("on board.")


def test_nothing_found_is_nothing_shown() -> None:
    assert excerpts([]) == []
