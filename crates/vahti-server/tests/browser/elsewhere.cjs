// A page of another site, in the browser of a supervisor and in that of a user: whatever it sends to whichever button, nothing
// happens.

const assert = require("node:assert");
const { logIn, tell } = require("./browser.cjs");

const EVIL = "http://evil.example";
const PASSWORD = "correct horse battery";

tell(async ({ visitor, site, login, call, env }) => {
  await login("aino", { session_id: "home" });
  const { token } = await login("aino", { session_id: "seat-17" });
  const { url } = await call("ADMIN", "invitations", { name: "Eino" });
  await call("ADMIN", "supervisors", { name: "Maija K", password: PASSWORD });
  const phone = await visitor();
  const comeIn = async () => {
    await phone.goto(`${site}/vahti/console/login`);
    await logIn(phone, "Maija K", PASSWORD);
    await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  };
  await comeIn();
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
  // What each button would do, if it was pressed on its own page.
  const now = Date.now();
  const buttons = new Map([
    ["/vahti/console/let-in", [phone, { session: "seat-17", how: "list" }]],
    ["/vahti/console/let-in-many", [phone, { session: "seat-17" }]],
    ["/vahti/console/undo-many", [phone, { after: "0", until: "1000" }]],
    ["/vahti/console/hold", [phone, { session: "home" }]],
    ["/vahti/console/log-out", [phone, { session: "home" }]],
    ["/vahti/console/undo", [phone, { session: "home", of: "1" }]],
    ["/vahti/console/leave", [phone, { session: "seat-17" }]],
    ["/vahti/console/message", [phone, { text: "Leave the hall" }]],
    ["/vahti/console/everyone", [phone, { what: "log-out", people: "1", number: "1", looked: now, password: PASSWORD }]],
    ["/vahti/console/code", [phone, { code: "0000 0000" }]],
    ["/vahti/console/invite", [phone, { name: "Eve", hours: "12" }]],
    ["/vahti/console/password", [phone, { old: PASSWORD, new: "of the other site", again: "of the other site" }]],
    ["/vahti/console/login", [phone, { name: "Maija K", password: PASSWORD }]],
    ["/vahti/console/invitation", [phone, { i: new URL(url).searchParams.get("i") }]],
    ["/vahti/console/logout", [phone, {}]],
    ["/vahti/gate/choose", [seat, { ends: "home" }]],
    ["/vahti/logout", [seat, {}]],
  ]);
  assert.deepStrictEqual([...buttons.keys()].sort(), env("BUTTONS").split(" ").sort(), "every button, and no other");
  const told = async (path) => {
    const answer = await fetch(`${env("GATE")}/v1/${path}`, { headers: { authorization: `Bearer ${env("ADMIN")}` } });
    return answer.json();
  };
  // Logins at the console are no business of these.
  const everything = async () => {
    const { sessions } = await told("sessions");
    const { events } = await told("events?order=newest&limit=1000");
    const states = sessions.map(({ id, state }) => [id, state]);
    return { states: Object.fromEntries(states), events: events.length, supervisors: await told("supervisors") };
  };
  const before = await everything();
  assert.deepStrictEqual(before.states, { home: "active", "seat-17": "held" });
  const cookies = async (page) => (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).sort();
  const kept = [await cookies(phone), await cookies(seat)];
  for (const [path, [page, fields]] of buttons) assert.strictEqual(await send(page, path, fields), 403, path);
  // The API takes no cookies at all, and no forms.
  for (const path of ["/v1/verify", "/user/sessions/verify"]) {
    const status = await send(phone, path, { user: "aino" }, env("GATE"));
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
  }

  assert.deepStrictEqual(await everything(), before);
  assert.deepStrictEqual([await cookies(phone), await cookies(seat)], kept, "nobody is logged out, or in as somebody else");
  await phone.goto(`${site}/vahti/console/message`);
  await phone.getByText("There is no message now.").waitFor();
  await phone.goto(`${site}/vahti/console`);
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  // The password and the invitation are what they were. An open page would find its login gone, and lead to the login by itself.
  const forget = async () => {
    await phone.goto("about:blank");
    await phone.context().clearCookies();
  };
  await forget();
  await comeIn();
  await forget();
  await phone.goto(url);
  await phone.getByRole("button", { name: "Log in here" }).click();
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
});
