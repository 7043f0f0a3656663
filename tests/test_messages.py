"""Phrases: every key in every language, the same placeholders, dates and names as natives write them."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest

from qa.messages import (
    LANGUAGES,
    direction,
    format_date,
    keys,
    language_name,
    listing,
    phrase,
    phrases,
    supported,
)

NAMED = [
    *LANGUAGES,
    *("nl", "pl", "sv", "ro", "el", "vi", "th", "id", "fa", "he", "bn", "ca", "cs", "da", "fi", "hu"),
]
SCRIPTS = {
    "ru": "CYRILLIC",
    "uk": "CYRILLIC",
    "zh": "CJK",
    "ko": "HANGUL",
    "ar": "ARABIC",
    "hi": "DEVANAGARI",
}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_with_the_same_placeholders(language: str) -> None:
    english, own = phrases("en"), phrases(language)
    assert list(own) == list(english) == list(keys())
    for key, template in own.items():
        assert template.strip() == template != ""
        assert placeholders(template) == placeholders(english[key]), key
        assert unicodedata.is_normalized("NFC", template)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_sentences_are_translated(language: str) -> None:
    english, own = phrases("en"), phrases(language)
    sentences = [key for key in english if " " in re.sub(r"\{\w+\}", "", english[key]).strip()]
    assert len(sentences) > 20
    assert [key for key in sentences if own[key] == english[key]] == []


@pytest.mark.parametrize(("language", "script"), SCRIPTS.items())
def test_in_its_own_script(language: str, script: str) -> None:
    for key, template in phrases(language).items():
        text = re.sub(r"\{\w+\}|\[n\]", "", template)
        letters = [c for c in text if c.isalpha()]
        own = sum(unicodedata.name(c).startswith(script) for c in letters)
        assert key == "app_title" or own == len(letters), (key, text)


def test_values_are_filled_in_as_they_are() -> None:
    assert phrase("question_too_long", "en", limit=2000).count("2000") == 1
    assert "<b>{x}</b>" in phrase("also_reported", "ja", outlets="<b>{x}</b>")
    assert phrase("lead_answered_one_source", "es", outlet="El Faro", date="3 de mayo de 2025") == (
        "Según El Faro (3 de mayo de 2025):"
    )


def test_unknown_language_gets_english() -> None:
    assert phrase("send", "sw") == phrase("send", "und") == phrase("send", "") == "Send"
    assert supported("pt-BR") == "pt"
    assert supported("zh_Hant") == "zh"
    assert supported("../../etc/passwd") == "en"


def test_unknown_key_and_missing_value() -> None:
    with pytest.raises(KeyError, match="no phrase 'sned'"):
        phrase("sned", "en")
    with pytest.raises(KeyError, match="limit"):
        phrase("question_too_long", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_every_language_differently(language: str) -> None:
    names = [language_name(code, language) for code in NAMED]
    assert len(set(names)) == len(NAMED)
    assert not set(names) & set(NAMED)


def test_language_names() -> None:
    assert language_name("es", "fr") == "espagnol"
    assert language_name("ko", "ru") == "корейский"
    assert language_name("ja", "ko") == "일본어"
    assert language_name("pt-BR", "en") == "Portuguese"
    assert language_name("xx", "en") == "xx"
    assert phrase("quote_in_language", "ja", language=language_name("es", "ja")) == "原文はスペイン語"
    assert phrase("quote_in_language", "en", language=language_name("es", "en")) == "in Spanish"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "June 18, 2024"),
        ("es", "18 de junio de 2024"),
        ("fr", "18 juin 2024"),
        ("de", "18. Juni 2024"),
        ("pt", "18 de junho de 2024"),
        ("it", "18 giugno 2024"),
        ("ru", "18 июня 2024 г."),
        ("uk", "18 червня 2024 р."),
        ("zh", "2024年6月18日"),
        ("ko", "2024년 6월 18일"),
        ("ja", "2024年6月18日"),
        ("ar", "18 يونيو 2024"),
        ("hi", "18 जून 2024"),
        ("tr", "18 Haziran 2024"),
        ("nl", "June 18, 2024"),
    ],
)
def test_dates(language: str, text: str) -> None:
    assert format_date("2024-06-18", language) == text
    assert format_date("2024-06-18T23:59:00+09:00", language) == text


def test_first_of_the_month() -> None:
    assert format_date("2025-05-01", "fr") == "1er mai 2025"
    assert format_date("2025-05-01", "pt") == "1º de maio de 2025"
    assert format_date("2025-05-01", "es") == "1 de mayo de 2025"


@pytest.mark.parametrize(
    "odd",
    ["", "ayer", "2024", "2024-06", "2024-13-01", "2024-00-10", "2024-06-189", "２０２４"],
)
def test_what_is_no_date_stays(odd: str) -> None:
    assert format_date(odd, "es") == odd


def test_listing() -> None:
    assert listing(["El Faro", "Kıyı Postası"], "tr") == "El Faro, Kıyı Postası"
    assert listing(["海峡日报", "港湾新闻"], "zh") == "海峡日报、港湾新闻"
    assert listing(["الساحل", "المرسى"], "ar") == "الساحل، المرسى"
    assert listing([], "en") == ""


@pytest.mark.parametrize(
    ("tag", "way"),
    [("ar", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("AR_eg", "rtl"), ("az-Arab", "rtl"), ("ks-Deva", "ltr")]
    + [(code, "ltr") for code in LANGUAGES if code != "ar"]
    + [("und", "ltr"), ("", "ltr")],
)
def test_direction(tag: str, way: str) -> None:
    assert direction(tag) == way
