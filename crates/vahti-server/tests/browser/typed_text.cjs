// Five hundred words, sent while the session is held: they are still there afterwards.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ page, env, supervise }) => {
  const text = Array.from({ length: 500 }, (_, number) => `word${number}`).join(" ");
  await page.goto(`${env("SITE")}/form`);
  await page.fill("textarea", text);

  await supervise("invalidate", { user: "aino" });
  await page.click("button");
  await page.waitForURL(/\/vahti\/gate/);
  assert.match(await page.textContent("body"), /Aino Suoranta/);

  await supervise("verify", { user: "aino", session_id: env("SESSION") });
  // The waiting page finds out by itself.
  await page.getByText("Your text is still there").waitFor();
  // A page that was kept is shown again without loading it.
  await page.goBack({ waitUntil: "commit" });
  await page.locator("textarea").waitFor();
  assert.strictEqual(await page.inputValue("textarea"), text);

  await page.click("button");
  await page.getByText("Thank you.").waitFor();
});
