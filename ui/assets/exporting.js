// An answer as a file: the answer as the server gave it is sent back to be written as Markdown, JSON or BibTeX.

import { say } from "./words.js";

const ENDINGS = { markdown: "md", json: "json", bibtex: "bib" };

/** Save the answer around `button`, in the format it names. */
export async function save(button) {
  const answer = button.closest(".cita-answer").querySelector(".cita-answer-data").textContent;
  const format = button.textContent.trim().toLowerCase();
  const response = await fetch("/v1/ask/export", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ format, answer: JSON.parse(answer) }),
  }).catch(() => null);
  const menu = button.closest("details");
  if (!response?.ok) {
    button.textContent = say("error_generic");
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `answer.${ENDINGS[format]}`;
  link.click();
  URL.revokeObjectURL(link.href);
  menu.open = false;
  menu.querySelector("summary").focus();
}
