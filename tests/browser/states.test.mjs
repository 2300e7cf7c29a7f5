// Each page in its four states, on a phone and on a desktop, in both themes: nothing serious for axe, nothing wider than the
// screen, nothing in the console.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { SIZES, openBrowser, problem, visit } from "./harness.mjs";
import { ANSWERS } from "./market.mjs";
import { PAGES } from "./pages.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds of level serious or above. */
async function seriousViolations(page) {
  // Evaluated by the debugger, so the page's policy stays as it is.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe("pages", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });

  for (const of of PAGES) {
    const answers = { ...ANSWERS, ...of.answers };

    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ["light", "dark"]) {
        test(`${of.name} is ready and accessible on a ${size} in ${colorScheme}`, async (t) => {
          const page = await visit(t, browser, of.path, answers, { viewport, colorScheme });
          await of.ready(page).waitFor();
          assert.deepEqual(await seriousViolations(page), []);
          assert.ok((await overflow(page)) <= 0, "the page is wider than the screen");
        });
      }
    }

    test(`${of.name} says that it loads while it does`, async (t) => {
      let release;
      const wait = new Promise((resolve) => { release = resolve; });
      const slow = (request) => {
        const answer = answers[of.asks];
        return { ...(typeof answer === "function" ? answer(request) : answer), wait };
      };
      const page = await visit(t, browser, of.path, { ...answers, [of.asks]: slow });
      await page.getByText("Loading…").first().waitFor();
      assert.deepEqual(await seriousViolations(page), []);
      release();
      await of.ready(page).waitFor();
    });

    test(`${of.name} says what failed, and tries again by keyboard`, async (t) => {
      let isBroken = true;
      const flaky = (request) => {
        if (isBroken) return problem(503, "unavailable", "the database does not answer");
        const answer = answers[of.asks];
        return typeof answer === "function" ? answer(request) : answer;
      };
      const page = await visit(t, browser, of.path, { ...answers, [of.asks]: flaky });
      const alert = page.getByRole("alert").first();
      await alert.waitFor();
      assert.match(await alert.textContent(), /the database does not answer/);
      assert.deepEqual(await seriousViolations(page), []);
      isBroken = false;
      await page.getByRole("button", { name: "Try again" }).first().focus();
      await page.keyboard.press("Enter");
      await of.ready(page).waitFor();
    });

    if (of.empty) {
      test(`${of.name} says what to do where there is nothing`, async (t) => {
        const { status, answer, says } = of.empty;
        const empty = status ? problem(status, answer, "nothing is held of it") : answer;
        const page = await visit(t, browser, of.path, { ...answers, [of.asks]: empty });
        await page.getByText(says).first().waitFor();
        assert.deepEqual(await seriousViolations(page), []);
      });
    }
  }

  test("a page that does not exist says so", async (t) => {
    const page = await visit(t, browser, "/app/nonsense", ANSWERS);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await page.getByRole("main").getByRole("link", { name: "overview" }).click();
    await PAGES[0].ready(page).waitFor();
  });
});
