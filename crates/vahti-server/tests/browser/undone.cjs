// The screen in front of the supervisor has not gone on: it was another one. *No* takes the let in back, and who was active
// before is active again.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ supervisor, visitor, site, login, env }) => {
  const home = await visitor((await login("aino", { session_id: "home", place: "At home" })).token);
  await login("aino", { session_id: "seat-17", place: "Seat 17" });
  const phone = await supervisor();
  await phone.goto(`${site}/vahti/console/confirm?session=seat-17`);
  await phone.getByRole("button", { name: "Let in", exact: true }).click();
  await phone.getByText("Has the screen in front of you gone on?").waitFor();
  await home.goto(`${site}/exam`);
  await home.waitForURL(/\/vahti\/gate/);

  const no = phone.getByRole("button", { name: "No: undo" });
  const form = await no.evaluate((button) => new URLSearchParams(new FormData(button.form)).toString());
  await no.click();
  await phone.getByText("Seat 17 waits again.").waitFor();
  await home.waitForURL(`${site}/exam`);
  const events = await fetch(`${env("GATE")}/v1/events?user=aino&verb=alarm`, {
    headers: { authorization: `Bearer ${env("SUPERVISOR")}` },
  });
  assert.strictEqual((await events.json()).events.length, 1);
  // A second tap that was on its way does nothing, and says so.
  const again = await phone.evaluate(async (body) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return (await fetch("/vahti/console/undo", { method: "POST", headers, body })).text();
  }, form);
  assert.match(again, /There is nothing to take back any more|Undone/);
  await home.reload();
  await home.getByText("the application, for aino").waitFor();
});
