// The waiting page, kept as it is now. Hints come over a stream; what holds is said by the page itself, which is asked for
// again and put in place piece by piece. Without this script the page loads itself again.

const words = document.body.dataset;
const said = document.getElementById("said");
const framed = window.parent !== window;

const SILENCE = 6_000; // No hint for so long: the connection is gone, whatever the browser thinks.
const RETRY = 5_000; // How soon to ask again where there is no stream.
const SPREAD = 5_000; // Codes that are old hold a while longer: not every page asks at the same moment.
const HIDDEN = 15_000; // How often to ask while nobody looks. A stream would keep a connection from the other tabs.

// Said once, and announced: the status line is a live region.
function say(text) {
  if (said.textContent !== text) said.textContent = text;
}

// What the page below a dialog is told.
function tell(news) {
  if (framed) window.parent.postMessage({ vahti: news }, location.origin);
}

// ---- The page, asked for again -------------------------------------------------------------------------------------

let asking = false;
let askAgain = false;

async function ask() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { redirect: "manual", headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.type === "opaqueredirect") {
      leave();
    } else if (answer.status === 503) {
      say(words.cannotTell);
    } else if (answer.ok) {
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      say(state() === "active" ? words.letIn : "");
    }
  } catch {
    say(words.noConnection);
  }
  asking = false;
  if (askAgain) {
    askAgain = false;
    ask();
  }
}

// The page leads elsewhere now: let the browser follow.
function leave() {
  disconnect();
  location.replace(location.href);
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
  if (["active", "ended", "none"].includes(state())) disconnect();
  if (state() === "active") tell("active");
  // What somebody wrote lies one page back, where the browser has kept it.
  const wrote = document.getElementById("wrote");
  if (wrote && history.length > 1) {
    wrote.hidden = false;
    wrote.addEventListener("click", () => history.back());
  }
}

// ---- Hints -----------------------------------------------------------------------------------------------------------

const ticket = new URLSearchParams(location.search).get("t");
const stream = "/vahti/gate/events" + (ticket === null ? "" : "?" + new URLSearchParams({ t: ticket }));

let over = false;
let source = null;
let silence = 0;
let retry = 0;

function disconnect() {
  over = true;
  hangUp();
}

function hangUp() {
  clearTimeout(silence);
  clearTimeout(retry);
  source?.close();
  source = null;
}

function connect() {
  hangUp();
  if (over) return;
  if (document.hidden) {
    retry = setTimeout(askAndConnect, HIDDEN);
    return;
  }
  source = new EventSource(stream);
  source.addEventListener("open", () => {
    heard();
    ask();
  });
  source.addEventListener("beat", heard);
  source.addEventListener("changed", () => {
    heard();
    ask();
  });
  source.addEventListener("old", () => {
    heard();
    setTimeout(ask, Math.random() * SPREAD);
  });
  source.addEventListener("go", () => {
    say(words.letIn);
    ask();
  });
  source.addEventListener("error", () => {
    // While the browser tries again by itself the silence is measured; where it has given up, nothing else would.
    if (source?.readyState === EventSource.CLOSED) {
      hangUp();
      retry = setTimeout(askAndConnect, RETRY);
    }
  });
  listen();
}

function askAndConnect() {
  ask();
  connect();
}

function heard() {
  if (said.textContent === words.noConnection) say("");
  listen();
}

function listen() {
  clearTimeout(silence);
  silence = setTimeout(() => {
    say(words.noConnection);
    askAndConnect();
  }, SILENCE);
}

// ---- Begin -----------------------------------------------------------------------------------------------------------

// Phones put pages to sleep, and browsers bring old ones back: what they show then may be over.
document.addEventListener("visibilitychange", askAndConnect);
window.addEventListener("online", askAndConnect);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) askAndConnect();
});
window.addEventListener("offline", () => say(words.noConnection));

const close = document.getElementById("close");
if (close && framed) {
  close.hidden = false;
  close.addEventListener("click", () => tell("close"));
}

settle();
connect();
