"""What a question asks for, in fourteen languages, however it is typed."""

from __future__ import annotations

import time
import unicodedata

import pytest

from qa.expects import AnswerType, expected

QUESTIONS = {
    "en": {
        "person": ["Who signed the treaty?", "Whose ship was it?", "What is the name of the captain?"],
        "place": ["Where did they meet?", "In which city was it signed?", "What is the capital of Peru?"],
        "date": ["When did it sink?", "In what year was it founded?", "Since when is it closed?"],
        "number": ["How many soldiers were sent?", "What percentage agreed?", "How tall is it?"],
        "reason": ["Why did it sink?", "What caused the fire?", "What was the reason for the delay?"],
        "manner": ["How did they escape?"],
        "organisation": ["Which company owns the ship?"],
        "thing": [
            "What did he say when he visited in 2000?",
            "What did President Kim promise?",
            "Tell me more",
        ],
    },
    "es": {
        "person": ["¿Quién firmó el tratado?", "¿Quiénes murieron?", "Y el barco, ¿quién lo mandaba?"],
        "place": ["¿Dónde se reunieron?", "¿En qué país ocurrió?", "¿Cuál es la capital de Perú?"],
        "date": ["¿Cuándo se hundió?", "¿En qué año se fundó?", "¿A qué hora ocurrió?"],
        "number": [
            "¿Cuántos soldados hay?",
            "¿Qué porcentaje votó?",
            "¿Qué edad tiene?",
            "¿Cuál es el número de muertos?",
        ],
        "reason": ["¿Por qué se hundió?", "¿A qué se debe el retraso?", "¿Cuál fue la causa?"],
        "manner": ["¿Cómo escaparon?"],
        "organisation": ["¿Qué empresa es la dueña?"],
        "thing": ["¿Qué dijo cuando llegó?", "¿Qué barco era?"],
    },
    "fr": {
        "person": ["Qui a signé le traité ?", "Avec qui a-t-il parlé ?"],
        "place": ["Où se sont-ils rencontrés ?", "Dans quel pays ?", "D’où vient-il ?"],
        "date": ["Quand a-t-il coulé ?", "En quelle année ?", "Quelle est la date de la signature ?"],
        "number": ["Combien de morts ?", "Quel est le nombre de victimes ?", "Quel âge a-t-il ?"],
        "reason": ["Pourquoi a-t-il coulé ?", "Quelle est la cause de l’accident ?"],
        "manner": ["Comment ont-ils fui ?"],
        "thing": ["Qu’est-ce que le ministre a annoncé ?", "Que dit Macron ou le ministre ?"],
    },
    "de": {
        "person": ["Wer unterschrieb?", "Wem gehört das Schiff?"],
        "place": ["Wo trafen sie sich?", "In welcher Stadt war es?", "Was ist die Hauptstadt von Peru?"],
        "date": ["Wann sank die Fähre?", "In welchem Jahr?", "Seit wann?"],
        "number": ["Wie viele Tote gab es?", "Wieviel kostet es?", "Wie hoch ist der Berg?"],
        "reason": ["Warum sank sie?", "Was ist der Grund?"],
        "manner": ["Wie entkamen sie?"],
        "thing": ["Was sagte Präsident Kim?", "Welches Schiff?"],
    },
    "pt": {
        "person": ["Quem assinou?"],
        "place": ["Onde se encontraram?", "Em que cidade?"],
        "date": ["Quando afundou?", "Em que ano?"],
        "number": ["Quantos soldados?", "Quanto custa?", "Qual é o número de mortos?"],
        "reason": ["Por que afundou?", "Porque é que afundou?", "Qual foi a causa?"],
        "manner": ["Como escaparam?"],
        "thing": ["O que disse o ministro?"],
    },
    "it": {
        "person": ["Chi ha firmato?"],
        "place": ["Dove si sono incontrati?", "In quale città?", "Dov’è la nave?"],
        "date": ["Quando è affondato?", "In che anno?"],
        "number": ["Quanti soldati?", "Quant’è profondo?", "Qual è il numero dei morti?"],
        "reason": ["Perché è affondato?", "Qual è la causa?"],
        "manner": ["Come sono fuggiti?"],
        "thing": ["Che cosa ha detto?", "Quale nave?"],
    },
    "ru": {
        "person": ["Кто подписал договор?", "Чей это корабль?", "С кем встретился Ким?"],
        "place": ["Где они встретились?", "В каком городе?", "Какая столица Перу?"],
        "date": ["Когда затонул паром?", "В каком году?", "Какого числа?"],
        "number": ["Сколько погибло?", "Каково количество жертв?", "Какой процент?"],
        "reason": ["Почему затонул?", "Какова причина аварии?"],
        "manner": ["Как они спаслись?"],
        "thing": ["Что сказал министр?", "Какое судно?"],
    },
    "uk": {
        "person": ["Хто підписав угоду?", "Чий це корабель?"],
        "place": ["Де вони зустрілися?", "У якому місті?", "Звідки він?"],
        "date": ["Коли затонув пором?", "У якому році?"],
        "number": ["Скільки загинуло?", "Яка кількість жертв?"],
        "reason": ["Чому затонув?", "Яка причина аварії?"],
        "manner": ["Як вони врятувалися?"],
        "thing": ["Що сказав міністр?"],
    },
    "zh": {
        "person": ["谁签署了协议？", "誰是船長？"],
        "place": ["他们在哪里见面？", "首都是什么？", "在哪个城市？"],
        "date": ["什么时候沉没的？", "在哪一年成立？", "協議何時簽署？"],
        "number": ["有多少人死亡？", "派了几名士兵？"],
        "reason": ["为什么沉没？", "沉没的原因是什么？"],
        "manner": ["他们怎么逃生的？"],
        "thing": ["部长说了什么？", "几内亚出口什么？"],
    },
    "ko": {
        "person": ["누가 서명했나요?", "선장은 누구입니까?"],
        "place": ["어디에서 만났나요?", "어느 나라인가요?"],
        "date": ["언제 침몰했나요?", "몇 년도에 설립되었나요?"],
        "number": ["몇 명이 죽었나요?", "얼마나 걸렸나요?"],
        "reason": ["왜 침몰했나요?", "무슨 이유인가요?"],
        "manner": ["어떻게 탈출했나요?"],
        "thing": ["장관은 무엇을 말했나요?", "역사 왜곡은 무엇인가요?"],
    },
    "ja": {
        "person": ["誰が署名しましたか？", "船長はだれですか？"],
        "place": ["どこで会いましたか？", "どの国ですか？"],
        "date": ["いつ沈みましたか？", "何年に設立されましたか？", "何月何日ですか？"],
        "number": ["何人が死亡しましたか？", "いくらですか？", "何年間続きましたか？", "死者の数は？"],
        "reason": ["なぜ沈みましたか？", "沈没の原因は何ですか？"],
        "manner": ["どうやって逃げましたか？"],
        "thing": ["大臣は何と言いましたか？"],
    },
    "ar": {
        "person": ["من هو القبطان؟", "من وقّع الاتفاق؟"],
        "place": ["أين التقيا؟", "ما هي عاصمة بيرو؟", "في أي مدينة وقعت؟"],
        "date": ["متى غرقت السفينة؟", "في أي عام تأسست؟"],
        "number": ["كم عدد القتلى؟", "ما عدد الجنود؟", "بكم بيعت؟"],
        "reason": ["لماذا غرقت؟", "ما سبب التأخير؟"],
        "manner": ["كيف هربوا؟"],
        "thing": ["ماذا قال الوزير؟", "ما هي السفينة؟"],
    },
    "hi": {
        "person": ["किसने हस्ताक्षर किए?", "कप्तान कौन था?"],
        "place": ["वे कहाँ मिले?", "किस शहर में मिले?", "पेरू की राजधानी क्या है?"],
        "date": ["जहाज़ कब डूबा?", "किस साल में?"],
        "number": ["कितने लोग मरे?", "कितनी लागत आई?"],
        "reason": ["जहाज़ क्यों डूबा?", "देरी का कारण क्या है?"],
        "manner": ["वे कैसे बचे?"],
        "thing": ["मंत्री ने क्या कहा?", "कौन सा जहाज़ था?"],
    },
    "tr": {
        "person": ["Anlaşmayı kim imzaladı?", "Kaptan kimdir?"],
        "place": ["Nerede buluştular?", "Hangi şehirde?", "HANGİ ÜLKEDE?"],
        "date": ["Ne zaman battı?", "Hangi yılda?"],
        "number": ["Kaç kişi öldü?", "Ne kadar sürdü?"],
        "reason": ["Neden battı?", "Niçin ertelendi?"],
        "manner": ["Nasıl kaçtılar?"],
        "thing": ["Bakan ne dedi?", "Hangi gemi?"],
    },
}
CASES = [
    (language, question, kind)
    for language, kinds in QUESTIONS.items()
    for kind, questions in kinds.items()
    for question in questions
]


