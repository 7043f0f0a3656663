// The evidence pane: an article as it is stored, with the quotes of one answer marked in place.
// Everything of the article goes onto the page as text nodes.

import { why } from "./why.js";
import { dateOf, element, icon, languageName, say } from "./words.js";

const ADDRESS = /#quote-([0-9a-z]+)-(\d+)-(\d+)(?:-(\d+)-(\d+))?$/;
const RIGHT_TO_LEFT = new Set(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

/** What a [n] points at: {id, start, end, span}, counted in code points; null for another link. */
export function target(mark) {
  const found = ADDRESS.exec(mark?.getAttribute("href") ?? "");
  if (!found) return null;
  const [start, end, from, to] = found.slice(2).map(Number);
  return { id: found[1], start, end, span: found[4] ? [from, to] : null };
}

/** The text as paragraphs, with `ranges` ({start, end, here, span}) marked; offsets are code points. */
export function body(text, ranges) {
  const points = Array.from(text); // JavaScript counts UTF-16 units, the store counts code points
  const cuts = new Set([0, points.length]);
  for (const { start, end, span } of ranges) [start, end, ...(span ?? [])].forEach((cut) => cuts.add(cut));
  points.forEach((point, place) => { if (point === "\n") cuts.add(place).add(place + 1); });
  const places = [...cuts].sort((a, b) => a - b);
  const box = element("div", { class: "cita-body", dir: "auto" });
  let paragraph = null;
  let marked = null;
  for (let i = 0; i + 1 < places.length; i += 1) {
    const [from, to] = [places[i], places[i + 1]];
    const words = points.slice(from, to).join("");
    if (words === "\n") {
      paragraph = marked = null;
      continue;
    }
    paragraph ??= box.appendChild(element("p", { dir: "auto" }));
    const holds = ranges.filter((range) => range.start <= from && to <= range.end);
    const range = holds.find((one) => one.here) ?? holds[0];
    if (!range) {
      paragraph.append(words);
      marked = null;
      continue;
    }
    if (marked?.range !== range) {
      marked = { range, node: paragraph.appendChild(element("mark", range.here ? { class: "here", tabindex: "-1" } : {})) };
    }
    const answers = range.span && range.span[0] <= from && to <= range.span[1];
    marked.node.append(answers ? element("strong", {}, words) : words);
  }
  return box;
}

/** The attributes that say in which language, and which way, something is written. */
export function written(language) {
  if (language === "und") return { dir: "auto" };
  return { lang: language, dir: RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr" };
}

function link(address) {
  try {
    const url = new URL(address);
    if (!["http:", "https:"].includes(url.protocol)) return null;
    return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, `${say("open_original")} ↗`);
  } catch {
    return null;
  }
}

export function facts(article) {
  const told = [
    article.outlet && element("b", { dir: "auto" }, article.outlet),
    article.author && element("span", { dir: "auto" }, article.author),
    article.published && element("time", { datetime: article.published }, dateOf(article.published)),
    article.language !== "und" && element("span", {}, languageName(article.language)),
    article.url ? link(article.url) : element("span", { dir: "auto" }, article.input.split(/[\\/]/).pop()),
  ];
  return element("div", { class: "cita-facts" }, ...told.filter(Boolean));
}

export function captions(article) {
  if (!article.captions.length) return null;
  const lines = article.captions.map((line) => element("p", { dir: "auto" }, line));
  return element("details", { class: "cita-captions" }, element("summary", {}, say("captions")), ...lines);
}

/** What an article said before it was updated, to be folded out. */
export function earlier(kept) {
  const texts = kept.flatMap((one) => [
    element("h3", {}, element("time", { datetime: one.kept }, dateOf(one.kept)), " ", element("bdi", {}, one.title)),
    ...one.text.split("\n\n").map((paragraph) => element("p", { dir: "auto" }, paragraph)),
  ]);
  return element("details", { class: "cita-captions cita-earlier" }, element("summary", {}, say("earlier_texts")), ...texts);
}

export class Evidence {
  /** `judging` makes the button by which a reader says that the quote shown is the right passage; `filters`
   * limits the next questions to the article shown. */
  constructor(judging, filters) {
    this.judging = judging;
    this.filters = filters;
    this.sources = element("nav", { class: "cita-sources", "aria-label": say("sources") });
    this.article = element("article", { class: "cita-article", tabindex: "0", "aria-label": say("evidence") });
    this.steps = element("div", { class: "cita-steps", role: "group", "aria-label": say("evidence") });
    this.pane = element("aside", { class: "cita-evidence", id: "cita-evidence", "aria-label": say("evidence") }, element("div", { class: "cita-evidence-head" }, this.sources, this.steps), this.article);
    this.pane.addEventListener("keydown", (event) => this.pressed(event));
    this.stored = new Map();
    this.clear();
  }

  clear() {
    this.mark = this.shown = null;
    this.sources.replaceChildren();
    this.steps.replaceChildren();
    this.article.replaceChildren(element("p", { class: "cita-nothing" }, say("no_article_selected")));
  }

  /** Show the article that `mark`, a [n] of an answer, points at; resolves when it is on the page. */
  async show(mark, { focus = false } = {}) {
    const wanted = target(mark);
    if (!wanted) return;
    this.mark = mark;
    this.chips(mark);
    this.showSteps();
    const article = await this.fetch(wanted.id);
    if (this.mark !== mark) return; // another was asked for meanwhile
    if (!article) {
      this.shown = null;
      this.article.replaceChildren(element("p", { class: "cita-nothing" }, say("error_generic")));
      return;
    }
    // Asked for again, a pane that holds just this stays as it is, with what the reader has opened in it.
    const now = JSON.stringify([wanted, article]);
    if (this.shown?.mark !== mark || this.shown.now !== now) this.fill(article, wanted, this.others(mark, wanted));
    this.shown = { mark, now };
    const here = this.article.querySelector("mark.here");
    this.reveal(here);
    if (focus) (here ?? this.article).focus({ preventScroll: true });
  }

  /** Bring the quote into view; where it fits below the title, the title stays in view too. */
  reveal(here) {
    this.article.scrollTop = 0;
    if (!here) return;
    const below = here.getBoundingClientRect().bottom - this.article.getBoundingClientRect().top;
    if (below > this.article.clientHeight * 0.9) here.scrollIntoView({ block: "center", behavior: "instant" });
  }

  fill(article, wanted, others) {
    const told = written(article.language);
    const title = element("h2", told, article.title || say("untitled"));
    const text = body(article.text, [{ ...wanted, here: true }, ...others]);
    for (const [name, value] of Object.entries(told)) text.setAttribute(name, value);
    const line = this.judging.line(this.mark, wanted);
    line.append(this.only(article));
    this.article.replaceChildren(...[title, facts(article), line, why(this.mark, wanted), text, captions(article)].filter(Boolean));
    this.before(article);
  }

  /** What the article said before it was updated, below its text; nothing where it never was. */
  async before(article) {
    const mark = this.mark;
    const kept = await this.fetch(article.id, "/revisions");
    if (!kept?.length || this.mark !== mark) return;
    this.article.append(earlier(kept));
  }

  /** The button that limits the next questions to this article. */
  only(article) {
    const made = element("button", { type: "button", class: "cita-only" }, say("filter_article"));
    made.addEventListener("click", () => this.filters.only(article));
    return made;
  }

  /** The other quotes of the same answer from the same article. */
  others(mark, wanted) {
    const marks = mark.closest(".cita-answer")?.querySelectorAll("a.cita-mark") ?? [];
    return [...marks].map(target).filter((one) => one && one.id === wanted.id && one.start !== wanted.start);
  }

  /** One chip per source of the answer. */
  chips(mark) {
    const first = new Map();
    for (const one of mark.closest(".cita-answer")?.querySelectorAll("a.cita-mark") ?? []) {
      const wanted = target(one);
      if (wanted && !first.has(wanted.id)) first.set(wanted.id, one);
      one.setAttribute("aria-current", String(one === mark));
    }
    const chips = [...first.values()].map((one) => {
      const chip = element("button", { type: "button", title: one.title, dir: "auto" }, one.title.replace(/^.*?(\d+): /, "$1 · "));
      chip.setAttribute("aria-current", String(target(one).id === target(mark).id));
      chip.addEventListener("click", () => this.show(one));
      return chip;
    });
    this.sources.replaceChildren(...(chips.length > 1 ? chips : []));
  }

  /** The marks of the same answer, each place once, in their order. */
  marks() {
    const places = new Map();
    for (const one of this.mark?.closest(".cita-answer")?.querySelectorAll("a.cita-mark") ?? []) {
      const wanted = target(one);
      const place = wanted && `${wanted.id}-${wanted.start}-${wanted.end}`;
      if (place && (!places.has(place) || one === this.mark)) places.set(place, one);
    }
    return [...places.values()];
  }

  /** Where among the quotes one is, and the way to the one before and the one after. */
  showSteps() {
    const marks = this.marks();
    const at = marks.indexOf(this.mark);
    const step = (key, by) => {
      const made = element("button", { type: "button", class: "cita-small", "aria-label": say(key), title: say(key), ...(marks[at + by] ? {} : { disabled: "" }) }, icon(by < 0 ? "M15 5l-7 7 7 7" : "M9 5l7 7-7 7"));
      made.addEventListener("click", () => this.step(by));
      return made;
    };
    const told = element("span", {}, say("quote_of", { n: at + 1, m: marks.length }));
    this.steps.replaceChildren(...(marks.length > 1 ? [step("previous_quote", -1), told, step("next_quote", 1)] : []));
  }

  /** To the quote `by` places on; with the keyboard the focus goes along. */
  step(by) {
    const marks = this.marks();
    const next = marks[marks.indexOf(this.mark) + by];
    if (next) this.show(next, { focus: true });
  }

  pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const forward = document.body.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = document.body.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key !== forward && event.key !== back) return;
    event.preventDefault();
    this.step(event.key === forward ? 1 : -1);
  }

  /** The stored article, asked for anew each time: the pane never shows a text that has been replaced. */
  async fetch(id, part = "") {
    try {
      const response = await fetch(`/v1/articles/${encodeURIComponent(id)}${part}`);
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }
}
