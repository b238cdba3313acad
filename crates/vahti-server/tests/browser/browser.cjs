// A browser for one story. The Rust test that starts a story says in the environment where everything is; the story
// ends with exit code 0, or with what went wrong and what the page showed then.

const { chromium } = require("playwright-core");

const env = (name) => process.env[name] ?? fail(`${name} is not set`);

function fail(why) {
  throw new Error(why);
}

// A command of a supervisor, past the proxy.
async function supervise(verb, body) {
  const answer = await fetch(`${env("GATE")}/v1/${verb}`, {
    method: "POST",
    headers: { authorization: `Bearer ${env("SUPERVISOR")}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) fail(`${verb}: ${answer.status} ${await answer.text()}`);
}

// Runs `story` in a fresh browser that holds the session's cookie.
exports.tell = async (story) => {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox"],
    // People's browsers keep the page that one comes back to.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  const context = await browser.newContext();
  context.setDefaultTimeout(30_000);
  await context.addCookies([{ name: "vahti", value: env("TOKEN"), url: env("SITE") }]);
  const page = await context.newPage();
  try {
    await story({ page, context, env, supervise });
  } catch (error) {
    console.error(error);
    console.error(`The page was ${page.url()}:\n${await page.content().catch(() => "gone")}`);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
};
