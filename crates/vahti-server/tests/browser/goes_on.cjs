// Held, with a page that goes on by itself; nothing moves in it meanwhile.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise }) => {
  const { token, session } = await login("aino");
  const hold = () => supervise("invalidate", { user: "aino" });
  await hold();
  const page = await visitor(token);
  // The browser keeps the fragment on the way to the waiting page, and back.
  await page.goto(`${site}/exam?part=2#question-7`);
  await page.getByRole("heading", { name: "Aino Suoranta, please wait" }).waitFor();
  const code = await page.locator("#qr svg").boundingBox();
  assert.ok(code.width >= 280 && code.height >= 280, `${code.width}`);

  // What somebody has chosen and where they are stays, though the page says something else now.
  const enlarge = page.getByRole("checkbox", { name: "Show the code larger" });
  await enlarge.focus();
  await page.keyboard.press("Space");
  await supervise("verify", { user: "aino", session_id: (await login("aino")).session.id });
  await page.getByText("You were let in on another device").waitFor();
  assert.ok(await enlarge.isChecked());
  assert.strictEqual(await page.evaluate(() => document.activeElement.id), "enlarge");

  // Another tab waits with it.
  const other = await page.context().newPage();
  await other.goto(`${site}/exam?part=3`);
  await other.getByRole("heading", { name: "please wait" }).waitFor();

  await supervise("verify", { user: "aino", session_id: session.id });
  await page.waitForURL(`${site}/exam?part=2#question-7`);
  await other.waitForURL(`${site}/exam?part=3`);
});
