// The network is lost and comes back, and the gate is started again: the waiting page and the console say so, and go on by
// themselves.

const { tell } = require("./browser.cjs");

tell(async ({ visitor, supervisor, site, login, supervise, ask }) => {
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

  // A network that swallows everything is as good as none, and nothing that it has swallowed is waited for.
  await Promise.all(statuses.map(async (status) => {
    const everything = "**/vahti/**";
    await status.page().route(everything, () => {});
    await status.page().evaluate(() => window.dispatchEvent(new Event("online")));
    await status.getByText("No connection.").waitFor();
    await status.page().unroute(everything);
    await status.getByText("No connection.").waitFor({ state: "hidden" });
  }));

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
