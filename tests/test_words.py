from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import question_words, words

SENTENCES = {
    "es": ("¿Cuántos soldados murieron?", "soldado"),
    "de": ("Die Straßenbahnen fahren", "straßenbahn"),
    "ru": ("Президент подписал договоры", "договор"),
    "uk": ("Київські вулиці", "вулиця"),
    "el": ("Η κυβέρνηση της Ελλάδας", "ελλάδα"),
    "ar": ("الحكومة وقعت الاتفاقيات", "الحكومة"),
    "hi": ("सरकार ने समझौते किए", "सरकार"),
    "tr": ("İstanbul'da fabrikalar", "istanbul"),
    "ko": ("정부는 공장을 세웠다", "정부"),
    "zh": ("政府签署协议", "协议"),
    "ja": ("政府は工場を建てた", "工場"),
    "th": ("รัฐบาลลงนาม", "รัฐบาล"),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_word_meets_its_inflected_form_in_every_script(language: str) -> None:
    sentence, word = SENTENCES[language]
    assert set(words(sentence, language)) & set(words(word, language))


@pytest.mark.parametrize(
    "surface", ["10.000", "10,000", "10 000", "10\u202f000", "10'000", "١٠٬٠٠٠", "10000"]
)
def test_group_separators_do_not_matter(surface: str) -> None:
    assert words(f"{surface} personas", "es")[0] == "10000"


def test_decimals_stay_decimals() -> None:
    assert words("3,5 y 3.5 y 1.234,5 y 2024", "es")[::2] == ["3.5", "3.5", "1234.5", "2024"]


@given(st.text(max_size=200), st.sampled_from(["es", "fr", "ru", "zh", "und", "tr"]))
def test_any_text_gives_terms_without_white_space(text: str, language: str) -> None:
    for term in words(text, language):
        assert term
        assert not any(c.isspace() for c in term)


@given(st.text(alphabet=st.characters(categories=["L", "Mn", "Nd", "Zs"]), max_size=80))
def test_composed_and_decomposed_spellings_agree(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert words(composed, "und") == words(decomposed, "und")


@given(st.characters(categories=["Lu", "Ll", "Lo"], max_codepoint=0x2FFFF))
def test_no_letter_of_any_script_is_left_without_a_term(letter: str) -> None:
    assert words(letter, "und")


def test_a_question_is_looked_up_in_every_language_of_the_collection() -> None:
    (group,) = question_words("soldiers", ["en", "es"])
    assert set(words("soldiers", "en") + words("soldiers", "es")) == set(group)


@pytest.mark.parametrize("question", ['"a"b"', "NEAR(", "*", "x:", "-", "'; drop table f", "🙂", "", "^~"])
def test_query_syntax_is_only_text(question: str) -> None:
    for group in question_words(question, ["en"]):
        for term in group:
            assert term.isalnum()
