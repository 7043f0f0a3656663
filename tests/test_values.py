"""Mentions: what in a sentence could be the number, date, person or place asked for."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.expects import AnswerType
from qa.values import mentions

NUMBER, DATE, PERSON, PLACE = AnswerType.NUMBER, AnswerType.DATE, AnswerType.PERSON, AnswerType.PLACE


@pytest.mark.parametrize(
    ("text", "type", "language", "found"),
    [
        ("Entre 10.000 y 12.000 soldados llegaron el 5 de mayo.", NUMBER, "es", ["10.000", "12.000"]),
        ("Entre 10.000 y 12.000 soldados llegaron el 5 de mayo.", DATE, "es", ["5 de mayo"]),
        ("A fee of $2.10 or 5 % in 2009.", NUMBER, "en", ["$2.10", "5 %"]),
        ("联合检查中心8月15日公布，运出谷物41万吨", NUMBER, "zh", ["41万"]),
        ("नौ हज़ार आवेदन 31 जनवरी 2026 तक", NUMBER, "hi", ["नौ हज़ार"]),
        ("첫날인 6일 3,100명이 대피했다", NUMBER, "ko", ["3,100"]),
        (
            "El líder Kim Jong Un vio a María de la Cruz. Luego habló.",
            PERSON,
            "es",
            ["Kim Jong Un", "María de la Cruz"],
        ),
        ("сказала Оксана Шевченко в Лондоне", PERSON, "ru", ["Оксана Шевченко", "Лондоне"]),
        ("The mayor met Dr. Elena Duarte. Police left.", PERSON, "en", ["Dr. Elena Duarte"]),
        ("Monday Helen Ward resigned.", PERSON, "en", ["Helen Ward"]),
        ("On Monday Helen Ward resigned, Friday.", PERSON, "en", ["Helen Ward"]),
        ("Am Montag sprach Helen Ward.", PERSON, "de", ["Helen Ward"]),
        ("구조대는 승객 112명을 구했다", NUMBER, "ko", ["112"]),
        ("Der Zug sagte Jürgen Brandt ab.", PERSON, "de", ["Jürgen Brandt"]),
        ("Dün Oksana Şevçenko İstanbul’da konuştu.", PERSON, "tr", ["Oksana Şevçenko İstanbul’da"]),
        ("カン・ミンジェ最高経営責任者", PERSON, "ja", ["カン・ミンジェ"]),
        ("Se reunieron en Pyongyang con Sergei Shoigu.", PLACE, "es", ["Pyongyang"]),
        ("They met in the Port Calde town hall", PLACE, "en", ["Port Calde"]),
        ("Угоду підпишуть у Стамбулі.", PLACE, "uk", ["Стамбулі"]),
        ("Anlaşma İstanbul’da imzalandı.", PLACE, "tr", ["İstanbul"]),
        ("日本は長野県とソウル市で", PLACE, "ja", ["長野県", "ソウル市"]),
        (
            "联合国特使英格丽德·哈尔沃森预计，奥克萨娜·舍甫琴科",
            PERSON,
            "zh",
            ["英格丽德·哈尔沃森", "奥克萨娜·舍甫琴科"],
        ),
        ("在格林费尔德市举行", PLACE, "zh", ["格林费尔德市"]),
        ("قال حسام الشاذلي", PERSON, "ar", []),
        ("कांग मिन-जे ने कहा", PERSON, "hi", []),
        ("Porque llovía en 2009.", AnswerType.REASON, "es", []),
        ("", NUMBER, "und", []),
    ],
)
def test_mentions(text: str, type: AnswerType, language: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in mentions(text, type, language)] == found


@given(
    st.text(alphabet="Aa bÉé. -1’'28/:年月日一千만 mayoJune de la İı\n🙂", max_size=80),
    st.sampled_from(list(AnswerType)),
    st.sampled_from(["en", "es", "de", "ru", "zh", "ja", "ko", "ar", "hi", "tr", "und"]),
)
def test_any_text_gives_ordered_spans(text: str, type: AnswerType, language: str) -> None:
    last = 0
    for start, end in mentions(text, type, language):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize("language", ["es", "ja"])
@pytest.mark.parametrize(
    "piece", ["1", "May ", "12 May ", "2024年", "A a ", "11/11/", "12 de ", "ァ・", "一", "in ", "A. "]
)
def test_hostile_length_is_fast(piece: str, language: str) -> None:
    text = piece * (100_000 // len(piece))
    for type in (NUMBER, DATE, PERSON, PLACE):
        start = time.process_time()
        mentions(text, type, language)
        assert time.process_time() - start < 1
