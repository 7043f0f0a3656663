"""Tiny models with random weights, made on the spot: real architectures, real files, no downloads."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_KNOWN = """
the ferry aurora sank on tuesday rescuers saved passengers before dawn 112 el paso martes
паром затонул 渡 轮 フ ェ リ ー 배 सात عبارة เรือ query : passage , . ? who how many were
"""
WORDS = (*_SPECIAL, *_KNOWN.split())


def tokenizer(folder: Path) -> Any:
    """A BERT tokenizer over a few words of several scripts, saved into the folder."""
    from transformers import BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    made = BertTokenizer(str(folder / "vocab.txt"))
    made.save_pretrained(folder)
    return made


def seeded() -> None:
    import torch

    torch.manual_seed(7)
    random.seed(7)


def bert(folder: Path, labels: int | None = None) -> Path:
    """A BERT of two layers: an encoder, or with `labels` a classifier of pairs (a cross-encoder)."""
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    seeded()
    tokenizer(folder)
    shape = {
        "vocab_size": len(WORDS),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 128,
    }
    if labels is None:
        BertModel(BertConfig(**shape)).save_pretrained(folder)
    else:
        BertForSequenceClassification(BertConfig(**shape, num_labels=labels)).save_pretrained(folder)
    return folder


def embedder(folder: Path, *, pooling: str = "mean", prompts: dict[str, str] | None = None) -> Path:
    """A sentence-transformers model."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    inner = folder.with_name(folder.name + "-inner")
    bert(inner)
    parts = [Transformer(str(inner), max_seq_length=128), Pooling(32, pooling)]
    SentenceTransformer(modules=parts, prompts=prompts, device="cpu").save(str(folder))
    return folder


def chatter(folder: Path) -> Path:
    """A Llama of two layers that writes bytes at random, with a tokenizer of bytes and a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    seeded()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = ["<s>", "</s>", "<pad>", *alphabet]
    inner = Tokenizer(models.BPE({piece: n for n, piece in enumerate(pieces)}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    turn = "{{ message['role'] }}: {{ message['content'] }}\n"
    tokenizer.chat_template = "{% for message in messages %}" + turn + "{% endfor %}assistant: "
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=16384,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
