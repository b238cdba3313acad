// A look at a page with axe-core, which finds what keeps people out.

const assert = require("node:assert");
const fs = require("node:fs");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// What axe finds on the page, and how many rules it has passed. A page is as wide as its window, nothing that one presses or fills
// in sticks out of it, and a thumb meets what it presses.
exports.look = async (page) => {
  // The page's policy lets no other script in; what drives the browser comes in anyway.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(async () => {
    const { violations, passes } = await window.axe.run(document);
    return {
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      passes: passes.length,
    };
  });
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (width[0] > width[1]) violations.push(`it is wider than its window: ${width}`);
  violations.push(...(await page.evaluate(misfits)));
  return { violations, passes };
};

// Runs in a page: the controls that stick out of the column of the page, or are lower than 48 pixels.
function misfits() {
  const seen = (query) => [...document.querySelectorAll(query)].filter((one) => one.checkVisibility() && !one.matches(".unseen"));
  const named = (one) => one.outerHTML.slice(0, 120);
  const main = document.querySelector("main");
  const { paddingLeft, paddingRight } = getComputedStyle(main);
  const column = main.getBoundingClientRect();
  const [left, right] = [column.left + parseFloat(paddingLeft), column.right - parseFloat(paddingRight)];
  const sticksOut = (one) => {
    const box = one.getBoundingClientRect();
    return box.left < left - 1 || box.right > right + 1;
  };
  const isLow = (one) => one.getBoundingClientRect().height < 47.5;
  const pressed = "button, .way, summary, select, nav a, label:has([type=radio], [type=checkbox])";
  return [
    ...seen("main :is(button, .way, summary, select, textarea, input)").filter(sticksOut).map((one) => `it sticks out: ${named(one)}`),
    ...seen(pressed).filter(isLow).map((one) => `it is too low for a thumb: ${named(one)}`),
  ];
}

const WIDTHS = [320, 768, 1440];
const SCHEMES = ["light", "dark"];
const LANGUAGES = ["en", "fi", "sv"];
exports.LANGUAGES = LANGUAGES;

// Looks at many pages, each in both colour schemes and at every width.
exports.Looks = class Looks {
  #violations = [];
  #count = 0;

  // Looks at a page; `open` opens it in another language, where it can be opened again.
  async take(page, name, open = () => {}) {
    for (const scheme of SCHEMES) {
      for (const [at, width] of WIDTHS.entries()) {
        await page.setViewportSize({ width, height: 900 });
        // Colours change at once, so that none is looked at halfway.
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await open(LANGUAGES[at]);
        const { violations, passes } = await exports.look(page);
        assert.ok(passes > 5, `${name}: axe has looked`);
        this.#violations.push(...violations.map((one) => `${name}, ${scheme}, ${width}: ${one}`));
        this.#count += 1;
      }
    }
  }

  // Fails if anything was found, or if these were not all.
  found(pages) {
    assert.deepStrictEqual(this.#violations, []);
    assert.strictEqual(this.#count, pages * SCHEMES.length * WIDTHS.length);
  }
};
