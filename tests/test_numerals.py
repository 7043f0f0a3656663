"""Numbers: the same figure in every way that fourteen languages write it."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.numerals import numbers

SAME = [
    (
        10_000,
        [
            "10.000",
            "10,000",
            "10 000",
            "10\u202f000",
            "10’000",
            "1万",
            "1萬",
            "1만",
            "一万",
            "१०,०००",
            "١٠٬٠٠٠",
        ],
    ),
    (
        10_000,
        ["diez mil", "ten thousand", "dix mille", "zehntausend", "dez mil", "diecimila", "десять тысяч"],
    ),
    (10_000, ["десять тисяч", "عشرة آلاف", "दस हज़ार", "on bin"]),
    (
        3_200,
        [
            "tres mil doscientos",
            "three thousand two hundred",
            "trois mille deux cents",
            "dreitausendzweihundert",
        ],
    ),
    (
        3_200,
        [
            "três mil duzentos",
            "tremiladuecento",
            "три тысячи двести",
            "три тисячі двісті",
            "三千二百",
            "üç bin iki yüz",
        ],
    ),
    (27, ["twenty-seven", "veintisiete", "vingt-sept", "siebenundzwanzig", "vinte e sete", "ventisette"]),
    (
        27,
        [
            "двадцать семь",
            "двадцять сім",
            "二十七",
            "سبعة وعشرين",
            "सत्ताईस",
            "yirmi yedi",
            "27",
            "２７",
            "٢٧",
            "२७",
        ],
    ),
    (97, ["quatre-vingt-dix-sept", "noventa y siete", "siebenundneunzig", "novantasette"]),
    (
        200_000,
        [
            "doscientos mil",
            "deux cent mille",
            "zweihunderttausend",
            "двести тысяч",
            "مئتي ألف",
            "二十万",
            "20만",
        ],
    ),
    (120_000, ["एक लाख बीस हज़ार", "1,20,000", "12万", "12만", "120 mil", "120 тис", "120 bin"]),
    (
        3_000_000,
        [
            "3 millones",
            "3 million",
            "3 millions",
            "3 Millionen",
            "3 milhões",
            "3 milioni",
            "3 млн",
            "3 мільйони",
        ],
    ),
    (3_000_000, ["tres millones", "三百万", "300만", "३० लाख", "3 milyon", "3 ملايين", "3 Mio"]),
    (
        1_500_000_000,
        [
            "1,5 Milliarden",
            "1.5 billion",
            "mil quinientos millones",
            "1,5 млрд",
            "15亿",
            "15억",
            "1,5 milyar",
        ],
    ),
    (12_345.5, ["12.345,5", "12,345.5", "12 345,5", "12٬345٫5"]),
    (0.125, ["0.125", "0,125"]),
    (14_000, ["1万4千", "1만 4천", "一万四千", "14천"]),
]


@pytest.mark.parametrize(("value", "text"), [(value, text) for value, texts in SAME for text in texts])
def test_value(value: float, text: str) -> None:
    for written in (
        text,
        unicodedata.normalize("NFC", f"({text}) "),
        text.upper() if text.isascii() else text,
    ):
        found = numbers(written)
        assert [number for _, _, number in found] == [value]
        assert written[found[0][0] : found[0][1]].strip("() ") == written.strip("() ")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("dos niños", "es", 2),
        ("once muertos", "es", 11),
        ("due navi", "it", 2),
        ("elf Boote", "de", 11),
        ("sept morts", "fr", 7),
        ("on altı gemi", "tr", 16),
        ("bin kişi", "tr", 1000),
        ("ست سفن", "ar", 6),
        ("दो जहाज़", "hi", 2),
        ("три судна", "ru", 3),
        ("п’ять суден", "uk", 5),
        ("三艘船", "zh", 3),
        ("二人が死亡", "ja", 2),
        ("삼천 명", "ko", 3000),
    ],
)
def test_words_of_a_known_language(text: str, language: str, value: float) -> None:
    assert [number for _, _, number in numbers(text, language)] == [value]


NO_NUMBERS = (
    "on the road once",
    "le dos des enfants",
    "ich bin hier",
    "due to rain",
    "eu sei",
    "one of them",
)
NO_NUMBERS += (
    "un hombre",
    "millones de personas",
    "thousands fled",
    "统一",
    "一些人",
    "万一",
    "十分",
    "김일성",
    "이사회",
)
NO_NUMBERS += ("구조대는", "구조원이", "구조개혁", "조사 대상")
NO_NUMBERS += ("сорока́", "🙂", "")


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_no_number(text: str) -> None:
    assert numbers(text) == []


def test_names_with_digits_are_no_numbers() -> None:
    assert numbers("MAIA-1, A320, COVID-19, F-16, Су-27") == []


def test_neighbours_stay_apart() -> None:
    assert [v for _, _, v in numbers("entre 10.000 y 12.000 soldados")] == [10_000, 12_000]
    assert [v for _, _, v in numbers("in 2025 300 people")] == [2025, 300]
    assert [v for _, _, v in numbers("two, three and four")] == [2, 3, 4]
    assert [v for _, _, v in numbers("двадцать-тридцать человек")] == [20, 30]
    assert [v for _, _, v in numbers("5 cents")] == [5]


def test_spans_are_code_points() -> None:
    text = "🙂 约４１万吨, ১২ টি"
    assert [(text[a:b], v) for a, b, v in numbers(text)] == [("４１万", 410_000), ("১২", 12)]


@given(st.integers(0, 10**12))
def test_grouped_digits(number: int) -> None:
    for mark in (",", ".", " ", "\u00a0", "’"):
        assert [v for _, _, v in numbers(f"{number:,}".replace(",", mark))] == [number]


@given(st.text(alphabet="0123456789.,' \u00a0万千百만천 twohundredmilynd一三十億tausend-و", max_size=60))
def test_any_text_gives_ordered_spans(text: str) -> None:
    last = 0
    for start, end, value in numbers(text):
        assert last <= start < end <= len(text)
        assert value >= 0
        last = end


@pytest.mark.parametrize(
    "piece", ["1", "1.", "111.", "1万", "万", "A1", "two ", "tausend", "1-", "백", "1 000 ", "و"]
)
def test_hostile_length_is_fast(piece: str) -> None:
    start = time.process_time()
    numbers(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 1
