// `vahti dev` in two browsers: one person, two devices, and the second one waits until it is let in. The first one then waits at
// its next step, over the page that it was at.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");
const { look } = require("./look.cjs");

tell(async ({ visitor, site, supervise }) => {
  const logIn = async (place) => {
    const page = await visitor();
    await page.goto(`${site}/vahti/demo`);
    assert.deepStrictEqual((await look(page)).violations, []);
    await page.getByLabel("Name").fill("Aino <b>Suoranta");
    await page.getByLabel(place).check();
    await page.getByRole("button", { name: "Log in" }).click();
    return page;
  };
  const home = await logIn("At home");
  await home.getByRole("heading", { name: "Welcome, Aino <b>Suoranta" }).waitFor();
  assert.deepStrictEqual((await look(home)).violations, []);
  const seat = await logIn("Hall A, seat 17");
  await seat.waitForURL(/\/vahti\/gate/);
  await seat.getByText("Hall A, seat 17").waitFor();

  await supervise("verify", { user: "Aino <b>Suoranta" });
  await seat.getByRole("heading", { name: "Welcome" }).waitFor();

  await home.getByLabel("Your answer").fill("forty-two");
  await home.getByRole("button", { name: "Hand in" }).click();
  const dialog = home.frameLocator("dialog[open] iframe");
  await dialog.getByRole("heading", { name: "Aino <b>Suoranta, please wait" }).waitFor();
  assert.strictEqual(await home.inputValue("textarea"), "forty-two");
  await seat.getByRole("button", { name: "Log out" }).click();
  await seat.getByRole("link", { name: "Log in again" }).click();
  await seat.getByRole("heading", { name: "An exam, to try out" }).waitFor();
});
