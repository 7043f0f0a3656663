from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import BadInput
from index.search import Index
from qa.answer import Answer, Quote
from qa.ask import ask
from tests.conftest import TEXTS
from tests.stories import FERRY, article, opened

SEEDS = Path(__file__).parent.parent.parent / "shared" / "seeds"


def hold(index: Index, answer: Answer) -> None:
    """What every answer promises."""
    everything: list[Quote] = [*answer.quotes, *answer.also_reported, *answer.nearest]
    for disagreement in answer.disagreements:
        everything += [reading.quote for reading in disagreement.readings]
        for reading in disagreement.readings:
            assert reading.value in reading.quote.text
    for quote in everything:
        source = index.article(quote.article_id)
        quote.check(source)
        assert source.text[quote.start : quote.end] == quote.text
        assert answer.sources[quote.source - 1].article_id == quote.article_id
        assert 0 <= quote.score <= 1
        if quote.span is not None:
            assert quote.start <= quote.span[0] < quote.span[1] <= quote.end
    assert [source.n for source in answer.sources] == list(range(1, len(answer.sources) + 1))
    assert {quote.source for quote in everything} == {source.n for source in answer.sources}
    without = answer.text
    for quote in everything:
        assert quote.text in answer.text or quote not in (*answer.quotes, *answer.nearest)
        without = without.replace(quote.text, "")
    assert {int(n) for n in re.findall(r"\[(\d+)\]", without)} <= {source.n for source in answer.sources}
    assert bool(answer.quotes) == (answer.status != "not_found")
    assert not answer.nearest or answer.status == "not_found"
    json.dumps(asdict(answer), ensure_ascii=False)


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_asked_for_in_its_own_words_is_quoted_first(collection: Path, language: str) -> None:
    words = TEXTS[language].split("。")[0].split(". ")[0][:60]
    with Index.open(collection) as index:
        answer = ask(index, words, language=language)
        hold(index, answer)
    assert answer.language == language
    first = (answer.quotes or answer.nearest)[0]
    assert words[:15] in first.text


def test_the_language_is_told_from_the_question(collection: Path) -> None:
    with Index.open(collection) as index:
        for question, language in [
            ("¿Cuántas personas fueron evacuadas de San Martín?", "es"),
            ("Сколько рабочих вышли на площадь?", "ru"),
            ("공장은 언제 문을 여나요?", "ko"),
            ("住民は何人避難しましたか？", "ja"),
        ]:
            assert ask(index, question).language == language


def test_what_is_not_there_is_not_answered(collection: Path) -> None:
    with Index.open(collection) as index:
        answer = ask(index, "What is the chemical formula of caffeine?")
        hold(index, answer)
    assert answer.status == "not_found"
    assert answer.quotes == ()
    assert answer.nearest


def test_stages_and_timings(collection: Path) -> None:
    stages: list[str] = []
    with Index.open(collection) as index:
        answer = ask(index, "How many passengers were saved?", on_stage=stages.append)
    assert stages == ["searching", "choosing_quotes"]
    assert list(answer.timings) == ["search", "total", "rerank", "quotes", "compose"]
    parts = sum(value for stage, value in answer.timings.items() if stage != "total")
    assert answer.timings["total"] == pytest.approx(parts, abs=0.1)


def test_the_same_said_elsewhere_and_another_figure(tmp_path: Path) -> None:
    articles = [article(code, FERRY[code], outlet=code) for code in ("en", "en2", "en3")]
    with opened(tmp_path, *articles) as index:
        answer = ask(index, "How many passengers did rescuers save from the ferry Aurora?", language="en")
        hold(index, answer)
    assert "112" in answer.quotes[0].text or "118" in answer.quotes[0].text
    [disagreement] = answer.disagreements
    assert disagreement.kind == "number"
    assert {reading.value for reading in disagreement.readings} == {"112", "118"}


@pytest.mark.parametrize(
    ("question", "said"),
    [("", "empty"), (" \n\t", "empty"), ("x" * 2001, "2,000"), ("?!…", "letters"), ("😀", "letters")],
)
def test_what_cannot_be_a_question_is_refused(collection: Path, question: str, said: str) -> None:
    with Index.open(collection) as index, pytest.raises(BadInput, match=said):
        ask(index, question)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("aéßİıñ ж한국日本語中文عربहिंไทย😀[]1２٣.,«»\u0301\u202e\ud7a3"), st.characters()
        ),
        min_size=1,
        max_size=80,
    )
)
def test_every_answer_keeps_its_promises(collection: Path, question: str) -> None:
    with Index.open(collection) as index:
        try:
            answer = ask(index, question)
        except BadInput:
            assert not any(letter.isalnum() for letter in question)
        else:
            hold(index, answer)


def test_an_empty_collection_finds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        answer = ask(index, "Who won?")
    assert (answer.status, answer.sources, answer.quotes, answer.nearest) == ("not_found", (), (), ())


def test_asking_loads_no_heavy_library() -> None:
    code = (
        "import sys, qa.ask\n"
        "print(*{name.split('.')[0] for name in sys.modules} & {'torch', 'gradio', 'scipy', 'sklearn',"
        " 'fastapi', 'sentence_transformers', 'trafilatura'})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert run.stdout.strip() == ""


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the five seed articles are not part of the project")
def test_north_korean_soldiers_in_four_languages(tmp_path: Path) -> None:
    from index.ingest import ingest

    ingest(tmp_path / "data", [SEEDS])
    with Index.open(tmp_path / "data") as index:
        for question in (
            "¿Cuántos soldados norcoreanos fueron enviados a Rusia?",
            "How many North Korean soldiers were sent to Russia?",
            "북한군은 러시아에 몇 명 파병되었나요?",
            "Сколько северокорейских солдат отправили в Россию?",
        ):
            answer = ask(index, question)
            hold(index, answer)
            assert answer.status != "not_found", question
            assert any("entre 10.000 y 12.000" in quote.text for quote in answer.quotes), question
        assert ask(index, "What is the capital of Australia?").status == "not_found"
        assert ask(index, "How many tanks did North Korea sell to Iran?").status != "answered"
