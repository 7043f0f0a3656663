"""Dates: one day, as fourteen languages write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.dates import dates, same_date
from qa.messages import LANGUAGES, format_date

CASES = [
    ("en", "signed on 18 June 2024", "18 June 2024", "2024-06-18"),
    ("en", "On June 18th, 2024, they", "June 18th, 2024", "2024-06-18"),
    ("en", "in June 2024", "June 2024", "2024-06"),
    ("en", "since 2009 nothing", "2009", "2009"),
    ("en", "on 06/18/2024", "06/18/2024", "2024-06-18"),
    ("en", "at 23:40 local time", "23:40", "T23:40"),
    ("es", "firmado el 18 de junio de 2024", "18 de junio de 2024", "2024-06-18"),
    ("es", "el jueves", "jueves", "-W-4"),
    ("es", "En marzo, Shoigú", "marzo", "--03"),
    ("es", "en marzo de 2024", "marzo de 2024", "2024-03"),
    ("es", "el primero de mayo", "primero de mayo", "--05-01"),
    ("es", "a las 23.40", "23.40", "T23:40"),
    ("fr", "le 1er août 2025", "1er août 2025", "2025-08-01"),
    ("fr", "à 23h52", "23h52", "T23:52"),
    ("de", "am 18. Juni 2024", "18. Juni 2024", "2024-06-18"),
    ("de", "im Jahr 2019", "2019", "2019"),
    ("de", "am 18.06.2024", "18.06.2024", "2024-06-18"),
    ("pt", "em 18 de junho de 2024", "18 de junho de 2024", "2024-06-18"),
    ("it", "il 3 ottobre", "3 ottobre", "--10-03"),
    ("it", "lunedì", "lunedì", "-W-1"),
    ("ru", "2 июля 2025 года", "2 июля 2025", "2025-07-02"),
    ("ru", "в 1987 году", "1987", "1987"),
    ("ru", "в четверг", "четверг", "-W-4"),
    ("uk", "18 червня 2025 року", "18 червня 2025", "2025-06-18"),
    ("uk", "в п’ятницю", "п’ятницю", "-W-5"),
    ("zh", "2024年6月18日签署", "2024年6月18日", "2024-06-18"),
    ("zh", "二〇二四年六月十八日", "二〇二四年六月十八日", "2024-06-18"),
    ("zh", "星期三", "星期三", "-W-3"),
    ("ja", "３月７日に", "３月７日", "--03-07"),
    ("ja", "20日と発表", "20日", "---20"),
    ("ja", "令和7年5月", "令和7年5月", "2025-05"),
    ("ko", "2024년 6월 18일에", "2024년 6월 18일", "2024-06-18"),
    ("ko", "수요일", "수요일", "-W-3"),
    ("ar", "يوم 21 يوليو 2025", "21 يوليو 2025", "2025-07-21"),
    ("ar", "في الثاني من يوليو", "الثاني من يوليو", "--07-02"),
    ("ar", "٢١ تموز ٢٠٢٥", "٢١ تموز ٢٠٢٥", "2025-07-21"),
    ("hi", "3 सितंबर 2025 को", "3 सितंबर 2025", "2025-09-03"),
    ("hi", "1987 में फटा", "1987", "1987"),
    ("tr", "19 Mayıs 2025’te", "19 Mayıs 2025", "2025-05-19"),
    ("tr", "mart ayında", "mart", "--03"),
    ("hi", "नवंबर में", "नवंबर", "--11"),
    ("tr", "2 Temmuz’da", "2 Temmuz", "--07-02"),
    ("und", "on 2024-06-18", "2024-06-18", "2024-06-18"),
]


@pytest.mark.parametrize(("language", "text", "span", "date"), CASES)
def test_date(language: str, text: str, span: str, date: str) -> None:
    assert [(text[start:end], found) for start, end, found in dates(text, language)] == [(span, date)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "May I go"),
        ("en", "2000 soldiers"),
        ("en", "they march"),
        ("es", "10.000 soldados"),
        ("ja", "3日間"),
        ("ko", "3일간"),
        ("de", "99.99.2024"),
        ("tr", "cumartesiymiş"),
        ("en", "9999-99-99"),
        ("ar", ""),
    ],
)
def test_no_date(language: str, text: str) -> None:
    assert dates(text, language) == []


@given(st.dates().filter(lambda day: 1000 <= day.year < 2100), st.sampled_from(LANGUAGES))
def test_reads_what_is_written(day: object, language: str) -> None:
    written = format_date(str(day), language)
    assert str(day) in [found for _, _, found in dates(f"({written})", language)]


def test_same_date() -> None:
    assert same_date("2025-05-12", "--05-12")
    assert same_date("---12", "2025-05-12")
    assert same_date("2025", "2025-05")
    assert not same_date("2025-05-12", "--05-13")
    assert not same_date("2025-05-12", "2024-05-12")
    assert not same_date("2025", "--05-12")
    assert same_date("-W-4", "-W-4")
    assert not same_date("-W-4", "2025-05-12")
