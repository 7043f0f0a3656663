from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from eval.likeness import likeness, main
from tests.stories import FERRY

OTHER = {
    "en": "Parliament raised the tax on tobacco.",
    "es": "El parlamento subió el impuesto al tabaco.",
    "ru": "Парламент повысил налог на табак.",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "flores200-dev"
    folder.mkdir()
    for code, other in OTHER.items():
        with lzma.open(folder / f"{code}.txt.xz", "wt", encoding="utf-8") as file:
            file.write(f"{FERRY[code]}\n{other}\n")
    return tmp_path


def test_translations_pass_and_others_do_not(data: Path) -> None:
    found = likeness(data / "flores200-dev")
    assert found.pairs == 3 * 2
    assert (found.translations, found.unrelated) == (1.0, 0.0)


def test_it_is_printed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 6
    assert main(["--data", str(data)]) == 0
    assert "6 pairs: 1.000 of translations" in capsys.readouterr().out
