"""Passages: whole sentences, within bounds, covering the text."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences
from index.split import BOUND, TARGET, passages, units

PARAGRAPHS = {
    "es": "El puente reabrió el martes. Costó 4,2 millones de euros, según el Sr. Ibáñez. Los vecinos aplaudieron. ",
    "ru": "Мост открыли во вторник. Ремонт стоил 4,2 млн рублей. Жители довольны. ",
    "ja": "橋は火曜日に再開した。工事費は四億円だった。住民は喜んだ。",
    "ko": "다리가 화요일에 다시 열렸다. 공사비는 40억 원이었다. 주민들은 기뻐했다. ",
    "ar": "أعيد فتح الجسر يوم الثلاثاء. بلغت التكلفة أربعة ملايين. فرح السكان. ",
    "hi": "पुल मंगलवार को खुला। लागत चार करोड़ थी। लोग खुश हुए। ",
    "th": "สะพานเปิดอีกครั้งเมื่อวันอังคารหลังจากปิดซ่อมนานสามเดือนโดยใช้งบประมาณกว่าสี่ล้านบาทตามที่เทศบาลแจ้ง ",
    "tr": "Köprü salı günü açıldı. Onarım İstanbul'da 4,2 milyona mal oldu. Halk sevindi. ",
}


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_whole_sentences_of_about_the_target(language: str) -> None:
    text = PARAGRAPHS[language] * 30
    spans = passages(text, language)
    starts, ends = zip(*sentences(text, language), strict=True)
    assert {start for start, _ in spans} <= set(starts)
    assert {end for _, end in spans} <= set(ends)
    sizes = [units(text[start:end]) for start, end in spans]
    assert max(sizes) <= BOUND
    assert TARGET / 2 <= sum(sizes) / len(sizes) <= TARGET * 1.5


def test_a_heading_goes_with_what_follows() -> None:
    long = "Los obreros terminaron la obra en marzo y los vecinos celebraron la apertura con música. " * 3
    text = f"{long}\n\nMás carriles para bicicletas\n\n{long}"
    heading = text.index("Más carriles")
    assert any(start == heading for start, _ in passages(text, "es"))
    assert not any(text[start:end].endswith("bicicletas") for start, end in passages(text, "es"))


def test_a_sentence_over_the_bound_is_cut_at_a_pause() -> None:
    text = (
        "La lista incluye " + ", ".join(f"el municipio número {n} de la provincia" for n in range(80)) + "."
    )
    parts = [text[start:end] for start, end in passages(text, "es")]
    assert len(parts) > 3
    assert all(units(part) <= BOUND for part in parts)
    assert all(part.endswith((",", ".")) for part in parts)
    unbroken = passages("あ" * 2000, "ja")
    assert unbroken[0][0] == 0
    assert unbroken[-1][1] == 2000


def test_clusters_stay_whole() -> None:
    text = "e\u0301" * 1500
    assert all(text[start] != "\u0301" for start, _ in passages(text, "fr"))


@given(
    st.text(st.sampled_from("añ ,.。!\n中あ한яعहि ก😀\u0301İ—"), max_size=3000),
    st.sampled_from(["es", "ja", "th", "und"]),
)
def test_passages_cover_the_text_in_order(text: str, language: str) -> None:
    spans = passages(text, language)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
    assert all(units(text[start:end]) <= BOUND + 10 for start, end in spans)
