// The waiting page, kept as it is now and put in place piece by piece. Without this script the page loads itself again.

import { Live, say } from "./live.js";

const words = document.body.dataset;
const framed = window.parent !== window;

const SPREAD = 5_000; // Codes that are old hold a while longer: not every page asks at the same moment.

// What the page below a dialog is told.
function tell(news) {
  if (framed) window.parent.postMessage({ vahti: news }, location.origin);
}

// Puts the new page in place. Pieces that say the same stay untouched, with the focus and what is chosen in them.
function show(page) {
  const now = document.getElementById("live");
  const next = page.getElementById("live");
  if (!next) return;
  const [old, fresh] = [pieces(now), pieces(next)];
  const same = now.dataset.state === next.dataset.state && old.map((one) => one.id).join() === fresh.map((one) => one.id).join();
  if (same) {
    old.forEach((piece, at) => {
      if (piece.innerHTML !== fresh[at].innerHTML) keeping(() => piece.replaceChildren(...fresh[at].childNodes));
    });
  } else {
    document.title = page.title;
    document.body.className = page.body.className;
    keeping(() => now.replaceWith(next));
    settle();
  }
  say(state() === "active" ? words.letIn : "");
}

// The smallest pieces that are told apart by name.
function pieces(of) {
  return [...of.querySelectorAll("[id]")].filter((one) => one.dataset.piece !== undefined);
}

// Changes something, and puts the focus and what was chosen back where they were.
function keeping(change) {
  const focus = document.activeElement?.id;
  const chosen = [...document.querySelectorAll("#live input:checked")].map((one) => one.id);
  change();
  for (const id of chosen) {
    const input = id && document.getElementById(id);
    if (input) input.checked = true;
  }
  if (focus && document.activeElement?.id !== focus) document.getElementById(focus)?.focus();
}

// How the page says that the session stands.
function state() {
  return document.getElementById("live").dataset.state;
}

// What it says decides whether there is anything left to wait for.
function settle() {
  if (["active", "ended", "none"].includes(state())) live.end();
  if (state() === "active") tell("active");
  // What somebody wrote lies one page back, where the browser has kept it.
  const wrote = document.getElementById("wrote");
  if (wrote && history.length > 1) {
    wrote.hidden = false;
    wrote.addEventListener("click", () => history.back());
  }
}

const ticket = new URLSearchParams(location.search).get("t");

const live = new Live({
  stream: "/vahti/gate/events" + (ticket === null ? "" : "?" + new URLSearchParams({ t: ticket })),
  show,
  hints: {
    old: () => setTimeout(() => live.ask(), Math.random() * SPREAD),
    go: () => {
      say(words.letIn);
      live.ask();
    },
  },
});

const close = document.getElementById("close");
if (close && framed) {
  close.hidden = false;
  close.addEventListener("click", () => tell("close"));
}

settle();
live.begin();
