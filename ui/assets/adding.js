// Adding articles: files chosen or dropped, or the sample; then every input and what became of it.

import { element, say } from "./words.js";

const KINDS = ".txt,.md,.html,.htm,.jsonl";

export class Adding {
  /** `changed` is called when the collection has more articles than before. */
  constructor(changed) {
    this.changed = changed;
    this.input = element("input", { type: "file", multiple: "", accept: KINDS, hidden: "", "aria-hidden": "true" });
    this.input.addEventListener("change", () => this.files(this.input.files));
    this.told = element("dialog", { class: "cita-added" });
    this.takeDrops();
  }

  choose() {
    this.input.click();
  }

  async files(files) {
    if (!files.length) return;
    const form = new FormData();
    for (const file of files) form.append("files", file, file.name);
    this.input.value = "";
    await this.send("/v1/articles", { method: "POST", body: form });
  }

  sample() {
    return this.send("/v1/articles/sample", { method: "POST" });
  }

  async send(address, request) {
    document.body.dataset.busy = "true";
    try {
      const response = await fetch(address, request);
      const told = await response.json();
      this.show(response.ok ? told : null, told.detail);
    } catch {
      this.show(null, say("error_generic"));
    } finally {
      delete document.body.dataset.busy;
    }
    this.changed();
  }

  show(report, problem) {
    const rows = (report?.items ?? []).map((item) => element(
      "li", {}, element("span", { class: "cita-fate" }, item.status), element("bdi", {}, item.input),
      item.reason ? ` — ${item.reason}` : "",
    ));
    const clean = report && rows.length && report.items.every((item) => item.status === "added");
    if (clean && this.quiet()) return;
    const close = element("button", { type: "button", class: "cita-button" }, "OK");
    close.addEventListener("click", () => this.told.close());
    const heading = problem ? problem : Object.entries(report).filter(([key, count]) => key !== "items" && count)
      .map(([key, count]) => `${count} ${key}`).join(", ");
    this.told.replaceChildren(element("h2", { dir: "auto" }, heading), element("ul", {}, ...rows), close);
    this.told.showModal();
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
