// Who comes in to the console, and who is out again: an invitation is used once, a wrong password is told, a disabled account is
// out while its page is open, and a login that has run out loses nothing silently.

const assert = require("node:assert");
const { logIn, tell } = require("./browser.cjs");

const PASSWORD = "correct horse battery";

tell(async ({ visitor, supervisor, site, call, env }) => {
  const { url } = await call("ADMIN", "invitations", { name: "Maija K" });
  const phone = await visitor();
  await phone.goto(url);
  await phone.getByRole("button", { name: "Log in here" }).click();
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  const second = await visitor();
  await second.goto(url);
  await second.getByText("This link does not work any more").first().waitFor();

  await call("ADMIN", "supervisors", { name: "Pekka N", password: PASSWORD });
  const pekka = await visitor();
  const comeIn = async (password) => {
    await pekka.goto(`${site}/vahti/console`);
    await logIn(pekka, "Pekka N", password);
  };
  await comeIn("a wrong password");
  await pekka.getByRole("alert").getByText("The name or the password is wrong.").waitFor();
  await comeIn(PASSWORD);
  await pekka.getByRole("heading", { name: "Who waits" }).waitFor();

  const disabled = await fetch(`${env("GATE")}/v1/supervisors/Pekka%20N`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${env("ADMIN")}` },
  });
  assert.strictEqual(disabled.status, 204);
  // The open page finds out by itself.
  await pekka.getByRole("heading", { name: "Log in to the console" }).waitFor();

  // A login that is gone when something is sent: it is said, and nothing was done.
  await phone.goto(`${site}/vahti/console/scan`);
  await phone.getByRole("textbox").fill("0000 0000");
  await phone.context().clearCookies();
  await phone.getByRole("button", { name: "Open" }).click();
  await phone.getByText("Your login has run out").first().waitFor();
  await phone.getByText("Nothing was sent.").waitFor();
});
