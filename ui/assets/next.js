// What one might ask: examples on the start page, and questions to ask next below the last answer.

import { target } from "./evidence.js";
import { element, say } from "./words.js";

const MOST = 12;

const asked = (address, request) => fetch(address, request).then((response) => (response.ok ? response.json() : {})).catch(() => ({}));

function button(question, language) {
  return element("button", { type: "button", class: "cita-example", lang: language, dir: "auto" }, question);
}

/** Examples drawn from the collection itself, into the start page. */
export async function fillExamples(box) {
  const { examples = [] } = await asked("/v1/examples");
  box.replaceChildren(...examples.slice(0, MOST).map((one) => button(one.question, one.language)));
  box.classList.remove("seen");
}

/** Below an answer that quotes something: what else its articles answer. */
export async function offerNext(answer, question) {
  const marks = [...answer.querySelectorAll("a.cita-mark")].map(target).filter(Boolean);
  const articles = [...new Set(marks.map((one) => one.id))];
  if (!articles.length) return;
  const { questions = [] } = await asked("/v1/suggestions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question: question.slice(0, 2000), language: answer.lang || "en", articles }),
  });
  if (!questions.length || !answer.isConnected || answer.querySelector(".cita-next")) return;
  const name = say("follow_ups");
  const asks = questions.map((one) => button(one, answer.lang));
  answer.append(element("nav", { class: "cita-next", "aria-label": name, lang: document.documentElement.lang, dir: document.body.dir }, element("h3", {}, name), ...asks));
}
