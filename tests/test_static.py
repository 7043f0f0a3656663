"""The bundled table: vectors, places of pieces, and agreement with sentence-transformers."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index
from index.errors import Incompatible
from index.static import StaticTable, fingerprint

MODEL = Path(index.__file__).parent / "model"

# The same four statements in twelve scripts and more languages; each line is one language.
STATEMENTS = {
    "es": [
        "El presidente visitó la ciudad", "El río se desbordó anoche",
        "Los niños juegan al fútbol", "Subió el precio del petróleo",
    ],
    "en": [
        "The president visited the city", "The river burst its banks last night",
        "The children play football", "The price of oil rose",
    ],
    "fr": [
        "Le président a visité la ville", "La rivière a débordé hier soir",
        "Les enfants jouent au football", "Le prix du pétrole a augmenté",
    ],
    "de": [
        "Der Präsident besuchte die Stadt", "Der Fluss trat gestern Abend über die Ufer",
        "Die Kinder spielen Fußball", "Der Ölpreis ist gestiegen",
    ],
    "tr": [
        "Cumhurbaşkanı şehri ziyaret etti", "Nehir dün gece taştı",
        "Çocuklar İzmir'de futbol oynuyor", "Petrol fiyatı yükseldi",
    ],
    "ru": [
        "Президент посетил город", "Река вышла из берегов прошлой ночью",
        "Дети играют в футбол", "Цена на нефть выросла",
    ],
    "el": [
        "Ο πρόεδρος επισκέφθηκε την πόλη", "Το ποτάμι υπερχείλισε χθες",
        "Τα παιδιά παίζουν ποδόσφαιρο", "Η τιμή του πετρελαίου αυξήθηκε",
    ],
    "ar": [
        "زار الرئيس المدينة", "فاض النهر الليلة الماضية",
        "يلعب الأطفال كرة القدم", "ارتفع سعر النفط",
    ],
    "he": [
        "הנשיא ביקר בעיר", "הנהר עלה על גדותיו אמש",
        "הילדים משחקים כדורגל", "מחיר הנפט עלה",
    ],
    "hi": [
        "राष्ट्रपति ने शहर का दौरा किया", "नदी में कल रात बाढ़ आई",
        "बच्चे फुटबॉल खेलते हैं", "तेल की कीमत बढ़ी",
    ],
    "bn": [
        "রাষ্ট্রপতি শহর পরিদর্শন করেন", "গত রাতে নদী উপচে পড়ে",
        "শিশুরা ফুটবল খেলে", "তেলের দাম বেড়েছে",
    ],
    "ta": [
        "ஜனாதிபதி நகரத்தை பார்வையிட்டார்", "நேற்று இரவு ஆறு பெருக்கெடுத்தது",
        "குழந்தைகள் கால்பந்து விளையாடுகிறார்கள்", "எண்ணெய் விலை உயர்ந்தது",
    ],
    "th": [
        "ประธานาธิบดีเยือนเมือง", "แม่น้ำเอ่อล้นเมื่อคืนนี้",
        "เด็กๆ เล่นฟุตบอล", "ราคาน้ำมันเพิ่มขึ้น",
    ],
    "zh": [
        "总统访问了这座城市", "昨晚河水泛滥",
        "孩子们踢足球", "油价上涨了",
    ],
    "ja": [
        "大統領は街を訪ねた", "昨夜、川が氾濫した",
        "子どもたちはサッカーをする", "石油の価格が上がった",
    ],
    "ko": [
        "대통령이 도시를 방문했다", "어젯밤 강이 범람했다",
        "아이들이 축구를 한다", "석유 가격이 올랐다",
    ],
}  # fmt: skip
ODD = [
    "",
    " ",
    "🔥👩‍👩‍👧",
    "…!?",
    "\u0301",
    "cafe\u0301",
    "ＦＵＬＬ　ｗｉｄｔｈ １２３",
    "İstanbul",
    "ß",
    "x" * 5000,
    "\u200b",
]


def texts() -> list[str]:
    """1,000 different texts: single statements, joined ones across scripts, and odd ones."""
    single = list(itertools.chain.from_iterable(STATEMENTS.values()))
    joined = [f"{a}. {b} {number}" for number, (a, b) in enumerate(itertools.product(single, single))]
    return [*ODD, *single, *joined[:: len(joined) // 900]][:1000]


@pytest.fixture(scope="module")
def table() -> StaticTable:
    return StaticTable.open(MODEL)


def test_rows_have_unit_length_and_texts_without_content_are_zero(table: StaticTable) -> None:
    rows = table.embed_passages(["Madrid", "", "🔥", "Шойгу", "¿…?"])
    assert rows.shape == (5, table.dim)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0, 0, 1, 0], atol=1e-5)
    assert table.embed_passages([]).shape == (0, table.dim)


def test_sentence_transformers_gives_the_same_vectors(table: StaticTable) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    given = texts()
    assert len(given) == len(set(given)) == 1000
    model = sentence_transformers.SentenceTransformer(str(MODEL), device="cpu")
    theirs = model.encode(given, convert_to_numpy=True, show_progress_bar=False)
    np.testing.assert_allclose(table.embed_passages(given), theirs, atol=1e-3)


def test_a_text_does_not_depend_on_its_neighbours(table: StaticTable) -> None:
    given = texts()[::7]
    together = table.embed_passages(given)
    alone = np.concatenate([table.embed_questions([text]) for text in given])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_translations_lie_closer_than_other_statements(table: StaticTable) -> None:
    spanish = table.embed_passages(STATEMENTS["es"])
    for language in ("en", "fr", "de", "ru", "zh", "tr"):
        scores = table.embed_questions(STATEMENTS[language]) @ spanish.T
        assert (scores.argmax(axis=1) == np.arange(4)).sum() >= 3, language


def test_one_name_in_many_scripts_is_one_vector(table: StaticTable) -> None:
    rows = table.embed_questions(["Tesla", "TESLA", "Τέσλα", "Тесла", "टेस्ला", "Ｔｅｓｌａ"])
    assert (rows @ rows[0]).min() > 0.99


def test_accents_and_unicode_forms_do_not_matter(table: StaticTable) -> None:
    for group in STATEMENTS.values():
        for text in group:
            rows = table.embed_passages([text, unicodedata.normalize("NFD", text), text.upper().casefold()])
            assert rows[0] @ rows[1] > 0.999, text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("La ciudad de México", "México"),
        (unicodedata.normalize("NFD", "La ciudad de México"), unicodedata.normalize("NFD", "México")),
        ("Die Straße nach Gießen", "Gießen"),
        ("🔥👩‍👩‍👧 fuego en Chile", "Chile"),
        ("대통령이 서울을 방문했다", "방문했다"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "ｗｉｄｔｈ"),
        ("Министр Шойгу прибыл", "Шойгу"),
        ("زار الرئيس المدينة", "المدينة"),
        ("राष्ट्रपति ओबामा ने", "ओबामा"),
        ("大統領はオバマと会う", "オバマ"),
        ("ราคา 1,500 บาท", "1,500"),
        ("İstanbul İzmir", "İzmir"),
    ],
)
def test_places_of_pieces_are_code_points_of_the_text_as_given(
    table: StaticTable, text: str, word: str
) -> None:
    start = text.index(word)
    end = start + len(word)
    found = table.tokens([text])[0]
    inside = [place for place in found.offsets if place[0] < end and place[1] > start]
    assert inside
    # Pieces never run over the edges of a word that stands between spaces or scripts, and together they
    # reach from its first base letter to its last.
    assert min(place[0] for place in inside) == start
    assert max(place[1] for place in inside) in (end, end - 1)


def test_pieces_add_up_to_the_text(table: StaticTable) -> None:
    for text, found in zip(texts(), table.tokens(texts()), strict=True):
        total = found.vectors.sum(axis=0)
        norm = np.linalg.norm(total)
        expected = table.embed_passages([text])[0]
        np.testing.assert_allclose(total / norm if norm else total, expected, atol=1e-4)
        assert found.ids.shape == (len(found.offsets),) == (len(found.vectors),)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_can_be_embedded_and_its_places_are_inside(text: str) -> None:
    table = _opened()
    row = table.embed_passages([text])[0]
    assert np.isfinite(row).all()
    found = table.tokens([text])[0]
    assert all(0 <= start <= end <= len(text) for start, end in found.offsets)
    assert found.vectors.shape == (len(found.ids), table.dim)


_KEPT: list[StaticTable] = []


def _opened() -> StaticTable:
    if not _KEPT:
        _KEPT.append(StaticTable.open(MODEL))
    return _KEPT[0]


def test_the_stated_fingerprint_is_that_of_the_files(table: StaticTable) -> None:
    assert table.fingerprint == fingerprint(MODEL)
    assert json.loads((MODEL / "config.json").read_text("utf-8"))["fingerprint"] == table.fingerprint


def test_the_model_is_small_and_holds_no_pickle() -> None:
    files = [path for path in MODEL.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 40_000_000
    assert {path.suffix for path in files} <= {".json", ".safetensors", ".md"}


def test_opening_the_table_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, pathlib, index.static as s; t = s.StaticTable.open(pathlib.Path(sys.argv[1]));"
        "t.embed_passages(['hola']);"
        "print([m for m in ('torch', 'transformers', 'model2vec') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(MODEL)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Incompatible, match=r"no tokenizer\.json and no model\.safetensors"):
        StaticTable.open(tmp_path)
    shutil.copy(MODEL / "tokenizer.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0 not a header")
    with pytest.raises(Incompatible, match="not a whole safetensors file"):
        StaticTable.open(tmp_path)


def test_a_table_cut_short_or_of_another_tokenizer_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    shutil.copy(MODEL / "tokenizer.json", tmp_path)
    save_file({"embeddings": np.zeros((3, 4), np.int8)}, tmp_path / "model.safetensors")
    with pytest.raises(Incompatible, match="different models"):
        StaticTable.open(tmp_path)
    whole = (MODEL / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Incompatible, match="not a whole safetensors file"):
        StaticTable.open(tmp_path)
    shutil.copy(MODEL / "model.safetensors", tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"version"', encoding="utf-8")
    with pytest.raises(Incompatible, match="not a whole JSON object"):
        StaticTable.open(tmp_path)
    save_file({"other": np.zeros((3, 4), np.int8)}, tmp_path / "model.safetensors")
    with pytest.raises(Incompatible, match="holds other"):
        StaticTable.open(tmp_path)
