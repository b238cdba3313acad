// Codes that let nobody in, opened by a supervisor who is logged in: each is answered with a sentence that helps, and changes nothing.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

tell(async ({ supervisor, site, login, call, ask, env }) => {
  for (const [user, name] of [["aino", "Aino Suoranta"], ["bo", "Bo Lind"]]) {
    await login(user, { name, session_id: `${user}-home` });
  }
  await login("aino", { session_id: "seat-17", place: "Seat 17" });
  await login("bo", { name: "Bo Lind", session_id: "seat-18", place: "Seat 18" });
  const phone = await supervisor();
  const open = (code) => phone.goto(`${site}/vahti/s/${code}`);
  const says = (sentence) => phone.getByText(sentence).first().waitFor();
  const scanAgain = phone.getByRole("link", { name: "Scan again" });
  const states = async () => {
    const answer = await fetch(`${env("GATE")}/v1/sessions`, {
      headers: { authorization: `Bearer ${env("SUPERVISOR")}` },
    });
    const { sessions } = await answer.json();
    return Object.fromEntries(sessions.map(({ id, state }) => [id, state]));
  };
  const before = await states();

  const right = await ask("the code of seat-17");
  const [, signature] = right.split(".");
  const forgeries = [
    `seat-17.${"A".repeat(signature.length)}`, // invented
    right.slice(0, -1), // cut
    `seat-18.${signature}`, // of the screen of somebody else
    `aino-home.${signature}`, // of another screen of the same person
    await ask("the code of seat-17 elsewhere"), // of another host
    "seat-99.AAAAAAAAAAAAAAAAAAAAAA", // of nobody
  ];
  for (const forged of forgeries) {
    const answer = await open(forged);
    assert.strictEqual(answer.status(), 404, forged);
    await says("This is not a code of this exam. Nothing was changed.");
    await scanAgain.waitFor();
  }
  // Each screen's own code leads to that screen.
  for (const [session, place, name] of [["seat-17", "Seat 17", "Aino Suoranta"], ["seat-18", "Seat 18", "Bo Lind"]]) {
    await open(await ask(`the code of ${session}`));
    await phone.waitForURL(new RegExp(`/console/confirm\\?session=${session}&`));
    await says(name);
    await says(place);
  }
  const opened = phone.url();

  await ask("150 seconds pass");
  await open(right);
  await says("This code is too old. Scan the one that is on the screen now.");
  await scanAgain.click();
  await phone.waitForURL(`${site}/vahti/console/scan`);
  await ask("150 seconds pass");
  await phone.goto(opened);
  await says("This was opened more than five minutes ago, or by somebody else. Scan the code again.");
  assert.deepStrictEqual(await states(), before);

  const used = await ask("the code of seat-17");
  await open(used);
  await phone.getByRole("button", { name: "Let in", exact: true }).click();
  await says("Aino Suoranta is let in");
  await open(used);
  await says("You let Aino Suoranta in at");

  const ended = await ask("the code of seat-18");
  await call("APP", "end", { session_id: "seat-18" });
  await open(ended);
  await says("This login has ended. Ask for a new login: a new code appears.");
  const after = { ...before, "aino-home": "held", "seat-17": "active", "seat-18": "ended" };
  assert.deepStrictEqual(await states(), after);
});
