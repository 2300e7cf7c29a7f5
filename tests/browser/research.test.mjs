// What a person does on the statistics and research pages, and that the parts of the app they are in are fetched only then.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { openBrowser, visit } from "./harness.mjs";
import { ANSWERS, DAYS, EXPLANATION, SLUG, built, ok } from "./market.mjs";
import { OverviewPage } from "./overview_page.mjs";
import { MEMBERSHIP, QUALITY, RESEARCH_ANSWERS, STATISTICS, TRADES } from "./research.mjs";

describe("statistics and research", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });

  const open = (t, link, answers = {}) => visit(t, browser, link, { ...ANSWERS, ...RESEARCH_ANSWERS, ...answers });
  const asked = (page, path) => page.server.asked.filter(({ url }) => url.startsWith(path)).map(({ url }) => new URL(url, "http://app").searchParams);
  const modules = (page) => new Set(page.server.served.filter((name) => name.endsWith(".wasm"))).size;

  test("the overview fetches one module, another page the part that it is in", async (t) => {
    const page = await open(t, "/");
    await new OverviewPage(page).chart.waitFor();
    assert.equal(modules(page), 1);
    await page.getByRole("navigation").getByRole("link", { name: "Changes" }).click();
    await page.getByRole("heading", { name: "All changes" }).waitFor();
    assert.ok(modules(page) > 1);
  });

  test("a part that cannot be fetched says so, and is fetched by another try", async (t) => {
    const page = await open(t, "/");
    await new OverviewPage(page).chart.waitFor();
    await page.route(/\.wasm$/, (route) => route.abort());
    await page.getByRole("navigation").getByRole("link", { name: "Statistics" }).click();
    await page.getByRole("alert").getByText("could not be fetched").waitFor();
    await page.unroute(/\.wasm$/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Every statistic" }).waitFor();
    page.complaints.length = 0;
  });

  test("every statistic stands beside its formula and what it says", async (t) => {
    const page = await open(t, "/app/statistics");
    const { title, formula, note } = STATISTICS.statistics[0];
    const row = page.getByRole("region", { name: "Every statistic with its definition" }).getByRole("row", { name: new RegExp(`^${title}`) });
    const text = await row.textContent();
    for (const part of ["5.56%", formula, note]) assert.ok(text.includes(part), `${part} is not in ${text}`);
  });

  test("rolling windows are shown by the measure that is chosen, and by beta only against a ticker", async (t) => {
    const page = await open(t, "/app/statistics");
    await page.getByRole("button", { name: "Volatility" }).click();
    await page.getByRole("slider", { name: /^Volatility over windows/ }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("rolling"), "volatility");
    await page.getByRole("button", { name: "Beta" }).click();
    await page.getByText("Choose a ticker above").waitFor();
    await page.getByLabel("Measured against").fill("spy");
    await page.keyboard.press("Enter");
    await page.waitForURL(/benchmark=SPY/);
    await page.waitForLoadState("networkidle");
    assert.equal(asked(page, "/index-statistics").at(-1).get("benchmark"), "SPY");
  });

  test("a comparison asks for a ticker as a benchmark and for an index as the other", async (t) => {
    const page = await open(t, "/app/research?part=comparison");
    await page.getByText("Compared with what?").waitFor();
    await page.getByLabel("Compared with").fill("spy");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Statistics of both" }).waitFor();
    assert.equal(asked(page, "/index-compare").at(-1).get("benchmark"), "SPY");
    await page.getByLabel("Compared with").fill("top50-equal-daily-price-line");
    await page.keyboard.press("Enter");
    await page.waitForURL(/with=top50/);
    await page.waitForLoadState("networkidle");
    assert.equal(asked(page, "/index-compare").at(-1).get("against"), "top50-equal-daily-price-line");
    assert.equal(asked(page, "/index-compare").at(-1).get("benchmark"), null);
  });

  test("costs are in the address and reach the service; a rebalance lists its orders", async (t) => {
    const page = await open(t, "/app/research?part=trades");
    await page.getByRole("region", { name: "The rebalances of the range" }).waitFor();
    await page.getByLabel("Half spread (bp)", { exact: true }).fill("4");
    await page.keyboard.press("Enter");
    await page.waitForURL(/half_spread_bps=4/);
    await page.getByLabel("Orders", { exact: true }).selectOption("whole");
    await page.waitForURL(/mode=whole/);
    await page.getByRole("region", { name: "The rebalances of the range" }).getByRole("button", { name: /Jan 3, 2024/ }).click();
    await page.waitForURL(/date=2024-01-03/);
    await page.waitForLoadState("networkidle");
    const last = asked(page, "/index-trades").at(-1);
    assert.deepEqual(["half_spread_bps", "mode", "date"].map((name) => last.get(name)), ["4", "whole", "2024-01-03"]);
    await page.getByRole("heading", { name: /^Orders of/ }).waitFor();
    assert.equal(await page.getByRole("region", { name: /^Orders of/ }).getByRole("row").count(), TRADES.orders.length + 1);
  });

  test("a finding is listed with what to use instead", async (t) => {
    const page = await open(t, "/app/research?part=quality");
    const row = page.getByRole("region", { name: "What is suspicious" }).getByRole("row", { name: /ACME/ });
    assert.match(await row.textContent(), /Cap jump.*20\.5.*flagged.*1\.50T.*Feb 2, 2024/);
    await page.getByRole("button", { name: "Repair", exact: true }).click();
    await page.waitForURL(/policy=repair/);
  });

  test("an explanation shows what the build found suspicious, where it looked", async (t) => {
    const quality = [{ date: DAYS[3], policy: "flag", total: 2, findings: QUALITY.findings }];
    const page = await open(t, "/app/explain", { "/index-explain": ok({ ...EXPLANATION.body, quality }) });
    const found = page.getByRole("region", { name: "What the builds found suspicious" });
    assert.match(await found.getByRole("row", { name: /ACME/ }).textContent(), /Cap jump.*flagged/);
    await page.getByText("Dec 26, 2024: 2 (flag)").waitFor();
    const silent = await open(t, "/app/explain");
    await silent.getByRole("heading", { name: "Member returns" }).waitFor();
    assert.equal(await silent.getByRole("heading", { name: "What was suspicious" }).count(), 0);
  });

  test("a build takes every weighting and what becomes of suspicious data", async (t) => {
    const page = await open(t, "/app/build", { "/build-index": built(DAYS[0], DAYS[3]) });
    await page.getByLabel("Weights", { exact: true }).selectOption("min_variance");
    await page.getByLabel("Suspicious data", { exact: true }).selectOption("repair");
    await page.getByRole("button", { name: "Build", exact: true }).click();
    await page.getByRole("region", { name: "Result" }).waitFor();
    const asked = JSON.parse(page.server.asked.findLast(({ url }) => url === "/build-index").body);
    assert.deepEqual([asked.weighting, asked.quality], ["min_variance", "repair"]);
  });

  test("a changed index is asked for by what is typed, and shared by its address", async (t) => {
    const page = await open(t, "/app/research?part=what-if");
    await page.getByRole("heading", { name: "What if …?" }).waitFor();
    await page.getByLabel("Never in", { exact: true }).fill("tirfex, acme");
    await page.keyboard.press("Enter");
    await page.getByLabel("Weights", { exact: true }).selectOption("min_variance");
    await page.getByRole("region", { name: "Statistics of both" }).waitFor();
    await page.waitForLoadState("networkidle");
    const body = JSON.parse(page.server.asked.findLast(({ url }) => url === "/what-if").body);
    assert.deepEqual(body, { exclude: ["TIRFEX", "ACME"], weighting: "min_variance" });
    await page.reload();
    await page.getByRole("region", { name: "Statistics of both" }).waitFor();
    assert.equal(await page.getByLabel("Never in", { exact: true }).inputValue(), "TIRFEX,ACME");
  });

  test("holdings from a file are sent as they are", async (t) => {
    const page = await open(t, "/app/research?part=what-if&from=2024-01-02&to=2024-03-28");
    const text = "date,ticker,weight\n2024-01-02,ACME,0.6\n2024-01-02,BOLT,0.4\n";
    await page.locator("input[type=file]").setInputFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByRole("region", { name: "Statistics of both" }).waitFor();
    const { body, headers, url } = page.server.asked.findLast((of) => of.url.startsWith("/what-if"));
    assert.equal(body, text);
    assert.equal(headers["content-type"], "text/csv");
    assert.equal(new URL(url, "http://app").searchParams.get("start_date"), "2024-01-02");
    await page.getByRole("button", { name: "Without the file" }).click();
    await page.getByRole("heading", { name: "What if …?" }).waitFor();
  });

  test("the look-ahead check runs when it is asked for, and says what moved", async (t) => {
    const page = await open(t, "/app/research?part=look-ahead");
    await page.getByLabel("Seed", { exact: true }).fill("7");
    await page.keyboard.press("Enter");
    await page.waitForURL(/seed=7/);
    assert.equal(asked(page, `/indices/${SLUG}/look-ahead-check`).length, 0);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    const row = page.getByRole("region", { name: "Sessions tried" }).getByRole("row", { name: /Mar 15, 2024/ });
    assert.match(await row.textContent(), /nothing.*yes/);
    const body = JSON.parse(page.server.asked.findLast(({ url }) => url.includes("look-ahead-check")).body);
    assert.deepEqual(body, { seed: 7 });
  });

  test("members are shown as known on a day, with where their share counts come from", async (t) => {
    const page = await open(t, "/app/research?part=known");
    const members = page.getByRole("region", { name: /^Members at the close of/ });
    await members.waitFor();
    await page.getByRole("textbox", { name: "By what was known on" }).fill("2024-02-06");
    await page.waitForURL(/known_on=2024-02-06/);
    await page.waitForLoadState("networkidle");
    assert.equal(asked(page, "/index-membership").at(-1).get("known_on"), "2024-02-06");
    const { ticker } = MEMBERSHIP.members[0];
    await members.getByRole("button", { name: `Share counts of ${ticker}` }).click();
    await page.getByRole("region", { name: /^Share counts of/ }).waitFor();
    assert.equal(asked(page, "/shares").at(-1).get("ticker"), ticker);
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.waitForURL((url) => !url.searchParams.has("shares"));
  });

  test("all that a part shows is saved as the service's own workbook", async (t) => {
    for (const [link, asks, name] of [
      ["/app/statistics", "/index-statistics", "statistics"], ["/app/research?part=attribution", "/index-attribution", "attribution"],
      ["/app/research?part=comparison&with=SPY", "/index-compare", "comparison"], ["/app/research?part=trades", "/index-trades", "trades"],
      ["/app/research?part=quality", "/index-quality", "data-quality"], ["/app/research?part=known", "/index-membership", "membership"],
    ]) {
      const answer = ({ url }) => (url.searchParams.get("format") === "xlsx" ? ok(`the workbook of ${name}`) : RESEARCH_ANSWERS[asks]);
      const page = await open(t, link, { [asks]: answer });
      await page.getByRole("button", { name: "Export", exact: true }).first().click();
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "All of it (Excel)" }).first().click()]);
      assert.equal(file.suggestedFilename(), `${name}.xlsx`);
      assert.match(readFileSync(await file.path(), "utf8"), new RegExp(`the workbook of ${name}`));
      assert.equal(asked(page, asks).at(-1).get("format"), "xlsx");
    }
  });

  test("a question is kept under a name, compared and deleted after a question", async (t) => {
    const sent = [];
    const kept = ({ method, body }) => { sent.push([method, body && JSON.parse(body)]); return method === "DELETE" ? { status: 204, body: "" } : ok({ name: "calm", definition: {}, created_at: 0, updated_at: 0 }); };
    const page = await open(t, "/app/research?part=saved&exclude=TIRFEX&weighting=min_variance&from=2024-01-02", { "/definitions/calm": kept });
    await page.getByLabel("Name", { exact: true }).fill("calm");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.waitForLoadState("networkidle");
    const [method, body] = sent[0];
    assert.deepEqual([method, body.exclude, body.weighting, body.start_date ?? null], ["PUT", ["TIRFEX"], "min_variance", null]);
    await page.getByRole("combobox", { name: "Compare" }).selectOption("calm");
    await page.getByRole("region", { name: "Weights of both at the last session" }).waitFor();
    assert.equal(asked(page, "/definitions/calm/compare").at(-1).get("against"), SLUG);
    assert.equal(await page.locator(".plot path.line").count(), 2);
    page.on("dialog", (dialog) => dialog.accept());
    await page.getByRole("button", { name: "Delete calm" }).click();
    await page.waitForLoadState("networkidle");
    assert.equal(sent.at(-1)[0], "DELETE");
  });
});
