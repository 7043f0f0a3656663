// Adding articles: files chosen or dropped, text or addresses pasted, or the sample. Each is a job of the server:
// the page shows how far it is, what became of each input and why, and may be closed meanwhile.

import { element, say } from "./words.js";

const KINDS =
  ".txt,.md,.html,.htm,.xhtml,.mhtml,.mht,.pdf,.docx,.epub,.json,.jsonl,.ndjson,.csv,.tsv,.xml,.rss,.atom,.nitf,.warc,.zip,.gz";
const AGAIN = 500; // milliseconds between looks at a job
const SHOWN = 500; // outcomes of a job on the page

/** What became of an input, in the reader's words. */
const fate = (status) => say(`fate_${status.split("-")[0]}`);

function button(words, act, plain = true) {
  const made = element("button", { type: "button", class: plain ? "cita-button cita-plain" : "cita-button" }, words);
  made.addEventListener("click", act);
  return made;
}

const ask = async (address, request) => {
  const response = await fetch(address, request);
  const told = await response.json();
  if (!response.ok) throw new Error(told.detail);
  return told;
};

export class Adding {
  /** `changed` is called when the collection has more articles than before. */
  constructor(changed) {
    this.changed = changed;
    this.input = element("input", { type: "file", multiple: "", accept: KINDS, hidden: "", "aria-hidden": "true" });
    this.input.addEventListener("change", () => this.files(this.input.files));
    this.told = element("dialog", { class: "cita-added" });
    this.told.addEventListener("close", () => { this.watched = null; });
    this.watched = null;
    this.takeDrops();
    this.resume();
  }

  choose() {
    this.input.click();
  }

  /** The dialog that takes files, text and addresses alike. */
  open() {
    const box = element("textarea", { class: "cita-paste", rows: "8", dir: "auto", placeholder: say("paste_articles"), "aria-label": say("paste_articles") });
    const send = button(say("add_articles"), () => { if (box.value.trim()) this.paste(box.value); }, false);
    const files = button(say("drop_files"), () => this.choose());
    this.put(say("add_articles"), box, element("p", { class: "cita-hint" }, say("feed_hint")), this.row(send, files, button(say("close"), () => this.told.close())));
    box.focus();
  }

  paste(text) {
    const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
    const addresses = lines.every((line) => /^https?:\/\/\S+$/i.test(line));
    return this.hand({
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(addresses ? { urls: lines } : { articles: [{ text }] }),
    });
  }

  files(files) {
    if (!files.length) return undefined;
    const form = new FormData();
    for (const file of files) form.append("files", file, file.name);
    this.input.value = "";
    return this.hand({ body: form });
  }

  /** Hand in a job, and follow it. */
  async hand(request) {
    this.busy(true);
    try {
      await this.follow((await ask("/v1/jobs", { method: "POST", ...request })).id);
    } catch (error) {
      this.fail(error.message);
    }
  }

  async sample() {
    this.busy(true);
    this.sampled = true; // the examples of the start page are about it
    try {
      this.show(await ask("/v1/articles/sample", { method: "POST" }));
    } catch (error) {
      this.fail(error.message);
    }
    this.busy(false);
    this.changed();
  }

  /** What was under way when the page was left goes on being shown. */
  async resume() {
    const [last] = (await ask("/v1/jobs?limit=1").catch(() => ({ jobs: [] }))).jobs ?? [];
    if (last?.state === "waiting" || last?.state === "running") this.follow(last.id).catch(() => {});
  }

  async follow(id) {
    this.watched = id;
    for (;;) {
      const { job, items } = await ask(`/v1/jobs/${id}?limit=${SHOWN}`);
      const going = job.state === "waiting" || job.state === "running";
      if (!going) this.busy(false);
      if (this.watched === id) going ? this.progress(job, items) : this.show({ ...job.totals, items }, job);
      if (!going || this.watched !== id) this.changed();
      if (!going) return;
      await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
    }
  }

  progress(job, items) {
    const words = job.state === "waiting" ? say("job_waiting") : say("job_running", { done: job.done, inputs: job.inputs });
    const bar = element("progress", { max: String(job.inputs), value: String(job.done), "aria-label": words });
    const stop = button(say("cancel"), () => ask(`/v1/jobs/${job.id}/cancel`, { method: "POST" }).catch((error) => this.fail(error.message)));
    this.put(words, bar, this.list(items), this.row(stop, button(say("close"), () => this.told.close())));
  }

  show(report, job = null) {
    const clean = report.items.length && report.items.every((item) => item.status === "added");
    if (clean && this.quiet()) {
      this.told.close();
      return;
    }
    const told = Object.entries(report).filter(([key, count]) => key !== "items" && count).map(([key, count]) => `${count} ${fate(key)}`);
    const ended = job && job.state !== "done" ? `${job.state}${job.problem ? `: ${job.problem}` : ""}` : "";
    const again = job && (report.failed || job.state !== "done") ? button(say("retry"), () => this.again(job.id)) : null;
    const close = button("OK", () => this.told.close(), false);
    this.put([ended, ...told].filter(Boolean).join(", ") || "—", this.list(report.items), this.row(again, close));
  }

  async again(id) {
    try {
      await ask(`/v1/jobs/${id}/retry`, { method: "POST" });
      await this.follow(id);
    } catch (error) {
      this.fail(error.message);
    }
  }

  fail(problem) {
    this.busy(false);
    this.put(problem || say("error_generic"), this.row(button("OK", () => this.told.close(), false)));
  }

  list(items) {
    return element("ul", {}, ...items.map((item) => element(
      "li", {}, element("span", { class: "cita-fate" }, fate(item.status)), element("bdi", {}, item.input),
      item.reason ? ` — ${item.reason}` : "",
    )));
  }

  row(...children) {
    return element("div", { class: "cita-row" }, ...children);
  }

  put(heading, ...children) {
    const place = this.told.scrollTop;
    this.told.replaceChildren(element("h2", { dir: "auto" }, heading), ...children);
    if (!this.told.open) this.told.showModal();
    this.told.scrollTop = place;
  }

  busy(is) {
    if (is) document.body.dataset.busy = "true";
    else delete document.body.dataset.busy;
  }

  /** Nothing to report but success: the new count in the header says so. */
  quiet() {
    return document.body.dataset.articles === "0";
  }

  takeDrops() {
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    addEventListener("dragover", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      document.body.classList.add("cita-drop-here");
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) document.body.classList.remove("cita-drop-here");
    });
    addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      event.stopPropagation();
      document.body.classList.remove("cita-drop-here");
      this.files(event.dataTransfer.files);
    }, true);
  }
}
