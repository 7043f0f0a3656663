// Why a source is shown and why the answer has its status: the numbers that the server sent, in the reader's words.

import { element, language, say } from "./words.js";

const LEAST = 0.05; // what adds less to the log odds is not worth a word
const AND = { zh: "、", ja: "、", ar: "، " }[language] ?? ", ";
const number = (value) => value.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
// Isolated, so that the sign stays before the figure in a line written from right to left.
const signed = (value) => `\u2066${value.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "always" })}\u2069`;

/** What the answer around `mark` carries of its explanation, null where it carries none. */
function told(mark) {
  const data = mark.closest(".cita-answer")?.querySelector(".cita-why-data");
  return data ? JSON.parse(data.textContent) : null;
}

/** The passage that a quote was cut from: the one that shares most with it. */
function passage(hits, { id, start, end }) {
  const shared = (hit) => (hit.article_id === id ? Math.min(hit.end, end) - Math.max(hit.start, start) : 0);
  const [best] = [...hits].sort((a, b) => shared(b) - shared(a));
  return best && shared(best) > 0 ? best : null;
}

function leg(key, score, rank) {
  const place = rank ? say("place_of", { rank }) : say("beyond_first");
  const value = score === null ? say("no_word") : `${place} · ${number(score)}`;
  return [element("dt", {}, say(key)), element("dd", {}, value)];
}

function met(match) {
  const words = [element("bdi", {}, match.asked), " → ", element("bdi", {}, match.found)];
  const title = `${say(`match_${match.kind}`)} · ${number(match.similarity)}`;
  const strength = element("span", { class: "cita-strength", style: `--strength: ${Math.round(Math.max(0, Math.min(1, match.similarity)) * 100)}%` });
  return element("li", { title }, element("span", {}, ...words), element("small", {}, say(`match_${match.kind}`)), strength);
}

function reasons(why) {
  const values = Object.fromEntries(["probability", "answered", "weak"].map((name) => [name, number(why[name])]));
  const lines = [element("p", {}, say(`why_${why.status}`, values))];
  for (const [key, sign] of [["speaks_for", 1], ["speaks_against", -1]]) {
    const things = Object.entries(why.headings).filter(([, value]) => value * sign >= LEAST)
      .map(([heading, value]) => `${say(`heading_${heading}`)} (${signed(value)})`);
    if (things.length) lines.push(element("p", {}, say(key, { things: things.join(AND) })));
  }
  return lines;
}

/** "Why this source" for the quote that `mark` points at; null where nothing is known of it. */
export function why(mark, wanted) {
  const data = told(mark);
  const hit = data && passage(data.hits, wanted);
  if (!hit) return null;
  const legs = element("dl", {}, ...leg("by_sense", hit.dense, hit.dense_rank), ...leg("by_word", hit.lexical, hit.lexical_rank), ...leg("read_closely", hit.second_stage, hit.rank));
  const words = hit.matches.length ? [element("h3", {}, say("words_met")), element("ul", {}, ...hit.matches.map(met))] : [];
  return element("details", { class: "cita-why" }, element("summary", {}, say("why_this_source")), legs, ...words, ...reasons(data));
}
