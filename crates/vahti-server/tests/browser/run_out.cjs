// A supervisor's login runs out while the list is open, and nobody touches it: the page leads to the login by itself, and the login
// back to where it was.

const { logIn, tell } = require("./browser.cjs");

const PASSWORD = "correct horse battery";
const HALF_AN_HOUR = 1_800; // In seconds: so long may a login go unused.

tell(async ({ visitor, site, login, call, ask }) => {
  await login("aino", { session_id: "home" });
  await login("aino", { session_id: "seat-17" });
  await call("ADMIN", "supervisors", { name: "Maija K", password: PASSWORD });
  const phone = await visitor();
  const list = `${site}/vahti/console?q=suoranta`;
  const comeIn = async () => {
    await logIn(phone, "Maija K", PASSWORD);
    await phone.waitForURL(list);
  };
  const follows = phone.waitForResponse(/\/vahti\/console\/events/);
  await phone.goto(list);
  await comeIn();
  await follows;

  // The page asks by itself meanwhile, and that is no use of the login.
  await ask(`${HALF_AN_HOUR - 1} seconds pass`);
  await login("bo", { name: "Bo Suoranta", session_id: "bo-home" });
  await login("bo", { name: "Bo Suoranta", session_id: "bo-seat" });
  await phone.getByText("Bo Suoranta").waitFor();
  await ask("1 seconds pass");
  await phone.waitForURL(/\/vahti\/console\/login\?next=/);
  await comeIn();
  await phone.getByText("Bo Suoranta").waitFor();
});
