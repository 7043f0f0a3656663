"""News pages whose every line is labelled body, caption or noise, in several layouts and twenty-four
languages.

The words stand in `pages/*.json`: per language one story and the lines of a page around it, all written for
these tests. The layouts are unlike each other on purpose: a blog with semantic elements, nested divs without
any, an AMP page, tables as twenty years ago, blocks of components, and plain text as copied from a browser.
"""

# ruff: noqa: E501 - the pages are written as pages are, and not as code is.

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Page:
    language: str
    layout: str
    source: str
    body: tuple[str, ...]
    """Paragraphs and headings of the article, each of which must stay as it is."""
    noise: tuple[str, ...]
    """Lines of the page, none of which may stay; captions too, which belong beside the text."""
    caption: str
    title: str
    author: str
    published: str

    @property
    def suffix(self) -> str:
        return ".txt" if self.layout in ("copied", "spaced") else ".html"


OTHER_LINES = {"fresh": "seen", "foreign_fresh": "foreign"}
"""Files that hold other lines around the stories of another file."""

Story = dict[str, Any]
_RTL = {"ar", "fa"}


def pages(name: str, layouts: tuple[str, ...]) -> list[Page]:
    """Two pages per language from `pages/{name}.json`, the layouts taking turns."""
    stories: dict[str, Story] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    if name in OTHER_LINES:
        told = json.loads((FOLDER / f"{OTHER_LINES[name]}.json").read_text("utf-8"))
        stories = {
            code: told[code] | {"noise": told[code]["noise"] | noise} for code, noise in stories.items()
        }
    made = []
    for number, (language, story) in enumerate(stories.items()):
        for turn in range(2):
            layout = layouts[(number + turn) % len(layouts)]
            made.append(_page(language, story, layout))
    return made


def _page(language: str, story: Story, layout: str) -> Page:
    noise = [line for lines in story["noise"].values() for line in lines]
    return Page(
        language=language,
        layout=layout,
        source=LAYOUTS[layout](language, story),
        body=tuple(line.removeprefix("## ") for line in story["body"]),
        noise=(*noise, story["caption"], story["byline"], story["dateline"]),
        caption=story["caption"],
        title=story["title"],
        author=story["author"],
        published=story["date"],
    )


def _e(text: str) -> str:
    return html.escape(text, quote=True)


def _many(lines: list[str], form: str) -> str:
    return "".join(form.format(_e(line)) for line in lines)


def _split(story: Story) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """The body above and below the first heading, and the noise."""
    middle = next(n for n, line in enumerate(story["body"]) if line.startswith("## "))
    return story["body"][:middle], story["body"][middle:], story["noise"]


