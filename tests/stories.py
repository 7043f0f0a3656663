"""Small collections for the tests of answers: made of real articles, asked through the real index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.article import Article
from index.ingest import ingest_articles
from index.search import Index

FERRY = {
    "en": "The ferry Aurora sank on Tuesday in the strait. Rescuers saved 112 passengers before dawn. "
    "She had left Port Vell with 140 people on board. Captain Helen Ward was questioned by the coastguard.",
    "en2": "The ferry Aurora sank in the strait on Tuesday. Rescuers saved 118 passengers before dawn. "
    "Divers are still looking for the missing.",
    "en3": "Divers went down again on Thursday. Rescuers saved 112 passengers before dawn, the port said.",
    "es": "El transbordador Aurora se hundió el martes en el estrecho. Los equipos de rescate salvaron a 112 "
    "pasajeros antes del amanecer. La capitana Helen Ward fue interrogada por la guardia costera.",
    "ru": "Паром «Аврора» затонул во вторник в проливе. Спасатели спасли 112 пассажиров до рассвета. "
    "Капитана Хелен Уорд допросила береговая охрана.",
    "ja": "フェリー「オーロラ」は火曜日に海峡で沈没した。救助隊は夜明け前に乗客112人を救助した。",
    "ar": "غرقت العبّارة أورورا في المضيق يوم الثلاثاء. أنقذ رجال الإنقاذ 112 راكبًا قبل الفجر.",
    "hi": "नौका ऑरोरा मंगलवार को जलडमरूमध्य में डूब गई। बचाव दल ने भोर से पहले 112 यात्रियों को बचाया।",
    "ko": "여객선 오로라호가 화요일 해협에서 침몰했다. 구조대는 새벽 전에 승객 112명을 구조했다.",
    "th": "เรือเฟอร์รีออโรราจมลงในช่องแคบเมื่อวันอังคาร หน่วยกู้ภัยช่วยผู้โดยสารได้ 112 คนก่อนรุ่งสาง",
}


def article(code: str, text: str, **known: str) -> Article:
    """An article whose language is told by the first two letters of its name."""
    return Article.make(
        key=f"id:{code}", input=code, title=known.pop("title", ""), text=text, language=code[:2], **known
    )


@contextmanager
def opened(folder: Path, *articles: Article) -> Iterator[Index]:
    """An index of the articles."""
    ingest_articles(folder / "data", articles)
    with Index.open(folder / "data") as index:
        yield index
