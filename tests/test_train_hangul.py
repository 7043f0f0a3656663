from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer

from index.train.corpus import Pair
from index.train.hangul import add_hangul
from index.train.pieces import as_json, train_tokenizer

ENGLISH = ["army", "war", "peace", "ship", "school", "water", "bread", "light"]
KOREAN = ["군대", "전쟁", "평화", "선박", "학교", "물", "빵", "빛"]
REST = ["мир и война", "guerra y paz", "école", "和平", "السلام", "शांति"]


def _added() -> tuple[str, np.ndarray, str, np.ndarray]:
    words = [Pair(*both, "ko", "wiktionary") for both in zip(ENGLISH, KOREAN, strict=True)]
    chance = np.random.default_rng(2)
    pairs = []
    for _ in range(300):
        a, b = chance.choice(len(ENGLISH), 2, replace=False)
        pairs.append(Pair(f"{ENGLISH[a]} {ENGLISH[b]}", f"{KOREAN[a]}는 {KOREAN[b]}를", "ko", "tatoeba"))
    tokenizer = as_json(train_tokenizer([*ENGLISH * 5, *REST * 5, *KOREAN * 5], 300))
    table = chance.normal(size=(Tokenizer.from_str(tokenizer).get_vocab_size(), 32)).astype(np.float32)
    wider, longer = add_hangul(tokenizer, table, pairs, words * 4, 1, lambda _: None)
    return tokenizer, table, wider, longer


def _vector(tokenizer: str, table: np.ndarray, text: str) -> np.ndarray:
    ids = Tokenizer.from_str(tokenizer).encode(text, add_special_tokens=False).ids
    total = table[ids].sum(axis=0)
    return total / np.linalg.norm(total)


def test_korean_is_learned_and_everything_else_stays_as_it_was() -> None:
    tokenizer, table, wider, longer = _added()
    assert np.array_equal(longer[: len(table)], table)
    old, new = Tokenizer.from_str(tokenizer), Tokenizer.from_str(wider)
    assert new.get_vocab_size() == len(longer) > len(table)
    for text in [*ENGLISH, *REST, "Ship 12 école"]:
        assert new.encode(text).ids == old.encode(text).ids
    assert new.normalizer.normalize_str("북한군은") == "북한군은"
    english = np.stack([_vector(wider, longer, text) for text in ENGLISH])
    korean = np.stack([_vector(wider, longer, f"{text}는") for text in KOREAN])
    assert ((korean @ english.T).argmax(axis=1) == np.arange(len(ENGLISH))).all()


def test_the_same_seed_gives_the_same_pieces_and_vectors() -> None:
    *_, first, one = _added()
    *_, second, two = _added()
    assert first == second
    assert np.array_equal(one, two)


def test_without_korean_nothing_changes() -> None:
    tokenizer = as_json(train_tokenizer(ENGLISH * 5, 100))
    table = np.ones((Tokenizer.from_str(tokenizer).get_vocab_size(), 4), np.float32)
    same, equal = add_hangul(tokenizer, table, [], [], 1, lambda _: None)
    assert same == tokenizer
    assert equal is table
