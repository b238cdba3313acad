// Reload, back, and two tabs: the waiting page stays what it is, and each tab goes on by itself.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise }) => {
  await login("aino");
  const { token, session } = await login("aino");
  const one = await visitor(token);
  await one.goto(`${site}/exam?question=1`);
  await one.waitForURL(/\/vahti\/gate/);
  const digits = () => one.locator(".digits").textContent();
  const shown = await digits();
  await one.reload();
  assert.strictEqual(await digits(), shown, "a reload changes nothing");

  await one.goto(`${site}/vahti/console`);
  await one.goBack();
  await one.waitForURL(/\/vahti\/gate/);
  assert.strictEqual(await digits(), shown, "nor does coming back");

  const two = await one.context().newPage();
  await two.goto(`${site}/exam?question=2`);
  await two.waitForURL(/\/vahti\/gate/);
  await supervise("verify", { user: "aino", session_id: session.id });
  await two.waitForURL(`${site}/exam?question=2`);
  await one.waitForURL(`${site}/exam?question=1`);
});
