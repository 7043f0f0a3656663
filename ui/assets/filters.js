// What a question is limited to: days, outlets, languages, articles. Each limit is a chip that takes it off again.

import { dateOf, element, icon, languageName, say } from "./words.js";

const FUNNEL = "M4 5h16l-6 7.500V19l-4-2v-4.500z";
const CROSS = "M6 6l12 12M18 6L6 18";

export class Filters {
  constructor() {
    this.days = { from: "", to: "" };
    this.chosen = { outlets: new Map(), languages: new Map(), articles: new Map() }; // what is sent: what is shown
    this.toggle = element("button", { type: "button", class: "cita-filter", "aria-expanded": "false", "aria-controls": "cita-limit-fields" }, icon(FUNNEL), element("span", {}, say("filters")));
    this.toggle.addEventListener("click", () => this.open(this.fields.hidden));
    this.chips = element("div", { class: "cita-chips" });
    this.fields = element("div", { class: "cita-limit-fields", id: "cita-limit-fields", hidden: "" });
    this.row = element("section", { class: "cita-filters", "aria-label": say("filters") }, this.fields, element("div", { class: "cita-filter-row" }, this.toggle, this.chips));
    this.show();
  }

  /** Offer what the collection has; asked for each time the fields are opened. */
  async open(wanted) {
    if (wanted) await this.fill();
    this.fields.hidden = !wanted;
    this.toggle.setAttribute("aria-expanded", String(wanted));
    if (wanted) this.fields.querySelector("input, select")?.focus({ preventScroll: true });
  }

  async fill() {
    const known = await fetch("/v1/info").then((response) => (response.ok ? response.json() : {})).catch(() => ({}));
    const days = known.days ?? [];
    const languages = Object.keys(known.languages ?? {}).filter((code) => code !== "und");
    const outlets = Object.keys(known.outlets ?? {});
    this.fields.replaceChildren(...[
      this.day("from", "filter_from", days),
      this.day("to", "filter_to", days),
      outlets.length ? this.choice("outlets", "outlet", outlets.map((name) => [name, name])) : null,
      languages.length > 1 ? this.choice("languages", "language", languages.map((code) => [code, languageName(code)])) : null,
    ].filter(Boolean));
  }

  day(end, key, [min, max]) {
    const input = element("input", { type: "date", min, max });
    input.value = this.days[end];
    input.addEventListener("change", () => {
      this.days[end] = input.value;
      this.settle(end);
      this.show();
    });
    return element("label", {}, element("span", {}, say(key)), input);
  }

  /** A range that ends before it begins is none: the other end gives way. */
  settle(end) {
    const { from, to } = this.days;
    if (!from || !to || from <= to) return;
    this.days[end === "from" ? "to" : "from"] = "";
    const [first, last] = this.fields.querySelectorAll("input");
    first.value = this.days.from;
    last.value = this.days.to;
  }

  choice(kind, key, named) {
    named.sort(([, a], [, b]) => a.localeCompare(b));
    const options = named.map(([value, name]) => element("option", { value, dir: "auto" }, name));
    const select = element("select", {}, element("option", { value: "" }, say("filter_any")), ...options);
    select.addEventListener("change", () => {
      if (select.value) this.chosen[kind].set(select.value, select.selectedOptions[0].textContent);
      select.value = "";
      this.show();
    });
    return element("label", {}, element("span", {}, say(key)), select);
  }

  /** Limit the next questions to one article. */
  only(article) {
    this.onlyThese([[article.id, article.title]]);
  }

  /** Limit the next questions to some articles, given as [id, title]. */
  onlyThese(articles) {
    this.chosen.articles = new Map(articles.map(([id, title]) => [id, title || say("untitled")]));
    this.show();
  }

  show() {
    const chips = [];
    for (const [end, key] of [["from", "filter_from"], ["to", "filter_to"]]) {
      if (this.days[end]) chips.push(this.chip(`${say(key)} ${dateOf(this.days[end])}`, () => { this.days[end] = ""; }));
    }
    for (const values of Object.values(this.chosen)) {
      for (const [value, name] of values) chips.push(this.chip(name, () => values.delete(value)));
    }
    if (chips.length > 1) {
      const all = element("button", { type: "button", class: "cita-clear" }, say("filters_clear"));
      all.addEventListener("click", () => this.clear());
      chips.push(all);
    }
    this.chips.replaceChildren(...chips);
    this.row.classList.toggle("set", chips.length > 0);
    this.send();
  }

  chip(name, takeOff) {
    const made = element("button", { type: "button", class: "cita-chip", title: say("filter_remove", { filter: name }), "aria-label": say("filter_remove", { filter: name }) }, element("bdi", {}, name), icon(CROSS));
    made.addEventListener("click", () => {
      takeOff();
      this.show();
      if (!this.fields.hidden) this.fill();
      (this.chips.querySelector("button") ?? this.toggle).focus();
    });
    return made;
  }

  clear() {
    this.days = { from: "", to: "" };
    Object.values(this.chosen).forEach((values) => values.clear());
    this.show();
    if (!this.fields.hidden) this.fill();
    this.toggle.focus();
  }

  /** The limits as the API's `scope`; an empty text where there are none. */
  json() {
    const scope = Object.fromEntries(Object.entries(this.chosen).filter(([, values]) => values.size).map(([kind, values]) => [kind, [...values.keys()]]));
    for (const end of ["from", "to"]) if (this.days[end]) scope[end] = this.days[end];
    return Object.keys(scope).length ? JSON.stringify(scope) : "";
  }

  /** Into the box that Gradio sends along with the question; called again once that is on the page. */
  send() {
    const box = document.querySelector("#cita-limits textarea, #cita-limits input");
    if (!box || box.value === this.json()) return;
    box.value = this.json();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
