// What every page of the application has: times in the reader's zone, sorting, search by Ctrl-K,
// and a word after each command. Pages work without it.
"use strict";

const token = () => document.querySelector("meta[name=csrf-token]").content;

const SAYS = {
  date: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" }),
  hour: new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }),
};
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

function tellTimes(root) {
  for (const time of root.querySelectorAll("time[data-said]")) {
    const says = SAYS[time.dataset.said];
    if (says) time.textContent = says.format(new Date(time.dateTime));
  }
}

function toast(words, undo) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: words, className: "grow" }));
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Undo" });
    button.addEventListener("click", () => { box.remove(); undo(); });
    box.append(button);
  }
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), undo ? 10000 : 5000);
}

// One command to the API. Resolves to its answer; rejects with the problem's words.
async function command(path, body, key = crypto.randomUUID()) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token(), "Idempotency-Key": key },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail || said.title);
  return said;
}

function sortable(table) {
  table.querySelectorAll("th[data-sort]").forEach((head) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: head.textContent });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const said = (row) => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent.trim();
      const rows = [...table.tBodies[0].rows].sort((one, other) =>
        said(one).localeCompare(said(other), undefined, { numeric: true }));
      table.tBodies[0].append(...(down ? rows.reverse() : rows));
    });
  });
}

function begin(root) {
  tellTimes(root);
  root.querySelectorAll("table.sortable").forEach(sortable);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  root.querySelectorAll("input[data-zone]").forEach((zone) => { zone.value = timeZone; });
}

// The time chip's slider runs from the first day of the history, asked for when it is opened.
const DAY = 86_400_000;
async function slideThrough(chip) {
  const range = chip.querySelector("#history"), date = chip.querySelector("#as_of");
  if (!range.hidden) return;
  const answer = await fetch("/history");
  const { begins } = answer.ok ? await answer.json() : {};
  if (!begins) return;
  const first = Date.parse(begins);
  range.max = Math.floor((Date.now() - first) / DAY);
  range.value = Math.floor((Date.parse(date.value) - first) / DAY);
  range.addEventListener("input", () => { date.value = new Date(first + range.value * DAY).toISOString().slice(0, 10); });
  date.addEventListener("input", () => { range.value = Math.floor((Date.parse(date.value) - first) / DAY); });
  range.hidden = false;
}
document.addEventListener("toggle", ({ target }) => {
  if (target.id === "time" && target.open) slideThrough(target);
}, true);

// The exact time is told where the pointer is; thousands at once would hold up the page.
document.addEventListener("pointerover", ({ target }) => {
  if (target.matches?.("time[datetime]")) target.title = EXACT.format(new Date(target.dateTime));
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    const search = document.getElementById("q");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "Escape") document.querySelectorAll(".chip[open]").forEach((chip) => { chip.open = false; });
});
document.body.addEventListener("done", (event) => toast(event.detail.words));
document.body.addEventListener("htmx:sendError", () => toast("The server cannot be reached; nothing was changed."));
document.body.addEventListener("htmx:load", (event) => begin(event.detail.elt));
begin(document);