def _blog(language: str, story: Story) -> str:
    above, below, noise = _split(story)
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{_e(story["title"])} - Blog</title>
<style>.menu{{color:#333}} .oculto, .x > .y {{ display : none !important }} @media print {{ .entry p {{display:none}} }}</style>
<meta property="og:title" content="{_e(story["title"])}">
<meta property="article:published_time" content="{story["date"]}T08:00:00+00:00"></head>
<body class="single-post"><div id="cookie-notice" role="dialog"><p>{_e(noise["cookie"][0])}</p><button>OK</button></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/x">X</a></li></ul></nav></header>
<main><article class="post hentry"><header class="entry-header"><h1>{_e(story["title"])}</h1>
<div class="meta"><span class="byline">{_e(story["byline"])}</span> <time>{_e(story["dateline"])}</time></div></header>
<div class="entry entry-content">{_many(above[:1], "<p>{}</p>")}
<figure><img src="a.jpg"><figcaption>{_e(story["caption"])}</figcaption></figure>
<p><strong><a href="/1">{_e(noise["teaser"][0])}</a></strong></p>{_many(above[1:], "<p>{}</p>")}
<p class="oculto">{_e(noise["hidden"][0])}</p>
<blockquote class="twitter-tweet"><p>{_e(noise["tweet"][0])}</p>&mdash; Ana (@ana1) <a href="#">2025</a></blockquote>
<h2>{_e(below[0][3:])}</h2>{_many(below[1:2], "<p>{}</p>")}
<p>{_e(noise["teaser"][1])}</p>{_many(below[2:], "<p>{}</p>")}
<p><em>{_e(noise["newsletter"][0])}</em></p><p>{_e(noise["follow"][0])}</p></div>
<div class="sharedaddy"><h3>{_e(noise["share"][0])}</h3><ul>{_many(noise["share"][1:], '<li><a href="#">{}</a></li>')}</ul></div>
<div class="jp-related"><h3>{_e(noise["label"][0])}</h3><ul>{_many(noise["related"], '<li><a href="/r">{}</a></li>')}</ul></div>
</article><section id="comments"><h2>{_e(noise["comments"][0])}</h2><ol class="comment-list"></ol>
<div id="respond"><h3>{_e(noise["comments"][1])}</h3><form><p>{_e(noise["comments"][2])}</p><textarea></textarea></form></div>
</section></main><footer><p>{_e(noise["footer"][0])}</p></footer></body></html>"""


def _soup(language: str, story: Story) -> str:
    above, below, noise = _split(story)
    text = "<br><br>".join(
        [
            *map(_e, above),
            f'<b><a href="/1">{_e(noise["teaser"][0])}</a></b>',
            *(f"<b>{_e(line[3:])}</b>" if line.startswith("## ") else _e(line) for line in below),
            f'<a href="/2">{_e(noise["teaser"][1])}</a>',
        ]
    )
    return f"""<html><head><title>{_e(story["title"])}</title><script>var a = "<p>no</p>";</script></head><body>
<div class="a1">{_many(noise["share"], "<span>{}</span> ")}</div>
<div class="b2"><div class="c3">{_e(story["title"])}</div><div class="d4">{_e(story["byline"])}</div>
<div class="d5">{_e(story["dateline"])}</div>
<div class="e6"><img src="x.png"><div class="f7">{_e(story["caption"])}</div></div>
<div class="g8">{text}</div>
<div style="position: absolute; left: -9999px">{_e(noise["hidden"][0])}</div>
<div class="h9"><blockquote class="twitter-tweet">{_e(noise["tweet"][0])}</blockquote></div></div>
<div class="i1"><div>{_e(noise["label"][0])}</div>{_many(noise["related"], '<div><a href="/r">{}</a></div>')}</div>
<div class="j2">{_many([*noise["newsletter"], *noise["follow"], *noise["comments"]], "<div>{}</div>")}</div>
<div class="k3">{_many([*noise["cookie"], *noise["footer"]], "<div>{}</div>")}</div></body></html>"""


def _copied(language: str, story: Story) -> str:
    above, below, noise = _split(story)
    return "\n".join(
        [
            story["title"],
            story["byline"],
            story["dateline"],
            *noise["share"],
            story["caption"],
            above[0],
            noise["teaser"][0],
            *above[1:],
            below[0].removeprefix("## "),
            below[1],
            noise["newsletter"][0],
            noise["teaser"][1],
            *below[2:],
            noise["follow"][0],
            noise["label"][0],
            *noise["related"],
            *noise["comments"],
            noise["cookie"][0],
            noise["footer"][0],
        ]
    )


def _spaced(language: str, story: Story) -> str:
    """As copied from a browser that leaves empty lines, no-break spaces and marks."""
    lines = _copied(language, story).split("\n")
    return "\ufeff" + "\r\n\r\n".join(f"\u00a0{line}\u200b " for line in lines)


def _amp(language: str, story: Story) -> str:
    above, below, noise = _split(story)
    data = {
        "@context": "https://schema.org",
        "@type": ["ReportageNewsArticle", "NewsArticle"],
        "headline": story["title"],
        "datePublished": f"{story['date']}T06:15:00Z",
        "author": {"@type": "Person", "name": story["author"]},
    }
    direction = ' dir="rtl"' if language in _RTL else ""
    return f"""<!doctype html><html amp lang="{language}"{direction}><head><meta charset="utf-8"><title>{_e(story["title"])}</title>
<style amp-boilerplate>body{{-webkit-animation:-amp-start 8s steps(1,end) 0s 1 normal both}}
@-webkit-keyframes -amp-start{{from{{visibility:hidden}}to{{visibility:visible}}}}</style>
<style amp-custom>.i-trap{{font-size:0;line-height:0}} .art p{{margin:0}}</style>
<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script></head>
<body><amp-consent><div>{_e(noise["cookie"][0])}</div></amp-consent><article class="art">
<h1>{_e(story["title"])}</h1><p class="aut">{_e(story["byline"])}</p><p class="fec">{_e(story["dateline"])}</p>
<div class="social">{_many(noise["share"], '<a href="#">{}</a>')}</div>
<amp-img src="a.jpg"></amp-img><p class="pie">{_e(story["caption"])}</p>
{_many(above[:1], "<p>{}</p>")}<div class="i-trap">{_e(noise["hidden"][0])}</div>
<div class="box"><p><a href="/1">{_e(noise["teaser"][0])}</a></p></div>
{_many(above[1:], "<p>{}</p>")}<h3>{_e(below[0][3:])}</h3>
<section><p><b>{_e(noise["label"][0])}</b></p><ul>{_many(noise["related"], '<li><a href="/r">{}</a></li>')}</ul></section>
{_many(below[1:], "<p>{}</p>")}<p><a href="/2">{_e(noise["teaser"][1])}</a></p>
<amp-twitter data-tweetid="1"><p placeholder>{_e(noise["tweet"][0])}</p></amp-twitter>
<p>{_e(noise["newsletter"][0])}</p><p>{_e(noise["follow"][0])}</p>
<p>{_e(noise["comments"][0])}</p><p>{_e(noise["comments"][1])}</p><p>{_e(noise["comments"][2])}</p></article>
<p>{_e(noise["footer"][0])}</p></body></html>"""


def _tables(language: str, story: Story) -> str:
    above, below, noise = _split(story)
    cells = "".join(f"<tr><td>&bull; <a href=r.htm>{_e(line)}</a></td></tr>" for line in noise["related"])
    return f"""<HTML><HEAD><TITLE>{_e(story["title"])}</TITLE><META NAME="date" CONTENT="{story["date"]}"></HEAD>
<BODY BGCOLOR="#FFFFFF" TEXT="#000000"><TABLE WIDTH=760><TR><TD COLSPAN=2>{" | ".join(map(_e, noise["share"]))}</TD></TR>
<TR><TD VALIGN=top><FONT SIZE=5><B>{_e(story["title"])}</B></FONT><BR><I>{_e(story["byline"])}</I><BR>{_e(story["dateline"])}
<TABLE><TR><TD><IMG SRC=a.gif></TD></TR><TR><TD><FONT SIZE=1>{_e(story["caption"])}</FONT></TD></TR></TABLE>
{_many(above, "<P>{}</P>")}<P><FONT COLOR="#ffffff">{_e(noise["hidden"][0])}</FONT></P>
<P><B>{_e(below[0][3:])}</B></P>{_many(below[1:2], "<P>{}</P>")}
<P><A HREF=1.htm>{_e(noise["teaser"][0])}</A></P>{_many(below[2:], "<P>{}</P>")}
<P><A HREF=2.htm>{_e(noise["teaser"][1])}</A></P></TD>
<TD VALIGN=top><TABLE><TR><TD><B>{_e(noise["label"][0])}</B></TD></TR>{cells}</TABLE></TD></TR>
<TR><TD COLSPAN=2>{_many([*noise["newsletter"], *noise["follow"], *noise["comments"]], "<P>{}</P>")}
<HR>{_e(noise["cookie"][0])}<BR>{_e(noise["footer"][0])}</TD></TR></TABLE>
<DIV STYLE="display:none"><P>{_e(noise["tweet"][0])}</P></DIV></BODY></HTML>"""


def _blocks(language: str, story: Story) -> str:
    above, below, noise = _split(story)

    def block(inner: str, kind: str = "text-block") -> str:
        return f'<div data-component="{kind}" class="sc-1 css-k2"><div class="css-q1">{inner}</div></div>'

    return f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{_e(story["title"])} | News</title>
<meta name="author" content="{_e(story["author"])}"><meta itemprop="datePublished" content="{story["date"]}">
<link rel="stylesheet" href="/app.css"></head><body><div id="__next">
<dialog>{_e(noise["cookie"][0])}</dialog><main id="main">
{block(f"<h1>{_e(story['title'])}</h1>", "headline-block")}
{block(f"<span>{_e(story['byline'])}</span>", "byline-block")}{block(f"<time>{_e(story['dateline'])}</time>", "time-block")}
{block(_many(noise["share"], "<button>{}</button>"), "share")}
{block(f"<picture><img></picture><p>{_e(story['caption'])}</p>", "image-block")}
{"".join(block(f"<p>{_e(line)}</p>") for line in above)}
{block(f'<p><a href="/1">{_e(noise["teaser"][0])}</a></p><p>{_e(noise["newsletter"][0])}</p>', "promo")}
{block(f"<h2>{_e(below[0][3:])}</h2>")}{"".join(block(f"<p>{_e(line)}</p>") for line in below[1:])}
<p style="opacity:0;height:1px">{_e(noise["hidden"][0])}</p>
{block(f'<p><a href="/2">{_e(noise["teaser"][1])}</a></p>', "promo")}
{block(f'<blockquote class="bluesky-embed"><p>{_e(noise["tweet"][0])}</p></blockquote>')}
{block(f"<h2>{_e(noise['label'][0])}</h2>" + _many(noise["related"], '<div><h3><a href="/r">{}</a></h3></div>'), "links")}
{block(_many([*noise["follow"], *noise["comments"]], "<p>{}</p>"), "comments")}
</main><footer><p>{_e(noise["footer"][0])}</p></footer></div></body></html>"""


LAYOUTS: dict[str, Callable[[str, Story], str]] = {
    "blog": _blog,
    "soup": _soup,
    "copied": _copied,
    "spaced": _spaced,
    "amp": _amp,
    "tables": _tables,
    "blocks": _blocks,
}
SEEN = ("blog", "soup", "copied")
UNSEEN = ("amp", "tables", "blocks", "spaced")
FRESH = ("blocks", "copied", "tables", "soup", "amp")
FOREIGN = ("amp", "copied", "blog", "tables", "soup", "blocks", "spaced")
