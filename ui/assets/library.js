// The library: the articles of the collection as a list to search, limit and sort, with what they are in numbers;
// one of them to read, some of them to ask about, any of them to delete and to bring back.

import { Reading } from "./reading.js";
import { periodName, timeline } from "./timeline.js";
import { dateOf, element, icon, language, languageName, say } from "./words.js";
import { written } from "./evidence.js";

const PAGE = 50;
const SOON = 200; // milliseconds after the last key
const SORTS = { published: "date", added: "added", title: "title", outlet: "outlet", language: "language", length: "length" };
const BIN = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13";
const CROSS = "M6 6l12 12M18 6L6 18";

const number = (n) => n.toLocaleString(language);
const asked = async (address, request) => {
  const response = await fetch(address, request);
  const told = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(told?.detail ?? say("error_generic"));
  return told;
};

export class Library {
  /** `adding` takes new articles, `filters` are those of the questions; `ask()` opens the view to ask in, and
   * `changed()` is called when there are more articles or fewer. */
  constructor({ adding, filters, ask, changed }) {
    Object.assign(this, { adding, filters, ask, changed });
    this.wanted = { words: "", language: "", outlet: "", from: "", to: "", sort: "published", order: "desc", offset: 0 };
    this.chosen = new Map(); // id: title
    this.turn = 0;
    this.reading = new Reading({ back: () => this.close(), ask: (one) => this.askAbout([[one.id, one.title]]), remove: (one) => this.remove(one), read: (id) => this.read(id) });
    this.count = element("p", { class: "cita-found", role: "status" });
    this.list = element("ul", { class: "cita-list" });
    this.pager = element("nav", { class: "cita-pager", "aria-label": say("library") });
    this.chips = element("div", { class: "cita-chips" });
    this.picked = element("div", { class: "cita-picked", hidden: "" });
    this.told = element("div", { class: "cita-toast", role: "status" });
    this.numbers = element("div", { class: "cita-numbers" });
    this.aside = element("aside", { class: "cita-aside", "aria-label": say("timeline") }, this.numbers);
    this.view = element("main", { class: "cita-view cita-library", "aria-labelledby": "cita-library-title" }, this.main(), this.aside, this.told);
  }

  // -- what stands still

  main() {
    const add = element("button", { type: "button", class: "cita-button" }, say("add_articles"));
    add.addEventListener("click", () => this.adding.open());
    const title = element("h2", { id: "cita-library-title" }, say("library"));
    return element("div", { class: "cita-column", tabindex: "-1" }, element("div", { class: "cita-view-head" }, title, add), this.tools(), this.chips, this.picked, this.count, this.list, this.pager);
  }

