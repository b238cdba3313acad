// The network is lost and comes back, and the gate is started again: the waiting page and the console say so, and go on by
// themselves.

const { tell } = require("./browser.cjs");

tell(async ({ visitor, supervisor, site, login, supervise, call, ask }) => {
  await login("aino");
  const { token, session } = await login("aino");
  const page = await visitor(token);
  // The page is there with its script once that follows the stream.
  const follows = page.waitForRequest(/\/vahti\/gate\/events/);
  await page.goto(`${site}/exam`);
  await follows;
  const phone = await supervisor();
  await phone.goto(`${site}/vahti/console`);
  await phone.getByText("1 person waits").waitFor();
  const statuses = [page, phone].map((one) => one.getByRole("status"));
  const trouble = (status) => status.filter({ hasText: /No connection|does not answer/ });

  // What a network swallows never ends. Without hints the page is asked for all the same; and when nothing comes back at all, that
  // is said, and nothing that was swallowed is waited for afterwards.
  const swallow = async (one, what) => {
    let swallows = true;
    await one.route(what, (route) => (swallows ? null : route.fallback()));
    await one.evaluate(() => window.dispatchEvent(new Event("online")));
    return () => {
      swallows = false;
    };
  };
  const release = await swallow(phone, "**/vahti/console/events");
  await login("bo");
  const bo = await login("bo");
  await phone.getByText("2 people wait").waitFor();
  release();
  await Promise.all(statuses.map(async (status) => {
    const release = await swallow(status.page(), "**/vahti/**");
    await status.getByText("No connection.").waitFor();
    release();
    await status.getByText("No connection.").waitFor({ state: "hidden" });
  }));
  await call("APP", "end", { session_id: bo.session.id });
  await phone.getByText("1 person waits").waitFor();

  for (const status of statuses) {
    await status.page().context().setOffline(true);
    await status.getByText("No connection.").waitFor();
    await status.page().context().setOffline(false);
    await status.getByText("No connection.").waitFor({ state: "hidden" });
  }

  await ask("stop the gate");
  for (const status of statuses) await trouble(status).waitFor();
  await ask("start the gate");
  for (const status of statuses) await trouble(status).waitFor({ state: "hidden" });
  await supervise("verify", { user: "aino", session_id: session.id });
  await page.waitForURL(`${site}/exam`);
  await phone.locator(".when").getByText("another device of this person was let in").waitFor();
});
