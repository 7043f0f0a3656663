from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.conversation import LONGEST_CARRIED, MOST, Resolved, Turn, resolve
from qa.expects import AnswerType, expected
from qa.messages import LANGUAGES
from qa.question import LONGEST
from qa.terms import Role, languages, terms

ROOT = Path(__file__).parent.parent
SHIP = "How many people were on board the Santa Irune?"


def after(*questions: str) -> Resolved:
    """The last of the questions, understood from those before."""
    return resolve(questions[-1], [Turn(question) for question in questions[:-1]])


# -- incomplete questions


@pytest.mark.parametrize(
    ("first", "then", "carried", "kind"),
    [
        ("Who was the captain of the Santa Irune?", "And when did it sink?", "Santa Irune", AnswerType.DATE),
        ("¿Cuándo se hundió el Santa Irune?", "¿Y cuántos murieron?", "Santa Irune", AnswerType.NUMBER),
        ("Quand a rouvert l’aéroport de Melati ?", "Et pourquoi ?", "aéroport", AnswerType.REASON),
        ("Was hat die „Halyna“ geladen?", "Und wem gehört sie?", "Halyna", AnswerType.PERSON),
        ("Quem é o mestre do Peixe Azul?", "Quantas pessoas ele salvou?", "Peixe Azul", AnswerType.NUMBER),
        ("Perché la Kemeria è contraria al centro?", "E quando si decide?", "Kemeria", AnswerType.DATE),
        ("Когда затонул паром «Санта-Ируне»?", "А почему?", "Санта-Ируне", AnswerType.REASON),
        ("Коли підпишуть угоду про зерновий коридор?", "А де?", "коридор", AnswerType.PLACE),
        ("粮食走廊第一个月运出了多少谷物？", "那是什么时候？", "粮食走廊", AnswerType.DATE),
        ("아루칸 화산은 몇 명을 대피시켰나요?", "그리고 언제?", "아루칸", AnswerType.DATE),
        ("フェリー「サンタ・イルネ」はなぜ沈没したのですか？", "いつ？", "サンタ・イルネ", AnswerType.DATE),
        ("متى وصلت السفينة هالينا إلى الإسكندرية؟", "وكم كانت تحمل؟", "هالينا", AnswerType.NUMBER),
        ("अरुकन ज्वालामुखी कब फटा?", "और कितने लोगों की मौत हुई?", "अरुकन", AnswerType.NUMBER),
        ("Tahıl anlaşması nerede imzalandı?", "Peki ne zaman?", "Tahıl", AnswerType.DATE),
    ],
)
def test_an_incomplete_question_takes_what_it_is_about_and_keeps_its_own_asking(
    first: str, then: str, carried: str, kind: AnswerType
) -> None:
    found = after(first, then)
    assert carried in found.about
    assert found.question == " ".join([then, *found.about])
    assert not found.standalone
    assert expected(found.question, found.language) is kind
    asked = {term.text for term in terms(first, found.language) if term.role is Role.ASKS}
    assert not asked & set(found.about), "the old question word is not carried along"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("How many tonnes of grain left the port?", "เมื่อไร"),
        ("Ile osób zginęło w katastrofie promu Santa Irune?", "A kiedy?"),
        ("🚢 When did the Santa Irune sink? 🚢", "And why? 🤔"),
    ],
)
def test_other_languages_and_emoji_come_to_something_sensible(first: str, then: str) -> None:
    found = after(first, then)
    assert found.question.startswith(then)
    assert found.about


def test_a_bare_question_word_takes_all_that_was_said() -> None:
    assert after("How much compensation will the company pay to the families?", "And when?").about == (
        "compensation",
        "company",
        "pay",
        "families",
    )


def test_a_fragment_takes_the_last_question_with_its_asking() -> None:
    found = after("How many houses collapsed in Pasirwangi?", "And in Melati?")
    assert found.about == ("How many houses collapsed",)
    assert expected(found.question, "en") is AnswerType.NUMBER


@pytest.mark.parametrize(
    ("first", "then", "gone", "stays"),
    [
        ("When was Tomás Arrieta arrested in Calde?", "And Nuria Ibarra?", "Arrieta", "Calde"),
        ("¿Cuántas casas se hundieron en Pasirwangi?", "¿Y en Melati?", "Pasirwangi", "casas"),
        ("Combien de maisons à Pasirwangi en 1987 ?", "Et en 2025 ?", "1987", "maisons"),
        ("Сколько домов рухнуло в Пасирванги?", "А в Мелати?", "Пасирванги", "домов"),
        ("파업은 멜라티에서 언제 끝났나요?", "그리고 서울에서는?", "멜라티", "파업"),
    ],
)
def test_a_name_place_or_date_of_its_own_stands_instead_of_the_earlier_one(
    first: str, then: str, gone: str, stays: str
) -> None:
    carried = " ".join(after(first, then).about)
    assert gone not in carried
    assert stays in carried


