// The network is lost and comes back, and the gate is started again: the page says so, and goes on by itself.

const { tell } = require("./browser.cjs");

tell(async ({ visitor, site, login, supervise, ask }) => {
  await login("aino");
  const { token, session } = await login("aino");
  const page = await visitor(token);
  // The page is there with its script once that follows the stream.
  const follows = page.waitForRequest(/\/vahti\/gate\/events/);
  await page.goto(`${site}/exam`);
  await follows;
  const status = page.getByRole("status");

  await page.context().setOffline(true);
  await status.getByText("No connection.").waitFor();
  await page.context().setOffline(false);
  await status.getByText("No connection.").waitFor({ state: "hidden" });

  await ask("stop the gate");
  await status.filter({ hasText: /No connection|does not answer/ }).waitFor();
  await ask("start the gate");
  await status.filter({ hasText: /No connection|does not answer/ }).waitFor({ state: "hidden" });
  await supervise("verify", { user: "aino", session_id: session.id });
  await page.waitForURL(`${site}/exam`);
});
