// What a reader says of an answer (helpful or not) or of a passage (the right one): sent to /v1/feedback,
// and taken back by pressing again.

import { target } from "./evidence.js";
import { element, icon, say } from "./words.js";

const THUMB = "M7 11v9H4v-9zM7 11l3.500-7.500c1.600 0 2.700 1 2.700 2.600V9.500h5.300c1.300 0 2.200 1.100 2 2.300l-1.200 6.500c-.2 1-1 1.700-2 1.700H7";
const RING = "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z";
const TICK = "M8 12.500l3 3 5-6"; // shown once it is pressed: before, it would say so by itself
const OPPOSITE = { good: "bad", bad: "good" };
const SHOWN = 2500; // milliseconds

/** The question that `answer` answers: as it was understood, else the last one above it. */
function questionOf(answer) {
  const understood = answer.querySelector(".cita-understood");
  if (understood) return understood.textContent;
  const before = [...document.querySelectorAll(".cita-question")]
    .filter((one) => one.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING);
  return before.at(-1)?.textContent ?? "";
}

/** What an answer was and showed, for a verdict on it as a whole. */
function whatWasShown(answer) {
  const marks = [...answer.querySelectorAll(".cita-quote a.cita-mark")].filter((mark) => !mark.closest(".cita-nearest"));
  const shown = marks.map(target).filter(Boolean).map(({ id, start, end }) => ({ article_id: id, start, end }));
  const status = ["answered", "weak", "not_found"].find((one) => answer.classList.contains(one)) ?? null;
  return { status, shown };
}

export class Judging {
  constructor() {
    this.given = new Map(); // what was said, as JSON: its number at the server
    this.told = element("p", { class: "cita-told", role: "status" });
  }

  /** Make the buttons of an answer what they are: named drawings that can be pressed. */
  dress(answer) {
    const judged = { question: questionOf(answer), language: answer.lang || null };
    for (const verdict of ["good", "bad"]) {
      const button = answer.querySelector(`.cita-${verdict}`);
      const name = button.textContent;
      button.title = name;
      button.setAttribute("aria-label", name);
      button.replaceChildren(icon(THUMB));
      this.bind(button, { ...judged, verdict, ...whatWasShown(answer) });
    }
    for (const button of answer.querySelectorAll(".cita-right")) {
      const { id, start, end } = target(button.closest(".cita-quote").querySelector("a.cita-mark"));
      button.prepend(icon(RING, TICK));
      this.bind(button, { ...judged, verdict: "right", article_id: id, start, end });
    }
  }

  /** The line with the button for the passage that `mark`, a [n] of an answer, points at. */
  line(mark, { id, start, end }) {
    const answer = mark.closest(".cita-answer");
    const made = element("button", { type: "button", class: "cita-right" }, icon(RING, TICK), say("right_passage"));
    this.bind(made, { question: questionOf(answer), language: answer.lang || null, verdict: "right", article_id: id, start, end });
    return element("div", { class: "cita-judge" }, made);
  }

  bind(button, judged) {
    button.dataset.judged = JSON.stringify(judged);
    button.setAttribute("aria-pressed", String(this.given.has(button.dataset.judged)));
  }

  /** The same passage can be on the page twice, beside the answer and in the evidence. */
  show(key) {
    for (const button of document.querySelectorAll("[data-judged]")) {
      if (button.dataset.judged === key) button.setAttribute("aria-pressed", String(this.given.has(key)));
    }
  }

  async press(button) {
    const key = button.dataset.judged;
    if (this.busy) return;
    this.busy = true;
    try {
      if (this.given.has(key)) {
        await this.takeBack(key);
        this.tell(button, say("taken_back"));
      } else {
        const judged = JSON.parse(key);
        const other = JSON.stringify({ ...judged, verdict: OPPOSITE[judged.verdict] });
        if (this.given.has(other)) await this.takeBack(other);
        await this.give(key);
        this.tell(button, say("noted"));
      }
    } catch (failure) {
      this.tell(button, say(failure.status === 503 ? "busy" : "error_generic"), true);
    } finally {
      this.busy = false;
    }
  }

  async give(key) {
    const request = { method: "POST", body: key, headers: { "Content-Type": "application/json" } };
    const response = await fetch("/v1/feedback", request);
    if (!response.ok) throw response;
    this.given.set(key, (await response.json()).id);
    this.show(key);
  }

  async takeBack(key) {
    const response = await fetch(`/v1/feedback/${this.given.get(key)}`, { method: "DELETE" });
    if (!response.ok && response.status !== 404) throw response; // 404: gone already, which is what was wanted
    this.given.delete(key);
    this.show(key);
  }

  /** Say it at the button for those who see it, and once for those who hear the page. */
  tell(button, words, failed = false) {
    this.told.textContent = words;
    const around = button.parentElement;
    for (const before of around.querySelectorAll("[data-noted]")) delete before.dataset.noted;
    around.querySelector(".cita-failed")?.remove();
    // What went wrong is a sentence and needs a line of its own.
    const sentence = failed ? around.appendChild(element("span", { class: "cita-failed", "aria-hidden": "true", dir: "auto" }, words)) : null;
    if (!failed) button.dataset.noted = words;
    setTimeout(() => {
      sentence?.remove();
      if (button.dataset.noted === words) delete button.dataset.noted;
      if (this.told.textContent === words) this.told.textContent = "";
    }, failed ? 2 * SHOWN : SHOWN);
  }
}