@pytest.mark.parametrize(("language", "question", "kind"), CASES)
def test_expected(language: str, question: str, kind: str) -> None:
    assert expected(question, language) == kind


@pytest.mark.parametrize(("language", "question", "kind"), CASES)
def test_typing_does_not_matter(language: str, question: str, kind: str) -> None:
    assert expected(unicodedata.normalize("NFD", question), language) == kind
    assert expected(f"  {question.replace(' ', '  ')}\n", language) == kind
    if language != "tr":  # upper-casing Turkish i loses its dot in Python
        assert expected(question.upper(), language) == kind


def test_without_accents() -> None:
    assert expected("cuantos soldados fueron enviados", "es") is AnswerType.NUMBER
    assert expected("por que viajo putin", "es") is AnswerType.REASON
    assert expected("ou est le navire", "fr") is AnswerType.PLACE


def test_the_leading_clause_does_not_ask() -> None:
    assert expected("When Putin visited Korea in 2000, who did he meet?", "en") is AnswerType.PERSON
    assert expected("Cuando Putin visitó Corea, ¿con quién se reunió?", "es") is AnswerType.PERSON
    assert expected("Когда Путин был в Корее, кого он встретил?", "ru") is AnswerType.PERSON


def test_words_within_words_do_not_ask() -> None:
    assert expected("Whatever the whole showed", "en") is AnswerType.THING
    assert expected("Chiara e i carichi", "it") is AnswerType.THING
    assert expected("कबूतर", "hi") is AnswerType.THING


def test_other_language_is_told_by_its_words() -> None:
    assert expected("¿Cuántos soldados?", "und") is AnswerType.NUMBER
    assert expected("북한군은 언제 갔나요?", "xx") is AnswerType.DATE
    assert expected("🙂", "und") is AnswerType.THING
    assert expected("", "en") is AnswerType.THING


@pytest.mark.parametrize(
    "piece", ["what ", "¿", "wie viele ", "какой какой ", "ما هو ", "何", "a", "quel le la ", "when x, "]
)
@pytest.mark.parametrize("language", [*QUESTIONS, "und"])
def test_hostile_length_is_fast(piece: str, language: str) -> None:
    start = time.process_time()
    expected(piece * (100_000 // len(piece)), language)
    assert time.process_time() - start < 1
