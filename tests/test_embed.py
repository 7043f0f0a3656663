from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from index.embed import AROUND, BUNDLED, CONTEXT, in_context, open_embedder
from index.errors import Incompatible
from tests.conftest import TEXTS


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_passage_in_context_is_what_the_plain_sum_says(count: int) -> None:
    chance = np.random.default_rng(3)
    rows = _unit(chance.normal(size=(count, 12))).astype(np.float32)
    title = _unit(chance.normal(size=(1, 12))).astype(np.float32)
    found = in_context(rows, title)
    for n in range(count):
        near = rows[max(0, n - AROUND) : n + AROUND + 1].sum(axis=0) + title[0]
        assert found[n] == pytest.approx(_unit(rows[n] + CONTEXT * _unit(near)), abs=1e-5)


def test_an_article_without_passages_has_no_vectors() -> None:
    assert in_context(np.empty((0, 4), np.float32), np.ones((1, 4), np.float32)).shape == (0, 4)


def test_rows_are_unit_vectors_and_a_text_without_content_is_zero() -> None:
    model = open_embedder()
    assert model.name == BUNDLED
    rows = model.embed_passages([*TEXTS.values(), "", "\u200b"])
    assert rows.shape == (len(TEXTS) + 2, model.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows[: len(TEXTS)], axis=1) == pytest.approx(1, abs=1e-5)
    assert not rows[len(TEXTS)].any()


def test_a_folder_with_a_table_needs_no_torch_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text(json.dumps([{"path": "", "type": "x.StaticEmbedding"}]))
    with pytest.raises(Incompatible, match=r"tokenizer\.json"):
        open_embedder(str(tmp_path))


@pytest.mark.parametrize("kind", ["plain", "weighted", "quantised"])
def test_a_model2vec_folder_gives_the_vectors_that_model2vec_gives(tmp_path: Path, kind: str) -> None:
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    known = "ferry aurora sank rescuers saved 112 passengers паром затонул 渡 轮 เรือ ##s"
    words = ["[PAD]", "[UNK]", *known.split()]
    tokenizer = Tokenizer(models.WordPiece({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(len(words), 8)).astype(np.float32)
    more = {} if kind == "plain" else {"weights": chance.random(len(words)).astype(np.float32)}
    if kind == "quantised":
        rows, more["token_mapping"] = rows[:6], chance.integers(0, 6, len(words))
    theirs = StaticModel(rows, tokenizer, config={"normalize": True}, normalize=True, **more)
    theirs.save_pretrained(tmp_path)
    ours = open_embedder(str(tmp_path))
    texts = [
        "Ferry Aurora sank",
        "rescuers saved 112 passengers",
        "паром zzz затонул",
        "渡轮",
        "เรือ",
        "",
        "zzz",
    ]
    assert ours.embed_passages(texts) == pytest.approx(theirs.encode(texts), abs=1e-6)
    assert ours.name == str(tmp_path)
    assert open_embedder(ours.name).fingerprint == ours.fingerprint
