// A device is chosen and the focus is on it, but nothing is sent yet: while the page tells of the devices anew, both stay.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, ask }) => {
  await login("aino", { session_id: "home", place: "At home" });
  await login("aino", { session_id: "phone", place: "In the pocket" });
  const laptop = await visitor((await login("aino", { place: "Library" })).token);
  const follows = laptop.waitForResponse(/\/vahti\/gate\/events/);
  await laptop.goto(`${site}/vahti/gate`);
  await follows;
  const device = laptop.getByRole("radio", { name: /In the pocket/ });
  await device.check();
  await device.focus();
  assert.match(await laptop.textContent("#choice"), /in use just now/);

  await ask("3600 seconds pass");
  await laptop.getByText(/last used at/).first().waitFor();
  assert.ok(await device.isChecked(), "what was chosen");
  assert.ok(await device.evaluate((radio) => radio === document.activeElement), "and where they are");
  assert.strictEqual(await laptop.getByRole("radio", { checked: true }).count(), 1);
});
