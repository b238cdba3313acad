// The whole story by keyboard alone: every action is reached with the tab key, and shows where the focus is.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, call }) => {
  await login("aino", { session_id: "home" });
  const { token } = await login("aino", { session_id: "seat-17" });
  const seat = await visitor(token);
  await seat.goto(`${site}/exam`);
  await seat.waitForURL(/\/vahti\/gate/);

  // Presses the tab key until the element with this name has the focus, and says that it is seen.
  const reach = async (page, name) => {
    const trail = [];
    for (let press = 0; press < 60; press += 1) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        const label = at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        const holder = at.closest(":has(:focus-visible)") ?? at;
        const around = getComputedStyle(holder).outlineStyle;
        return { label: label.trim(), isSeen: (outlineStyle !== "none" && outlineWidth !== "0px") || around !== "none" };
      });
      trail.push(here.label);
      if (here.label !== name) continue;
      assert.ok(here.isSeen, `${name}: the focus is seen`);
      return;
    }
    assert.fail(`${name} is not reached: ${trail.join(" | ")}`);
  };
  await reach(seat, "Not Aino Suoranta? Log out");

  const { url } = await call("ADMIN", "invitations", { name: "Maija K" });
  const phone = await visitor();
  await phone.goto(url);
  await reach(phone, "Log in here");
  await phone.keyboard.press("Enter");
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  await reach(phone, "Scan");
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/vahti\/console\/scan/);
  await reach(phone, "Or type the digits on the screen");
  await phone.keyboard.type(await seat.locator(".digits").textContent());
  await reach(phone, "Open");
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/vahti\/console\/confirm/);
  await reach(phone, "Let in");
  await phone.keyboard.press("Enter");
  await phone.getByText("Has the screen in front of you gone on?").waitFor();
  await seat.waitForURL(`${site}/exam`);
});
