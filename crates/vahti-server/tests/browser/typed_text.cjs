// Five hundred words, sent while the session is held: they are still there afterwards.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise }) => {
  const text = Array.from({ length: 500 }, (_, number) => `word${number}`).join(" ");
  const { token, session } = await login("aino");
  const page = await visitor(token);
  await page.goto(`${site}/form`);
  await page.fill("textarea", text);

  await supervise("invalidate", { user: "aino" });
  await page.click("button");
  await page.waitForURL(/\/vahti\/gate/);
  await page.getByText("Aino Suoranta").first().waitFor();

  await supervise("verify", { user: "aino", session_id: session.id });
  // The waiting page finds out by itself.
  await page.getByText("Your text is still there").waitFor();
  // A page that was kept is shown again without loading it.
  await page.goBack({ waitUntil: "commit" });
  await page.locator("textarea").waitFor();
  assert.strictEqual(await page.inputValue("textarea"), text);

  await page.click("button");
  await page.getByText("Thank you.").waitFor();
});
