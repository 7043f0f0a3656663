// The evaluation: questions whose answers are known are put by the server in the background; the figures, the matrix
// of languages, what failed, and what changed between two results.

import { written } from "./evidence.js";
import { element, language, languageName, say } from "./words.js";

const AGAIN = 700; // milliseconds between looks at one that runs
const FIGURES = {
  "gold@1": "metric_first",
  "gold@3": "metric_three",
  "article@1": "metric_article",
  answered_when_answerable: "metric_answered",
  answered_when_unanswerable: "metric_wrongly",
  quote_exact: "metric_exact",
};
const SHOWN = 200; // failing cases on the page

const asked = async (address, request) => {
  const response = await fetch(address, request);
  const told = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(told?.detail ?? say("error_generic"));
  return told;
};
const share = (value) => (value === null || value === undefined ? "–" : value.toLocaleString(language, { style: "percent", maximumFractionDigits: 0 }));
const points = (value) => `\u2066${(100 * value).toLocaleString(language, { maximumFractionDigits: 1, signDisplay: "exceptZero" })}\u2069`;
const when = (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso));

function button(words, act, plain = false) {
  const made = element("button", { type: "button", class: plain ? "cita-small" : "cita-button" }, words);
  made.addEventListener("click", act);
  return made;
}

/** A table in a box of its own, which scrolls where the page is narrow. */
function table(name, head, rows, kind = "") {
  const cells = (row, tag) => row.map((cell, n) => (cell instanceof Element && /^T[HD]$/.test(cell.tagName) ? cell : element(n ? tag : "th", n || tag === "th" ? {} : { scope: "row" }, cell)));
  const top = element("tr", {}, ...head.map((words) => element("th", { scope: "col" }, words)));
  const made = element("table", { class: `cita-table ${kind}` }, element("caption", {}, name), element("thead", {}, top), element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row, "td")))));
  return element("div", { class: "cita-table-room", tabindex: "0", role: "region", "aria-label": name }, made);
}

export class Evaluation {
  constructor() {
    this.chosen = new Set(); // ids to compare
    this.known = [];
    this.told = element("div", { class: "cita-running", role: "status" });
    this.list = element("div", {});
    this.detail = element("section", { class: "cita-detail", tabindex: "-1" });
    this.buttons = ["sample", "judged"].map((set) => button(say(`run_${set}`), () => this.start(set), set === "judged"));
    const head = element("div", { class: "cita-view-head" }, element("h2", { id: "cita-evaluation-title" }, say("evaluation")), element("div", { class: "cita-row" }, ...this.buttons));
    this.view = element("main", { class: "cita-view cita-evaluation", "aria-labelledby": "cita-evaluation-title" }, head, element("p", { class: "cita-hint" }, say("evaluation_about")), this.told, this.list, this.detail);
  }

  async open() {
    await this.load();
    const running = this.known.find((one) => one.state === "running");
    if (running) this.follow(running.id);
    else if (!this.detail.childElementCount && this.known.some((one) => one.state === "done")) this.show(this.known.find((one) => one.state === "done").id);
  }

  async load() {
    try {
      this.known = await asked("/v1/evaluations");
      this.showList();
    } catch (error) {
      this.say(error.message);
    }
  }

  say(words) {
    this.told.replaceChildren(element("p", { class: "cita-problem", dir: "auto" }, words));
  }

  // -- one that runs

