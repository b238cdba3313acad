// axe-core looks at every page that people see, in both colour schemes and at three widths, and finds nothing.

const assert = require("node:assert");
const { logIn, tell } = require("./browser.cjs");
const { Looks } = require("./look.cjs");

const PASSWORD = "correct horse battery";

tell(async ({ visitor, site, login, call, env }) => {
  await login("aino", { session_id: "home", place: "At home" });
  const { token } = await login("aino", { session_id: "seat-17", place: "Seat 17", number: "0412345" });
  await call("ADMIN", "supervisors", { name: "Maija K", password: PASSWORD });
  const seat = await visitor(token);
  const nobody = await visitor();
  const phone = await visitor();
  await phone.goto(`${site}/vahti/console`);
  await logIn(phone, "Maija K", PASSWORD);
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  await call("APP", "end", { session_id: (await login("eino")).session.id });

  const pages = env("PAGES").split(" ").map((page) => {
    const [who, ...path] = page.split("=");
    return [who, path.join("=")];
  });
  const browsers = { seat, nobody, phone };
  const looks = new Looks();
  for (const [who, path] of pages) {
    const page = browsers[who];
    await looks.take(page, path, async (language) => {
      const separator = path.includes("?") ? "&" : "?";
      const answer = await page.goto(`${site}${path}${separator}lang=${language}`);
      assert.ok(answer.status() < 500, `${path}: ${answer.status()}`);
    });
  }
  looks.found(pages.length);
});
