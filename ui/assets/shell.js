// The frame around Gradio's conversation: header, tabs, evidence, and what a click or a key does.

import { Adding } from "./adding.js";
import { Evaluation } from "./evaluation.js";
import { Evidence, target } from "./evidence.js";
import { save } from "./exporting.js";
import { Filters } from "./filters.js";
import { Conversations } from "./history.js";
import { Judging } from "./judging.js";
import { Library } from "./library.js";
import { fillExamples, offerNext } from "./next.js";
import { Views, languages } from "./views.js";
import { direction, element, icon, language, say } from "./words.js";

const ICONS = {
  add: "M12 5v14M5 12h14",
  fresh: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  past: "M12 7v5l3.500 2M4 12a8 8 0 1 0 2.500-5.800L4 8.500M4 4v4.500h4.500",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  docs: "M8 7l-5 5 5 5M16 7l5 5-5 5",
};
const narrow = matchMedia("(max-width: 768px)");

function tool(name, path, act) {
  const made = element("button", { type: "button", class: "cita-tool", title: name }, icon(path), element("span", {}, name));
  made.addEventListener("click", act);
  return made;
}

// -- dark and light: the reader's choice, else the system's

function theme(chosen) {
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
}

function switchTheme() {
  const next = document.body.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem("cita-theme", next);
  theme(next);
}

// -- asking

