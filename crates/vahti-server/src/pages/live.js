// What the waiting page and the console share: a page that keeps itself as it is now. Hints come over a stream and hold nothing;
// what holds is said by the page itself, which is asked for again at each. How it is put in place is the business of either.

const words = document.body.dataset;
const said = document.getElementById("said");

const SILENCE = 6_000; // No hint for so long: the connection is gone, whatever the browser thinks.
const RETRY = 5_000; // How soon to try again where there is no stream, or no answer.
const PATIENCE = 10_000; // How long to wait for the page: longer than any proxy does.
const HIDDEN = 15_000; // How often to ask while nobody looks. A stream would keep a connection from the other tabs.

/// Said once, and announced: the status line is a live region.
export function say(text) {
  if (said.textContent !== text) said.textContent = text;
}

export class Live {
  #page;
  #source = null;
  #silence = 0;
  #retry = 0;
  #isAsking = false;
  #askAgain = false;
  #isOver = false;
  #isLeaving = false;

  /// `stream` is the address of the hints; `show` puts the page that is handed to it in place. What is asked is sent with
  /// `headers`, and `hints` holds what to do at hints of the page's own.
  constructor({ stream, show, headers = {}, hints = {} }) {
    this.#page = { stream, show, headers, hints };
  }

  /// Follows from now on.
  begin() {
    const again = () => this.#askAndConnect();
    // Phones put pages to sleep, and browsers bring old ones back: what they show then may be over.
    document.addEventListener("visibilitychange", again);
    window.addEventListener("online", again);
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      this.#isLeaving = false;
      again();
    });
    window.addEventListener("offline", () => say(words.noConnection));
    this.#connect();
  }

  /// There is nothing left to wait for.
  end() {
    this.#isOver = true;
    this.#hangUp();
  }

  /// Asks for the page again. One that is being left is not asked for: a second leave would break off the first.
  async ask() {
    if (this.#isLeaving) return;
    if (this.#isAsking) {
      this.#askAgain = true;
      return;
    }
    this.#isAsking = true;
    try {
      const headers = { accept: "text/html", ...this.#page.headers };
      const signal = AbortSignal.timeout(PATIENCE);
      await this.#take(await fetch(location.href, { redirect: "manual", headers, cache: "no-store", signal }));
    } catch {
      say(words.noConnection);
    }
    this.#isAsking = false;
    if (this.#askAgain) {
      this.#askAgain = false;
      this.ask();
    }
  }

  async #take(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      // The page leads elsewhere now, or to a login: let the browser follow. An address with a fragment would only be
      // scrolled to, not loaded, if it were opened anew.
      this.end();
      this.#isLeaving = true;
      location.reload();
    } else if (answer.ok) {
      this.#page.show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } else if (answer.status === 503) {
      say(words.cannotTell);
      this.#again(RETRY);
    }
  }

  #connect() {
    this.#hangUp();
    if (this.#isOver) return;
    if (document.hidden) {
      this.#again(HIDDEN);
      return;
    }
    const source = new EventSource(this.#page.stream);
    const ask = () => this.ask();
    const hints = { open: ask, beat: () => {}, changed: ask, ...this.#page.hints };
    for (const [hint, act] of Object.entries(hints)) {
      source.addEventListener(hint, () => {
        this.#listen();
        act();
      });
    }
    source.addEventListener("error", () => {
      // While the browser tries again by itself the silence is measured. Where it has given up, the page says why.
      if (source.readyState !== EventSource.CLOSED) return;
      this.#hangUp();
      this.#again(RETRY);
      ask();
    });
    this.#source = source;
    this.#listen();
  }

  #hangUp() {
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #askAndConnect() {
    this.ask();
    this.#connect();
  }

  #again(milliseconds) {
    clearTimeout(this.#retry);
    if (!this.#isOver) this.#retry = setTimeout(() => this.#askAndConnect(), milliseconds);
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      say(words.noConnection);
      this.#askAndConnect();
    }, SILENCE);
  }
}
