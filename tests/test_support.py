from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.excerpts import Excerpt
from qa.support import LINE, Support, Supported, is_markup, visible
from qa.written import Why
from tests.stories import FERRY, article

TEXTS = {
    **FERRY,
    "tr": "İstanbul'da grev üçüncü gününe girdi. İşçiler ücretlerin yüzde 16 artırılmasını istiyor.",
    "zh": "港口城市周三签署了粮食协议。双方同意每年运输三百万吨小麦。",
    "fr": "L’éruption a forcé 2 300 habitants à fuir lundi. « C’est fini », a dit le maire [de la ville].",
    "de": "Die Inflation stieg auf 16,5 % im Mai. Die Zentralbank 😀 hob den Leitzins an.",
}


def _support(code: str, *others: str, language: str = "en", known: frozenset[float] = frozenset()) -> Support:
    shown = []
    for name in (code, *others):
        one = article(name, "Vorspann. \n" + TEXTS[name], published="2024-06-18")
        shown.append(Excerpt(one, 11, len(one.text)))
    return Support(shown, language, known, lambda *_: True)


def _judged(support: Support, text: str, size: int = 9) -> list[Supported]:
    found: list[Supported] = []
    for start in range(0, len(text), size):
        found += support.take(text[start : start + size])
    return [*found, *support.end()]


@pytest.mark.parametrize(
    ("code", "language", "words", "text"),
    [
        ("en", "es", "saved 112 passengers", "Los rescatistas salvaron a 112 personas."),
        ("es", "en", "salvaron a 112 pasajeros", "112 people were saved."),
        ("ru", "en", "спасли 112 пассажиров", "112 people were saved."),
        ("ar", "ru", "أنقذ رجال الإنقاذ 112 راكبًا", "Спасли 112 человек."),
        ("hi", "en", "बचाव दल ने भोर से पहले 112 यात्रियों", "Rescuers saved 112 people."),
        ("ja", "zh", "乗客112人を救助", "救援人员救出了112人。"),
        ("ko", "en", "승객 112명을 구조했다", "They saved 112 people."),
        ("th", "en", "ช่วยผู้โดยสารได้ 112 คน", "They saved 112 people."),
        ("zh", "en", "每年运输三百万吨小麦", "They will ship 3,000,000 tonnes."),
        ("tr", "de", "İstanbul'da grev", "In Istanbul wird gestreikt."),
        ("fr", "en", "forcé 2 300 habitants à fuir", "2,300 people fled."),
        ("fr", "en", "a dit le maire [de la ville]", "The mayor spoke."),
        ("de", "en", "Die Zentralbank 😀 hob den Leitzins", "The central bank raised its rate."),
    ],
)
def test_a_sentence_stands_on_the_stored_sentences_that_hold_what_it_cites(
    code: str, language: str, words: str, text: str
) -> None:
    support = _support(code, language=language)
    [found] = _judged(support, f'{text} [1: "{words}"]')
    [citation] = found.citations
    stored = citation.excerpt.article.text
    assert found.text == text
    assert stored[slice(*citation.words)] == words
    assert citation.start <= citation.words[0] < citation.words[1] <= citation.end
    assert stored[citation.start : citation.end] == citation.text
    assert support.left_out == []


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        ("en", "Nobody was saved.", "no_citation"),
        ("en", 'Saved. [1: "saved 113 passengers before"]', "no_such_text"),  # one figure altered
        ("en", 'Saved. [1: "saved 112 passenger before dawn"]', "no_such_text"),  # one letter
        ("en", 'Saved. [1: "Rescuers saved Captain Helen Ward"]', "no_such_text"),  # joined from two places
        ("en", 'Saved. [1: "rescuers saved 112 passengers"]', "no_such_text"),  # another capital
        ("en", 'Saved. [2: "saved 112 passengers"]', "no_such_text"),  # there is no excerpt 2
        ("en", 'Saved. [0: "saved 112 passengers"]', "no_such_text"),
        ("en", 'Saved. [1: "on board"]', "too_little"),
        ("en", 'Saved. [1: "12 passengers before"]', "no_such_text"),  # of 112
        ("en", 'Saved. [1: "assengers before dawn"]', "no_such_text"),
        ("de", 'Inflation. [1: "5 % im Mai. Die"]', "no_such_text"),  # of 16,5 %
        ("fr", 'Fled. [1: "300 habitants à fuir"]', "no_such_text"),  # of 2 300
        ("tr", 'Wages. [1: "6 artırılmasını istiyor"]', "no_such_text"),
        ("ru", 'Спасли. [1: "спасли 112 пассажира до рассвета"]', "no_such_text"),
        ("en", 'They saved 118 people. [1: "saved 112 passengers"]', "other_figures"),
        ("en", 'They saved 1,120 people. [1: "saved 112 passengers"]', "other_figures"),
        ("en", 'See <b>it</b>. [1: "saved 112 passengers"]', "markup"),
        ("en", 'See ![](https://evil.example/?q=1). [1: "saved 112 passengers"]', "markup"),
        ("en", 'See [here](javascript:alert(1)). [1: "saved 112 passengers"]', "markup"),
        ("en", 'More at www.evil.example now. [1: "saved 112 passengers"]', "markup"),
    ],
)
def test_what_the_articles_do_not_hold_is_left_out_with_the_reason(code: str, said: str, why: Why) -> None:
    support = _support(code)
    assert _judged(support, said) == []
    assert why in {one.why for one in support.left_out}


