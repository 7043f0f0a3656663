// The page's own words, in the reader's language: `qa/phrases` as the server has it.

const chosen = localStorage.getItem("cita-language");
const wanted = [...(chosen ? [chosen] : []), ...(navigator.languages ?? ["en"])].map((tag) => tag.split("-")[0].toLowerCase());
export const offered = ["en", "es", "fr", "de", "pt", "it", "ru", "uk", "zh", "ko", "ja", "ar", "hi", "tr"];

export const language = wanted.find((code) => offered.includes(code)) ?? "en";
export const direction = language === "ar" ? "rtl" : "ltr";

const table = await fetch(`/cita/phrases/${language}.json`).then((response) => response.json());

/** The phrase `key`, its {placeholders} filled from `values`. */
export function say(key, values = {}) {
  const template = table.phrases[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The name of a language in the reader's own. */
export function languageName(code) {
  return table.languages[code] ?? code;
}

/** The day of an ISO 8601 date, as the reader writes it; what is no date comes back unchanged. */
export function dateOf(iso) {
  const day = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? "");
  if (!day) return iso ?? "";
  const [year, month, date] = day.slice(1).map(Number);
  const first = date === 1 ? table.date.first : String(date);
  const parts = { day: first, month: table.date.months[month - 1] ?? month, year };
  return table.date.pattern.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
}

/** An element with text and children; strings become text nodes, never HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A line drawing of 24 by 24, in the colour of the text beside it. */
export function icon(...paths) {
  const drawn = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const pen = { fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" };
  const made = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  made.append(...paths.map((path) => drawn("path", { d: path, ...pen })));
  return made;
}
