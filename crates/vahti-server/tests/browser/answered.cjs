// axe-core looks at what the buttons answer, refusals too, as it does at every other page, and finds nothing.

const assert = require("node:assert");
const { logIn, tell } = require("./browser.cjs");
const { LANGUAGES, Looks } = require("./look.cjs");

const PASSWORD = "correct horse battery";

tell(async ({ visitor, site, login, call }) => {
  await login("aino", { session_id: "home", place: "At home" });
  await login("aino", { session_id: "seat-17", place: "Seat 17", number: "0412345" });
  await call("ADMIN", "supervisors", { name: "Maija K", password: PASSWORD });
  const nobody = await visitor();
  const phone = await visitor();
  await phone.goto(`${site}/vahti/console`);
  await logIn(phone, "Maija K", PASSWORD);
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();

  const looks = new Looks();
  // A form of the page at `from` is filled in and sent to where it leads, or to `to`.
  const answers = [
    [phone, "seat-17 is let in", 200, "confirm?session=seat-17", "let-in", {}],
    [phone, "it is taken back, with an alarm", 200, "done?session=seat-17&now=1", "undo", {}],
    [phone, "nothing to take back", 409, "done?session=seat-17", "undo", { session: "seat-17", of: "1" }],
    [phone, "on hold", 200, "confirm?session=seat-17", "hold", {}],
    [phone, "logged out for good", 200, "confirm?session=home", "log-out", {}],
    [phone, "it has ended", 410, "message", "let-in", { session: "home" }],
    [phone, "nobody was ticked", 400, "message", "let-in-many", { x: "" }],
    [phone, "all who were ticked", 200, "message", "let-in-many", { session: "seat-17" }],
    [phone, "taken back for all", 200, null, "undo-many", {}],
    [phone, "a message", 200, "message", "message", { text: "Please stay seated." }],
    [phone, "a message too long", 400, "message", "message", { text: "word ".repeat(120) }],
    [phone, "another number", 400, "everyone?what=hold&look=1", "everyone", { number: "99", password: PASSWORD }],
    [phone, "conditions that are none", 400, "everyone?look=1&unused=x&groups=a!b&before=y", null, {}],
    [phone, "everyone on hold", 200, "everyone?what=hold&look=1", "everyone", { number: "1", password: PASSWORD }],
    [phone, "wrong digits", 400, "scan", "code", { code: "12 34" }],
    [phone, "an invitation", 200, "invite", "invite", { name: "Eino L", hours: "2" }],
    [phone, "an invitation that is there", 409, "invite", "invite", { name: "Eino L", hours: "2" }],
    [phone, "a wrong password", 403, "password", "password", { old: "x", new: PASSWORD, again: PASSWORD }],
    [phone, "a time that is none", 400, "export?format=csv&since=x", null, {}],
    [phone, "no such page", 404, "nothing", null, {}],
    [phone, "the address of a button", 405, "let-in", null, {}],
    [nobody, "a wrong login", 403, "login", "login", { name: "Maija K", password: "x" }],
    [nobody, "a login that ran out", 401, "login", "let-in", { session: "seat-17" }],
  ];
  for (const [at, [page, name, status, from, to, fields]] of answers.entries()) {
    const language = LANGUAGES[at % LANGUAGES.length];
    const opened = from && (await page.goto(`${site}/vahti/console/${from}${from.includes("?") ? "&" : "?"}lang=${language}`));
    const send = () => page.evaluate(([to, fields]) => {
      const known = document.querySelector(`main form[action="/vahti/console/${to}"], main form:has([formaction="/vahti/console/${to}"])`);
      const form = document.createElement("form");
      const all = new Map(known ? new FormData(known) : []);
      for (const [name, value] of Object.entries(fields)) all.set(name, value);
      Object.assign(form, { method: "post", action: `/vahti/console/${to}` });
      for (const [name, value] of all) form.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(form);
      form.submit();
    }, [to, fields]);
    const isPage = (answer) => answer.request().isNavigationRequest() && answer.status() !== 303;
    // The answer is here before its page is: until then the browser shows the page before.
    const loaded = () => Promise.all([page.waitForResponse(isPage), page.waitForEvent("load"), send()]);
    const answer = to ? (await loaded())[0] : opened;
    assert.strictEqual(answer.status(), status, `${name}: ${await page.textContent("main")}`);
    await looks.take(page, name);
  }
  looks.found(answers.length);
});
