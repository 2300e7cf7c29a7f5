// The overview: loading, empty, failed and ready are each seen, and the failed one is left by keyboard.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser, problem, visit } from "./harness.mjs";
import { ANSWERS, PERFORMANCE } from "./market.mjs";
import { OverviewPage } from "./overview_page.mjs";

describe("overview", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });

  const open = async (t, answers, link = "/", options = {}) => new OverviewPage(await visit(t, browser, link, { ...ANSWERS, ...answers }, options));

  test("shows the latest level, return and date, and that they are synthetic", async (t) => {
    const overview = await open(t, {});
    await overview.synthetic.waitFor();
    await overview.chart.waitFor();
    assert.equal(await overview.figure("Level"), "1,100.00");
    assert.equal(await overview.figure("Day"), "+10.00%");
    assert.equal(await overview.figure("Maximum drawdown"), "-9.09%");
  });

  test("says that it loads while it does", async (t) => {
    let release;
    const wait = new Promise((resolve) => { release = resolve; });
    const overview = await open(t, { "/index-performance": { ...PERFORMANCE, wait } });
    await overview.loading.first().waitFor();
    release();
    await overview.chart.waitFor();
    assert.equal(await overview.loading.count(), 0);
  });

  test("says what to do where nothing has been built", async (t) => {
    const overview = await open(t, { "/index-performance": problem(404, "no_data", "no session is built") });
    await overview.empty.waitFor();
    assert.ok(await overview.page.getByText("no session is built").isVisible());
  });

  test("says what failed, and tries again by keyboard", async (t) => {
    const answers = { "/index-performance": problem(503, "unavailable", "the database does not answer") };
    let broken = true;
    const overview = await open(t, { "/index-performance": () => (broken ? answers["/index-performance"] : PERFORMANCE) });
    await overview.alert.waitFor();
    assert.match(await overview.alert.textContent(), /the database does not answer/);
    broken = false;
    await overview.retry.focus();
    await overview.page.keyboard.press("Enter");
    await overview.chart.waitFor();
    assert.equal(await overview.alert.count(), 0);
  });
});
