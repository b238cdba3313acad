// Two hundred wait, and a supervisor lets in all who are ticked. Some have gone meanwhile: the answer tells who.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

const CROWD = 200;
const GONE = 3;

tell(async ({ supervisor, site, login, call, env }) => {
  // The logins at home were used longer ago than the two minutes in which a second login is doubtful: they are gone.
  for (let number = 0; number < CROWD; number += 1) {
    const [user, name] = [`student-${number}`, `Student ${number}`];
    await login(user, { name, session_id: `s-${number}` });
    await call("SUPERVISOR", "invalidate", { user });
  }
  const phone = await supervisor();
  await phone.goto(`${site}/vahti/console`);
  const button = phone.getByRole("button", { name: `Let in ${CROWD}` });
  await button.waitFor();
  for (let number = 0; number < GONE; number += 1) await call("APP", "end", { session_id: `s-${number}` });
  // The list follows by itself; what was ticked stays ticked.
  await phone.getByRole("button", { name: `Let in ${CROWD - GONE}` }).waitFor();
  await call("APP", "end", { session_id: "s-10" });
  await phone.evaluate(() => document.querySelector("form.waiting").requestSubmit());
  await phone.getByText(/is let in|are let in/).first().waitFor();

  const answer = await fetch(`${env("GATE")}/v1/sessions?state=held`, {
    headers: { authorization: `Bearer ${env("SUPERVISOR")}` },
  });
  assert.deepStrictEqual((await answer.json()).sessions, []);
});
