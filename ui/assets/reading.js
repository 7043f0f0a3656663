// One article of the library, as it is stored, with what can be done with it.

import { body, captions, earlier, facts, written } from "./evidence.js";
import { element, icon, say } from "./words.js";

const BACK = "M15 5l-7 7 7 7";

const given = (address) => fetch(address).then((response) => (response.ok ? response.json() : null)).catch(() => null);

export class Reading {
  /** `act` has what the buttons do: `back()`, `ask(article)`, `remove(article)`, `read(id)`. */
  constructor(act) {
    this.act = act;
    this.pane = element("article", { class: "cita-article", tabindex: "0", "aria-label": say("article") });
    this.wanted = null;
  }

  /** Show an article; true when it is there. */
  async show(id) {
    this.wanted = id;
    const [article, copies] = await Promise.all([given(`/v1/articles/${id}`), given(`/v1/articles/${id}/copies`)]);
    if (this.wanted !== id) return false;
    if (!article) {
      this.pane.replaceChildren(this.bar(null), element("p", { class: "cita-nothing" }, say("error_generic")));
      return false;
    }
    const told = written(article.language);
    const title = element("h2", { ...told, tabindex: "-1" }, article.title || say("untitled"));
    const text = body(article.text, []);
    Object.entries(told).forEach(([name, value]) => text.setAttribute(name, value));
    this.pane.replaceChildren(...[this.bar(article), title, facts(article), text, captions(article), this.near(copies ?? [])].filter(Boolean));
    this.pane.scrollTop = 0;
    const kept = await given(`/v1/articles/${id}/revisions`);
    if (this.wanted === id && kept?.length) this.pane.append(earlier(kept));
    return true;
  }

  bar(article) {
    const make = (words, act, path = null) => {
      const made = element("button", { type: "button", class: "cita-small" }, ...(path ? [icon(path)] : []), words);
      made.addEventListener("click", act);
      return made;
    };
    const back = make(say("back_to_list"), () => this.act.back(), BACK);
    back.classList.add("cita-back-list");
    if (!article) return element("div", { class: "cita-row" }, back);
    return element("div", { class: "cita-row" }, back, make(say("filter_article"), () => this.act.ask(article)), make(say("delete"), () => this.act.remove(article)));
  }

  /** The articles that say nearly the same. */
  near(copies) {
    if (!copies.length) return null;
    const lines = copies.map((one) => {
      const made = element("button", { type: "button", class: "cita-small", dir: "auto" }, `${one.article_id.slice(0, 8)} · ${Math.round(one.similarity * 100)} %`);
      made.addEventListener("click", () => this.act.read(one.article_id));
      return element("li", {}, made);
    });
    return element("section", { class: "cita-near" }, element("h3", {}, say("copies")), element("ul", {}, ...lines));
  }
}
