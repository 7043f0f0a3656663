// The three views of the page (ask, library, evaluation) and the language it speaks. Which view is open stands in
// the page's address, so that going back goes back and a link opens it.

import { element, icon, language, languageName, offered, say } from "./words.js";

const ICONS = {
  ask: "M4 5h16v11H9l-5 4z",
  library: "M5 4v16M9 4v16M13 5l5 14.500",
  evaluation: "M4 20h16M7 16v-5M12 16V6M17 16v-8",
};
const GLOBE = "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM3.500 9.500h17M3.500 14.500h17M12 3c-5 5.500-5 12.500 0 18M12 3c5 5.500 5 12.500 0 18";
const NAMES = { ask: "ask_view", library: "library", evaluation: "evaluation" };

export class Views {
  /** `others` are the views beside "ask", by name: each has an element `view` and is told to `open()`. */
  constructor(others) {
    this.others = others;
    this.nav = element("nav", { class: "cita-views", "aria-label": say("views") }, ...Object.keys(NAMES).map((name) => this.link(name)));
    for (const one of Object.values(others)) one.view.hidden = true;
    addEventListener("hashchange", () => this.follow());
  }

  link(name) {
    const address = name === "ask" ? "#ask" : `#${name}`;
    return element("a", { href: address, class: "cita-tool", "data-view": name, title: say(NAMES[name]) }, icon(ICONS[name]), element("span", {}, say(NAMES[name])));
  }

  /** Open what the address names; anything else is the view to ask in. */
  follow() {
    const wanted = location.hash.slice(1);
    const name = Object.hasOwn(this.others, wanted) ? wanted : "ask";
    document.body.dataset.view = name;
    for (const one of this.nav.children) {
      if (one.dataset.view === name) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
    }
    for (const [key, one] of Object.entries(this.others)) one.view.hidden = key !== name;
    this.others[name]?.open();
  }

  go(name) {
    location.hash = name;
  }
}

/** The choice of the language of the page; the server is told by a cookie that stays here. */
export function languages() {
  const options = offered.map((code) => element("option", { value: code, lang: code, ...(code === language ? { selected: "" } : {}) }, own(code)));
  const select = element("select", { "aria-label": say("interface_language"), title: say("interface_language") }, ...options);
  select.addEventListener("change", () => {
    localStorage.setItem("cita-language", select.value);
    document.cookie = `cita-language=${select.value}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  });
  return element("label", { class: "cita-speaks" }, icon(GLOBE), select);
}

/** The name of a language in that language itself. */
function own(code) {
  try {
    const name = new Intl.DisplayNames([code], { type: "language" }).of(code);
    return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
  } catch {
    return languageName(code);
  }
}
