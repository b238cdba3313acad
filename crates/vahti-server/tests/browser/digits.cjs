// The short code: a slip of a finger is told at once, digits that no screen shows are told, and after ten wrong ones the field
// rests. The screen that waits notices nothing of it.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ visitor, supervisor, site, login }) => {
  await login("aino");
  const seat = await visitor((await login("aino")).token);
  await seat.goto(`${site}/exam`);
  await seat.waitForURL(/\/vahti\/gate/);
  const shown = await seat.locator(".digits").textContent();
  const digits = shown.replace(/\D/g, "");
  assert.strictEqual(digits.length, 8);

  const phone = await supervisor();
  const type = async (text) => {
    await phone.goto(`${site}/vahti/console/scan`);
    await phone.getByRole("textbox").fill(text);
    await Promise.all([phone.waitForURL(/\/console\/(code|confirm)/), phone.keyboard.press("Enter")]);
  };
  const last = (Number(digits[7]) + 1) % 10;
  await type(digits.slice(0, 7) + last);
  await phone.getByText("These digits hold a typing error.").waitFor();
  await type("0000 0000");
  await phone.getByText("No waiting screen shows these digits now.").waitFor();
  await type("12 34");
  await phone.getByText("The code has eight digits.").waitFor();
  const rests = phone.getByText("Too many wrong codes.");
  for (let wrong = 3; wrong < 20 && !(await rests.isVisible()); wrong += 1) await type("0000 0000");
  await rests.waitFor();
  assert.strictEqual(await seat.locator(".digits").textContent(), shown);

  // Only this supervisor's field rests.
  const other = await supervisor("Pekka N");
  await other.goto(`${site}/vahti/console/scan`);
  await other.getByRole("textbox").fill(shown);
  await other.keyboard.press("Enter");
  await other.waitForURL(/\/vahti\/console\/confirm/);
});
