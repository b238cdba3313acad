// Two browsers of one person. The second one waits; a supervisor's phone reads its screen and lets it in, and it goes on by
// itself. The first one waits from its next step on.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");
const camera = require("./camera.cjs");

tell(async ({ visitor, supervisor, site, login, film }) => {
  const home = await visitor((await login("aino", { place: "At home" })).token);
  await home.goto(`${site}/exam`);
  await home.getByText("the application, for aino").waitFor();
  const seat = await visitor((await login("aino", { place: "Seat 17" })).token);
  await seat.goto(`${site}/exam`);
  await seat.waitForURL(/\/vahti\/gate/);

  await seat.locator(".qr").click();
  await camera.pointAt(seat.locator("#qr svg"), film);
  const phone = await supervisor();
  await phone.goto(`${site}/vahti/console/scan`);
  await phone.waitForURL(/\/vahti\/console\/confirm/);
  await phone.getByText("Aino Suoranta").first().waitFor();
  await phone.getByText("Seat 17").first().waitFor();
  // The screen in front of the supervisor is the one that was scanned: both show one sign.
  const [, shape, number] = /([▲●■◆★✚▼♥]) (\d\d)/u.exec(await phone.textContent("main"));
  const sign = seat.locator(".sign");
  await sign.waitFor();
  assert.ok(await sign.evaluate((sign) => {
    const { x, y, width, height } = sign.getBoundingClientRect();
    return sign.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  }), "the sign is seen above the code that was enlarged");
  assert.match(await sign.textContent(), new RegExp(`${shape}.* ${number}`, "u"));

  await phone.getByRole("button", { name: "Let in", exact: true }).click();
  await phone.getByText("Has the screen in front of you gone on?").waitFor();
  await seat.waitForURL(`${site}/exam`);
  await seat.getByText("the application, for aino").waitFor();

  await home.reload();
  await home.waitForURL(/\/vahti\/gate/);
  await home.getByText("You were let in on another device").waitFor();
});