def test_a_chain_goes_back_to_the_last_complete_question() -> None:
    third = after("When did the ferry Santa Irune sink?", "How many people died?", "And who was the captain?")
    assert "Santa Irune" in third.about
    bare = after("When did the ferry Santa Irune sink?", "And how many passengers drowned?", "Why?")
    assert {"passengers", "drowned", "Santa Irune"} <= set(bare.about)
    exchanged = after("How many houses fell in Pasirwangi?", "And in Melati?", "And why?")
    assert "Melati" in exchanged.about
    assert "Pasirwangi" not in exchanged.about


def test_a_turn_that_was_answered_alone_is_not_looked_behind() -> None:
    turns = [Turn(SHIP), Turn("Who was the captain?", standalone=True)]
    assert resolve("And when?", turns).about == ("captain",)


# -- complete questions


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Australia?",
        "¿Quién dirige el observatorio del volcán Arukan?",
        "Combien de marins sont à bord du cargo Halyna ?",
        "Wie viel Wasser verbraucht die Chipfabrik am Tag?",
        "На сколько вырастут зарплаты рабочих завода «Ханбит»?",
        "Скільки будинків відремонтували українські волонтери?",
        "阿鲁坎火山喷发毁掉了多少咖啡树？",
        "ドイツ政府はハンビットの工場にいくら補助しますか？",
        "متى وصلت السفينة هالينا إلى الإسكندرية؟",
        "हानबित जर्मनी के कारखाने के लिए कितने इंजीनियरों की भर्ती करेगी?",
        "When did Elena Duarte say that she would resign?",
        "And who is the captain of the Peixe Azul?",
    ],
)
def test_a_complete_question_carries_nothing(question: str) -> None:
    found = after(SHIP, question)
    assert (found.question, found.about, found.standalone) == (question, (), True)


def test_what_words_do_not_decide_is_in_doubt() -> None:
    assert after(SHIP, "Who won the election?").doubtful
    assert not after(SHIP, "And who won?").standalone
    assert not after(SHIP, "When did it happen?").doubtful


def test_without_a_conversation_every_question_is_complete() -> None:
    assert resolve("And when?", []) == Resolved("And when?", "en")


# -- the language


def test_a_few_words_are_read_in_the_language_of_the_conversation() -> None:
    assert after("Quem é o mestre do Peixe Azul?", "E onde?").language == "pt"
    assert after("Chi guida la Vettura Torino?", "E quando?").language == "it"
    assert after("Коли підпишуть угоду про коридор?", "А де?").language == "uk"


def test_the_language_may_change_within_a_conversation() -> None:
    found = after("¿Cuándo se hundió el Santa Irune?", "그리고 왜?")
    assert found.language == "ko"
    assert "Santa Irune" in found.about
    assert resolve("And why?", [Turn(SHIP)], "de").language == "de"


# -- for every question


WORDS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "And when?", "¿Y él?", "et", "وكم؟", "และ", "그 사람은?", "それは？", "那么他呢？", "İ'ı ß",
            "e\u0301t\u0301", "«" * 40, "Santa Irune", "\u202eabc", "क्षि",
            "👩‍👩‍👧‍👦?", "1987-05-12", "a-b-c-d'e’f",
        ]
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(WORDS, st.lists(st.tuples(WORDS, st.sampled_from([None, *LANGUAGES, "th", "xx"])), max_size=5))
def test_own_words_are_kept_first_and_the_length_is_bounded(
    question: str, earlier: list[tuple[str, str | None]]
) -> None:
    found = resolve(question, [Turn(words, language) for words, language in earlier])
    assert found.question.startswith(question)
    assert found.question == " ".join([question, *found.about])
    assert len(found.about) <= MOST
    assert sum(map(len, found.about)) <= LONGEST_CARRIED
    assert found == resolve(question, [Turn(words, language) for words, language in earlier])


def test_a_long_question_takes_no_more_than_a_question_may_have() -> None:
    long = "And when did it sink? " + "x" * (LONGEST - 22)
    assert resolve(long, [Turn(SHIP)]).question == long
    words = " ".join(letter * 60 for letter in "abcdefghijklm")
    carried = resolve("And when?", [Turn(f"Why did {words} hit the Santa Irune?", "en")]).about
    assert "Santa Irune" in carried, "names go first where not all can go"
    assert sum(map(len, carried)) <= LONGEST_CARRIED


# -- the tables and the pairs


def test_every_language_of_the_phrases_has_a_table_with_the_same_keys() -> None:
    tables = json.loads((ROOT / "qa" / "conversation_words.json").read_text("utf-8"))
    assert set(tables) == languages() == set(LANGUAGES)
    assert len({frozenset(table) for table in tables.values()}) == 1


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_words_of_a_question_stand_where_they_say(language: str) -> None:
    lines = (ROOT / "ui" / "sample" / "followups.jsonl").read_text("utf-8").splitlines()
    questions = [
        turn for line in map(json.loads, lines) if line["language"] == language for turn in line["turns"]
    ]
    assert questions
    for question in questions:
        found = terms(question, language)
        assert all(one.end <= other.start for one, other in pairwise(found))
        assert all(question[term.start :].startswith(term.text) for term in found)
