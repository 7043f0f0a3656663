"""The tokenizer: what text is cut into before each piece gets a vector."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from index.train.charsmap import charsmap
from index.train.corpus import Pair, Question
from index.train.letters import fold_table

UNKNOWN = "[UNK]"
# The Arabic article is cut off with the particles written before it (as the light10 stemmer of Larkey,
# Ballesteros and Connell, 2002, drops them), when three letters or more are left of the word.
_ARTICLE = r"[وف]?(?:[بك]?ال|لل)(?=\p{Arabic}{3})"
# What is written after an Arabic word (plural, dual, feminine, adjective) becomes a piece of its own, when
# three letters or more are left (the same stemmer's list; nothing is dropped here).
_ENDED = r"\p{Arabic}{3,}?(?=(?:ها|ان|ات|ون|ين|يه|ه|ي)(?!\p{Arabic}))"
# Han and Hiragana runs, digit runs and everything else are cut apart, so a katakana name, which is
# romanised, begins a word of its own in the middle of Japanese text.
_RUNS = _ARTICLE + "|" + _ENDED + r"|[\p{Han}\p{Hiragana}]+|[0-9]+|[^\s\p{Han}\p{Hiragana}0-9]+"

# Characters of text the tokenizer is trained on, by language. Han says more with fewer characters.
_LEAST = 1_500_000
_MOST = dict.fromkeys(
    ["pt", "fr", "it", "de", "ru", "uk", "ko", "ar", "hi", "tr", "nl", "pl", "id"], 6_000_000
)
_MOST |= {"en": 12_000_000, "es": 12_000_000, "zh": 2_500_000, "ja": 2_500_000}
_MOST |= dict.fromkeys(["vi", "el", "th", "ro"], 3_000_000)


def blank_tokenizer(model: Any) -> Tokenizer:
    """A tokenizer with the normalisation and the cuts of this package around `model`."""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Precompiled(charsmap(fold_table()))]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_RUNS), behavior="removed", invert=True),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False),
        ]
    )
    return tokenizer


def train_tokenizer(texts: Iterable[str], size: int) -> Tokenizer:
    """A byte-pair tokenizer (Sennrich, Haddow and Birch, 2016) of at most `size` pieces.

    Byte pairs rather than Unigram: frequent words stay whole, and the tokenizer loads in half the
    memory. Characters beyond the 8,000 most frequent become [UNK].
    """
    tokenizer = blank_tokenizer(models.BPE(unk_token=UNKNOWN, fuse_unk=True))
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN],
        max_token_length=16,
        min_frequency=3,
        limit_alphabet=8000,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_bounded(texts), trainer)
    return tokenizer


def balanced(
    pairs: Sequence[Pair], words: Sequence[Pair], questions: Sequence[Question], seed: int
) -> Iterator[str]:
    """Text for the tokenizer: so many characters of each language at most, by the order of care.

    Templates, help pages and machine translation come in at a third, so they do not fill the table.
    """
    random = Random(seed)
    texts: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if (
            not (pair.source in ("tldr", "python-docs") or pair.source.endswith("-mt"))
            or random.random() < 0.3
        ):
            texts[pair.language].add(pair.other)
            texts["en"].add(pair.english)
    for question in questions:
        texts[question.language] |= {question.question, question.context}
    single: dict[str, set[str]] = defaultdict(set)
    for pair in words:
        single[pair.language].add(pair.other)
        single["en"].add(pair.english)
    for language in sorted(texts.keys() | single.keys()):
        left = _MOST.get(language, _LEAST)
        # Sorted first: the order of a set is not the same in two runs.
        for text in _shuffled(texts[language], random):
            yield text
            left -= len(text)
            if left < 0:
                break
        yield from _shuffled(single[language], random)[: 15_000 if language in _MOST else 6_000]


def _shuffled(texts: set[str], random: Random) -> list[str]:
    ordered = sorted(texts)
    random.shuffle(ordered)
    return ordered


def _bounded(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 1000:
            yield batch
            batch = []
    yield batch


def as_json(tokenizer: Tokenizer) -> str:
    """The `tokenizer.json` text, without indentation: it is parsed at every start."""
    return json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
