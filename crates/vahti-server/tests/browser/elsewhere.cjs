// A page of another site, in the browser of a supervisor and in that of a user: whatever it sends, nothing happens.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

const EVIL = "http://evil.example";

tell(async ({ supervisor, visitor, site, login, call, env }) => {
  await login("aino", { session_id: "home" });
  const { token } = await login("aino", { session_id: "seat-17" });
  const phone = await supervisor();
  const seat = await visitor(token);
  await seat.goto(`${site}/exam`);

  // A form of the other site, sent from its own page, so that the browser says where it comes from.
  const send = async (page, path, fields, to = site) => {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const form = `<form method="post" action="${to}${path}">${inputs.join("")}<button>Win a prize</button></form>`;
    const tab = await page.context().newPage();
    await tab.route(`${EVIL}/**`, (route) => route.fulfill({ contentType: "text/html", body: form }));
    await tab.goto(`${EVIL}/`);
    const [answer] = await Promise.all([
      tab.waitForResponse((response) => response.url() === `${to}${path}`),
      tab.getByRole("button").click(),
    ]);
    await tab.close();
    return answer.status();
  };
  const forms = [
    ["/vahti/console/let-in", { session: "seat-17", how: "list" }],
    ["/vahti/console/let-in-many", { session: "seat-17" }],
    ["/vahti/console/hold", { session: "home" }],
    ["/vahti/console/log-out", { session: "home" }],
    ["/vahti/console/undo", { session: "home", of: "1" }],
    ["/vahti/console/code", { code: "0000 0000" }],
    ["/vahti/console/invite", { name: "Eve", hours: "12" }],
    ["/vahti/console/password", { old: "", new: "of the other site", again: "of the other site" }],
    ["/vahti/console/logout", {}],
  ];
  for (const [path, fields] of forms) assert.strictEqual(await send(phone, path, fields), 403, path);
  assert.strictEqual(await send(seat, "/vahti/logout", {}), 403);
  // The API takes no cookies at all, and no forms.
  for (const path of ["/v1/verify", "/user/sessions/verify"]) {
    const status = await send(phone, path, { user: "aino" }, env("GATE"));
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
  }

  const sessions = await fetch(`${env("GATE")}/v1/sessions?user=aino`, {
    headers: { authorization: `Bearer ${env("SUPERVISOR")}` },
  });
  const states = (await sessions.json()).sessions.map(({ id, state }) => [id, state]);
  assert.deepStrictEqual(Object.fromEntries(states), { home: "active", "seat-17": "held" });
  await phone.goto(`${site}/vahti/console`);
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
});