  async start(set) {
    try {
      const begun = await asked("/v1/evaluations", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ set }) });
      await this.follow(begun.id);
    } catch (error) {
      this.say(error.message);
    }
  }

  async follow(id) {
    if (this.followed === id) return;
    this.followed = id;
    this.buttons.forEach((one) => { one.disabled = true; });
    try {
      for (;;) {
        const { evaluation } = await asked(`/v1/evaluations/${id}`);
        if (evaluation.state !== "running") {
          this.told.replaceChildren();
          if (evaluation.problem) this.say(evaluation.problem);
          await this.load();
          if (evaluation.state === "done") await this.show(id);
          return;
        }
        this.progress(evaluation);
        await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
      }
    } catch (error) {
      this.say(error.message);
    } finally {
      this.followed = null;
      this.buttons.forEach((one) => { one.disabled = false; });
    }
  }

  progress({ id, done, total }) {
    const words = say("case_progress", { done: done.toLocaleString(language), total: total.toLocaleString(language) });
    if (!this.bar?.isConnected) {
      this.bar = element("progress", { "aria-label": say("evaluation") });
      this.words = element("span", {});
      this.told.replaceChildren(this.words, this.bar, button(say("stop"), () => asked(`/v1/evaluations/${id}`, { method: "DELETE" }).catch((error) => this.say(error.message)), true));
    }
    this.words.textContent = words;
    if (total) Object.assign(this.bar, { max: total, value: done });
  }

  // -- those there are

  showList() {
    if (!this.known.length) {
      this.list.replaceChildren(element("p", { class: "cita-hint" }, say("no_evaluations")));
      this.detail.replaceChildren();
      return;
    }
    const keys = ["gold@1", "gold@3", "answered_when_answerable", "answered_when_unanswerable"];
    const rows = this.known.map((one) => {
      const box = element("input", { type: "checkbox", "aria-label": `${say("compare")}: ${when(one.started)}`, ...(one.state === "done" ? {} : { disabled: "" }) });
      box.checked = this.chosen.has(one.id);
      box.addEventListener("change", () => this.choose(one.id, box.checked));
      const open = element("button", { type: "button", class: "cita-title", ...(one.state === "done" ? {} : { disabled: "" }) }, when(one.started));
      open.addEventListener("click", () => this.show(one.id));
      const state = one.state === "done" ? say(`set_${one.set}`) : `${say(`set_${one.set}`)} · ${say(`state_${one.state}`)}`;
      const gone = button(say("delete"), () => this.remove(one.id), true);
      gone.setAttribute("aria-label", `${say("delete")}: ${when(one.started)}`);
      return [element("td", {}, element("label", { class: "cita-pick" }, box)), element("th", { scope: "row" }, open), state, one.version, ...keys.map((key) => share(one.overall?.[key])), gone];
    });
    const head = [say("compare"), say("date"), say("evaluation"), element("bdi", {}, "cita"), ...keys.map((key) => say(FIGURES[key])), say("delete")];
    this.compare = button(say("compare"), () => this.compareChosen());
    this.compare.disabled = this.chosen.size !== 2;
    this.list.replaceChildren(table(say("evaluation"), head, rows, "cita-runs"), ...(this.known.length > 1 ? [element("div", { class: "cita-row" }, this.compare, element("span", { class: "cita-hint" }, say("compare_hint")))] : []));
  }

  choose(id, is) {
    if (is) this.chosen.add(id);
    else this.chosen.delete(id);
    this.compare.disabled = this.chosen.size !== 2;
  }

  async remove(id) {
    try {
      await asked(`/v1/evaluations/${id}`, { method: "DELETE" });
    } catch (error) {
      this.say(error.message);
    }
    this.chosen.delete(id);
    this.detail.replaceChildren();
    await this.load();
  }

  // -- one of them

  async show(id) {
    try {
      const { evaluation, result } = await asked(`/v1/evaluations/${id}`);
      if (!result) return;
      const heading = element("h3", {}, `${say(`set_${evaluation.set}`)} · ${when(evaluation.started)}`);
      this.detail.replaceChildren(heading, this.figures(result), this.matrix(result), this.failing(result));
    } catch (error) {
      this.say(error.message);
    }
  }

  figures({ overall }) {
    const cards = Object.entries(FIGURES).map(([key, name]) => element("div", { class: "cita-figure" }, element("dt", {}, say(name)), element("dd", {}, share(overall[key]))));
    return element("dl", { class: "cita-figures" }, ...cards);
  }

  /** Language of the question by language of the article: a number in each field, and its ground the deeper the
   * more was found. */
  matrix({ matrix }) {
    const told = [...new Set(Object.values(matrix).flatMap(Object.keys))].sort();
    const asks = Object.keys(matrix);
    if (!asks.length) return "";
    const field = (cell) => (cell
      ? element("td", { style: `--found: ${Math.round(100 * cell.value)}%`, class: "cita-cell" }, share(cell.value), element("small", {}, cell.n.toLocaleString(language)))
      : element("td", { class: "cita-cell none" }, "·"));
    const rows = asks.map((code) => [element("th", { scope: "row" }, element("abbr", { title: languageName(code) }, code)), ...told.map((other) => field(matrix[code][other]))]);
    const head = ["", ...told.map((code) => element("abbr", { title: languageName(code) }, code))];
    return element("section", {}, element("h4", {}, say("matrix")), element("p", { class: "cita-hint" }, say("matrix_note")), table(say("matrix"), head, rows, "cita-matrix"));
  }

  failing({ failures }) {
    const cases = failures.slice(0, SHOWN).map((one) => this.failed(one));
    return element("section", {}, element("h4", {}, say("failing_cases", { n: failures.length.toLocaleString(language) })), ...cases);
  }

  failed(one) {
    const reason = !one.answerable ? "reason_answered" : one.status === "not_found" ? "reason_not_found" : "reason_missed";
    const quotes = one.quotes.filter((quote) => quote.text).slice(0, 3).map((quote) => element("blockquote", written(quote.language ?? "und"), element("p", {}, quote.text), element("footer", {}, element("bdi", {}, quote.title || say("untitled")))));
    const gold = one.gold.map((words) => element("li", { dir: "auto" }, words));
    const question = element("summary", {}, element("span", { class: "cita-language" }, languageName(one.language)), " ", element("span", written(one.language), one.question));
    return element("details", { class: "cita-failed-case" }, question, element("p", {}, say(reason)),
      element("div", { class: "cita-sides" },
        element("div", {}, element("h5", {}, say("expected")), gold.length ? element("ul", {}, ...gold) : "—"),
        element("div", {}, element("h5", {}, say("shown")), ...(quotes.length ? quotes : ["—"]))));
  }

  // -- two of them

  async compareChosen() {
    const [a, b] = [...this.chosen].sort(); // the earlier first: an id begins with its time
    try {
      const found = await asked(`/v1/evaluations/compare?${new URLSearchParams({ a, b })}`);
      this.showCompared(found, a, b);
    } catch (error) {
      this.say(error.message);
    }
  }

  showCompared(found, a, b) {
    const name = (id) => when(this.known.find((one) => one.id === id).started);
    const metric = (key) => (FIGURES[key] ? say(FIGURES[key]) : key);
    const verdict = [["better", found.better], ["worse", found.worse]].filter(([, keys]) => keys.length)
      .map(([word, keys]) => element("p", { class: `cita-verdict ${word}` }, `${say(word)}: ${keys.map(metric).join(" · ")}`));
    const rows = found.overall.map((row) => [metric(row.metric), share(row.a), share(row.b), `${points(row.difference)} (${points(row.low)} … ${points(row.high)})`, say("won_lost", { won: row.won, lost: row.lost })]);
    const moved = [...found.lost.map((row) => [row, "worse"]), ...found.won.map((row) => [row, "better"])]
      .map(([row, word]) => element("li", {}, `${say(word)}: ${row.id} (${languageName(row.language)})`));
    this.detail.replaceChildren(
      element("h3", {}, say("compare")),
      ...(verdict.length ? verdict : [element("p", { class: "cita-verdict" }, say("no_difference"))]),
      table(say("compare"), [say("evaluation"), `A · ${name(a)}`, `B · ${name(b)}`, say("difference"), ""], rows),
      ...(moved.length ? [element("ul", {}, ...moved)] : []),
    );
    this.detail.focus();
  }
}
