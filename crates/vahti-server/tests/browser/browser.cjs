// Browsers for one story. The Rust test that starts a story says in the environment where everything is; the story ends with
// exit code 0, or with what went wrong and what the pages showed then.

const readline = require("node:readline");
const { chromium } = require("playwright-core");
const camera = require("./camera.cjs");

const PATIENCE = 20_000; // How long a page may take for what it has to do, also on a busy machine.

const STORY = 180_000; // How long a whole story may take: one that waits for ever says nothing of what it waits for.

const env = (name) => process.env[name] ?? fail(`${name} is not set`);

function fail(why) {
  throw new Error(why);
}

// A call of the API, past the proxy.
async function call(key, verb, body) {
  const answer = await fetch(`${env("GATE")}/v1/${verb}`, {
    method: "POST",
    headers: { authorization: `Bearer ${env(key)}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) fail(`${verb}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// A command of a supervisor.
const supervise = (verb, body) => call("SUPERVISOR", verb, body);

// A login, as the application reports it.
const login = (user, more = {}) => call("APP", "login", { user, name: "Aino Suoranta", ...more });

// What only the test itself can do or knows, such as stopping the gate. Its answer comes back.
let answers = null;
async function ask(what) {
  answers ??= readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  console.log(`@${what}`);
  return (await answers.next()).value;
}

// Fills in the form by which a supervisor logs in, and sends it.
exports.logIn = async (page, name, password) => {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
};

// Runs `story` in fresh browsers. Each of its `visitor`s is a browser of its own, with a session's cookie if one is given.
exports.tell = async (story) => {
  const film = `${env("HOME")}/camera.y4m`;
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", ...camera.arguments(film)],
    // People's browsers keep the page that one comes back to.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  const contexts = [];
  const visitor = async (token, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    if (token) await context.addCookies([{ name: "vahti", value: token, url: env("SITE") }]);
    return context.newPage();
  };
  // A supervisor with a phone: invited, and logged in to the console.
  const supervisor = async (name = "Maija K", options = {}) => {
    const { url } = await call("ADMIN", "invitations", { name });
    const page = await visitor(null, options);
    await page.goto(url);
    await page.getByRole("button", { name: "Log in here" }).click();
    await page.waitForURL(/\/vahti\/console/);
    return page;
  };
  const site = env("SITE");
  try {
    const told = story({ browser, visitor, supervisor, site, env, call, login, supervise, ask, film });
    const late = new Promise((_, reject) => setTimeout(reject, STORY, new Error("the story does not end")).unref());
    await Promise.race([told, late]);
  } catch (error) {
    console.error(error);
    for (const page of contexts.flatMap((context) => context.pages())) {
      console.error(`A page was ${page.url()}:\n${await page.content().catch(() => "gone")}`);
    }
    process.exitCode = 1;
  } finally {
    await browser.close();
    answers?.return?.();
    process.stdin.destroy();
  }
};
