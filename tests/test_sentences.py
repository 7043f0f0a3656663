"""Sentence boundaries in the scripts of news."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sentences import sentences

# A bar marks where a sentence ends.
MARKED = [
    ("es", "Llegó a las 8.30 a. m. con su hija.| El Sr. Pérez, de EE. UU., vive en Bs. As. desde 2010."),
    ("es", "Apple Inc. anunció ventas por 10.000 millones.| La Sra. Díaz no respondió."),
    ("es", "“Llegó el 3 de marzo.| Es un hecho probado.”| Luego calló."),
    ("es", "—¿Vendrás mañana? —preguntó Ana.| «¡Alto!», gritó el guardia."),
    ("es", "Murieron tres personas (dos eran turistas. Una, vecina).| El juez no habló… aún."),
    ("en", "The U.S. Army left on Jan. 5.| Dr. Smith paid $3.5 million to Acme Ltd. for it."),
    ("en", '"Stop!" he said.| “We won!” Smith said.| Did it end?| No.'),
    ("en", "See no. 5 for details.[2]| The rest follows."),
    ("fr", "M. Dupont est arrivé à 10 h.| « Il part. »| Elle reste à Paris."),
    ("de", "Am 3. Oktober kam Dr. Müller, z. B. mit Hunden.| »Er geht nach Hause.«| Sie bleibt."),
    ("pt", "O Sr. Silva falou às 8.30.| No séc. XX, p. ex., era diferente.| Custa R$ 10.000,00."),
    ("it", "Il dott. Rossi e l'on. Bianchi votano.| Perché no?| Non si sa."),
    ("ru", "А. С. Пушкин жил в г. Москве, т. е. в столице.| — Придёшь? — спросила Анна.| Он ушёл."),
    ("uk", "Про це сказав проф. Коваль.| Коли? Невідомо."),
    ("tr", "Prof. Dr. Işık 5. Cadde'de oturuyor.| İstanbul'da kar yağdı.| Neden?"),
    ("zh", "他说：“我们昨天已经到了。”| 然后走了。|为什么？|10.5万人！"),
    ("ja", "彼は「行きます。」と言った。|東京は大きい。|どうして？|知らない。"),
    ("ko", '그는 "간다." 라고 말했다.| 왜?| 2024. 6. 5. 서울에서 열렸다.'),
    ("ar", "ذهب الرئيس إلى باريس.| هل عاد؟| نعم، عاد أمس."),
    ("ur", "یہ پہلا جملہ ہے۔| یہ دوسرا ہے۔"),
    ("hi", "यह पहला वाक्य है।| डॉ. शर्मा ने कहा कि 10.5 करोड़ मिले।| क्या यह तीसरा है?"),
    ("km", "ទីមួយ។| ទីពីរ។"),
    ("und", "第一句。|Второе предложение.| Une troisième! 😀"),
]


def cut(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(("language", "marked"), MARKED)
def test_boundaries(language: str, marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    if language == "uk":
        expected = ["Про це сказав проф. Коваль.", "Коли?", "Невідомо."]
    assert cut(marked.replace("|", ""), language) == expected


def test_a_line_break_ends_a_sentence() -> None:
    assert cut("Nuevo puente\nAbre hoy. Es largo\r\nFin\u2028Otro", "es") == [
        "Nuevo puente",
        "Abre hoy.",
        "Es largo",
        "Fin",
        "Otro",
    ]


def test_thai_is_cut_at_spaces_and_not_too_short() -> None:
    text = "นายกรัฐมนตรีเดินทางถึงเชียงใหม่เมื่อวันจันทร์เพื่อติดตามสถานการณ์น้ำท่วมในพื้นที่ภาคเหนือ " * 4
    found = cut(text, "th")
    assert len(found) == 4
    assert cut("สวัสดีครับ วันนี้อากาศดีมาก", "th") == ["สวัสดีครับ วันนี้อากาศดีมาก"]


def test_lower_case_text_still_has_sentences() -> None:
    assert cut("no vino. no llamó? nadie sabe", "es") == ["no vino.", "no llamó?", "nadie sabe"]


texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("aé Ñ.。?!؟।\n“”«»「」()…—0 1ก한あ中яعहि😀İ\u0301\u200d\t\"'"),
        st.characters(codec="utf-8"),
    ),
    max_size=120,
)


@given(texts, st.sampled_from(["es", "en", "de", "ja", "ko", "th", "ar", "xx"]))
@settings(max_examples=300)
def test_spans_are_ordered_trimmed_and_cover_everything(text: str, language: str) -> None:
    spans = sentences(text, language)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "unit", ["Hola. ", "“Ven, amigo mío. Ya vengo.” ", "((", "“", "a", "。", "ไทย ", "Dr. ", ". ", "« "]
)
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    began = time.process_time()
    sentences(text, "es")
    assert time.process_time() - began < 2.0
