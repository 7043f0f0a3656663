from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.romanize import is_name_han, romanize, skeleton

SPELLINGS = {
    "SK": "Шойгу Shoigú Shoigu 쇼이구 ショイグ 绍伊古 紹伊古 شويغو शोइगु Σοϊγκού",
    "PTN": "Путин Putin 푸틴 بوتين पुतिन Πούτιν פוטין",
    "SRNSK": "Зеленский Zelenski Selenski 젤렌스키 ゼレンスキー زيلينسكي ज़ेलेंस्की Зеленський",
    "AKRN": "Ucrania Ukraine Украина Україна 우크라이나 ウクライナ 乌克兰 烏克蘭 أوكرانيا यूक्रेन Ukrayna",
    "KRSK": "Kursk Курск 쿠르스크 クルスク 库尔斯克 كورسك कुर्स्क",
    "PN": "Pionyang Pyongyang Пхеньян 평양 ピョンヤン प्योंगयांग",
}


@pytest.mark.parametrize("sounds", SPELLINGS)
def test_a_name_has_one_skeleton_in_every_script(sounds: str) -> None:
    assert {word: skeleton(word) for word in SPELLINGS[sounds].split()} == dict.fromkeys(
        SPELLINGS[sounds].split(), sounds
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [("Madrid", "Москва"), ("Kursk", "키이우"), ("Macron", "マクドナルド"), ("Seúl", "平壌")],
)
def test_different_names_differ(a: str, b: str) -> None:
    assert skeleton(a) != skeleton(b)


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("Москва", "moskva"), ("서울", "seoul"), ("ドイツ", "doitsu"), ("ひらがな", "hiragana"),
        ("Αθήνα", "atina"),
        ("بغداد", "bgdad"), ("दिल्ली", "dilli"), ("İzmir", "izmir"), ("Łódź", "lodz"), ("Đà Nẵng", "danang"),
        ("كييف", "kiif"), ("ﾄﾖﾀ", "toyota"), ("😀", ""), ("กรุงเทพ", ""), ("", ""),
    ],
)  # fmt: skip
def test_readings(word: str, reading: str) -> None:
    assert romanize(word) == reading


@given(st.text(max_size=40))
def test_readings_are_plain_letters_whatever_comes(text: str) -> None:
    read = romanize(text)
    assert all("a" <= letter <= "z" for letter in read)
    assert set(skeleton(text)) <= set("APKTRSMN")
    assert romanize(unicodedata.normalize("NFD", text)) == romanize(unicodedata.normalize("NFC", text))


def test_which_han_write_names() -> None:
    assert all(map(is_name_han, "绍伊古乌克兰"))
    assert not any(map(is_name_han, "総的是说sщ"))
