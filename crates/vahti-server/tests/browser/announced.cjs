// What a screen reader says: being let in, and nothing when a code is renewed. Neither moves the focus. And the page goes on once,
// however often it hears that it may.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise }) => {
  await login("aino");
  const { token, session } = await login("aino");
  const page = await visitor(token);
  await page.goto(`${site}/exam`);
  await page.waitForURL(/\/vahti\/gate/);
  // Whatever is put into a live region is announced.
  const said = [];
  await page.exposeFunction("announced", (text) => said.push(text));
  await page.evaluate(() => {
    for (const region of document.querySelectorAll("[aria-live], [role=status], [role=alert]")) {
      const tell = () => region.textContent.trim() && window.announced(region.textContent.trim());
      new MutationObserver(tell).observe(region, { childList: true, subtree: true, characterData: true });
    }
  });
  const focused = page.getByRole("button").last();
  await focused.focus();
  const code = page.locator("#qr svg path").last();
  const shown = await code.getAttribute("d");
  // waits: a code is shown for thirty seconds.
  const renewed = async () => (await code.getAttribute("d")) !== shown;
  for (let second = 0; second < 40 && !(await renewed()); second += 1) await page.waitForTimeout(1_000);
  assert.ok(await renewed(), "the code was renewed");
  assert.deepStrictEqual(said, [], "and nobody heard of it");
  assert.ok(await focused.evaluate((button) => button === document.activeElement), "nor lost the focus");

  // What leads on is held up until what the page says has been seen.
  let goOn;
  const seen = new Promise((resolve) => { goOn = resolve; });
  await page.route(/\/vahti\/gate\?/, (route) => seen.then(() => route.continue()));
  await supervise("verify", { user: "aino", session_id: session.id });
  await page.getByRole("status").getByText("You are let in.").waitFor();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  goOn();
  await page.waitForURL(`${site}/exam`);
  assert.strictEqual(asked.filter((url) => url === `${site}/exam`).length, 1, "the exam was asked for once");
});
