"""Small data sets in many languages, as files in the formats that evaluation reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

WORLD = {
    "es": ("¿Cuántas personas fueron evacuadas?", "Unas 2.300 personas fueron evacuadas de San Martín."),
    "en": ("Who was questioned by the coastguard?", "Captain Helen Ward was questioned by the coastguard."),
    "ru": ("Почему остановлен завод в Озёрске?", "Завод микросхем в Озёрске остановлен из-за забастовки."),
    "ko": ("정부는 얼마를 투자하나요?", "정부는 새 반도체 공장에 3조 원을 투자한다고 밝혔다."),
    "zh": ("双方每年运输多少小麦？", "双方同意每年运输三百万吨小麦。"),
    "ja": ("市長は誰ですか？", "市長の佐藤花子は冷静な対応を呼びかけた。"),
    "ar": ("متى غرقت العبّارة؟", "غرقت العبّارة في المضيق فجر الثلاثاء."),
    "hi": ("समझौता कब तक लागू रहेगा?", "समझौता तीन वर्ष तक लागू रहेगा।"),
    "th": ("ภูเขาไฟระเบิดเมื่อไร", "ภูเขาไฟระเบิดเมื่อวันจันทร์ ชาวบ้านกว่าสองพันคนต้องอพยพ"),
    "tr": ("İstanbul'da ne oldu?", "İstanbul'da grev üçüncü gününe girdi. 🚂"),
    "fr": ("Qui a appelé au calme ?", "Le maire a appelé au calme apre\u0300s l'éruption."),
}


def jsonl(path: Path, records: Iterable[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
    return path


def beir(folder: Path, *, declared: bool = True) -> Path:
    def meta(code: str) -> dict[str, object]:
        return {"metadata": {"language": code}} if declared else {}

    jsonl(
        folder / "corpus.jsonl",
        ({"_id": f"d-{c}", "title": "", "text": t} | meta(c) for c, (_, t) in WORLD.items()),
    )
    jsonl(folder / "queries.jsonl", ({"_id": f"q-{c}", "text": q} | meta(c) for c, (q, _) in WORLD.items()))
    (folder / "qrels").mkdir()
    rows = "".join(f"q-{code}\td-{code}\t1\n" for code in WORLD)
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}", "utf-8")
    return folder


def parallel(folder: Path, codes: Iterable[str] = ("es", "ru", "ko", "ar")) -> Path:
    for code in codes:
        question, text = WORLD[code]
        rows = [
            {"id": "q1", "paragraph_id": "d00p0", "question": question, "context": text},
            {"id": "q2", "paragraph_id": "d01p0", "question": question + " 2", "context": text + " 2"},
        ]
        jsonl(folder / f"{code}.jsonl", rows)
    return folder
