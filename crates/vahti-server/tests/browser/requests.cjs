// `vahti.js` in a page of the application: what is asked for while the session is held waits for it, and is asked for again.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise }) => {
  const { token, session } = await login("aino");
  const page = await visitor(token);
  await page.goto(`${site}/app`);
  const hold = () => supervise("invalidate", { user: "aino" });
  const letIn = () => supervise("verify", { user: "aino", session_id: session.id });
  const dialog = page.locator("dialog[open]");

  await hold();
  const answers = page.evaluate(async () => {
    const text = async (path) => (await fetch(path)).text();
    const older = new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("GET", "/three");
      request.onload = () => resolve(request.responseText);
      request.send();
    });
    return Promise.all([text("/one"), text("/two"), older]);
  });
  await dialog.waitFor();
  assert.strictEqual(await page.locator("dialog").count(), 1, "one dialog, however many wait");
  await letIn();
  for (const answer of await answers) assert.strictEqual(answer, "the application, for aino\n");
  await dialog.waitFor({ state: "hidden" });

  // Five hundred words in a form: they are sent once the session is let in, and not before.
  const text = Array.from({ length: 500 }, (_, number) => `word${number}`).join(" ");
  await page.fill("textarea", text);
  await hold();
  await page.getByRole("button", { name: "Send" }).click();
  await dialog.waitFor();
  assert.strictEqual(await page.inputValue("textarea"), text);
  await letIn();
  await page.getByText("Thank you.").waitFor();

  // A gate that does not say how the session stands keeps no form for ever.
  await page.goto(`${site}/app`);
  await page.route("**/vahti/state", () => {});
  await page.fill("textarea", "sent although nobody said how the session stands");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Thank you.").waitFor();
  await page.unroute("**/vahti/state");

  // What goes elsewhere meets no gate of ours.
  await page.goto(`${site}/app`);
  await page.route("http://elsewhere.example/**", (route) => route.fulfill({ body: "received elsewhere" }));
  await page.evaluate(() => { document.forms[0].action = "http://elsewhere.example/answers"; });
  await hold();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("received elsewhere").waitFor();
});