  tools() {
    const search = element("input", { type: "search", dir: "auto", placeholder: say("search_articles"), "aria-label": say("search_articles"), maxlength: "500" });
    search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.limit({ words: search.value }), SOON);
    });
    this.from = this.day("from", "filter_from");
    this.to = this.day("to", "filter_to");
    this.languages = this.choice("language", say("language"));
    this.outlets = this.choice("outlet", say("outlet"));
    const sort = element("select", {}, ...Object.entries(SORTS).map(([value, key]) => element("option", { value }, say(key))));
    sort.addEventListener("change", () => this.limit({ sort: sort.value, order: ["published", "added", "length"].includes(sort.value) ? "desc" : "asc" }));
    this.order = element("input", { type: "checkbox", checked: "" });
    this.order.addEventListener("change", () => this.limit({ order: this.order.checked ? "desc" : "asc" }));
    const named = (key, field) => element("label", {}, element("span", {}, say(key)), field);
    const limits = element("div", { class: "cita-fields" }, named("filter_from", this.from), named("filter_to", this.to), named("language", this.languages), named("outlet", this.outlets), named("sort_by", sort),
      element("label", { class: "cita-check" }, this.order, element("span", {}, say("descending"))));
    return element("div", { class: "cita-tools", role: "search" }, search, limits);
  }

  day(end, key) {
    const input = element("input", { type: "date", "aria-label": say(key) });
    input.addEventListener("change", () => this.limit({ [end]: input.value }));
    return input;
  }

  choice(name, label) {
    const select = element("select", { "aria-label": label });
    select.addEventListener("change", () => this.limit({ [name]: select.value }));
    return select;
  }

  // -- what is asked of the server

  open() {
    this.load();
  }

  limit(change) {
    Object.assign(this.wanted, { offset: 0 }, change);
    const { from, to } = this.wanted;
    if (from && to && from > to) this.wanted["from" in change ? "to" : "from"] = "";
    this.load();
  }

  address(path, more = {}) {
    const limits = ["words", "language", "outlet", "from", "to"].filter((name) => this.wanted[name]).map((name) => [name, this.wanted[name]]);
    return `${path}?${new URLSearchParams([...limits, ...Object.entries(more)])}`;
  }

  async load() {
    this.turn += 1;
    const { turn } = this;
    const { sort, order, offset } = this.wanted;
    try {
      const [found, told] = await Promise.all([
        asked(this.address("/v1/catalog", { sort, order, offset, limit: PAGE })),
        asked(this.address("/v1/catalog/statistics")),
      ]);
      if (turn !== this.turn) return; // asked for anew meanwhile
      this.show(found, told);
    } catch (error) {
      if (turn !== this.turn) return;
      this.list.replaceChildren();
      this.count.textContent = error.message;
    }
  }

  // -- what is shown

  show(found, told) {
    this.count.textContent = found.total ? say("found_count", { n: number(found.total) }) : say(this.limited() ? "nothing_matches" : "empty_collection");
    this.list.replaceChildren(...found.articles.map((one) => this.row(one)));
    this.page(found.total);
    this.fields(told);
    this.showChips();
    this.showPicked();
    this.showNumbers(told);
  }

  limited() {
    return ["words", "language", "outlet", "from", "to"].some((name) => this.wanted[name]);
  }

  row(one) {
    const name = one.title || say("untitled");
    const box = element("input", { type: "checkbox", "aria-label": say("select_article", { title: name }) });
    box.checked = this.chosen.has(one.id);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.set(one.id, name);
      else this.chosen.delete(one.id);
      this.showPicked();
    });
    const title = element("button", { type: "button", class: "cita-title", "data-id": one.id, ...written(one.language) }, name);
    title.addEventListener("click", () => this.read(one.id));
    const facts = [
      one.outlet && element("bdi", { class: "cita-outlet" }, one.outlet),
      one.published && element("time", { datetime: one.published }, dateOf(one.published)),
      one.language !== "und" && element("span", { class: "cita-language" }, languageName(one.language)),
      !one.outlet && !one.url && element("bdi", {}, one.input.split(/[\\/]/).pop()),
    ].filter(Boolean);
    const bin = element("button", { type: "button", class: "cita-bin", title: say("delete"), "aria-label": `${say("delete")}: ${name}` }, icon(BIN));
    bin.addEventListener("click", () => this.remove(one));
    return element("li", { class: "cita-entry", "data-id": one.id }, element("label", { class: "cita-pick" }, box), element("div", { class: "cita-entry-words" }, title, element("div", { class: "cita-entry-facts" }, ...facts)), bin);
  }

  page(total) {
    const { offset } = this.wanted;
    const step = (key, to, off) => {
      const made = element("button", { type: "button", class: "cita-small", ...(off ? { disabled: "" } : {}) }, say(key));
      made.addEventListener("click", () => {
        this.wanted.offset = to;
        this.load().then(() => this.list.parentElement.scrollTo({ top: 0 }));
      });
      return made;
    };
    const pages = Math.ceil(total / PAGE);
    this.pager.hidden = pages < 2;
    this.pager.replaceChildren(...(pages < 2 ? [] : [
      step("previous", Math.max(0, offset - PAGE), offset === 0),
      element("span", {}, say("page_of", { n: number(Math.floor(offset / PAGE) + 1), m: number(pages) })),
      step("next", offset + PAGE, offset + PAGE >= total),
    ]));
  }

  /** The fields say what is in force, whoever set it; they offer what there is. */
  fields(told) {
    const fill = (select, counts, value, name) => {
      const known = Object.keys(counts).filter((one) => one !== "und");
      if (value && !known.includes(value)) known.push(value);
      known.sort((a, b) => name(a).localeCompare(name(b), language));
      select.replaceChildren(element("option", { value: "" }, say("filter_any")), ...known.map((one) => element("option", { value: one, dir: "auto" }, name(one))));
      select.value = value;
    };
    fill(this.languages, told.languages, this.wanted.language, languageName);
    fill(this.outlets, told.outlets, this.wanted.outlet, (name) => name);
    this.from.value = this.wanted.from.length === 10 ? this.wanted.from : "";
    this.to.value = this.wanted.to.length === 10 ? this.wanted.to : "";
    this.order.checked = this.wanted.order === "desc";
  }

  showChips() {
    const chip = (name, change) => {
      const made = element("button", { type: "button", class: "cita-chip", title: say("filter_remove", { filter: name }), "aria-label": say("filter_remove", { filter: name }) }, element("bdi", {}, name), icon(CROSS));
      made.addEventListener("click", () => this.limit(change));
      return made;
    };
    const { from, to } = this.wanted;
    const chips = [];
    if (from && from === to) chips.push(chip(periodName(from), { from: "", to: "" }));
    else {
      if (from) chips.push(chip(`${say("filter_from")} ${periodName(from)}`, { from: "" }));
      if (to) chips.push(chip(`${say("filter_to")} ${periodName(to)}`, { to: "" }));
    }
    if (this.wanted.language) chips.push(chip(languageName(this.wanted.language), { language: "" }));
    if (this.wanted.outlet) chips.push(chip(this.wanted.outlet, { outlet: "" }));
    this.chips.replaceChildren(...chips);
  }

  showPicked() {
    this.picked.hidden = this.chosen.size === 0;
    if (this.picked.hidden) return;
    const make = (words, act, plain) => {
      const made = element("button", { type: "button", class: plain ? "cita-small" : "cita-button" }, words);
      made.addEventListener("click", act);
      return made;
    };
    this.picked.replaceChildren(
      element("span", { role: "status" }, say("selected_count", { n: number(this.chosen.size) })),
      make(say("ask_selected"), () => this.askAbout([...this.chosen])),
      make(say("delete"), () => this.removeAll([...this.chosen]), true),
      make(say("cancel"), () => { this.chosen.clear(); this.load(); }, true),
    );
  }

  showNumbers(told) {
    const plot = timeline(told.timeline, (period) => this.limit({ from: period, to: period }));
    const part = (key, ...children) => element("section", {}, element("h3", {}, say(key)), ...children);
    const parts = [
      plot && part("timeline", plot, told.undated ? element("p", { class: "cita-hint" }, say("undated", { n: number(told.undated) })) : null),
      this.bars("languages", "language", told.languages, languageName),
      this.bars("outlets", "outlet", told.outlets, (name) => name),
    ];
    this.numbers.replaceChildren(...parts.filter(Boolean));
  }

  /** Counts as bars, each a button that limits the list to what it counts. */
  bars(heading, name, counts, nameOf) {
    const rows = Object.entries(counts).filter(([key]) => key !== "und");
    if (!rows.length) return null;
    const top = Math.max(...rows.map(([, count]) => count));
    const lines = rows.slice(0, 20).map(([key, count]) => {
      const made = element("button", { type: "button", class: "cita-count-bar", style: `--share: ${Math.max(1, Math.round((count / top) * 100))}%`, "aria-pressed": String(this.wanted[name] === key) },
        element("bdi", {}, nameOf(key)), element("span", {}, number(count)));
      made.addEventListener("click", () => this.limit({ [name]: this.wanted[name] === key ? "" : key }));
      return element("li", {}, made);
    });
    return element("section", {}, element("h3", {}, say(heading)), element("ul", { class: "cita-count-bars" }, ...lines));
  }

  // -- what is done with articles

  async read(id) {
    this.from_ = document.activeElement;
    this.aside.replaceChildren(this.reading.pane);
    this.view.dataset.reading = id;
    for (const row of this.list.children) row.classList.toggle("here", row.dataset.id === id);
    if (await this.reading.show(id)) this.reading.pane.querySelector("h2")?.focus({ preventScroll: true });
  }

  close() {
    const id = this.view.dataset.reading;
    delete this.view.dataset.reading;
    this.aside.replaceChildren(this.numbers);
    for (const row of this.list.children) row.classList.remove("here");
    this.list.querySelector(`.cita-title[data-id="${id}"]`)?.focus();
  }

  askAbout(articles) {
    this.filters.onlyThese(articles);
    this.chosen.clear();
    this.showPicked();
    this.ask();
  }

  remove(one) {
    return this.removeAll([[one.id, one.title || say("untitled")]]);
  }

  async removeAll(articles) {
    const gone = [];
    try {
      for (const [id, title] of articles) {
        await asked(`/v1/articles/${id}`, { method: "DELETE" });
        gone.push([id, title]);
        this.chosen.delete(id);
      }
    } catch (error) {
      this.tell(error.message);
    }
    if (gone.some(([id]) => id === this.view.dataset.reading)) this.close();
    if (gone.length) this.tell(say("deleted", { title: gone.length === 1 ? gone[0][1] : number(gone.length) }), () => this.bringBack(gone));
    await this.load();
    this.changed();
  }

  async bringBack(gone) {
    this.told.replaceChildren();
    try {
      for (const [id] of gone) await asked(`/v1/articles/${id}/restore`, { method: "POST" });
    } catch (error) {
      this.tell(error.message);
    }
    await this.load();
    this.changed();
    this.list.querySelector(`.cita-title[data-id="${gone[0][0]}"]`)?.focus();
  }

  /** Said at the foot of the view until it is closed or something else is said; nothing hurries the reader. */
  tell(words, undo = null) {
    const close = element("button", { type: "button", class: "cita-bin", "aria-label": say("close"), title: say("close") }, icon(CROSS));
    close.addEventListener("click", () => this.told.replaceChildren());
    const back = undo && element("button", { type: "button", class: "cita-small" }, say("undo"));
    back?.addEventListener("click", undo);
    this.told.replaceChildren(element("bdi", {}, words), ...[back, close].filter(Boolean));
  }
}
