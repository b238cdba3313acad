// The console, kept as it is now. What somebody has ticked, and where the focus is, stays. Without this script a page is loaded
// again by hand.

import { Live, say } from "./live.js";

const rows = document.querySelector("[data-rows]");

// Puts the new page in place. What says the same stays untouched, and so does what somebody is about to use.
function show(page) {
  for (const piece of document.querySelectorAll("[data-piece]")) {
    const next = page.getElementById(piece.id);
    const isInUse = piece.contains(document.activeElement) || piece.querySelector("details[open]");
    if (next && !isInUse && next.innerHTML !== piece.innerHTML) piece.replaceChildren(...next.childNodes);
  }
  const next = page.querySelector("[data-rows]");
  if (rows && next) list(next);
  say("");
}

// The ticks that are not as the server sets them: somebody has set them or taken them away, or has decided on others before they
// came.
const decided = new Set();
let hasDecided = false;

function decide(tick) {
  decided.add(tick.id);
  hasDecided = true;
}

// The rows by their ids: gone, new, or told anew. Whoever turns doubtful loses the tick, unless somebody has set it; and who
// comes after somebody has begun to tick waits for a finger of their own.
function list(next) {
  const fresh = [...next.children];
  const ids = new Set(fresh.map((row) => row.id));
  for (const row of [...rows.children]) {
    if (!ids.has(row.id)) leave(row);
  }
  let before = null;
  for (const row of fresh) {
    const old = document.getElementById(row.id);
    const tick = (old ?? row).querySelector("input");
    const isTicked = row.querySelector("input").defaultChecked;
    if (!decided.has(tick.id)) tick.defaultChecked = tick.checked = isTicked;
    if (old) {
      const [link, told] = [old.querySelector("a"), row.querySelector("a")];
      if (link.innerHTML !== told.innerHTML) link.replaceChildren(...told.childNodes);
      before = old;
    } else {
      if (hasDecided) {
        decided.add(tick.id);
        tick.checked = false;
      }
      if (before) before.after(row);
      else rows.prepend(row);
      before = row;
    }
  }
  count();
}

// Who is gone takes the focus of nobody: it goes to the neighbour.
function leave(row) {
  if (row.contains(document.activeElement)) {
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    neighbour?.querySelector("a")?.focus();
  }
  decided.delete(row.querySelector("input").id);
  row.remove();
}

// ---- The button says how many ---------------------------------------------------------------------------------------

const form = rows?.closest("form");

function count() {
  if (!form) return;
  const ticked = rows.querySelectorAll("input:checked").length;
  const button = form.querySelector("[data-count]");
  button.textContent = form.dataset.letIn.replace("{n}", ticked);
  button.disabled = ticked === 0;
  form.querySelector("[data-bar]").hidden = rows.children.length === 0;
}

form?.addEventListener("change", ({ target }) => {
  if (target.type === "checkbox") decide(target);
  count();
});
// A browser that comes back to the page restores its ticks after the script has run.
window.addEventListener("pageshow", () => {
  const ticks = form?.querySelectorAll("input[type=checkbox]") ?? [];
  for (const tick of ticks) if (tick.checked !== tick.defaultChecked) decide(tick);
  count();
});

if (document.querySelector("[data-piece], [data-rows]") !== null) {
  // The header says that no person has asked: it is no use of the login.
  new Live({ stream: "/vahti/console/events", show, headers: { "vahti-live": "1" } }).begin();
}
