"""Near-duplicates: found in every script, linked to the earliest, and other articles left apart."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import duplicates
from index.article import Article
from index.duplicates import (
    BANDS,
    ROWS,
    SHORTEST,
    copies,
    exact_similarity,
    forget,
    heads,
    link,
    signature,
    similarity,
)
from index.ingest import ingest_articles
from index.store import Store
from tests.conftest import TEXTS

WORDS = {
    "es": [
        "puente",
        "alcaldesa",
        "obras",
        "millones",
        "vecinos",
        "río",
        "carril",
        "mercado",
        "plazo",
        "lluvia",
        "barrio",
        "tren",
        "escuela",
        "plaza",
    ],
    "ru": [
        "мост",
        "мэр",
        "работы",
        "миллионов",
        "жители",
        "река",
        "рынок",
        "срок",
        "дождь",
        "район",
        "поезд",
        "школа",
        "площадь",
        "город",
    ],
    "ar": [
        "جسر",
        "عمدة",
        "أشغال",
        "ملايين",
        "سكان",
        "نهر",
        "سوق",
        "موعد",
        "مطر",
        "حي",
        "قطار",
        "مدرسة",
        "ساحة",
        "مدينة",
    ],
    "hi": [
        "पुल",
        "मेयर",
        "काम",
        "करोड़",
        "लोग",
        "नदी",
        "बाज़ार",
        "समय",
        "बारिश",
        "मोहल्ला",
        "रेल",
        "स्कूल",
        "चौक",
        "शहर",
    ],
    "zh": list("桥市长工程百万居民河流市场期限雨水街区火车学校广场城镇交通建设"),
    "ja": list("橋市長工事住民川市場期限雨地区列車学校広場町のはがをに交通"),
    "ko": [
        "다리",
        "시장",
        "공사",
        "주민",
        "강",
        "장터",
        "기한",
        "비",
        "동네",
        "기차",
        "학교",
        "광장",
        "도시",
        "교통",
    ],
    "th": list("สะพานนายกเทศมนตรีงานแม่น้ำตลาดฝนรถไฟโรงเรียน"),
    "tr": [
        "köprü",
        "başkan",
        "inşaat",
        "milyon",
        "halk",
        "ırmak",
        "çarşı",
        "süre",
        "yağmur",
        "mahalle",
        "tren",
        "okul",
        "İzmir",
        "ışık",
    ],
}
SIGNATURE = [161567035, 91506753, 144112607]
GLUED = {"zh", "ja", "th"}


def story(language: str, seed: int, length: int = 240) -> str:
    chance = random.Random(f"{language}{seed}")
    if language in GLUED:  # with letters at random between, for news has some thousands of them
        drawn = [
            chance.choice(WORDS[language]) + chr(chance.randrange(0x4E00, 0x9000)) for _ in range(length // 2)
        ]
        return "".join(drawn)
    return " ".join(chance.choice(WORDS[language]) + chance.choice(WORDS[language]) for _ in range(length))


def edited(text: str, share: float, seed: int = 1) -> str:
    """With that share of the words (or letters, where there are no spaces) replaced."""
    glue = " " if " " in text else ""
    words = text.split(" ") if glue else list(text)
    chance = random.Random(seed)
    for place in chance.sample(range(len(words)), round(share * len(words))):
        words[place] = f"x{place}" if glue else chr(0x4E00 + place * 7 % 20000)
    return glue.join(words)


def article(key: str, text: str, published: str | None = None, language: str = "es") -> Article:
    return Article.make(
        key=f"url:https://x.example/{key}",
        input=key,
        title=key,
        text=text,
        language=language,
        published=published,
    )


@pytest.mark.parametrize("language", WORDS)
def test_estimate_is_near_the_exact_similarity(language: str) -> None:
    text = story(language, 1)
    for share in (0.0, 0.1, 0.3):
        changed = edited(text, share)
        own, made = signature(text), signature(changed)
        assert own is not None
        assert made is not None
        assert similarity(own, made) == pytest.approx(exact_similarity(text, changed), abs=0.17)
    assert similarity(own, own) == 1.0


@given(st.text(max_size=400))
def test_any_text_has_a_signature_or_none(text: str) -> None:
    made = signature(text)
    assert made is None or made.shape == (BANDS * ROWS,)
    again = signature(text.upper() if text.upper().casefold() == text.casefold() else text)
    assert (made is None) == (again is None)


def test_short_texts_are_not_compared() -> None:
    assert signature("Tres a cero.") is None
    assert signature(" ".join(map(str, range(SHORTEST)))) is None
    assert signature(" ".join(map(str, range(SHORTEST + 1)))) is not None


def test_signatures_do_not_change_between_runs() -> None:
    made = signature(" ".join(str(n) for n in range(50)))
    assert made is not None
    assert made[:3].tolist() == SIGNATURE


def link_of(store: Store, article_id: str) -> str:
    return heads(store, [article_id])[article_id]


def linked(data: Path) -> dict[str, str]:
    """Title -> title of the earliest copy."""
    store = Store(data)
    try:
        titles = {one.id: one.title for one in store.articles()}
        return {titles[id]: titles[head] for id, head in heads(store, titles).items()}
    finally:
        store.close()


@pytest.mark.parametrize("language", ["ru", "zh", "hi"])
def test_copies_are_linked_to_the_earliest_in_any_order(tmp_path: Path, language: str) -> None:
    text = story(language, 1, 400)
    made = [
        article("late", edited(text, 0.05), "2025-03-05", language),
        article("undated", edited(text, 0.06, 2), None, language),
        article("early", text, "2025-03-01T10:00:00Z", language),
        article("other", story(language, 2, 400), "2025-01-01", language),
    ]
    report = ingest_articles(tmp_path / "data", made)
    assert report.count("added") == 4
    assert linked(tmp_path / "data") == {
        "late": "early",
        "undated": "early",
        "early": "early",
        "other": "other",
    }
    assert "nearly the same" in (report.items[1].reason or "")
    assert report.items[3].reason is None


def test_when_the_earliest_goes_the_next_takes_its_place(tmp_path: Path) -> None:
    text = story("es", 1)
    made = [article(f"a{n}", edited(text, 0.04, n), f"2025-03-0{n}") for n in (1, 2, 3)]
    ingest_articles(tmp_path / "data", made)
    store = Store(tmp_path / "data")
    first, second, third = (one.id for one in made)
    assert [copy.article_id for copy in copies(store, third)] == [first, second, third]
    assert copies(store, first)[0].similarity == 1.0
    with store.writing():
        store.remove(first)
    assert heads(store, [second, third]) == {second: second, third: second}
    with store.writing():
        forget(store, second)
    assert copies(store, third) == []
    store.close()


def test_an_update_is_linked_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ingest_articles(
        data, [article("a", story("es", 1), "2025-01-01"), article("b", story("es", 2), "2025-01-02")]
    )
    assert linked(data) == {"a": "a", "b": "b"}
    ingest_articles(data, [article("b", edited(story("es", 1), 0.05), "2025-01-02")])
    assert linked(data) == {"a": "a", "b": "a"}
    ingest_articles(data, [article("b", story("es", 3), "2025-01-02")])
    assert linked(data) == {"a": "a", "b": "b"}


def test_a_hundred_copies_with_one_word_changed_are_one_group(tmp_path: Path) -> None:
    text = story("tr", 1, 80)
    made = [article(f"n{n:03}", f"{text} {n}", None, "tr") for n in range(100)]
    report = ingest_articles(tmp_path / "data", made)
    assert report.count("added") == 100
    assert set(linked(tmp_path / "data").values()) == {"n000"}
    store = Store(tmp_path / "data")
    looked_up = store.connection().execute("SELECT count(DISTINCT article) FROM bands").fetchone()[0]
    assert looked_up < 10  # so that the thousandth costs no more than the tenth
    with store.writing():
        store.remove(made[0].id)
    found = link_of(store, made[7].id)
    assert found != made[0].id
    store.close()
    late = article("late", f"{text} mil", None, "tr")
    assert "nearly the same" in (ingest_articles(tmp_path / "data", [late]).items[0].reason or "")


def test_nothing_is_linked_where_nothing_was_noted(collection: Path) -> None:
    store = Store(collection)
    ids = [one.id for one in store.articles()]
    assert heads(store, [*ids, "nobody"]) == {id: id for id in [*ids, "nobody"]}
    assert copies(store, ids[0]) == []
    assert len(ids) == len(TEXTS)
    with store.writing():
        assert link(store, article("k", "corto")) is None
    store.close()


def test_what_an_earlier_version_noted_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    with monkeypatch.context() as before:
        wide = duplicates._bands
        before.setattr(duplicates, "_bands", lambda one: [(7 << 32) - 2**62 + band for band in wide(one)])
        before.setattr(duplicates, "TABLE", replace(duplicates.TABLE, steps=duplicates.TABLE.steps[:1]))
        ingest_articles(data, [article("a", story("ja", 1), "2025-01-01", "ja")])
    ingest_articles(data, [article("b", edited(story("ja", 1), 0.05), "2025-01-02", "ja")])
    assert linked(data) == {"a": "a", "b": "a"}
    store = Store(data)
    rows = store.connection().execute("SELECT min(hash), max(hash), count(DISTINCT article) FROM bands")
    least, most, articles = rows.fetchone()
    assert 0 <= least <= most < 2**32
    assert articles >= 1
    store.close()


def test_what_is_noted_of_an_article_takes_no_page_of_its_own(tmp_path: Path) -> None:
    made = [article(f"n{n}", story("tr", n), None, "tr") for n in range(40)]
    ingest_articles(tmp_path / "data", made)
    store = Store(tmp_path / "data")
    longest = store.connection().execute(
        "SELECT max(length(signature) + length(bands) + length(article) + 40) FROM near"
    )
    # What a row of a table without row ids may have within a page of 4096 bytes (SQLite, "Database File
    # Format", 1.6).
    assert longest.fetchone()[0] < 1002
    store.close()