def test_a_citation_that_fails_goes_and_one_that_holds_keeps_the_sentence() -> None:
    support = _support("en", "es")
    said = '112 were saved. [1: "saved 112 passengers"] [2: "salvaron a 113 pasajeros"]\nThe end.\n'
    [found] = _judged(support, said)
    assert [one.excerpt.article.language for one in found.citations] == ["en"]
    assert [(one.text, one.why) for one in support.left_out] == [
        ("salvaron a 113 pasajeros", "no_such_text"),
        ("The end.", "no_citation"),
    ]


def test_a_citation_belongs_to_the_sentence_before_it_alone() -> None:
    support = _support("en")
    [found] = _judged(support, 'The moon is made of cheese. 112 were saved. [1: "saved 112 passengers"].')
    assert found.text == "112 were saved."
    assert [one.why for one in support.left_out] == ["no_citation"]


def test_a_citation_of_something_else_goes_and_takes_its_figures_along() -> None:
    support = _support("en", "de")
    support.alike = lambda _, citation: citation.excerpt.article.language == "en"
    cited = '[1: "saved 112 passengers"] [2: "stieg auf 16,5 % im Mai"]'
    [found] = _judged(support, f"112 were saved. {cited}")
    assert [one.excerpt.article.language for one in found.citations] == ["en"]
    assert [(one.why, one.kind) for one in support.left_out] == [("off_topic", "citation")]
    support.left_out.clear()
    assert not _judged(support, f"16,5 % were saved. {cited}")
    assert [one.why for one in support.left_out] == ["other_figures"]


def test_a_page_is_no_sentence() -> None:
    support = _support("en")
    assert not _judged(support, f'{"The rescuers saved them and " * 30}. [1: "saved 112 passengers"]')
    assert [one.why for one in support.left_out] == ["too_long"]


def test_figures_in_brackets_stay_and_are_looked_at() -> None:
    [found] = _judged(_support("en"), 'The data: 112 (112) were saved. [1: "saved 112 passengers"]')
    assert found.text == "The data: 112 (112) were saved."
    assert not _judged(_support("en"), '112 (of 140) were saved. [1: "saved 112 passengers"]')


def test_figures_of_the_question_and_of_the_day_may_be_said() -> None:
    cited = '[1: "saved 112 passengers"]'
    assert _judged(_support("en"), f"In 2024, 112 were saved. {cited}")
    assert not _judged(_support("en"), f"Of 145 people, 112 were saved. {cited}")
    assert _judged(_support("en", known=frozenset({145.0})), f"Of 145 people, 112 were saved. {cited}")
    assert _judged(_support("en"), f"One of the captains saved 112. {cited}"), "a small number in words"


def test_a_model_s_own_marks_and_emphasis_are_taken_off() -> None:
    [found] = _judged(_support("en"), "- **112** were saved [7]. [1: “saved 112 passengers”]")
    assert found.text == "112 were saved."
    [found] = _judged(_support("en"), "2. 112\u202e were\x07 saved. [1：「saved 112 passengers」]")
    assert found.text == "112 were saved."


def test_the_same_is_found_however_the_text_is_cut_into_pieces() -> None:
    cited = '[1: "saved 112 passengers"] [1: "140 people on board"]'
    text = f'A hundred. \n112 were saved. {cited}\n\nNo. Yes. [1: "x"]'
    whole = _support("en")
    expected = _judged(whole, text, len(text))
    assert len(expected) == 1
    assert len(expected[0].citations) == 2
    for size in (1, 2, 3, 5, 17):
        support = _support("en")
        found = _judged(support, text, size)
        assert [(one.text, [c.words for c in one.citations]) for one in found] == [
            (one.text, [c.words for c in one.citations]) for one in expected
        ]
        assert support.left_out == whole.left_out


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ['[1: "', '"]', "[2:", "saved 112 passengers", "\n", ". ", "[", "]", '"', "<b>", "「"]
            ),
            st.text(max_size=8),
        ),
        max_size=30,
    )
)
def test_whatever_is_written_only_stored_words_are_cited(pieces: list[str]) -> None:
    support = _support("en", "ru")
    found: list[Supported] = []
    for piece in pieces:
        found += support.take(piece)
    for one in [*found, *support.end()]:
        assert one.citations
        assert not is_markup(one.text)
        for citation in one.citations:
            stored = citation.excerpt.article.text
            assert stored[slice(*citation.words)] in "".join(pieces)
            assert citation.excerpt.start <= citation.start < citation.end <= citation.excerpt.end


def test_text_without_end_is_held_in_bounds() -> None:
    support = _support("en")
    for _ in range(50):
        list(support.take('[1: "' * 100))
        assert len(support._held) <= LINE
    assert len(support.left_out) <= 20


def test_what_cannot_be_seen_is_not_shown() -> None:
    assert visible("a\u202eb\x1b[2J\u2066c\u200d👩\u200d👧 d") == "ab[2Jc\u200d👩\u200d👧 d"
