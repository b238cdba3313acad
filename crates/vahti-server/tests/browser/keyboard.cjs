// The whole story by keyboard alone: every action is reached with the tab key, in the order of the page, and shows where the focus
// is.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");

const PASSWORD = "correct horse battery";
const MOST = 90; // So many presses of the tab key bring one once around any of these pages.

tell(async ({ visitor, site, login, call, supervise }) => {
  await login("aino", { session_id: "home" });
  const { token } = await login("aino", { session_id: "seat-17" });
  const seat = await visitor(token);
  await seat.goto(`${site}/exam`);
  await seat.waitForURL(/\/vahti\/gate/);

  // Presses the tab key until the element with this name has the focus; on the way each one shows that it has it, and stands
  // behind the one before it.
  const reach = async (page, name) => {
    const trail = [];
    let last = -1;
    let rounds = 0;
    for (let press = 0; press < MOST; press += 1) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        const label = at.labels?.[0]?.textContent || at.getAttribute("aria-label") || at.textContent;
        const shows = (one) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          return outlineStyle !== "none" && outlineWidth !== "0px";
        };
        // A control that is not drawn itself, such as that of a code, shows it at what holds it.
        const holder = at.parentElement?.closest(":has(:focus-visible)");
        const order = [...document.querySelectorAll("*")].indexOf(at);
        return { label: label.trim(), isSeen: shows(at) || Boolean(holder && shows(holder)), order, at: at.tagName };
      });
      trail.push(here.label.slice(0, 40));
      if (here.order <= last) rounds += 1;
      last = here.order;
      assert.ok(rounds < 2, `${name} is not reached, or out of its order: ${trail.join(" | ")}`);
      if (here.at === "BODY") continue;
      assert.ok(here.isSeen, `${here.label}: the focus is seen`);
      if (here.label === name) return;
    }
    assert.fail(`${name} is not reached: ${trail.join(" | ")}`);
  };
  const press = async (page, name, key = "Enter") => {
    await reach(page, name);
    await page.keyboard.press(key);
  };
  const type = async (page, name, text) => {
    await reach(page, name);
    await page.keyboard.type(text);
  };
  const says = (page, text) => page.getByText(text).first().waitFor();
  const open = async (page, session) => {
    const row = page.locator(`#row-${session} a`);
    await press(page, (await row.textContent()).trim());
    await opens(page, "/console/confirm");
  };
  const opens = async (page, path) => {
    await page.waitForURL(new RegExp(path));
    await page.waitForLoadState();
  };
  await reach(seat, "Not Aino Suoranta? Log out");

  // Somebody who was invited: by the digits of a screen, let in, and taken back.
  const { url } = await call("ADMIN", "invitations", { name: "Maija K" });
  const phone = await visitor();
  await phone.goto(url);
  await press(phone, "Log in here");
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  await press(phone, "Scan");
  await opens(phone, "/console/scan");
  await type(phone, "Or type the digits on the screen", await seat.locator(".digits").textContent());
  await press(phone, "Open");
  await opens(phone, "/console/confirm");
  await press(phone, "Changed computer", "Space");
  await press(phone, "Let in");
  await says(phone, "Has the screen in front of you gone on?");
  await seat.waitForURL(`${site}/exam`);
  await press(phone, "No: undo");
  await says(phone, "waits again.");
  await press(phone, "Back to the list");
  await opens(phone, "/console$");
  await open(phone, "seat-17");
  await press(phone, "Not this person");
  await opens(phone, "/console$");

  // Somebody with a password: hold, a person, search, message, many, everyone, invite, password.
  await call("ADMIN", "supervisors", { name: "Pekka N", password: PASSWORD });
  const desk = await visitor();
  await desk.goto(`${site}/vahti/console`);
  await type(desk, "Name", "Pekka N");
  await type(desk, "Password", PASSWORD);
  await press(desk, "Log in");
  await desk.getByRole("heading", { name: "Who waits" }).waitFor();
  await type(desk, "Name, number or place", "suoranta");
  await press(desk, "Show");
  await opens(desk, "q=suoranta");
  await open(desk, "seat-17");
  await press(desk, "Hold or log out");
  await press(desk, "Hold");
  await says(desk, "Aino Suoranta is on hold");
  await press(desk, "Undo");
  await says(desk, "Undone (");
  await desk.goto(`${site}/vahti/console/person?user=aino`);
  await press(desk, "Hold");
  await type(desk, "Reason (optional)", "Checked twice");
  await press(desk, "Hold");
  await says(desk, "Aino Suoranta is on hold");

  const menu = async (name) => {
    await press(desk, "More");
    await press(desk, name);
  };
  await desk.goto(`${site}/vahti/console`);
  await menu("Message");
  await opens(desk, "/console/message");
  await type(desk, "Message", "Please stay seated.");
  await press(desk, "Show it");
  await says(desk, "They read now:");
  await press(desk, "Take it away");
  await says(desk, "There is no message now.");

  await supervise("verify", { user: "aino", session_id: "home" });
  await login("bo", { name: "Bo Lind", session_id: "bo-home" });
  await login("bo", { name: "Bo Lind", session_id: "bo-seat" });
  await desk.goto(`${site}/vahti/console`);
  await press(desk, "Tick Bo Lind", "Space");
  await press(desk, "Let in 1");
  await says(desk, "1 is let in.");
  await press(desk, "Undo");
  await says(desk, "Undone for 1 person.");

  await menu("Everyone");
  await opens(desk, "/console/everyone");
  await reach(desk, "Let in who waits The newest login that waits goes on; the person's other logins wait.");
  await desk.keyboard.press("ArrowDown");
  await press(desk, "Look how many");
  await opens(desk, "look=1");
  const people = await desk.locator("[name=people]").inputValue();
  await type(desk, `To go on, type the number of people: ${people}`, people);
  await type(desk, "Your password", PASSWORD);
  await press(desk, `Hold ${people} people`);
  await says(desk, `${people} people put on hold`);

  await menu("Invite somebody");
  await opens(desk, "/console/invite");
  await type(desk, "Name", "Eino L");
  await press(desk, "Make a link");
  await says(desk, "A link for");
  await menu("Change password");
  await opens(desk, "/console/password");
  await type(desk, "The password you have now", PASSWORD);
  await type(desk, "New password", "battery horse correct");
  await type(desk, "New password once more", "battery horse correct");
  await press(desk, "Change it");
  await opens(desk, "password\\?changed");
});
