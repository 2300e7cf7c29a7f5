// The overview: loading, empty, failed and ready are each seen, and the failed one is left by keyboard.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser, serveApp } from "./harness.mjs";
import { OverviewPage } from "./overview_page.mjs";

const READY = {
  status: 200,
  body: {
    index: "top100-equal-daily-price-line",
    synthetic: true,
    data: [
      { date: "2024-12-23", level: 1000, daily_return: null, constituents: 100 },
      { date: "2024-12-24", level: 1012.347, daily_return: 0.012345, constituents: 100 },
    ],
  },
};

describe("overview", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });

  /** Opens the page on the answers given, and fails the test on anything the page complains about itself. */
  async function visit(t, answers) {
    const server = await serveApp(answers), page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    t.after(async () => { await page.close(); server.close(); assert.deepEqual(errors, []); });
    await page.goto(server.url);
    return new OverviewPage(page);
  }

  test("shows the latest level, return and date, and that they are synthetic", async (t) => {
    const overview = await visit(t, { "/index-performance": READY });
    await overview.synthetic.waitFor();
    assert.equal(await overview.figure("Level"), "1 012.35");
    assert.equal(await overview.figure("Day"), "+1.23 %");
    assert.equal(await overview.figure("Session"), "2024-12-24");
    assert.equal(await overview.figure("Members"), "100");
  });

  test("says that it loads while it does", async (t) => {
    let release;
    const wait = new Promise((resolve) => { release = resolve; });
    const overview = await visit(t, { "/index-performance": { ...READY, wait } });
    await overview.loading.waitFor();
    release();
    await overview.synthetic.waitFor();
    assert.equal(await overview.loading.count(), 0);
  });

  test("says what to do where nothing has been built", async (t) => {
    const overview = await visit(t, { "/index-performance": { status: 404, body: { title: "Not found", detail: "no session is built" } } });
    await overview.empty.waitFor();
    assert.ok(await overview.page.getByText("no session is built").isVisible());
  });

  test("says what failed, and tries again by keyboard", async (t) => {
    const answers = { "/index-performance": { status: 503, body: { title: "Unavailable", detail: "the database does not answer" } } };
    const overview = await visit(t, answers);
    await overview.alert.waitFor();
    assert.match(await overview.alert.textContent(), /the database does not answer/);
    answers["/index-performance"] = READY;
    await overview.retry.focus();
    await overview.page.keyboard.press("Enter");
    await overview.synthetic.waitFor();
    assert.equal(await overview.alert.count(), 0);
  });

  test("is readable in light and dark", async (t) => {
    const overview = await visit(t, { "/index-performance": READY });
    await overview.synthetic.waitFor();
    const ground = () => overview.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await overview.page.emulateMedia({ colorScheme: "light" });
    const light = await ground();
    await overview.page.emulateMedia({ colorScheme: "dark" });
    assert.notEqual(await ground(), light);
  });
});
