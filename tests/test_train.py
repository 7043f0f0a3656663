"""The recipe of the embedder, on a data folder of a few hundred lines written here."""

from __future__ import annotations

import dataclasses
import json
import lzma
import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import normalizers

from index.errors import BadInput, NotFound
from index.static import StaticTable
from index.train import corpus
from index.train.charsmap import charsmap
from index.train.encoded import Encoded, Ragged
from index.train.export import quantise, write_model
from index.train.overlap import Overlap, key
from index.train.pieces import blank_tokenizer

torch = pytest.importorskip("torch")

from index.train.__main__ import main as command  # noqa: E402
from index.train.batches import Batches, Mix  # noqa: E402
from index.train.card import card  # noqa: E402
from index.train.fit import Fit, Settings  # noqa: E402
from index.train.recipe import read, train  # noqa: E402

# Word for word in four scripts; sentences of the little data folder are made from these.
WORDS = {
    "en": ["river", "president", "city", "oil", "school", "doctor", "train", "music", "winter", "bread"],
    "es": [
        "río",
        "presidente",
        "ciudad",
        "petróleo",
        "escuela",
        "médico",
        "tren",
        "música",
        "invierno",
        "pan",
    ],
    "ru": ["река", "президент", "город", "нефть", "школа", "врач", "поезд", "музыка", "зима", "хлеб"],
    "zh": ["河流", "总统", "城市", "石油", "学校", "医生", "火车", "音乐", "冬天", "面包"],
    "hi": ["नदी", "राष्ट्रपति", "शहर", "तेल", "विद्यालय", "चिकित्सक", "रेलगाड़ी", "संगीत", "सर्दी", "रोटी"],
}
SMALL = Settings(dim=16, steps=60, batch=64, warmup=5, mix=Mix(near=1))


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder: 300 sentence pairs in each of four languages, word pairs and questions."""
    folder = tmp_path / "data"
    chance = random.Random(3)
    drawn = [[chance.randrange(10) for _ in range(4)] for _ in range(300)]
    for code in ("es", "ru", "zh", "hi"):
        lines = []
        for number, row in enumerate(drawn):
            english = f"{number} " + " ".join(WORDS["en"][word] for word in row)
            other = f"{number} " + " ".join(WORDS[code][word] for word in row)
            lines.append(f"{english}\t{other}\t{'wmt22' if number % 2 else 'tatoeba'}")
        write(folder / "parallel" / f"{code}.tsv.xz", lines)
        words = [f"{a}\t{b}\twiktionary" for a, b in zip(WORDS["en"], WORDS[code], strict=True)]
        write(folder / "lexicon" / f"{code}.tsv.xz", words)
    asked = [
        {"question": f"¿{WORDS['es'][n % 10]} {n}?", "context": f"Nada. {WORDS['es'][n % 10]} {n} sí. Fin.",
         "answers": [{"text": str(n), "start": len(f"Nada. {WORDS['es'][n % 10]} ")}]}
        for n in range(60)
    ]  # fmt: skip
    write(folder / "qa" / "made.es.jsonl.xz", [json.dumps(item) for item in asked])
    write(
        folder / "qa" / "tquad-train.tr.jsonl.xz",
        [json.dumps({"question": "q", "context": "c", "answers": []})],
    )
    return folder


def run(data: Path, out: Path, chosen: Settings = SMALL) -> list[str]:
    said: list[str] = []
    train(data, out, chosen, 300, "cpu", said.append)
    return said


def test_the_recipe_makes_a_model_that_knows_translations(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    run(data, out, dataclasses.replace(SMALL, steps=150))
    table = StaticTable.open(out)
    english = table.embed_passages(WORDS["en"])
    for code in ("es", "ru", "zh", "hi"):
        scores = english @ table.embed_passages(WORDS[code]).T
        assert (scores.argmax(axis=1) == np.arange(10)).mean() >= 0.8, code
    card = (out / "README.md").read_text("utf-8")
    assert "1,200" in card
    assert "tquad" in card


def test_the_same_seed_gives_the_same_model_and_another_seed_another(data: Path, tmp_path: Path) -> None:
    prints = []
    for name, chosen in (("a", SMALL), ("b", SMALL), ("c", dataclasses.replace(SMALL, seed=2))):
        run(data, tmp_path / name, chosen)
        prints.append(StaticTable.open(tmp_path / name).fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_a_cut_run_goes_on_to_the_same_table(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path / "out")
    text = Encoded.load(tmp_path / "out" / "work" / "text.npz")
    whole = Fit(text, SMALL, tmp_path / "whole.npz").run(lambda *_: None, every=20)

    class Cut(Exception):
        pass

    def stop(step: int, _: dict[str, float]) -> None:
        if step == 40:
            raise Cut

    with pytest.raises(Cut):
        Fit(text, SMALL, tmp_path / "cut.npz").run(stop, every=20)
    again = Fit(text, SMALL, tmp_path / "cut.npz")
    assert again.step == 40
    np.testing.assert_array_equal(again.run(lambda *_: None, every=20), whole)


def test_a_checkpoint_of_other_settings_is_refused(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path / "out")
    with pytest.raises(BadInput, match="other settings"):
        run(data, tmp_path / "out", dataclasses.replace(SMALL, rate=0.3))


def test_finished_work_is_used_again(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path / "out")
    assert any("already" in line for line in run(data, tmp_path / "out"))


def test_text_of_a_retrieval_set_stops_the_run(data: Path, tmp_path: Path) -> None:
    with lzma.open(data / "parallel" / "es.tsv.xz", "rt", encoding="utf-8") as file:
        english = file.readline().split("\t")[0]
    write(data / "eval" / "flores200-dev" / "en.txt.xz", [english.upper() + "!"])
    with pytest.raises(BadInput, match="text of an evaluation set"):
        run(data, tmp_path / "out")
    assert not (tmp_path / "out" / "model.safetensors").exists()


def test_sentences_of_the_sentence_sets_are_left_out(data: Path) -> None:
    before = read(data)
    pair = before.pairs[0]
    write(data / "eval" / "tatoeba" / "es.tsv.xz", [f"{pair.english.title()}.\tsomething else"])
    after = read(data)
    assert after.left_out == 4  # the English side stands in all four languages
    assert len(after.pairs) == len(before.pairs) - 4


def test_questions_of_unstated_licence_are_not_read(data: Path) -> None:
    read_questions = list(corpus.questions(data))
    assert {item.language for item in read_questions} == {"es"}
    assert all(item.context[item.start : item.end].isdigit() for item in read_questions)


def test_a_folder_without_pairs_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="parallel"):
        run(tmp_path, tmp_path / "out")


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--device", "cpu"]) == 1
    assert "no folder 'parallel'" in capsys.readouterr().err


def test_the_card_shows_the_figures() -> None:
    counts = {
        "left_out": 7,
        "languages": {"es": 1200},
        "sources": {"wmt22": 1200},
        "words": {},
        "questions": {},
    }
    figures = {
        "headline": {"en -> es": 0.8765},
        "xquad": {"en": {"en": 0.91, "es": 0.87}, "es": {"en": 0.86, "es": 0.92}},
        "tatoeba": {"es": 0.95},
        "flores": {"es": 0.99, "zh": 0.9},
        "stsb": {"es": 0.77},
    }
    text = card(Settings(), 88_000, counts, figures, "cita-static")
    assert "| en -> es | 0.876 |" in text or "| en -> es | 0.877 |" in text
    assert "| es | 0.86 | 0.92 |" in text
    assert "| zh |  | 0.900 |  |" in text
    assert "1,200" in text
    assert "Not measured" in card(Settings(), 88_000, counts, {}, "cita-static")


def test_overlap_ignores_case_spacing_and_punctuation(tmp_path: Path) -> None:
    assert key("¿Dónde está İzmir?") == key("dónde   ESTÁ i̇zmir")
    assert key("东京。") == key("东京") != key("北京")
    assert Overlap(tmp_path).kind("anything") == ""


def test_the_loss_and_its_slopes_are_those_of_autograd(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path / "out")
    fit = Fit(Encoded.load(tmp_path / "out" / "work" / "text.npz"), SMALL, tmp_path / "none.npz")
    fit._half = torch.float32
    chance = torch.Generator().manual_seed(0)
    first, second = (torch.nn.functional.normalize(torch.randn(9, 16, generator=chance)) for _ in range(2))
    loss, *slopes = fit._loss(first, second)
    one, two = first.clone().requires_grad_(), second.clone().requires_grad_()
    scores = one @ two.T * SMALL.scale
    own = torch.arange(9)
    expected = (
        torch.nn.functional.cross_entropy(scores, own) + torch.nn.functional.cross_entropy(scores.T, own)
    ) / 2
    expected.backward()
    assert loss == pytest.approx(expected.item(), abs=1e-4)
    for slope, leaf in zip(slopes, (one, two), strict=True):
        np.testing.assert_allclose(slope.numpy() / 9, leaf.grad.numpy(), atol=1e-4)


def test_every_kind_of_batch_pairs_what_belongs_together(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path / "out")
    text = Encoded.load(tmp_path / "out" / "work" / "text.npz")
    for kind in Mix().kinds:
        alone = Mix(**{name: float(name == kind) for name in Mix().kinds}, dropped=0.0, near=1)
        drawn, left, right = Batches(text, alone, 32, np.random.default_rng(5)).draw()
        assert drawn == kind
        assert len(left[1]) == len(right[1]) > 1
        for ids, sizes in (left, right):
            assert sizes.min() > 0
            assert sizes.sum() == len(ids)
    # Pairs share the number they begin with, so left and right share a piece.
    alone = Mix(**{name: float(name == "one") for name in Mix().kinds}, dropped=0.0)
    _, left, right = Batches(text, alone, 32, np.random.default_rng(5)).draw()
    for a, b in zip(
        np.split(left[0], np.cumsum(left[1])), np.split(right[0], np.cumsum(right[1])), strict=True
    ):
        assert not len(a) or set(a) & set(b)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 50), max_size=6), min_size=1, max_size=8), st.randoms())
def test_ragged_texts_come_out_as_they_went_in(rows: list[list[int]], chance: random.Random) -> None:
    sizes = np.array([len(row) for row in rows])
    flat = np.array([item for row in rows for item in row], np.int32)
    ragged = Ragged(flat, np.concatenate([[0], np.cumsum(sizes)]))
    order = [chance.randrange(len(rows)) for _ in range(5)]
    ids, taken = ragged.take(np.array(order))
    assert [list(part) for part in np.split(ids, np.cumsum(taken)[:-1])] == [rows[place] for place in order]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.characters(categories=["L", "N", "P", "S"], max_codepoint=0x1FFFF),
        st.text(st.characters(categories=["L", "N"], max_codepoint=0xFFFF), max_size=4),
        min_size=1,
        max_size=60,
    )
)
def test_a_character_table_survives_its_binary_form(table: dict[str, str]) -> None:
    normaliser = normalizers.Precompiled(charsmap(table))
    for char, target in table.items():
        # Apart from each other, so that no two characters join into one written sign.
        assert normaliser.normalize_str(f"\n{char}\n") == f"\n{target}\n"
    assert normaliser.normalize_str("\n\n") == "\n\n"


def test_a_character_table_needs_keys() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        charsmap({})


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Сергей Шойгу", "sergei shoigu"),
        ("Άρης Τέσλα", "aris tesla"),
        ("बराक ओबामा", "brak obama"),
        ("オバマ国際会議", "obama国际会议"),
        ("İSTANBUL ışık Straße", "istanbul isik strasse"),
        ("cafe\u0301 Año", "cafe ano"),
        ("が", "か\u3099"),
        ("١٢٣ १२३ ｆｕｌｌ", "123 123 full"),
        ("أحمد مُحَمَّد", "احمد محمد"),
        ("ประเทศไทย", "ประเทศไทย"),
        ("1,190 km²", "1 190 km2"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    from tokenizers import models

    normaliser = blank_tokenizer(models.BPE()).normalizer
    assert normaliser.normalize_str(text) == folded


def test_folding_is_stable_and_blind_to_the_unicode_form() -> None:
    from tokenizers import models

    fold = blank_tokenizer(models.BPE()).normalizer.normalize_str
    words = [word for group in WORDS.values() for word in group]
    for text in [
        *words,
        "Ελλάδα",
        "がぎぐ ガギグ",
        "한국어",
        "İstanbul'da",
        "العُنوان",
        "Việt Nam",
        "ประเทศไทย",
        "ñandú",
    ]:
        once = fold(text)
        assert fold(once) == once
        assert fold(unicodedata.normalize("NFD", text)) == once


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_int8_rows_stay_within_half_a_step(count: int, dim: int, seed: int) -> None:
    table = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    table[0] = 0
    rows, factors = quantise(table)
    assert rows.dtype == np.int8
    assert factors[0] == 0
    limit = np.abs(table).max(axis=1, keepdims=True) / 254 + 1e-6
    assert (np.abs(rows * factors[:, None] - table) <= limit).all()


def test_a_written_model_states_its_fingerprint(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "sol": 1}, unk_token="[UNK]"))
    digest = write_model(tmp_path, "small", np.ones((2, 4), np.float32), tokenizer.to_str())
    assert StaticTable.open(tmp_path).fingerprint == digest
