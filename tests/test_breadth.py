from __future__ import annotations

import pytest

from qa.breadth import Breadth, breadth

ASKED = {
    "en": (
        "How many people died?",
        "List all the villages that were evacuated.",
        "Which articles mention the ferry?",
    ),
    "es": (
        "¿Quién ganó?",
        "Enumera todos los pueblos evacuados.",
        "¿Qué artículos hablan del transbordador?",
    ),
    "fr": ("Qui a gagné ?", "Énumère tous les villages évacués.", "Quels articles parlent du ferry ?"),
    "de": ("Wer hat gewonnen?", "Nenne alle evakuierten Dörfer.", "Welche Artikel berichten über die Fähre?"),
    "pt": ("Quem ganhou?", "Liste todas as aldeias evacuadas.", "Quais artigos falam da balsa?"),
    "it": ("Chi ha vinto?", "Elenca tutti i villaggi evacuati.", "Quali articoli parlano del traghetto?"),
    "ru": ("Кто победил?", "Перечисли все эвакуированные сёла.", "В каких статьях говорится о пароме?"),
    "uk": ("Хто переміг?", "Перелічи всі евакуйовані села.", "Які статті згадують пором?"),
    "zh": ("谁赢了？", "列出所有被疏散的村庄。", "哪些文章提到了渡轮？"),
    "ja": (
        "誰が勝ちましたか？",
        "避難した村をすべて挙げてください。",
        "どの記事がフェリーに触れていますか？",
    ),
    "ko": ("누가 이겼나요?", "대피한 마을을 모두 나열해 줘.", "어떤 기사가 여객선을 언급하나요?"),
    "ar": ("من فاز؟", "اذكر جميع القرى التي أُخليت.", "أي مقالات تتحدث عن العبارة؟"),
    "hi": ("कौन जीता?", "सभी खाली कराए गए गाँवों की सूची दीजिए।", "किन लेखों में नौका का ज़िक्र है?"),
    "tr": ("Kim kazandı?", "Boşaltılan tüm köyleri listele.", "Hangi makaleler feribottan söz ediyor?"),
}


@pytest.mark.parametrize("language", ASKED)
def test_how_much_is_asked_for(language: str) -> None:
    few, every, articles = ASKED[language]
    assert breadth(few, language) is Breadth.FEW
    assert breadth(every, language) is Breadth.ALL
    assert breadth(articles, language) is Breadth.ARTICLES


@pytest.mark.parametrize("question", ["Noem alle dorpen.", "", "?", "ระบุหมู่บ้าน"])
def test_a_language_without_a_table_may_be_asked_in(question: str) -> None:
    assert breadth(question, "nl") is Breadth.FEW


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Did all passengers survive?", "en"),
        ("What was on the waiting list?", "en"),
        ("¿Murieron todos los pasajeros?", "es"),
        ("Sind alle Passagiere gerettet?", "de"),
        ("Все ли пассажиры спасены?", "ru"),
    ],
)
def test_the_word_all_alone_asks_for_no_list(question: str, language: str) -> None:
    assert breadth(question, language) is Breadth.FEW
