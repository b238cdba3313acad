// A look at a page with axe-core, which finds what keeps people out.

const fs = require("node:fs");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// What axe finds on the page, and how many rules it has passed. A page is as wide as its window.
exports.look = async (page) => {
  // The page's policy lets no other script in; what drives the browser comes in anyway.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(async () => {
    const { violations, passes } = await window.axe.run(document);
    return {
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      passes: passes.length,
    };
  });
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (width[0] > width[1]) violations.push(`it is wider than its window: ${width}`);
  return { violations, passes };
};
