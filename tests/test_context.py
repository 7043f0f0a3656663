from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences
from qa import context
from qa.messages import LANGUAGES

# What is quoted for the sentence that holds the word between the bars stands between the brackets.
QUOTED = [
    ("en", "The port is shut. [Captain Ward left at noon. She |denied| any fault.] Rain fell."),
    ("en", "Rain fell. [The port is shut. However, ships |wait| outside.]"),
    ("en", "[The tide rose. Therefore the port |closed|.]"),
    (
        "en",
        "Rain fell. [Mayor Muñoz spoke on Monday. “The |water| will be back by Friday.”] Shops stay closed.",
    ),
    ("en", "[“The |water| came at three. Nobody warned us at all,” said Ana Odell.] Rain fell."),
    (
        "en",
        "It was late. [“The |water| came at night and took it.” Ana Odell said this on Friday.] Rain.",
    ),
    ("en", "[“The |water| came at night,” said Ana Odell.] Rain fell."),
    ("en", "Heathrow was closed. [Items |remain| there.]"),
    ("es", "[La capitana salió. Ella |negó| la culpa ante el juez.]"),
    ("es", "[La capitana habló ayer. «El |puente| se abrió solo aquella noche.»] Llueve."),
    ("fr", "[Le maire est parti. Cependant, le |port| reste ouvert.]"),
    ("de", "[Der Kapitän schwieg. Er |trat| am Abend zurück.]"),
    ("de", "Erdbeben sind selten. [Erdbeben |erschütterten| Chile.]"),
    ("pt", "[O navio parou. Por isso, a |carga| ficou no cais.]"),
    ("it", "[Il sindaco tace. Tuttavia il |ponte| resta chiuso.]"),
    ("ru", "[Капитан молчал. Он |отрицает| вину.] Идёт дождь."),
    (
        "ru",
        "[«|Вода| пришла ночью и всё забрала. Никто нас не предупредил», — сказала Ирина Зайцева.] Дождь.",
    ),
    ("uk", "[Порт закрито. Тому |кораблі| чекають.]"),
    ("zh", "港口已关闭。[船长离开了。他|否认|有错。]下雨了。"),
    ("ja", "港は閉鎖された。[船長は去った。しかし、|船|は残った。]雨だ。"),
    ("ko", "[선장이 떠났다. 그는 |잘못|을 부인했다.] 비가 왔다."),
    ("ar", "[وصل القبطان. وهو |ينفي| التهمة.] هطل المطر."),
    ("hi", "[कप्तान चले गए। उन्होंने |आरोप| से इनकार किया।] बारिश हुई।"),
    ("tr", "[Kaptan ayrıldı. O |suçlamayı| reddetti.] Yağmur yağdı."),
    ("tr", "Kapılar açıldı. [Okullar |kapandı|.]"),
    ("th", "[เขา|ปฏิเสธ|ข้อกล่าวหา]"),
]


@pytest.mark.parametrize(("language", "marked"), QUOTED)
def test_a_sentence_is_quoted_with_what_it_leans_on_and_who_says_it(language: str, marked: str) -> None:
    plain = marked.replace("[", "").replace("]", "")
    text = plain.replace("|", "")
    wanted = marked[marked.index("[") + 1 : marked.index("]")].replace("|", "")
    word = plain.index("|")
    start, end = next((a, b) for a, b in sentences(text, language) if a <= word < b)
    begin, stop = context.extent(text, start, end, language)
    assert text[begin:stop] == wanted


def test_another_paragraph_is_another_thought() -> None:
    text = "Captain Ward left.\nShe denied it."
    assert context.extent(text, 19, len(text), "en") == (19, len(text))


def test_a_long_sentence_is_quoted_alone() -> None:
    text = "The captain spoke " + "for a long while " * 30 + ". She denied it."
    start = text.index("She")
    assert context.extent(text, start, len(text), "en") == (start, len(text))


def test_every_language_has_its_words() -> None:
    for language in LANGUAGES:
        words = context._words()[language]
        assert all(words[kind].strip() for kind in ("pronouns", "connectives", "said"))


@given(
    text=st.text(alphabet=st.sampled_from('aéЖ语あ 。.!“”«»„"「」\n—He '), max_size=80),
    language=st.sampled_from(("en", "ru", "zh", "ja", "th", "xx")),
)
def test_a_quote_is_one_stretch_of_one_paragraph_around_its_sentence(text: str, language: str) -> None:
    for start, end in sentences(text, language):
        begin, stop = context.extent(text, start, end, language)
        assert begin <= start < end <= stop
        assert "\n" not in text[begin:stop]
        assert text[begin:stop] == text[begin:stop].strip()


def test_a_thai_clause_is_quoted_with_those_beside_it() -> None:
    clauses = ["จากการสำรวจสำมะโนประชากรในปี 1901", "มีผู้อยู่อาศัย 711,988 คน", "ในจำนวนนี้ 56.2% เป็นชาวคาทอลิก"]
    text = "\n" + " ".join(clauses) + "\n" + "ย่อหน้าอื่นกล่าวถึงเรื่องอื่น"
    start = text.index(clauses[1])
    assert text[slice(*context.extent(text, start, start + len(clauses[1]), "th"))] == " ".join(clauses)
    long = " ".join(f"ประโยคที่ {n} กล่าวถึงเรื่องราวของหมู่บ้านริมแม่น้ำโขงและผู้คนที่นั่น" for n in range(30))
    first, last = context.extent(long, 0, 40, "th")
    assert (first, last - first <= 240) == (0, True)
