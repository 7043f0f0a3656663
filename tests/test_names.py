from __future__ import annotations

import pytest

from index.names import Name, asked_names, names, same_name, shared_names

SPANISH = (
    "Serguéi Shoigú visitó Pionyang y habló de Kursk; Putin, Zelenski y Macron siguen en contacto. "
    "Unos soldados norcoreanos llegaron a Rusia, dijo Lloyd Austin."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Когда Шойгу приехал в Пхеньян?", {"Shoigú", "Pionyang"}),
        ("쇼이구는 언제 평양을 방문했나요?", {"Shoigú", "Pionyang"}),
        ("ショイグはいつ訪問しましたか", {"Shoigú"}),
        ("绍伊古访问时见了谁", {"Shoigú"}),
        ("马克龙说了什么", {"Macron"}),
        ("متى زار شويغو كورسك؟", {"Shoigú", "Kursk"}),
        ("शोइगु प्योंगयांग कब गए?", {"Shoigú", "Pionyang"}),
        ("when did shoigu visit pyongyang", {"Shoigú", "Pionyang"}),
        ("What did Zelensky say to Macron?", {"Zelenski", "Macron"}),
        ("Rusya'ya kim gitti?", {"Rusia"}),
        ("Що сказав Шойгу в Курську?", {"Shoigú", "Kursk"}),
        ("กรุงเทพอยู่ที่ไหน 😀", set()),
        ("Wie hoch ist der Mount Everest?", set()),
    ],
)
def test_a_question_finds_names_of_another_spelling(question: str, expected: set[str]) -> None:
    shared = shared_names(asked_names(question), names(SPANISH))
    assert {SPANISH[found.start : found.end] for _, found in shared} == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("El rey habló con Íñigo Muñoz en Ávila.", ["Íñigo", "Muñoz", "Ávila"]),
        ("Москва и Киев, а также Łódź", ["Москва", "Киев", "Łódź"]),
        ("ロシアのプーチン大統領", ["ロシア", "プーチン"]),
        ("俄罗斯总统普京说", ["俄罗斯", "普京"]),
        ("a b c 123 😀", []),
        ("", []),
    ],
)
def test_what_may_be_a_name(text: str, found: list[str]) -> None:
    assert [text[name.start : name.end] for name in names(text)] == found


def test_short_names_need_more_than_their_consonants() -> None:
    def name(word: str) -> Name:
        [only] = names(word)
        return only

    assert same_name(name("Rusia"), name("Россия"))
    assert not same_name(name("Rusia"), name("Erasmus"))
    assert not same_name(name("Paris"), name("Perseo"))
    assert not same_name(name("Putin"), name("Biden"))
