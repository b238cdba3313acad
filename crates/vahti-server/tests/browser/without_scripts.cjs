// Browsers without scripts: the waiting page loads itself again, and a supervisor lets somebody in by the digits.

const { tell } = require("./browser.cjs");

tell(async ({ visitor, supervisor, site, login }) => {
  await login("aino");
  const seat = await visitor((await login("aino")).token, { javaScriptEnabled: false });
  await seat.goto(`${site}/exam`);
  await seat.waitForURL(/\/vahti\/gate/);
  const digits = await seat.locator(".digits").textContent();

  const phone = await supervisor("Maija K", { javaScriptEnabled: false });
  await phone.goto(`${site}/vahti/console/scan`);
  await phone.getByRole("textbox").fill(digits);
  await phone.getByRole("button", { name: "Open" }).click();
  await phone.getByText("Aino Suoranta").first().waitFor();
  await phone.getByRole("button", { name: "Let in", exact: true }).click();
  await phone.getByText("is let in").first().waitFor();
  await seat.waitForURL(`${site}/exam`);
});
