"""Parts of a page that are not its article, by name and by make; never a good part of its text."""

from __future__ import annotations

import pytest

from index.furnishings import remove_furnishings
from index.webpage import _tree

BODY = "".join(
    f"<p>{text}</p>"
    for text in (
        "El puente de Aralia reabrió el martes, dijo la alcaldesa Berta Solís.",
        "Мост закрыли в мае для ремонта, который стоил четыре миллиона.",
        "橋の工事は三か月続いた。市は十八億円を払った。",
        "أعيد فتح الجسر أمام السيارات والمشاة صباح الثلاثاء.",
    )
)
NOISE = "परिवार का पुराना पुल"


def left(part: str) -> tuple[str, tuple[str, ...]]:
    tree = _tree(f"<html><body><article>{BODY}{part}</article></body></html>")
    captions = remove_furnishings(tree)
    text = " ".join("".join(tree.find("body").itertext()).split())
    assert "El puente" in text
    assert "صباح" in text
    return text, captions


@pytest.mark.parametrize(
    "part",
    [
        f'<div class="share-bar">{NOISE}</div>',
        f'<div class="post_social-links">{NOISE}</div>',
        f'<section id="comments"><p>{NOISE}</p></section>',
        f'<aside data-component="related-stories">{NOISE}</aside>',
        f'<div class="newsletter-signup">{NOISE}</div>',
        f'<div class="c-ad-slot">{NOISE}</div>',
        f'<ul><li><a href="/1">{NOISE}</a></li><li><a href="/2">二つ目の見出し</a></li></ul>',
        f'<p><a href="/1">{NOISE}</a></p>',
        f'<h3><a href="/1">{NOISE}</a></h3>',
        f'<p><strong><a href="/1">{NOISE}</a></strong></p>',
    ],
)
def test_parts_of_the_page_go(part: str) -> None:
    assert NOISE not in left(part)[0]


@pytest.mark.parametrize(
    "part",
    [
        f'<p class="shareholders">{NOISE}</p>',
        f'<div class="social-affairs">{NOISE}</div>',
        f'<p>Vio <a href="/1">{NOISE}</a> ayer</p>',
        f'<p><a href="/1">{NOISE}.</a></p>',
        f'<h2><a href="/1">{NOISE}</a></h2>',
        f'<p>Uno <b><a href="/1">{NOISE}</a></b> dos.</p>',
        f"<p><a name='x'>{NOISE}</a></p>",
        f"<table><tr><td>{NOISE}</td><td>18</td></tr></table>",
    ],
)
def test_parts_of_the_article_stay(part: str) -> None:
    assert NOISE in left(part)[0]


def test_what_holds_the_article_stays_whatever_it_is_called() -> None:
    tree = _tree(
        f'<html><body><div class="related">{BODY}</div><div class="share"><h1>题目</h1></div></body></html>'
    )
    remove_furnishings(tree)
    text = "".join(tree.find("body").itertext())
    assert "El puente" in text
    assert "题目" in text


@pytest.mark.parametrize(
    "part",
    [
        f"<figure><img src=a><figcaption>{NOISE}</figcaption></figure>",
        f'<div class="wp-caption"><img src=a><p class="wp-caption-text">{NOISE}</p></div>',
        f"<div><picture><img></picture><p>{NOISE}</p></div>",
        f"<table><tr><td><img src=a></td></tr><tr><td><font>{NOISE}</font></td></tr></table>",
    ],
)
def test_captions_are_kept_beside_the_text(part: str) -> None:
    text, captions = left(part)
    assert NOISE not in text
    assert captions == (NOISE,)


def test_tables_that_lay_out_the_page_become_blocks_and_data_stays_a_table() -> None:
    tree = _tree(f"<html><body><table><tr><td>{BODY}</td><td>x</td></tr></table></body></html>")
    remove_furnishings(tree)
    assert tree.find(".//table") is None
    tree = _tree(
        "<html><body><table><tr><td>Año</td><td>2025</td></tr><tr><td>年</td><td>18</td></tr></table></body></html>"
    )
    remove_furnishings(tree)
    assert len(tree.findall(".//td")) == 4
