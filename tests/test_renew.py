"""Only what changed is embedded again; what comes out is what embedding everything would give."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.article import Article
from index.embed import AROUND, open_embedder
from index.ingest import ingest_articles
from index.renew import Draft, embedded
from index.split import passages as split
from index.store import Store

SENTENCES = {
    "es": "El párrafo {n} habla del volcán y de la evacuación de {n} vecinos de San Martín.",
    "ru": "В абзаце {n} говорится о забастовке, на площадь вышли {n} рабочих завода.",
    "ja": "第{n}段落は火山の噴火と{n}人の避難について述べている。",
    "ar": "تتحدث الفقرة {n} عن البركان وعن إجلاء {n} من سكان المدينة.",
}


class Counting:
    """The bundled model, remembering what it was asked to embed."""

    def __init__(self) -> None:
        self._model = open_embedder()
        self.name, self.dim, self.fingerprint = (
            self._model.name, self._model.dim, self._model.fingerprint,
        )  # fmt: skip
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        self.texts.extend(texts)
        return self._model.embed_passages(texts)

    def embed_questions(self, texts: Sequence[str]) -> np.ndarray:
        return self._model.embed_questions(texts)


def _article(code: str, numbers: Sequence[int], title: str = "Título 🌋") -> Article:
    text = " ".join(SENTENCES[code].format(n=n) for n in numbers)
    return Article.make(key="id:1", input="x", title=title, text=text, language=code)


def _vectors(data: Path) -> np.ndarray:
    with closing(Store(data)) as store:
        return np.concatenate([rows for _, rows in store.scan_vectors()])


@pytest.mark.parametrize("code", SENTENCES)
def test_a_changed_sentence_costs_its_surroundings_and_no_more(tmp_path: Path, code: str) -> None:
    model, numbers = Counting(), list(range(150))
    ingest_articles(tmp_path, [_article(code, numbers)], embedder=model)
    spans = len(_vectors(tmp_path))
    assert spans > 3 * (2 * AROUND + 1)
    model.texts.clear()
    numbers[75] = 9075
    [item] = ingest_articles(tmp_path, [_article(code, numbers)], embedder=model).items
    assert item.status == "updated"
    # A changed passage or two, those whose surroundings they are, and the surroundings of those; the title.
    assert 1 < len(model.texts) <= 2 * (4 * AROUND + 1) + 1 < spans
    ingest_articles(tmp_path / "fresh", [_article(code, numbers)])
    assert np.abs(_vectors(tmp_path) - _vectors(tmp_path / "fresh")).max() < 2e-3


def test_after_any_edit_the_vectors_are_those_of_the_new_text(tmp_path: Path) -> None:
    chance, numbers = random.Random(5), list(range(60))
    data = tmp_path / "data"
    ingest_articles(data, [_article("es", numbers)])
    for step in range(6):
        at = chance.randrange(len(numbers))
        edit = chance.choice(["insert", "delete", "change", "append", "first"])
        if edit == "insert":
            numbers[at:at] = [1000 + step, 2000 + step]
        elif edit == "delete":
            del numbers[at : at + 3]
        elif edit == "change":
            numbers[at] = 3000 + step
        elif edit == "append":
            numbers.append(4000 + step)
        else:
            numbers[0] = 5000 + step
        article = _article("es", numbers, title=f"Título {step // 3}")
        ingest_articles(data, [article])
        with closing(Store(data)) as store:
            [stored] = store.articles()
            spans = [(one.start, one.end) for one in store.passages_of(stored)]
        assert spans == list(split(article.text, "es"))
        [whole] = embedded(open_embedder(), [Draft(article, spans)])
        assert np.abs(_vectors(data) - whole).max() < 2e-3


def test_what_is_said_of_an_article_changes_without_embedding(tmp_path: Path) -> None:
    from dataclasses import replace

    model, article = Counting(), _article("ru", range(20))
    ingest_articles(tmp_path, [article], embedder=model)
    model.texts.clear()
    dated = replace(article, published="2025-06-05", outlet="Вестник")
    assert ingest_articles(tmp_path, [dated], embedder=model).count("updated") == 1
    assert ingest_articles(tmp_path, [dated], embedder=model).count("unchanged") == 1
    assert model.texts == []
    with closing(Store(tmp_path)) as store:
        [stored] = store.articles()
        assert (stored.outlet, stored.published) == ("Вестник", "2025-06-05")
