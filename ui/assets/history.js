// Conversations, kept in this browser and nowhere else. Of each only the questions are kept: opened again they are
// asked anew, so that no answer shows an article that has been changed or removed.

import { dateOf, element, icon, say } from "./words.js";

const KEPT = "cita-conversations"; // in localStorage: all of them, the latest first
const HERE = "cita-conversation"; // in sessionStorage: the id of the one in this tab
const MOST = 100; // conversations
const TURNS = 50; // questions of one that are opened again
const SENT = 8; // questions sent along with the next one
const PATIENCE = 30_000; // milliseconds for all answers of a conversation
const SHOWN = 1500; // milliseconds
const PEN = "M4 20h4L19 9l-4-4L4 16zM13.500 6.500l4 4";
const BIN = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5";
const CROSS = "M6 6l12 12M18 6L6 18";
const CHAIN = "M10 14a4 4 0 0 0 6 .500l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.500l-3 3a4 4 0 0 0 5.700 5.700L12 17";

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => one?.id && Array.isArray(one.turns)) : [];
  } catch {
    return [];
  }
}

/** Keep them; where the browser has no more room, the oldest give way. */
function keep(conversations) {
  for (let all = conversations.slice(0, MOST); ; all = all.slice(0, all.length >> 1)) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
      return;
    } catch {
      if (!all.length) return;
    }
  }
}

const titleOf = (conversation) => conversation.name || conversation.turns[0]?.question || say("untitled");

