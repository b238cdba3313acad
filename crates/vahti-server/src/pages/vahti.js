// Vahti for pages of an application: `import "/vahti/vahti.js"` once, as a module from the page's own host.
//
// A request by `fetch` or `XMLHttpRequest` whose answer says `Vahti-State: held` opens the waiting page in a dialog, and is
// sent again once the session is let in; its caller notices nothing but the time. A form is not sent while the session is
// held, but after. `letIn` does the same for code that looks at answers itself.

const GATE = "/vahti/gate";
const HELD = "held";

// ---- The dialog ------------------------------------------------------------------------------------------------------

let waiting = null;

/// Shows the waiting page until the session is let in (true), or until somebody closes it (false). There is one dialog, however
/// many wait for it. `waitUrl` is what the refusal named in `Vahti-Wait` or `wait_url`; without it the cookie decides.
export function letIn(waitUrl) {
  waiting ??= dialog(waitUrl).finally(() => {
    waiting = null;
  });
  return waiting;
}

function dialog(waitUrl) {
  const frame = document.createElement("iframe");
  frame.src = page(waitUrl);
  frame.title = document.title;
  Object.assign(frame.style, { border: "0", width: "100%", height: "100%", display: "block" });
  frame.addEventListener("load", () => {
    frame.title = frame.contentDocument?.title || frame.title;
  });

  const dialog = document.createElement("dialog");
  Object.assign(dialog.style, {
    width: "min(44rem, 100vw)", height: "min(56rem, 100dvh)", maxWidth: "none", maxHeight: "none",
    padding: "0", border: "0", borderRadius: "0.75rem", overflow: "hidden", boxShadow: "0 0 0 100vmax rgb(0 0 0 / 0.5)",
  });
  dialog.append(frame);

  return new Promise((resolve) => {
    let isLetIn = false;
    const hear = (event) => {
      if (event.source !== frame.contentWindow || event.origin !== location.origin) return;
      const news = event.data?.vahti;
      isLetIn = news === "active";
      if (isLetIn || news === "close") dialog.close();
    };
    window.addEventListener("message", hear);
    dialog.addEventListener("close", () => {
      window.removeEventListener("message", hear);
      dialog.remove();
      resolve(isLetIn);
    });
    document.body.append(dialog);
    dialog.showModal();
    frame.focus();
  });
}

// The waiting page on this very host, whatever host the refusal named: the cookie is this host's, and a ticket opens it
// anywhere.
function page(waitUrl) {
  const url = new URL(GATE, location.origin);
  if (waitUrl) url.search = new URL(waitUrl, location.href).search;
  url.searchParams.delete("rm");
  url.searchParams.set("rd", location.pathname + location.search);
  url.searchParams.set("frame", "1");
  return url.href;
}

// ---- fetch -----------------------------------------------------------------------------------------------------------

const plainFetch = window.fetch;

window.fetch = async function (input, init) {
  const answer = await plainFetch.call(this, input, init);
  if (answer.headers.get("Vahti-State") !== HELD || !canBeSentAgain(input, init)) return answer;
  const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
  const isLetIn = await unlessAborted(signal, letIn(await waitUrlOf(answer)));
  if (!isLetIn) return answer;
  answer.body?.cancel().catch(() => {});
  return plainFetch.call(this, input, init);
};

// A body that was read is gone: neither a stream nor the body of a Request can be sent twice.
function canBeSentAgain(input, init) {
  const isStream = init?.body instanceof ReadableStream;
  const isUsed = input instanceof Request && input.bodyUsed;
  return !isStream && !isUsed;
}

async function waitUrlOf(answer) {
  const named = answer.headers.get("Vahti-Wait");
  if (named) return named;
  // An application may have led us to the page itself.
  if (answer.redirected && new URL(answer.url).pathname === GATE) return answer.url;
  const isProblem = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  const problem = isProblem ? await answer.clone().json().catch(() => null) : null;
  return problem?.wait_url;
}

