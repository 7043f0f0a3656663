"""Markdown: the words stay, the marks go."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.markdown import read_markdown

PAGE = """---
title: "El puente reabre"
date: 2025-06-05
author: [Lucía Ferrán, Иван Петров]
source: El Faro
tags:
  - obras
---

# El **puente** reabre

- [Historia](#historia)
- [Costes](#costes)

![Vista](x.jpg) El puente *reabrió* ayer, dijo la [alcaldesa](https://x.example/a_(b) "t"),
que habló de un __gran día__ para `Aralia`[^1].

Costes
------

> «Cumplimos el plazo», añadió.
> Nadie respondió.

* 橋は**再開**した。
* Мост *открыт*.
1. الجسر مفتوح

| Año | Coches |
|-----|--------|
| 2024 | 18.000 |

***

Snake_case_name y 2 * 3 * 4 quedan; \\*esto\\* también. <b>Fin</b> &amp; <https://x.example>

[ref]: https://x.example
"""


def test_words_stay_and_marks_go() -> None:
    metadata, text = read_markdown(PAGE)
    assert (metadata.title, metadata.published, metadata.outlet) == (
        "El puente reabre",
        "2025-06-05",
        "El Faro",
    )
    assert metadata.author == "Lucía Ferrán, Иван Петров"
    assert [line for line in text.split("\n") if line] == [
        "El puente reabre",
        "El puente reabrió ayer, dijo la alcaldesa, que habló de un gran día para Aralia.",
        "Costes",
        "«Cumplimos el plazo», añadió. Nadie respondió.",
        "橋は再開した。",
        "Мост открыт.",
        "الجسر مفتوح",
        "Año | Coches",
        "2024 | 18.000",
        "Snake_case_name y 2 * 3 * 4 quedan; *esto* también. Fin &",
    ]


def test_the_first_heading_is_the_title_only_if_it_comes_first() -> None:
    assert read_markdown("Titel 한국\n=====\n\ntext")[0].title == "Titel 한국"
    assert read_markdown("Text zuerst.\n\n# Später")[0].title is None


@given(st.text(st.sampled_from("a ñ*_`[]()!#>-|\n\\~<:中"), max_size=200))
def test_any_text_is_read(text: str) -> None:
    _, plain = read_markdown(text)
    assert len(plain) <= 2 * len(text) + 2


@pytest.mark.parametrize("unit", ["*a", "[", "![", "_a ", "`", "<", "**", "[a](", "~~a"])
def test_time_grows_with_length_only(unit: str) -> None:
    began = time.perf_counter()
    read_markdown(unit * 20_000)
    assert time.perf_counter() - began < 4.0