function ask(question) {
  if (document.body.dataset.view !== "ask") views.go("ask");
  const box = document.querySelector("#cita-ask textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => document.querySelector("#cita-ask button.submit-button")?.click());
}

/** Where one asks; not until it is shown can it be focused. */
function focusBox() {
  if (narrow.matches) tab("talk");
  setTimeout(() => document.querySelector("#cita-ask textarea")?.focus(), 50);
}

/** The question above `node`, a part of its answer. */
function questionOf(node) {
  const before = [...document.querySelectorAll(".cita-question")]
    .filter((one) => one.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);
  return before.at(-1)?.textContent ?? "";
}

// -- the frame

const count = element("span", { class: "cita-count", "aria-live": "polite" });

async function recount() {
  const some = await fetch("/v1/articles?limit=1").then((response) => response.json());
  const articles = some.articles?.length ? (await fetch("/v1/info").then((response) => response.json())).articles : 0;
  const filled = document.body.dataset.articles === "0" && articles > 0 && !adding.sampled;
  document.body.dataset.articles = String(articles);
  draw(document.querySelector(".cita-examples"), filled);
  count.textContent = say("articles_count", { n: articles.toLocaleString(language) });
}

/** Examples come from the collection where the page brought none, or brought those of a sample that was not loaded. */
function draw(examples, anew = false) {
  if (!examples || !Number(document.body.dataset.articles)) return;
  if (!anew && (examples.childElementCount || examples.dataset.drawn)) return;
  examples.dataset.drawn = "true";
  fillExamples(examples);
}

const judging = new Judging();
const filters = new Filters();
const evidence = new Evidence(judging, filters);
const adding = new Adding(() => { recount(); if (!library.view.hidden) library.load(); });
const library = new Library({ adding, filters, ask: () => { views.go("ask"); focusBox(); }, changed: () => recount() });
const evaluation = new Evaluation();
const views = new Views({ library, evaluation });
const conversations = new Conversations({ ask, scope: () => filters.json() });
const tabs = element("div", { role: "tablist" });

function tab(name) {
  document.body.dataset.tab = name;
  for (const button of tabs.children) button.setAttribute("aria-selected", String(button.dataset.tab === name));
}

function header() {
  const home = element("a", { class: "cita-name", href: "/" }, element("img", { src: "/cita/icon.svg", alt: "" }), "cita");
  const docs = element("a", { class: "cita-tool", href: "/docs", title: "API" }, icon(ICONS.docs), element("span", {}, "API"));
  const add = tool(say("add_articles"), ICONS.add, () => adding.open());
  for (const one of [add, docs]) one.classList.add("wide");
  return element(
    "header", { class: "cita-header" }, element("h1", {}, home), views.nav, count, element("span", { class: "cita-space" }),
    tool(say("conversations"), ICONS.past, () => conversations.show()),
    tool(say("new_chat"), ICONS.fresh, () => { views.go("ask"); conversations.fresh(); }),
    add, tool(say("theme"), ICONS.theme, switchTheme), languages(), docs,
  );
}

function frame() {
  document.documentElement.lang = language;
  document.body.dir = direction;
  document.body.classList.add("cita");
  for (const [name, words] of [["talk", "answer"], ["evidence", "evidence"]]) {
    const button = element("button", { type: "button", role: "tab", "data-tab": name }, say(words));
    button.addEventListener("click", () => tab(name));
    tabs.append(button);
  }
  tab("talk");
  const bar = element("nav", { class: "cita-tabs", "aria-label": `${say("answer")} / ${say("evidence")}` }, tabs);
  const skip = element("a", { class: "cita-skip", href: "#ask" }, say("skip_to_question"));
  skip.addEventListener("click", (event) => { event.preventDefault(); views.go("ask"); focusBox(); });
  document.body.prepend(skip, header(), bar);
  document.body.append(library.view, evaluation.view, evidence.pane, filters.row, adding.input, adding.told, judging.told, conversations.dialog);
  views.follow();
}

// -- what Gradio puts on the page, as it comes

function fillWords(root) {
  for (const node of root.querySelectorAll("[class*='say-']")) {
    const key = [...node.classList].find((name) => name.startsWith("say-"))?.slice(4);
    if (key && node.textContent !== say(key)) node.textContent = say(key);
  }
}

/** Name a control; only where it is not so named already, for naming it is itself a change that is seen. */
function label(selector, name) {
  const node = document.querySelector(selector);
  if (node && node.getAttribute("aria-label") !== name) node.setAttribute("aria-label", name);
}

/** Examples in the reader's languages come first; the style sheet shows the first few. */
function sortExamples(chat) {
  const box = chat.querySelector(".cita-examples:not(.seen)");
  if (!box) return;
  box.classList.add("seen");
  const known = navigator.languages.map((tag) => tag.split("-")[0]);
  const own = [...box.children].filter((one) => known.includes(one.lang));
  const others = [...box.children].filter((one) => !own.includes(one));
  // Every other one first: neighbours in the list are written alike, and a few should show the range.
  box.replaceChildren(...own, ...others.filter((_, n) => n % 2), ...others.filter((_, n) => n % 2 === 0));
}

/** What stands in the empty box; on a narrow screen only the first half, which fits. */
function invitation() {
  const [whole, first] = /^(.+?)[,،、，].+$/.exec(say("ask_placeholder")) ?? [say("ask_placeholder")];
  return narrow.matches && first ? `${first}…` : whole;
}

function settle() {
  const chat = document.querySelector("#cita-chat");
  if (!chat) return;
  fillWords(chat);
  sortExamples(chat);
  draw(chat.querySelector(".cita-examples"));
  const box = document.querySelector("#cita-ask textarea");
  if (box && box.placeholder !== invitation()) {
    box.placeholder = invitation();
    label("#cita-ask textarea", say("ask_placeholder"));
    box.dir = "auto";
  }
  filters.send();
  label("#cita-ask .submit-button", say("send"));
  label("#cita-ask .stop-button", say("stop"));
  // Gradio labels each message with its source text, which here is HTML.
  for (const row of chat.querySelectorAll("[data-testid='bot'][aria-label], [data-testid='user'][aria-label]")) {
    row.removeAttribute("aria-label");
  }
  for (const question of chat.querySelectorAll(".cita-question:not(.seen)")) {
    question.classList.add("seen");
    filters.open(false);
    question.closest(".message-row").scrollIntoView({ block: "start" });
    if (narrow.matches) tab("talk");
  }
  for (const answer of chat.querySelectorAll(".cita-answer:not(.seen)")) {
    answer.classList.add("seen");
    judging.dress(answer);
    offerNext(answer, questionOf(answer));
    conversations.dress(answer);
    const first = answer.querySelector("a.cita-mark");
    if (first && !narrow.matches) evidence.show(first);
    else if (!first) evidence.clear();
  }
  conversations.settle();
}

function open(mark, byKey) {
  evidence.show(mark, { focus: byKey || narrow.matches });
  if (narrow.matches) tab("evidence");
}

async function copy(button) {
  const text = button.parentElement.querySelector(".cita-copy-text")?.textContent ?? "";
  await navigator.clipboard.writeText(text);
  const before = button.textContent;
  button.textContent = say("copied");
  setTimeout(() => { button.textContent = before; }, 1500);
}

function clicked(event) {
  const on = (selector) => event.target.closest?.(selector);
  const mark = on("a.cita-mark");
  if (mark && target(mark)) {
    event.preventDefault();
    event.stopPropagation();
    open(mark, event.detail === 0);
  } else if (on(".cita-example")) ask(on(".cita-example").textContent);
  else if (on(".cita-load-sample")) adding.sample();
  else if (on(".cita-choose-files")) adding.choose();
  else if (on(".cita-copy")) copy(on(".cita-copy"));
  else if (on(".cita-save")) save(on(".cita-save"));
  else if (on(".cita-stop")) document.querySelector("#cita-halt")?.click();
  else if (on(".cita-again")) ask(questionOf(on(".cita-again")));
  else if (on(".cita-about")) conversations.drop(on(".cita-about"));
  else if (on(".cita-link")) conversations.copy(on(".cita-link"));
  else if (on(".cita-name")) conversations.leave();
  else if (on("[data-judged]")) judging.press(on("[data-judged]"));
}

function pressed(event) {
  if (event.key === " " && event.target.matches?.("a.cita-mark")) {
    event.preventDefault();
    open(event.target, true);
  } else if (event.key === "Escape" && evidence.pane.contains(document.activeElement)) {
    if (narrow.matches) tab("talk");
    evidence.mark?.focus();
  }
}

theme(localStorage.getItem("cita-theme"));
frame();
recount();
document.addEventListener("click", clicked, true);
document.addEventListener("keydown", pressed);
new MutationObserver(settle).observe(document.querySelector("gradio-app"), { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
// Gradio follows the system when it starts; the reader's own choice stands above that.
new MutationObserver(() => theme(localStorage.getItem("cita-theme"))).observe(document.body, { attributes: true, attributeFilter: ["class"] });
settle();
