// Articles over time as bars: drawn here, and each bar a button that limits the list to its day, month or year.
// One bar is in the order of tabs; the arrow keys lead to the others.

import { dateOf, element, language, say } from "./words.js";

const WIDTH = 720;
const HEIGHT = 96;
const MOST = 160; // bars; where there are more the empty ones are left out
const NEXT = { day: 86_400_000 };

const drawn = (name, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** "2024-06" as the reader writes it. */
export function periodName(period) {
  if (period.length === 10) return dateOf(period);
  if (period.length === 4) return period;
  const [year, month] = period.split("-").map(Number);
  return new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(year, month - 1, 1)));
}

/** The period after another of the same kind. */
function following(period) {
  if (period.length === 4) return String(Number(period) + 1).padStart(4, "0");
  if (period.length === 7) {
    const [year, month] = period.split("-").map(Number);
    return month === 12 ? `${String(year + 1).padStart(4, "0")}-01` : `${period.slice(0, 5)}${String(month + 1).padStart(2, "0")}`;
  }
  return new Date(Date.parse(`${period}T00:00:00Z`) + NEXT.day).toISOString().slice(0, 10);
}

/** All periods from the first to the last, those without articles too, unless they are very many. */
function periods(counts) {
  const known = Object.keys(counts).sort();
  const all = [];
  for (let one = known[0]; one && one <= known.at(-1); one = following(one)) {
    all.push(one);
    if (all.length > MOST) return known.slice(-MOST);
  }
  return all;
}

/** The plot of {period: articles}; `choose` is called with the period of a bar. Null where nothing is dated. */
export function timeline(counts, choose) {
  const all = periods(counts);
  if (!all.length) return null;
  const top = Math.max(...Object.values(counts));
  const step = WIDTH / Math.max(all.length, 12);
  const turned = document.body.dir === "rtl"; // time runs with the reading
  const bars = all.filter((period) => counts[period]).map((period, n) => {
    const count = counts[period];
    const height = Math.max(3, (count / top) * HEIGHT);
    const left = all.indexOf(period) * step;
    const name = `${periodName(period)}: ${count.toLocaleString(language)}`;
    const bar = drawn("g", { role: "button", tabindex: n ? "-1" : "0", "aria-label": name, class: "cita-bar" },
      drawn("title", {}, name),
      drawn("rect", { class: "cita-bar-room", x: turned ? WIDTH - left - step : left, y: 0, width: step, height: HEIGHT }),
      drawn("rect", { class: "cita-bar-ink", x: (turned ? WIDTH - left - step : left) + step * 0.12, y: HEIGHT - height, width: step * 0.76, height, rx: Math.min(3, step * 0.2) }));
    bar.addEventListener("click", () => choose(period));
    return bar;
  });
  const plot = drawn("svg", { viewBox: `0 -4 ${WIDTH} ${HEIGHT + 5}`, role: "group", "aria-label": say("timeline"), class: "cita-plot", preserveAspectRatio: "none" },
    drawn("line", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: "cita-axis" }), ...bars);
  plot.addEventListener("keydown", (event) => keys(event, bars, choose, all.filter((period) => counts[period])));
  const ends = element("div", { class: "cita-ends" }, element("span", {}, periodName(all[0])), all.length > 1 ? element("span", {}, periodName(all.at(-1))) : null);
  return element("figure", { class: "cita-timeline" }, plot, ends);
}

function keys(event, bars, choose, named) {
  const at = bars.indexOf(document.activeElement);
  if (at < 0) return;
  const forward = document.body.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = document.body.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: bars.length - 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") choose(named[at]);
  else if (to === undefined || !bars[to]) return;
  else {
    bars[at].setAttribute("tabindex", "-1");
    bars[to].setAttribute("tabindex", "0");
    bars[to].focus();
  }
  event.preventDefault();
}
