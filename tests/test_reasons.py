from __future__ import annotations

import pytest

from qa.reasons import gives_reason, reason


@pytest.mark.parametrize(
    ("language", "with_reason", "without"),
    [
        ("en", "It sank because the door failed.", "The door failed on Tuesday."),
        ("es", "Se hundió debido a una avería.", "Se hundió el martes en el estrecho."),
        ("fr", "Il a coulé parce qu’une porte a cédé.", "La carte montre l’île."),
        ("de", "Sie sank, weil das Tor brach.", "Dass sie sank, sagte danach niemand."),
        ("pt", "Afundou por causa da porta.", "Afundou na terça-feira."),
        ("it", "È affondato a causa della porta.", "È affondato martedì."),
        ("ru", "Он затонул из-за поломки.", "Он затонул во вторник."),
        ("uk", "Він затонув через поломку.", "Він затонув у вівторок."),
        ("zh", "由于舱门故障，渡轮沉没。", "渡轮周二沉没。"),
        ("ja", "扉の故障が原因で沈没した。", "フェリーは火曜日に沈没した。"),
        ("ko", "문 고장 때문에 침몰했다.", "여객선은 화요일에 침몰했다."),
        ("ar", "غرقت العبارة بسبب عطل.", "غرقت العبارة يوم الثلاثاء."),
        ("hi", "दरवाज़े की खराबी के कारण नौका डूबी।", "नौका मंगलवार को डूबी।"),
        ("tr", "Kapak arızası nedeniyle battı.", "Salı günü battı."),
    ],
)
def test_words_that_join_a_cause(language: str, with_reason: str, without: str) -> None:
    assert gives_reason(with_reason, language)
    assert not gives_reason(without, language)


@pytest.mark.parametrize("language", ["th", "und", ""])
def test_a_language_without_a_table_tells_nothing(language: str) -> None:
    assert not gives_reason("because porque 因为 เพราะ", language)


@pytest.mark.parametrize(
    ("language", "text", "clause"),
    [
        ("en", "The port closed because of the storm, officials said.", "because of the storm"),
        ("en", "The port closed because of fog and because of ice.", None),
        ("en", "The port closed.", None),
        ("es", "El puerto cerró debido a la tormenta.", "debido a la tormenta"),
        ("fr", "Le port a fermé en raison de la tempête.", "en raison de la tempête"),
        ("de", "Der Hafen wurde wegen des Sturms geschlossen.", "wegen des Sturms geschlossen"),
        ("ru", "Порт закрыли из-за шторма, сообщили власти.", "из-за шторма"),
        ("zh", "由于风暴来袭，港口关闭。", "由于风暴来袭"),
        ("ja", "港は、嵐のため閉鎖された。", "嵐のため"),
        ("ko", "항구는, 폭풍 때문에 문을 닫았다.", "폭풍 때문에"),
        ("tr", "Liman fırtına nedeniyle kapatıldı.", "Liman fırtına nedeniyle"),
        ("hi", "बंदरगाह, तूफ़ान के कारण बंद रहा।", "तूफ़ान के कारण"),
        ("ar", "أغلق الميناء بسبب العاصفة.", "بسبب العاصفة"),
        ("th", "ท่าเรือปิดเพราะพายุ", None),
    ],
)
def test_the_clause_that_gives_the_reason(language: str, text: str, clause: str | None) -> None:
    span = reason(text, language)
    assert (span and text[slice(*span)]) == clause
