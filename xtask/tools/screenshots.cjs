// Plays the first minute in the browser, and takes its pictures: `node screenshots.cjs FOLDER`, with the program in VAHTI.

const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { chromium } = require("playwright-core");

const LAPTOP = { width: 1000, height: 780 };
const PHONE = { width: 390, height: 1080 };

// Starts `vahti dev`, and says what it has printed once it is ready.
function start(folder) {
  const gate = spawn(process.env.VAHTI, ["dev", "--listen", "127.0.0.1:0", "--dir", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = new Promise((resolve, reject) => {
    let text = "";
    gate.stdout.on("data", (data) => {
      text += data;
      if (text.includes("What happened")) resolve(text);
    });
    gate.on("exit", () => reject(new Error(`vahti dev ended:\n${text}`)));
  });
  return { gate, said };
}

async function play(said, pictures) {
  const address = (part) => new RegExp(`http://\\S*${part}\\S*`).exec(said)[0];
  const [demo, invitation] = [address("/vahti/demo"), address("/vahti/console/")];
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const open = async (viewport) => (await browser.newContext({ viewport, locale: "en-GB" })).newPage();
  const take = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`) });
  const logIn = async (page, place) => {
    await page.goto(demo);
    await page.getByLabel("Name").fill("Aino Suoranta");
    await page.getByLabel(place).check();
    await page.getByRole("button", { name: "Log in" }).click();
  };
  try {
    const home = await open(LAPTOP);
    await logIn(home, "At home");
    await home.getByText("Welcome").waitFor();

    const seat = await open(LAPTOP);
    await logIn(seat, "Hall A, seat 17");
    await seat.locator(".digits").waitFor();
    const digits = await seat.locator(".digits").textContent();

    const phone = await open(PHONE);
    await phone.goto(invitation);
    await phone.getByRole("button", { name: "Log in here" }).click();
    await phone.getByText("Aino Suoranta").first().waitFor();

    await phone.goto(new URL("/vahti/console/scan", demo).href);
    await phone.getByRole("textbox").fill(digits);
    await phone.keyboard.press("Enter");
    const letIn = phone.getByRole("button", { name: "Let in", exact: true });
    await letIn.waitFor();
    await seat.getByText("A supervisor is looking at this screen").waitFor();
    await take(seat, "waiting");
    await take(phone, "confirm");

    await letIn.click();
    await seat.getByText("Welcome").waitFor();
  } finally {
    await browser.close();
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "vahti-screenshots-"));
  const { gate, said } = start(folder);
  try {
    await play(await said, process.argv[2]);
  } finally {
    gate.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
