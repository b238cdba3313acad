// A list that stays open: whoever turns doubtful loses the tick, unless a supervisor has set it; and nobody who comes later is
// ticked under the finger.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ supervisor, site, login, supervise }) => {
  const waits = async (user) => {
    await login(user, { name: `Student ${user}`, session_id: `${user}-seat` });
    await supervise("invalidate", { user });
  };
  await waits("aino");
  await waits("bea");
  const phone = await supervisor();
  await phone.goto(`${site}/vahti/console`);
  const button = (number) => phone.getByRole("button", { name: `Let in ${number}`, exact: true }).waitFor();
  const tick = (user) => phone.locator(`#tick-${user}-seat`);
  await button(2);

  // On a small phone the first who waits stands whole above the bar, which takes one line.
  await phone.setViewportSize({ width: 360, height: 640 });
  const box = (query) => phone.locator(query).first().boundingBox();
  const bottom = ({ y, height }) => y + height;
  const [first, bar] = [await box(".people li"), await box("[data-bar]")];
  const [reason, press] = [await box("[data-bar] input"), await box("[data-bar] button")];
  assert.ok(bottom(first) <= bar.y && bottom(bar) <= 640, JSON.stringify([first, bar]));
  assert.ok(reason.y < bottom(press) && press.y < bottom(reason), JSON.stringify([reason, press]));

  // Paper takes the people, and no buttons.
  await phone.emulateMedia({ media: "print" });
  assert.ok(await phone.getByText("Student bea").isVisible());
  for (const one of ["header", ".search", "[data-bar]"]) {
    assert.ok(!(await phone.locator(one).first().isVisible()), one);
  }
  await phone.emulateMedia({ media: "screen" });

  // Somebody uses another login of Aino's at this moment.
  await login("aino", { session_id: "aino-home" });
  await button(1);
  assert.strictEqual(await tick("aino").isChecked(), false);

  // The supervisor knows better, and decides on Aino alone.
  await tick("aino").check();
  await tick("bea").uncheck();
  await button(1);
  await waits("cai");
  await tick("cai").waitFor();
  const ticked = async () => Promise.all(["aino", "bea", "cai"].map((user) => tick(user).isChecked()));
  assert.deepStrictEqual(await ticked(), [true, false, false]);
  await waits("dea");
  await tick("dea").waitFor();
  assert.deepStrictEqual(await ticked(), [true, false, false], "also when the list is asked for again");
  await button(1);
});
