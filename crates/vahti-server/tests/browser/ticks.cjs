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
