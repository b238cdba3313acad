// `vahti.js` where a request cannot simply be sent again: bodies that are gone, listeners of an older request, and somebody who
// does not want to wait.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise }) => {
  const { token, session } = await login("aino");
  const page = await visitor(token);
  await page.goto(`${site}/app`);
  const hold = () => supervise("invalidate", { user: "aino" });
  const dialog = page.frameLocator("dialog iframe");

  await hold();
  const answers = page.evaluate(() => {
    const status = (...request) => fetch(...request).then((answer) => answer.status);
    const heard = [];
    const older = new XMLHttpRequest();
    const done = new Promise((resolve) => older.addEventListener("loadend", resolve));
    older.onreadystatechange = () => heard.push(older.readyState);
    older.open("PUT", "/by-xhr");
    older.setRequestHeader("x-kept", "yes");
    older.send("body");
    return Promise.all([
      status("/by-fetch", { method: "POST", body: "body" }),
      status(new Request("/used", { method: "POST", body: "body" })),
      status("/streamed", { method: "POST", body: new Blob(["x"]).stream(), duplex: "half" }).catch(() => "not sent"),
      done.then(() => [older.status, ...new Set(heard)]),
    ]);
  });
  await dialog.getByRole("heading", { name: "Aino Suoranta, please wait" }).waitFor();
  await supervise("verify", { user: "aino", session_id: session.id });
  const [byFetch, used, streamed, older] = await answers;
  assert.deepStrictEqual([byFetch, used, older], [200, 401, [200, 1, 2, 3, 4]]);
  // Over HTTP/1.1 a browser sends no stream at all.
  assert.ok([401, "not sent"].includes(streamed), streamed);

  await hold();
  const sent = [];
  page.on("request", (request) => sent.push(new URL(request.url()).pathname));
  const refused = page.evaluate(() => fetch("/refused").then((answer) => answer.headers.get("Vahti-State")));
  await dialog.getByRole("heading", { name: "Aino Suoranta, please wait" }).waitFor();
  // Only the waiting page itself says that it is over.
  await page.evaluate(() => window.postMessage({ vahti: "active" }, location.origin));
  // Who does not want an answer any more gets none; the others wait on.
  const isHeld = page.waitForResponse(/\/aborted/);
  const aborted = page.evaluate(() => {
    window.patience = new AbortController();
    return fetch("/aborted", { signal: window.patience.signal }).catch((error) => error.name);
  });
  await isHeld;
  await page.evaluate(() => window.patience.abort());
  assert.strictEqual(await aborted, "AbortError");
  await dialog.getByRole("button", { name: "Close this and wait later" }).click();
  assert.strictEqual(await refused, "held");
  assert.strictEqual(sent.filter((path) => path === "/refused").length, 1, "nobody was let in, and nothing is sent again");
});