/** What Gradio sends along stands in boxes that are not shown. */
function fill(id, value) {
  const box = document.querySelector(`#${id} textarea, #${id} input`);
  if (!box || box.value === value) return Boolean(box);
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** The questions on the page, each with its answer or what was said instead, null while there is neither. */
function asked() {
  const pairs = [];
  for (const node of document.querySelectorAll("#cita-chat :is(.cita-question, .cita-answer, .cita-notice:not(.degraded))")) {
    if (node.matches(".cita-question")) pairs.push({ node, question: node.textContent, reply: null });
    else if (pairs.length) pairs.at(-1).reply = node;
  }
  return pairs;
}

export class Conversations {
  /** `ask` asks a question; `scope` gives what the next one is limited to, as JSON or "". */
  constructor({ ask, scope }) {
    this.ask = ask;
    this.scope = scope;
    this.id = null;
    this.scopes = []; // of the questions on the page
    this.turns = [];
    this.alone = 0; // up to how many questions on the page the next one is asked without them
    this.opening = null;
    this.list = element("ul");
    this.dialog = element("dialog", { class: "cita-history", "aria-label": say("conversations") },
      element("div", { class: "cita-history-head" }, element("h2", {}, say("conversations")), this.tool(CROSS, say("close"), () => this.dialog.close())),
      element("p", {}, say("conversations_kept")), this.list);
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener("close", () => { if (this.removed) this.fresh(); });
    window.addEventListener("storage", (event) => { if (event.key === KEPT && this.dialog.open) this.draw(); });
  }

  // -- this conversation

  /** Open what the address or this tab holds, once the boxes are there; true while it still has to be. */
  start() {
    const linked = new URLSearchParams(location.search);
    if (linked.get("q")) {
      let limits = null;
      try { limits = JSON.parse(linked.get("limits") ?? "null"); } catch { /* a link cut short */ }
      const after = linked.getAll("after").slice(-SENT);
      window.history.replaceState(null, "", location.pathname + location.hash);
      sessionStorage.removeItem(HERE);
      if (!after.length && !limits) this.ask(linked.get("q"));
      else this.open([...after.map((question, place) => ({ question, standalone: place ? null : true })), { question: linked.get("q"), scope: limits }]);
      return;
    }
    const here = kept().find((one) => one.id === sessionStorage.getItem(HERE));
    if (here?.turns.length) this.open(here.turns, here.id);
  }

  /** Begin a new conversation, on a page of its own. */
  fresh() {
    this.leave();
    location.assign("/");
  }

  leave() {
    sessionStorage.removeItem(HERE);
  }

  /** Ask the questions of a conversation anew. */
  open(turns, id = null) {
    const last = turns.slice(-TURNS);
    this.id = id;
    this.turns = last;
    this.scopes = last.map((turn) => turn.scope ?? null);
    if (id) sessionStorage.setItem(HERE, id);
    this.opening = { count: last.length };
    document.querySelector("#cita-ask").inert = true;
    this.opening.late = setTimeout(() => this.opened(), PATIENCE);
    fill("cita-reopen", JSON.stringify(last.map((turn) => this.sent(turn, true))));
    requestAnimationFrame(() => document.querySelector("#cita-reopen button.submit-button")?.click());
  }

  opened() {
    clearTimeout(this.opening.late);
    // What could not be opened whole must not be kept over what was whole.
    if (asked().length !== this.opening.count) this.id = null;
    this.opening = null;
    document.querySelector("#cita-ask").inert = false;
  }

  sent({ question, language, standalone, scope }, whole = false) {
    const turn = { question };
    if (/^[a-z]{2,3}$/.test(language ?? "")) turn.language = language;
    if (typeof standalone === "boolean") turn.standalone = standalone;
    if (whole && scope) turn.scope = scope;
    return turn;
  }

  /** Take in what is on the page now; called whenever that changes. */
  settle() {
    const ready = document.querySelector("#cita-reopen button.submit-button") && document.querySelector("#cita-ask textarea");
    if (!ready) return;
    if (!this.started) {
      this.started = true;
      this.start();
    }
    const pairs = asked();
    if (this.opening) {
      const failed = !pairs.length && document.querySelector("#cita-chat .cita-notice");
      if (failed || (pairs.length === this.opening.count && pairs.every((pair) => pair.reply))) this.opened();
      else return;
    }
    this.scopes.length = Math.min(this.scopes.length, pairs.length);
    while (this.scopes.length < pairs.length) this.scopes.push(JSON.parse(this.scope() || "null"));
    if (this.alone && pairs.length > this.alone) this.alone = 0;
    const turns = pairs.flatMap(({ question, reply }, place) => (reply?.matches(".cita-answer")
      ? [{ question, language: reply.lang || null, standalone: !reply.querySelector(".cita-about"), scope: this.scopes[place] }] : []));
    if (turns.length && JSON.stringify(turns) !== JSON.stringify(this.turns)) this.save(turns);
    this.turns = turns;
    this.send();
  }

  send() {
    const before = this.alone ? [] : this.turns.slice(-SENT).map((turn) => this.sent(turn));
    fill("cita-earlier", before.length ? JSON.stringify(before) : "");
  }

  save(turns) {
    const all = kept();
    const known = all.find((one) => one.id === this.id);
    this.id ??= `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    sessionStorage.setItem(HERE, this.id);
    const now = { ...known, id: this.id, at: new Date().toISOString(), turns: turns.slice(-TURNS) };
    keep([now, ...all.filter((one) => one.id !== this.id)]);
  }

  // -- what can be done with an answer

  /** The chip that asks again without what was assumed, and the link to the question. */
  dress(answer) {
    const chip = answer.querySelector(".cita-about");
    if (chip) {
      chip.setAttribute("aria-label", `${chip.textContent} – ${chip.title}`);
      chip.append(icon(CROSS));
    }
    const link = element("button", { type: "button", class: "cita-link", title: say("copy_link"), "aria-label": say("copy_link") }, icon(CHAIN));
    answer.querySelector(".cita-actions")?.append(link);
    // Only with its answer below it is there room enough to bring a later question to the top.
    const pair = asked().at(-1);
    if (pair?.reply === answer) pair.node.closest(".message-row").scrollIntoView({ block: "start" });
  }

  drop(chip) {
    const pairs = asked();
    const own = pairs.find((pair) => pair.reply?.contains(chip));
    this.alone = pairs.length;
    this.send();
    this.ask(own.question);
  }

  async copy(button) {
    await navigator.clipboard.writeText(this.link(button.closest(".cita-answer")));
    button.dataset.noted = say("copied");
    setTimeout(() => { delete button.dataset.noted; }, SHOWN);
  }

  /** The address that asks the question of an answer again, after the questions it was understood from. */
  link(answer) {
    const pairs = asked();
    const place = pairs.findIndex((pair) => pair.reply === answer);
    const whole = (pair) => !pair.reply?.querySelector(".cita-about");
    const address = new URL("/", location.href);
    address.searchParams.set("q", pairs[place].question);
    let first = place;
    while (first > 0 && !whole(pairs[first])) first -= 1;
    for (const { question } of pairs.slice(first, place)) address.searchParams.append("after", question);
    if (this.scopes[place]) address.searchParams.set("limits", JSON.stringify(this.scopes[place]));
    return address.href;
  }

  // -- all conversations

  show() {
    this.draw();
    this.dialog.showModal();
  }

  tool(path, name, act) {
    const made = element("button", { type: "button", class: "cita-history-tool", title: name, "aria-label": name }, icon(path));
    made.addEventListener("click", act);
    return made;
  }

  draw() {
    const all = kept();
    this.list.replaceChildren(...all.map((one) => this.row(one)));
    if (!all.length) this.list.append(element("li", { class: "cita-history-none" }, say("conversations_none")));
  }

  row(conversation) {
    const title = titleOf(conversation);
    const told = `${dateOf(conversation.at)} · ${conversation.turns.length}`;
    const opens = element("button", { type: "button", class: "cita-history-open" }, element("bdi", {}, title), element("small", {}, told));
    if (conversation.id === this.id) opens.setAttribute("aria-current", "true");
    opens.addEventListener("click", () => {
      this.dialog.close();
      if (conversation.id !== this.id) this.open(conversation.turns, conversation.id);
    });
    const row = element("li", {}, opens,
      this.tool(PEN, say("conversation_rename", { title }), () => this.rename(row, conversation)),
      this.tool(BIN, say("conversation_delete", { title }), () => this.remove(row, conversation)));
    return row;
  }

  rename(row, conversation) {
    const input = element("input", { type: "text", maxlength: "120", dir: "auto", "aria-label": say("conversation_name") });
    input.value = titleOf(conversation);
    const done = (named) => {
      if (named) {
        const name = input.value.trim();
        keep(kept().map((one) => (one.id === conversation.id ? { ...one, name } : one)));
      }
      const now = this.row(kept().find((one) => one.id === conversation.id) ?? conversation);
      row.replaceWith(now);
      now.querySelectorAll("button")[1].focus();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // Escape would close the dialog as well
      event.stopPropagation();
      done(event.key === "Enter");
    });
    row.replaceChildren(input);
    input.focus();
    input.select();
  }

  remove(row, conversation) {
    const all = kept();
    const place = all.findIndex((one) => one.id === conversation.id);
    keep(all.filter((one) => one.id !== conversation.id));
    const own = conversation.id === this.id;
    if (own) this.removed = true;
    const back = element("button", { type: "button", class: "cita-history-back" }, say("conversation_restore", { title: titleOf(conversation) }));
    back.addEventListener("click", () => {
      const now = kept();
      now.splice(Math.max(place, 0), 0, conversation);
      keep(now);
      if (own) this.removed = false;
      const again = this.row(conversation);
      row.replaceWith(again);
      again.querySelector("button").focus();
    });
    row.replaceChildren(back);
    back.focus();
  }
}
