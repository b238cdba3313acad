// `ask`: the user's own logins, and the choice which one is logged out. It is one commit with going on here.

const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login }) => {
  const phone = await visitor((await login("aino", { place: "At home" })).token);
  await phone.goto(`${site}/exam`);
  const laptop = await visitor((await login("aino", { place: "Library" })).token);
  await laptop.goto(`${site}/exam`);
  await laptop.waitForURL(/\/vahti\/gate/);
  await laptop.getByText("Your account allows one device at a time.").waitFor();
  await laptop.getByRole("radio", { name: /At home/ }).check();
  await laptop.getByRole("button", { name: /Log out there/ }).click();
  await laptop.waitForURL(`${site}/exam`);
  await laptop.getByText("the application, for aino").waitFor();
  await phone.reload();
  await phone.getByText("This login was ended from another of your devices").waitFor();
});
