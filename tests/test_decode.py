"""Encodings: decoded right or refused, never gibberish."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.decode import decode, foreign
from index.errors import Unreadable

TEXTS = {
    "es": "El presidente anunció el miércoles que el año próximo habrá más inversión. ¿Cómo? Subirán los impuestos.",
    "fr": "Le président a annoncé mercredi que l’année prochaine la création d’écoles sera accélérée « grâce à l’État ».",
    "de": "Der Präsident kündigte am Mittwoch an, dass nächstes Jahr größere Mittel für Schulen bereitstehen würden.",
    "pt": "O presidente anunciou na quarta-feira que a educação terá mais verbas; não há previsão de redução.",
    "pl": "Prezydent zapowiedział w środę, że w przyszłym roku będzie więcej pieniędzy na szkoły w łódzkiej gminie.",
    "cs": "Prezident ve středu oznámil, že příští rok bude více peněz na školy. Učitelé návrh přivítali s úlevou.",
    "tr": "Cumhurbaşkanı çarşamba günü gelecek yıl okullara daha fazla para ayrılacağını açıkladı. İşçiler sevindi.",
    "ru": "Президент объявил в среду, что в следующем году школы получат больше денег. Сколько именно, он не сказал.",
    "uk": "Президент оголосив у середу, що наступного року школи отримають більше грошей. Її слова підтвердили.",
    "zh": "总统星期三宣布，明年学校将获得更多资金。他没有说明具体数额，只表示教育是国家的未来。",
    "zh-hant": "總統星期三宣布，明年學校將獲得更多資金。他沒有說明具體數額，只表示教育是國家的未來。",
    "ja": "大統領は水曜日、来年は学校により多くの資金が与えられると発表した。具体的な金額は明らかにしなかった。",
    "ko": "대통령은 수요일 내년에 학교에 더 많은 돈이 지원될 것이라고 발표했다. 구체적인 액수는 밝히지 않았다.",
    "ar": "أعلن الرئيس يوم الأربعاء أن المدارس ستحصل على مزيد من الأموال العام المقبل. ولم يحدد المبلغ بالضبط.",
    "el": "Ο πρόεδρος ανακοίνωσε την Τετάρτη ότι του χρόνου τα σχολεία θα λάβουν περισσότερα χρήματα.",
    "he": "הנשיא הודיע ביום רביעי כי בשנה הבאה בתי הספר יקבלו יותר כסף. הוא לא אמר כמה בדיוק.",
    "th": "ประธานาธิบดีประกาศเมื่อวันพุธว่าปีหน้าโรงเรียนจะได้รับเงินมากขึ้น เขาไม่ได้บอกจำนวนที่แน่นอน",
    "hi": "राष्ट्रपति ने बुधवार को घोषणा की कि अगले साल स्कूलों को अधिक धन मिलेगा। 😀",
}
LEGACY = [
    *[("es", code) for code in ("cp1252", "latin-1", "mac_roman")],
    *[
        ("fr", "cp1252"),
        ("de", "cp1252"),
        ("pt", "cp1252"),
        ("pl", "cp1250"),
        ("pl", "iso8859_2"),
        ("cs", "cp1250"),
    ],
    *[
        ("tr", "cp1254"),
        ("ru", "cp1251"),
        ("ru", "koi8_r"),
        ("ru", "cp866"),
        ("uk", "cp1251"),
        ("zh", "gb18030"),
    ],
    *[
        ("zh", "gbk"),
        ("zh-hant", "big5"),
        ("ja", "shift_jis"),
        ("ja", "euc_jp"),
        ("ja", "iso2022_jp"),
        ("ko", "euc_kr"),
    ],
    *[("ar", "cp1256"), ("el", "cp1253"), ("he", "cp1255"), ("th", "cp874")],
]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_forms(language: str, encoding: str) -> None:
    spaced = TEXTS[language] + "\n2025 AP\n\nEFE 5 6\n"
    assert decode(spaced.encode(encoding)) == spaced


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
@pytest.mark.parametrize("times", [1, 6])
def test_legacy_encodings_are_told_apart(language: str, encoding: str, times: int) -> None:
    text = "\n".join([TEXTS[language]] * times)
    assert decode(text.encode(encoding)) == text


def test_a_declared_encoding_is_believed_if_it_fits() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body>“Señal”, año</body></html>'
    assert decode(page.encode("cp1252")) == page


@pytest.mark.parametrize("data", [b"a\x00b\x00\x00c", b"\xff\xfe\x00", bytes(range(1, 256))])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="encoding"):
        decode(data)


def test_random_bytes_are_refused() -> None:
    draw = random.Random(7)
    for _ in range(30):
        with pytest.raises(Unreadable):
            decode(bytes(draw.choice(range(1, 256)) for _ in range(600)))


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_a_reason(data: bytes) -> None:
    found: object = None
    try:
        found = decode(data)
    except Unreadable as error:
        found = str(error)
    assert isinstance(found, str)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1b\ufeff"), max_size=200))
def test_utf8_is_always_read_back(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xff\xd8\xff\xe0..JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x1f\x8b\x08", "archive"),
        (b"{\\rtf1", "RTF"),
    ],
)
def test_other_kinds_are_named(data: bytes, word: str) -> None:
    assert word in (foreign(data) or "")


def test_text_is_no_other_kind() -> None:
    assert all(foreign(text.encode()) is None for text in TEXTS.values())
