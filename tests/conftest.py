"""Fixtures: small real collections, made once per session with the bundled embedder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

# No test may reach a model hub, whatever the machine could do.
os.environ["HF_HUB_OFFLINE"] = "1"

TEXTS = {
    "es": "El volcán Tacaná entró en erupción el lunes. Unas 2.300 personas fueron evacuadas de San Martín. "
    "El alcalde Íñigo Muñoz pidió calma a los vecinos.",
    "en": "The ferry Aurora sank on Tuesday in the strait. Rescuers saved 112 passengers before dawn. "
    "Captain Helen Ward was questioned by the coastguard.",
    "ru": "Завод микросхем в Озёрске остановлен из-за забастовки. На площадь вышли 4500 рабочих. "
    "Профсоюз требует повысить зарплату на десять процентов.",
    "ko": "정부는 새 반도체 공장에 3조 원을 투자한다고 밝혔다. 공장은 2027년에 문을 연다. 노조는 환영했다.",
    "zh": "港口城市周三签署了粮食协议。双方同意每年运输三百万吨小麦。部长王丽说协议将稳定价格。",
    "ja": "火山の噴火で約千人の住民が避難した。市長の佐藤花子は冷静な対応を呼びかけた。",
    "ar": "غرقت العبّارة في المضيق فجر الثلاثاء. أنقذ خفر السواحل مئة واثني عشر راكبًا.",
    "hi": "मंत्री ने अनाज समझौते पर हस्ताक्षर किए। समझौता तीन वर्ष तक लागू रहेगा।",
    "th": "ภูเขาไฟระเบิดเมื่อวันจันทร์ ชาวบ้านกว่าสองพันคนต้องอพยพ",
    "tr": "İstanbul'da grev üçüncü gününe girdi. İşçiler ücretlerin yüzde on artırılmasını istiyor.",
    "fr": "L'éruption du volcan a forcé 2 300 habitants à fuir lundi. Le maire a appelé au calme.",
}


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], Path]:
    """Writes named texts into a new folder."""

    def write(texts: dict[str, str]) -> Path:
        folder = tmp_path_factory.mktemp("articles")
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def news(folder_of: Callable[[dict[str, str]], Path]) -> Path:
    """A folder with one JSON Lines file: an article in each of eleven languages."""
    lines = [
        json.dumps(
            {"id": code, "title": text.split(".")[0][:60], "text": text, "language": code}, ensure_ascii=False
        )
        for code, text in TEXTS.items()
    ]
    return folder_of({"news.jsonl": "\n".join(lines) + "\n"})


@pytest.fixture
def collection(tmp_path: Path, news: Path) -> Path:
    """A new collection of the eleven articles."""
    from index.ingest import ingest

    data = tmp_path / "data"
    report = ingest(data, [news])
    assert report.count("added") == len(TEXTS), report
    return data
