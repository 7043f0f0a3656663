"""From the data folder to the model folder, in steps that are each kept, so a cut run goes on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import BadInput, NotFound
from index.train import corpus
from index.train.card import card
from index.train.corpus import Pair, Question
from index.train.encoded import Encoded, encode
from index.train.export import FILES, write_model
from index.train.fit import Fit, Settings
from index.train.overlap import Overlap
from index.train.pieces import as_json, balanced, train_tokenizer

Say = Callable[[str], None]
NAME = "cita-static"


@dataclass(frozen=True, slots=True)
class Text:
    """What is trained on, and how many texts were left out because an evaluation set has them."""

    pairs: list[Pair]
    words: list[Pair]
    questions: list[Question]
    left_out: int


def train(data: Path, out: Path, settings: Settings, pieces: int, device: str, say: Say) -> None:
    """Trains on `data` and writes the model and its card into `out`.

    Work that is done once (`out/work`: tokenizer, piece ids, checkpoint) is used again by a second
    call with the same settings. Raises NotFound without `data/parallel`, and BadInput where the
    training text overlaps the evaluation sets or the work was done with other settings.
    """
    if not (data / "parallel").is_dir():
        raise NotFound(f"{data} has no folder 'parallel' with sentence pairs; give the folder that has it")
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    text = _encoded(data, work, settings.seed, pieces, say)
    fit = Fit(text, settings, work / "checkpoint.npz", device)
    if fit.step:
        say(f"going on from step {fit.step}")

    def progress(step: int, losses: dict[str, float]) -> None:
        shown = " ".join(f"{kind} {value:.3f}" for kind, value in losses.items())
        say(f"step {step}/{settings.steps}: {shown}")

    table = fit.run(progress)
    model = work / "model"
    shutil.rmtree(model, ignore_errors=True)
    tokenizer = (work / "tokenizer.json").read_text(encoding="utf-8")
    write_model(model, NAME, table, tokenizer)
    say("measuring")
    figures = measure(data, model)
    counts = json.loads((work / "counts.json").read_text(encoding="utf-8"))
    (model / "README.md").write_text(card(settings, len(table), counts, figures, NAME), encoding="utf-8")
    for name in (*FILES, "README.md"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (model / name).replace(out / name)
    say(f"the model is in {out}")


def measure(data: Path, model: Path) -> dict[str, Any]:
    """The figures of `python -m eval.embedding`; empty without evaluation sets or without that package."""
    if not (data / "eval").is_dir():
        return {}
    command = [sys.executable, "-m", "eval.embedding", "--data", str(data), "--model", str(model), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {}
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _encoded(data: Path, work: Path, seed: int, pieces: int, say: Say) -> Encoded:
    """The text as piece ids, made once; the tokenizer is left in `work` beside it."""
    made = {"seed": seed, "pieces": pieces, "data": str(data)}
    kept = work / "made.json"
    if kept.exists() and json.loads(kept.read_text(encoding="utf-8")) == made:
        say("the text is cut into pieces already")
        return Encoded.load(work / "text.npz")
    say("reading")
    text = read(data)
    say(f"{len(text.pairs)} sentence pairs, {len(text.words)} word pairs, {len(text.questions)} questions; "
        f"{text.left_out} left out because an evaluation set has a sentence of theirs")  # fmt: skip
    say(f"training a tokenizer of {pieces} pieces")
    tokenizer = train_tokenizer(balanced(text.pairs, text.words, text.questions, seed), pieces)
    (work / "tokenizer.json").write_text(as_json(tokenizer), encoding="utf-8")

    def progress(name: str, done: int, total: int) -> None:
        if done == total or done % 400_000 == 0:
            say(f"cutting {name}: {done}/{total}")

    encoded = encode(tokenizer, text.pairs, text.words, text.questions, progress)
    encoded.save(work / "text.npz")
    (work / "checkpoint.npz").unlink(missing_ok=True)
    (work / "counts.json").write_text(json.dumps(_counts(text), indent=1), encoding="utf-8")
    kept.write_text(json.dumps(made), encoding="utf-8")
    return encoded


def read(data: Path) -> Text:
    """The training text of `data` without what the evaluation sets under it hold.

    Raises BadInput when a text of the retrieval sets is among it: then the data folder is not the
    one the figures are meant for, and leaving single lines out would not make them honest.
    """
    overlap = Overlap(data)

    def seen(*sides: str) -> bool:
        kinds = [overlap.kind(side) for side in sides]
        if "forbidden" in kinds:
            raise BadInput(
                f"the training text holds {sides[kinds.index('forbidden')][:80]!r}, which is text of an "
                f"evaluation set in {data / 'eval'}; take the file it is in out of the data folder"
            )
        return any(kinds)

    pairs, first = corpus.without(corpus.sentence_pairs(data), lambda pair: seen(pair.english, pair.other))
    asked, second = corpus.without(corpus.questions(data), lambda q: seen(q.question, q.context))
    # Single words are no sentences of an evaluation set, whatever they spell.
    return Text(pairs, list(corpus.word_pairs(data)), asked, first + second)


def _counts(text: Text) -> dict[str, Any]:
    """Numbers for the card: pairs by source, words by language, questions by language."""
    counts: dict[str, Any] = {
        "left_out": text.left_out,
        "sources": {},
        "languages": {},
        "words": {},
        "questions": {},
    }
    for group, key, items in (
        ("sources", "source", text.pairs),
        ("languages", "language", text.pairs),
        ("words", "language", text.words),
        ("questions", "language", text.questions),
    ):
        for item in items:
            name = getattr(item, key)
            counts[group][name] = counts[group].get(name, 0) + 1
    return counts
