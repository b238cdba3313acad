// Two hundred wait, and a supervisor lets in all who are ticked. Some have gone meanwhile: the list follows, and of those whom it
// could not follow any more the answer tells.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

const CROWD = 200;
const GONE = [0, 1, 2];
const GONE_UNSEEN = [10, 99, 150];

tell(async ({ supervisor, site, login, call, env }) => {
  // Who is held before logging in again has no other login that was used a moment ago: that would not be ticked.
  for (let number = 0; number < CROWD; number += 1) {
    const [user, name] = [`student-${number}`, `Student ${number}`];
    await login(user, { name, session_id: `s-${number}` });
    await call("SUPERVISOR", "invalidate", { user });
  }
  const phone = await supervisor();
  await phone.goto(`${site}/vahti/console`);
  const button = (count) => phone.getByRole("button", { name: `Let in ${count}`, exact: true });
  await button(CROWD).waitFor();
  // What somebody takes away is theirs, and so is the place where they are.
  const tick = phone.locator("#tick-s-20");
  await tick.uncheck();
  await phone.locator("#row-s-1 a").focus();
  const end = (number) => call("APP", "end", { session_id: `s-${number}` });
  for (const number of GONE) await end(number);
  // The list follows by itself; what was ticked stays ticked.
  await button(CROWD - GONE.length - 1).waitFor();
  assert.ok(!(await tick.isChecked()));
  assert.ok(await phone.evaluate(() => document.activeElement.closest("li[id^=row-s-]") !== null), "the neighbour has the focus");
  await tick.check();

  // Some go while the form is on its way.
  await phone.route("**/vahti/console/let-in-many", async (route) => {
    for (const number of GONE_UNSEEN) await end(number);
    await route.continue();
  });
  await button(CROWD - GONE.length).click();
  const letIn = CROWD - GONE.length - GONE_UNSEEN.length;
  await phone.getByRole("heading", { name: `${letIn} are let in.` }).waitFor();
  await phone.getByText("These were not let in:").waitFor();
  const left = await phone.locator("ul.left li").allTextContents();
  assert.deepStrictEqual(left, GONE_UNSEEN.map((number) => `Student ${number}: the login has ended`));

  const count = async (state) => {
    const answer = await fetch(`${env("GATE")}/v1/sessions?state=${state}&limit=1000`, {
      headers: { authorization: `Bearer ${env("SUPERVISOR")}` },
    });
    return (await answer.json()).sessions.length;
  };
  assert.deepStrictEqual([await count("held"), await count("active")], [0, letIn]);

  // It was the wrong moment: all of them wait again.
  await phone.getByRole("button", { name: "Undo for all of them" }).click();
  await phone.getByRole("heading", { name: `Undone for ${letIn} people.` }).waitFor();
  assert.deepStrictEqual([await count("held"), await count("active")], [letIn, 0]);
  await phone.getByRole("link", { name: "Back to the list" }).click();
  await phone.getByText(`${letIn} people wait`).waitFor();
});
