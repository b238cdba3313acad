// axe-core looks at every page that people see, in both colour schemes and at three widths, and finds nothing.

const assert = require("node:assert");
const { tell } = require("./browser.cjs");
const { look } = require("./look.cjs");

const WIDTHS = [320, 768, 1440];
const SCHEMES = ["light", "dark"];
const LANGUAGES = ["en", "fi", "sv"];
const PASSWORD = "correct horse battery";

tell(async ({ visitor, site, login, call, env }) => {
  await login("aino", { session_id: "home", place: "At home" });
  const { token } = await login("aino", { session_id: "seat-17", place: "Seat 17", number: "0412345" });
  await call("ADMIN", "supervisors", { name: "Maija K", password: PASSWORD });
  const seat = await visitor(token);
  const nobody = await visitor();
  const phone = await visitor();
  await phone.goto(`${site}/vahti/console`);
  await phone.getByLabel("Name").fill("Maija K");
  await phone.getByLabel("Password").fill(PASSWORD);
  await phone.keyboard.press("Enter");
  await phone.getByRole("heading", { name: "Who waits" }).waitFor();
  await call("APP", "end", { session_id: (await login("eino")).session.id });

  const pages = env("PAGES").split(" ").map((page) => {
    const [who, ...path] = page.split("=");
    return [who, path.join("=")];
  });
  const browsers = { seat, nobody, phone };
  const found = [];
  let looks = 0;
  for (const [who, path] of pages) {
    const page = browsers[who];
    for (const scheme of SCHEMES) {
      for (const [at, width] of WIDTHS.entries()) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme: scheme });
        const separator = path.includes("?") ? "&" : "?";
        const answer = await page.goto(`${site}${path}${separator}lang=${LANGUAGES[at]}`);
        assert.ok(answer.status() < 500, `${path}: ${answer.status()}`);
        const { violations, passes } = await look(page);
        assert.ok(passes > 5, `${path}: axe has looked`);
        found.push(...violations.map((one) => `${path}, ${scheme}, ${width}: ${one}`));
        looks += 1;
      }
    }
  }
  assert.deepStrictEqual(found, []);
  assert.strictEqual(looks, pages.length * SCHEMES.length * WIDTHS.length);
  console.log(`${looks} pages without a barrier`);
});