function unlessAborted(signal, work) {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

// ---- XMLHttpRequest --------------------------------------------------------------------------------------------------

const PlainRequest = window.XMLHttpRequest;
const EVENTS = ["readystatechange", "loadstart", "progress", "load", "loadend"];

window.XMLHttpRequest = class XMLHttpRequest extends PlainRequest {
  #opened = [];
  #headers = [];
  #body = null;
  #isSync = false;
  /// Which try this is: its events are kept from the caller while the session waits.
  #try = "first";

  constructor(...options) {
    super(...options);
    // Before any listener of the caller.
    for (const event of EVENTS) super.addEventListener(event, (it) => this.#hear(it));
  }

  open(...opened) {
    this.#opened = opened;
    this.#headers = [];
    this.#isSync = opened.length > 2 && !opened[2];
    this.#try = "first";
    super.open(...opened);
  }

  setRequestHeader(name, value) {
    super.setRequestHeader(name, value);
    this.#headers.push([name, value]);
  }

  send(body) {
    this.#body = body;
    super.send(body);
  }

  abort() {
    const waited = this.#try === "held";
    this.#try = "told";
    super.abort();
    if (waited) this.#tell("abort", "loadend");
  }

  #hear(event) {
    if (!event.isTrusted || this.#isSync) return;
    const isAnswered = this.readyState >= PlainRequest.HEADERS_RECEIVED;
    if (this.#try === "first" && isAnswered && this.#isHeld()) this.#try = "held";
    // The caller has heard of the sending before; and a refusal that broke off is a failure like any other.
    else if (this.#try === "again" && isAnswered) this.#try = "told";
    else if (this.#try === "held" && !this.#isHeld()) this.#try = "told";
    if (this.#try === "first" || this.#try === "told") return;
    event.stopImmediatePropagation();
    if (this.#try === "held" && event.type === "loadend") this.#wait();
  }

  #isHeld() {
    return this.getResponseHeader("Vahti-State") === HELD;
  }

  async #wait() {
    const isLetIn = await letIn(this.getResponseHeader("Vahti-Wait") ?? undefined);
    if (this.#try !== "held") return;
    if (!isLetIn) {
      this.#try = "told";
      this.#tell("readystatechange", "load", "loadend");
      return;
    }
    this.#try = "again";
    super.open(...this.#opened);
    for (const [name, value] of this.#headers) super.setRequestHeader(name, value);
    super.send(this.#body);
  }

  #tell(...events) {
    for (const event of events) {
      const isProgress = event !== "readystatechange";
      this.dispatchEvent(isProgress ? new ProgressEvent(event) : new Event(event));
    }
  }
};

// ---- Forms -----------------------------------------------------------------------------------------------------------

const STATE_PATIENCE = 3_000; // Milliseconds.
const asked = new WeakSet();

// Last of all listeners: a form that the application sends in its own way is its own business.
window.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
  if (event.defaultPrevented || method.toLowerCase() !== "post") return;
  // A form that goes elsewhere meets no gate of ours.
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  if (!URL.canParse(action, document.baseURI) || new URL(action, document.baseURI).origin !== location.origin) return;
  event.preventDefault();
  sendOnceLetIn(form, submitter);
});

// The application has heard of this sending before.
window.addEventListener("submit", (event) => {
  if (asked.delete(event.target)) event.stopImmediatePropagation();
}, { capture: true });

async function sendOnceLetIn(form, submitter) {
  if ((await state()) === HELD && !(await letIn())) return;
  asked.add(form);
  form.requestSubmit(submitter?.isConnected ? submitter : null);
  // Not sent after all: something in it is not valid any more.
  asked.delete(form);
}

// Who cannot tell, or does not say for long, lets the form go: the gate answers for itself.
async function state() {
  try {
    const answer = await plainFetch.call(window, "/vahti/state", { cache: "no-store", signal: AbortSignal.timeout(STATE_PATIENCE) });
    return answer.ok ? (await answer.json()).state : null;
  } catch {
    return null;
  }
}
