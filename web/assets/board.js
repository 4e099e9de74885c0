// The board: cards dragged or moved by keyboard, several at once, seen by everyone, at any time.
"use strict";

(() => {
  const board = () => document.getElementById("board");
  const cardsOf = (column) => column.querySelector(".cards");
  const columnOf = (card) => card.closest(".column");
  const idOf = (card) => card.id.slice(2);
  const named = (card) => card.querySelector("a").textContent;

  function count() {
    // As long as some are left out, the server's count is the right one.
    if ("leftOut" in board().dataset) return;
    for (const column of board().querySelectorAll(".column")) {
      column.querySelector(".count").textContent = cardsOf(column).childElementCount;
    }
  }

  // When each card was moved here; what was asked before then does not tell of it.
  const moved = new Map();

  // A move is shown at once, and taken back with its reason if it is refused.
  async function move(card, column, from, undoable = true) {
    const before = card.nextElementSibling;
    if (card.parentElement !== cardsOf(column)) cardsOf(column).prepend(card);
    moved.set(card.id, Infinity);
    card.classList.add("waits");
    count();
    try {
      await command(`/api/applications/${idOf(card)}/moves`, { stage: column.dataset.stage });
      const stage = column.querySelector("h2").textContent;
      toast(`${named(card)} moved to ${stage}`, undoable ? () => move(document.getElementById(card.id), from, column, false) : null);
    } catch (refusal) {
      cardsOf(from).insertBefore(card, before?.parentElement === cardsOf(from) ? before : null);
      toast(`${named(card)} stays in ${from.querySelector("h2").textContent}: ${refusal.message}`);
    }
    card.classList.remove("waits");
    moved.set(card.id, performance.now());
    count();
  }

  async function reject(card, reason) {
    try {
      await command(`/api/applications/${idOf(card)}/rejection`, { reason_code: reason });
      const { id } = card, column = columnOf(card);
      card.remove();
      count();
      toast(`${named(card)} rejected`, async () => {
        try {
          await command(`/api/applications/${id.slice(2)}/rejection/reversal`, { reason_code: "undone" });
          cardsOf(column).prepend(card);
          moved.set(id, performance.now());
          count();
        } catch (refusal) { toast(`${named(card)} stays rejected: ${refusal.message}`); }
      });
    } catch (refusal) { toast(`${named(card)} was not rejected: ${refusal.message}`); }
  }

  const chosen = () => [...board().querySelectorAll(".card input:checked")].map((box) => box.closest(".card"));

  function tellChosen() {
    const bar = document.getElementById("bulk"), cards = chosen();
    if (!bar) return;
    bar.hidden = !cards.length;
    document.getElementById("chosen").textContent = cards.length;
  }

  async function together(kind, said) {
    const ids = chosen().map(idOf);
    const before = new Map(chosen().map((card) => [idOf(card), columnOf(card).dataset.stage]));
    try {
      await command("/api/bulk-actions", { kind, application_ids: ids, ...said });
      board().querySelectorAll(".card input:checked").forEach((box) => { box.checked = false; });
      tellChosen();
      const from = new Set(before.values());
      const undo = kind === "reject" ? { kind: "reverse_rejection", reason_code: "undone" }
        : from.size === 1 ? { kind: "move", stage: [...from][0] } : null;
      toast(`${ids.length} asked to be ${kind === "reject" ? "rejected" : "moved"}`,
        undo && (() => command("/api/bulk-actions", { application_ids: ids, ...undo }).catch((refusal) => toast(refusal.message))));
    } catch (refusal) { toast(refusal.message); }
  }

  function choose(id) {
    const dialog = document.getElementById(id);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((done) => {
      if (id === "move") dialog.querySelectorAll("li button").forEach((button) => { button.onclick = () => dialog.close(button.value); });
      dialog.onclose = () => done(dialog.returnValue);
    });
  }
  const stageNamed = (stage) => board().querySelector(`.column[data-stage="${CSS.escape(stage)}"]`);

  async function moveByKey(card) {
    const stage = await choose("move"), from = columnOf(card);
    if (stage && stage !== from.dataset.stage) await move(card, stageNamed(stage), from);
    card.querySelector("a").focus();
  }

  async function rejectByKey(card) {
    if (await choose("reject") === "reject") await reject(card, document.getElementById("why").value);
  }

  function neighbour(card, key) {
    if (key === "ArrowDown") return card.nextElementSibling;
    if (key === "ArrowUp") return card.previousElementSibling;
    const columns = [...board().querySelectorAll(".column")].filter((column) => cardsOf(column).firstElementChild);
    const at = columns.indexOf(columnOf(card)) + (key === "ArrowRight" ? 1 : -1);
    const nth = [...card.parentElement.children].indexOf(card), there = columns[at] && cardsOf(columns[at]).children;
    return there && there[Math.min(nth, there.length - 1)];
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("dialog, input[type=search], select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const card = event.target.closest?.(".card");
    const first = board()?.querySelector(".card");
    if (event.key.startsWith("Arrow") && (card || event.target === board())) {
      event.preventDefault();
      (card ? neighbour(card, event.key) : first)?.querySelector("a").focus();
    } else if (card) {
      const { moves, rejects } = board().dataset;
      const act = {
        m: moves !== undefined && moveByKey,
        r: rejects !== undefined && rejectByKey,
        x: card.querySelector("input") && (() => card.querySelector("input").click()),
      }[event.key.toLowerCase()];
      if (act) { event.preventDefault(); act(card); }
    }
  });

  function draggable() {
    if (!("moves" in board().dataset)) return;
    for (const list of board().querySelectorAll(".cards")) {
      Sortable.create(list, {
        group: "board", animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        filter: "input", preventOnFilter: false, sort: false,
        onEnd: ({ item, from, to }) => { if (from !== to) move(item, to.closest(".column"), from.closest(".column")); },
      });
    }
  }

  // One look at a time; whoever asks meanwhile has it look once more.
  let looking = null, again = false;
  function refresh() {
    again = true;
    looking ??= (async () => {
      while (again) { again = false; await look(); }
      looking = null;
    })();
    return looking;
  }

  // What others did since this board was told: only cards that changed come, and are touched.
  async function look() {
    const asked = board(), began = performance.now(), whole = "leftOut" in asked.dataset;
    const url = new URL(location.href);
    url.pathname += "/cards";
    if (!whole) url.searchParams.set("since", asked.dataset.position);
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    if (!answer.ok || asked !== board()) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("board");
    for (const column of fresh.querySelectorAll(".column")) {
      const here = stageNamed(column.dataset.stage);
      if (!here) return location.reload();
      for (const card of [...cardsOf(column).children]) if (!(moved.get(card.id) > began)) place(card, here);
      here.querySelector("header").replaceWith(document.adoptNode(column.querySelector("header")));
    }
    for (const id of (fresh.dataset.gone ?? "").split(" ")) {
      const card = document.getElementById(`c-${id}`);
      if (card && !(moved.get(card.id) > began)) card.remove();
    }
    if (whole) delete board().dataset.leftOut;
    else board().dataset.position = fresh.dataset.position;
    document.getElementById("left-out")?.remove();
    count();
    tellChosen();
  }

  const since = (card) => card.querySelector("time").dateTime;

  // In its column where it is; in another where it belongs: those who wait longest come first.
  function place(card, here) {
    const old = document.getElementById(card.id);
    if (old && columnOf(old) === here && old.textContent === card.textContent && since(old) === since(card)) return;
    const focused = old?.contains(document.activeElement);
    document.adoptNode(card);
    if (old && columnOf(old) === here) old.replaceWith(card);
    else {
      old?.remove();
      const before = [...cardsOf(here).children].reverse().find((other) => since(other) <= since(card));
      if (before) before.after(card);
      else cardsOf(here).prepend(card);
    }
    tellTimes(card);
    if (focused) card.querySelector("a").focus();
  }

  function listen() {
    const source = new EventSource(`/api/events/stream?after=${board().dataset.position}`);
    let waiting = null;
    source.addEventListener("changed", (message) => {
      const { kinds } = JSON.parse(message.data);
      if (!kinds.some((kind) => /^(application|interview|offer)\./.test(kind))) return;
      waiting ??= setTimeout(() => { waiting = null; refresh(); }, 200);
    });
    addEventListener("pagehide", () => source.close());
  }

  let rest = null;

  // The slider moves everything on the page that tells of a time, but itself.
  async function goTo(date, isNow) {
    const url = new URL(location.href);
    for (const name of ["as_of", "known_at", "known", "min_log_position"]) url.searchParams.delete(name);
    if (!isNow) {
      url.searchParams.set("as_of", date);
      if (document.getElementById("then").checked) url.searchParams.set("known_at", date);
    }
    const answer = await fetch(url);
    if (!answer.ok) return toast("That day could not be shown.");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["board", "banner", "time"]) document.getElementById(id).replaceWith(document.adoptNode(fresh.getElementById(id)));
    document.getElementById("page").className = fresh.getElementById("page").className;
    history.replaceState(null, "", url);
    tellTimes(board());
    draggable();
    clearTimeout(rest);
    if ("leftOut" in board().dataset) rest = setTimeout(refresh, 500);
  }

  function slide() {
    const place = document.getElementById("slide");
    if (!place) return;
    const begins = Date.parse(place.dataset.begins), range = place.querySelector("#day"), said = place.querySelector("#said");
    range.max = Math.floor((Date.now() - begins) / DAY);
    const shown = new URL(location.href).searchParams.get("as_of");
    range.value = shown ? Math.floor((Date.parse(shown) - begins) / DAY) : range.max;
    const date = () => new Date(begins + range.value * DAY).toISOString().slice(0, 10);
    // What was known before an entry stays so at any day; the banner leads back to now.
    const atEnd = () => range.value === range.max;
    const isNow = () => atEnd() && !new URL(location.href).searchParams.has("known_before");
    const tell = () => { said.textContent = isNow() ? "Now" : date(); };
    let going = Promise.resolve(), wanted = null;
    const follow = () => {
      tell();
      wanted = range.value;
      going = going.then(() => (wanted === range.value ? goTo(date(), isNow()) : null));
      return going;
    };
    range.addEventListener("input", () => { tell(); clearTimeout(range.timer); range.timer = setTimeout(follow, 80); });
    place.querySelector("#then").addEventListener("change", follow);
    const play = place.querySelector("#play");
    play.addEventListener("click", async () => {
      const on = play.getAttribute("aria-pressed") !== "true";
      play.setAttribute("aria-pressed", on);
      play.textContent = on ? "Pause" : "Play";
      if (on && atEnd()) range.value = 0;
      const step = Math.max(1, Math.round(range.max / 60));
      while (play.getAttribute("aria-pressed") === "true" && !atEnd()) {
        range.value = Number(range.value) + step;
        await Promise.all([follow(), new Promise((done) => setTimeout(done, 300))]);
      }
      play.setAttribute("aria-pressed", "false");
      play.textContent = "Play";
    });
    tell();
  }

  document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
  document.getElementById("find").addEventListener("input", ({ target }) => {
    const word = target.value.toLocaleLowerCase();
    for (const card of board().querySelectorAll(".card")) card.hidden = !named(card).toLocaleLowerCase().includes(word);
  });
  document.addEventListener("change", (event) => { if (event.target.closest(".card")) tellChosen(); });
  document.getElementById("bulk")?.addEventListener("click", async ({ target }) => {
    const what = target.dataset.bulk;
    if (what === "none") { board().querySelectorAll(".card input:checked").forEach((box) => { box.checked = false; }); tellChosen(); }
    if (what === "move") { const stage = await choose("move"); if (stage) together("move", { stage }); }
    if (what === "reject" && await choose("reject") === "reject") together("reject", { reason_code: document.getElementById("why").value });
  });
  draggable();
  slide();
  if ("leftOut" in board().dataset) refresh();
  if ("live" in board().dataset) listen();
})();
