"""The measures of the embedder, on sets small enough to check by hand."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eval import embedding
from eval.embedding import XQUAD, accuracy, main, measure, reciprocal_rank, spearman, windowed
from index.embed import open_embedder
from index.errors import NotFound
from index.static import StaticTable

SAID = {
    "en": "The bridge was opened in {}.",
    "es": "El puente se abrió en {}.",
    "de": "Die Brücke wurde {} eröffnet.",
    "ru": "Мост открыли в {} году.",
    "ar": "افتتح الجسر عام {}.",
    "zh": "大桥于{}年通车。",
    "hi": "पुल {} में खुला।",
    "tr": "Köprü {} yılında açıldı.",
    "vi": "Cây cầu khánh thành năm {}.",
    "el": "Η γέφυρα άνοιξε το {}.",
    "ro": "Podul s-a deschis în {}.",
    "th": "สะพานเปิดในปี {}",
}


class Digits:
    """An embedder that sees nothing but the digits of a text: the same in every language."""

    name, dim, fingerprint = "digits", 10, "digits"

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.array([[text.count(str(digit)) for digit in range(10)] for text in texts], np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        result: NDArray[np.float32] = (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
        return result

    embed_questions = embed_passages


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    years = ["1111", "2222", "3333", "4444"]
    for code, said in SAID.items():
        records = [
            {"id": f"{place}", "doc_id": f"d{place % 2}", "paragraph_id": f"p{place}",
             "question": f"{said.format(year)}?", "context": f"{said.format(year)} {said.format(year)}"}
            for place, year in enumerate(years)
        ]  # fmt: skip
        write(tmp_path / "eval" / "xquad" / f"{code}.jsonl.xz", [json.dumps(record) for record in records])
    lines = {code: [said.format(year) for year in years] for code, said in SAID.items()}
    pairs = [f"{a}\t{b}" for a, b in zip(lines["en"], lines["es"], strict=True)]
    write(tmp_path / "eval" / "tatoeba" / "es.tsv.xz", pairs)
    write(tmp_path / "eval" / "flores200-dev" / "en.txt.xz", lines["en"])
    write(tmp_path / "eval" / "flores200-dev" / "th.txt.xz", lines["th"][:2] + lines["th"][:1:-1])
    alike = [
        f'"{lines["es"][0]}","puente, {year}",{score}'
        for year, score in (("1111", 5), ("1122", 2.5), ("2222", 0))
    ]
    write(tmp_path / "eval" / "stsb" / "stsb-es-test.csv.xz", alike)
    return tmp_path


def test_an_embedder_that_sees_the_answer_gets_full_marks(data: Path) -> None:
    figures = measure(data, Digits())
    assert all(figures.xquad[a][b] == 1 for a in XQUAD for b in XQUAD)
    assert figures.tatoeba == {"es": 1.0}
    assert figures.flores == {"th": 0.5}  # two of its four lines were swapped
    assert figures.stsb["es"] == pytest.approx(1)
    assert figures.headline["ru -> es"] == 1


def test_a_half_asks_only_about_its_documents(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = reciprocal_rank

    def counted(scores: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
        asked.append(len(gold))
        return real(scores, gold)

    monkeypatch.setattr(embedding, "reciprocal_rank", counted)
    measure(data, Digits(), "odd")
    assert set(asked) == {2}
    assert len(asked) == 144


def test_reciprocal_rank_counts_ties_against_the_answer_and_stops_at_its_depth() -> None:
    scores = np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.5, 0.5, 0.0]], np.float32)
    assert reciprocal_rank(scores, np.array([0, 1, 0])) == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert reciprocal_rank(scores, np.array([2, 2, 2]), depth=2) == 0


def test_accuracy_is_the_mean_of_both_directions() -> None:
    assert accuracy(Digits(), ["1", "2", "3"], ["1", "2", "3"]) == 1
    assert accuracy(Digits(), ["1", "2", "3"], ["1", "3", "2"]) == pytest.approx(1 / 3)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=30))
def test_spearman_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    scipy = pytest.importorskip("scipy.stats")
    first, second = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    if len(set(first)) > 1 and len(set(second)) > 1:
        assert spearman(first, second) == pytest.approx(scipy.spearmanr(first, second).statistic, abs=1e-9)


def test_the_command_prints_the_table_or_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data)]) == 0
    printed = capsys.readouterr().out
    assert "all cross-language pairs" in printed
    assert "question language down" in printed
    assert main(["--data", str(data), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["xquad"]) == set(XQUAD)


def test_windows_find_what_the_middle_of_a_long_text_says() -> None:
    table = open_embedder()
    assert isinstance(table, StaticTable)
    filler = " ".join(said.format(1900 + place) for place, said in enumerate(SAID.values()))
    texts = [filler, f"{filler} The ferry Aurora sank in the strait. {filler}", "", "Short."]
    rows, first = windowed(texts, "en", table)
    assert len(first) == 4
    scores = np.maximum.reduceat(table.embed_questions(["Where did the ferry sink?"]) @ rows.T, first, axis=1)
    assert scores.argmax() == 1
    assert scores[0, 2] == 0


def test_a_folder_without_sets_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound, match="eval"):
        measure(tmp_path, Digits())
    assert main(["--data", str(tmp_path)]) == 1
    assert "no folder 'eval'" in capsys.readouterr().err
