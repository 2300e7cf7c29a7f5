// What a person does with backtests: write a strategy, run it, follow it, read it, compare, sweep, share.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { BACKTEST_ANSWERS, CONFIDENCE, EVIDENCE, STRATEGY, SWEEP, run, running } from "./backtests.mjs";
import { BacktestsPage } from "./backtests_page.mjs";
import { openBrowser, problem, visit } from "./harness.mjs";
import { ANSWERS, ok } from "./market.mjs";

const NEW = "/app/backtests?part=new";
const accepted = (id) => ({ status: 202, body: { id, status: "queued" } });

describe("backtests", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });

  async function open(t, link, answers = {}, options = {}) {
    return new BacktestsPage(await visit(t, browser, link, { ...ANSWERS, ...BACKTEST_ANSWERS, ...answers }, options));
  }

  test("a preset becomes a draft that survives a reload", async (t) => {
    const backtests = await open(t, NEW);
    await backtests.page.getByRole("combobox", { name: "Preset" }).selectOption("iron_condor");
    await backtests.page.getByText("4 of at most 8").waitFor();
    assert.equal(backtests.draft().underlying, "ACME");
    await backtests.page.reload();
    await backtests.page.getByText("4 of at most 8").waitFor();
    assert.equal(await backtests.field("Leg 3: Side").inputValue(), "buy");
    await backtests.page.goBack();
    await backtests.page.getByText("2 of at most 8").waitFor();
  });

  test("the domain's rule is shown at the field that breaks it, and nothing can be run", async (t) => {
    const backtests = await open(t, NEW);
    await backtests.write("Leg 0: Target", "7");
    const field = backtests.field("Leg 0: Target");
    const rule = backtests.page.locator(`[id="${await field.getAttribute("aria-describedby")}"]`);
    await backtests.page.getByRole("list", { name: "What is wrong" }).getByText("legs[0].select.target").waitFor();
    assert.equal(await rule.textContent(), "expected 0 to 1");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.ok(await backtests.runIt.isDisabled());
    await backtests.write("Leg 0: Target", "0.2");
    await backtests.page.getByRole("list", { name: "What is wrong" }).waitFor({ state: "detached" });
    assert.ok(await backtests.runIt.isEnabled());
    assert.equal(backtests.draft().legs[0].select.target, 0.2);
  });

  test("legs are added and removed, and what a criterion does not need goes with it", async (t) => {
    const backtests = await open(t, `${NEW}&strategy=${encodeURIComponent(JSON.stringify(STRATEGY))}`);
    await backtests.page.getByRole("button", { name: "Add a leg" }).click();
    await backtests.field("Leg 2: Strike by").selectOption("same_strike");
    await backtests.write("Leg 2: Of leg", "1");
    assert.deepEqual(backtests.draft().legs[2], { side: "buy", type: "c", select: { by: "same_strike", ref_leg: 1 } });
    await backtests.page.getByRole("button", { name: "Remove Leg 0" }).click();
    await backtests.page.getByText("2 of at most 8").waitFor();
    assert.equal(backtests.draft().legs[1].select.ref_leg, 0);
    await backtests.field("Leg 1: Type").selectOption("s");
    await backtests.field("Leg 1: Strike by").waitFor({ state: "detached" });
    assert.deepEqual(backtests.draft().legs[1], { side: "buy", type: "s" });
  });

  test("the payoff of a spread is its premium, and the rest of its width", async (t) => {
    const spread = { ...STRATEGY, legs: [{ side: "sell", type: "p", select: { by: "strike", target: 95 } }, { side: "buy", type: "p", select: { by: "strike", target: 90 } }] };
    const backtests = await open(t, `${NEW}&strategy=${encodeURIComponent(JSON.stringify(spread))}`);
    await backtests.payoff.waitFor();
    const number = async (name) => Number((await backtests.figure(name).textContent()).replaceAll(",", ""));
    const [cost, most, least, even] = [await number("Costs"), await number("At most"), await number("At least"), await number("Breaks even")];
    assert.ok(cost < 0 && cost > -500);
    assert.equal(most, -cost);
    assert.ok(Math.abs(least - (most - 500)) < 0.011);
    assert.ok(Math.abs(even - (95 - most / 100)) < 0.011);
    await backtests.payoff.focus();
    await backtests.page.keyboard.press("End");
    assert.match(await backtests.payoff.getAttribute("aria-valuetext"), new RegExp(`At expiration ${most.toFixed(2)}`));
  });

  test("the payoff of a day between is drawn, and the address keeps the day", async (t) => {
    const backtests = await open(t, NEW);
    await backtests.payoff.waitFor();
    const days = backtests.field("Days from now");
    assert.equal(await days.inputValue(), "0");
    await days.fill("5");
    await backtests.page.waitForURL(/passed=5/);
    await backtests.payoff.focus();
    await backtests.page.keyboard.press("End");
    const said = await backtests.payoff.getAttribute("aria-valuetext");
    const [expiry, today, later] = ["At expiration", "Today", "In 5 days"].map((name) => Number(new RegExp(`${name} (-?[\\d.,]+)`).exec(said)[1].replaceAll(",", "")));
    // A day between lies between the two.
    assert.ok(later >= Math.min(expiry, today) - 0.01 && later <= Math.max(expiry, today) + 0.01, said);
  });

  test("spot and volatility are taken from the last chain that is held", async (t) => {
    const backtests = await open(t, NEW);
    await backtests.page.getByRole("button", { name: "Take from the last chain" }).click();
    await backtests.page.getByText("As at Jan 2, 2025.").waitFor();
    assert.deepEqual([await backtests.field("Underlying at").inputValue(), await backtests.field("Volatility %").inputValue()], ["250", "30.00"]);
  });

  test("a strategy is written as JSON, and what is no JSON is refused and kept", async (t) => {
    const backtests = await open(t, NEW);
    await backtests.page.getByText("As JSON").click();
    await backtests.write("The strategy as JSON", "{");
    await backtests.page.getByText(/^Not JSON/).waitFor();
    assert.equal(await backtests.field("The strategy as JSON").inputValue(), "{");
    await backtests.write("The strategy as JSON", JSON.stringify({ ...STRATEGY, luck: 1 }));
    await backtests.page.getByRole("list", { name: "What is wrong" }).getByText(/unknown field `luck`/).waitFor();
    await backtests.write("The strategy as JSON", JSON.stringify(STRATEGY));
    await backtests.page.getByRole("list", { name: "What is wrong" }).waitFor({ state: "detached" });
    assert.deepEqual(backtests.draft(), STRATEGY);
  });

  test("a strategy is run as it is written, and sent again under the same key", async (t) => {
    const sent = [];
    const start = ({ method, body, headers }) => {
      if (method === "GET") return BACKTEST_ANSWERS["/backtests"];
      sent.push({ key: headers["idempotency-key"], body: JSON.parse(body) });
      return sent.length === 1 ? problem(503, "unavailable", "the database does not answer") : accepted(7);
    };
    const backtests = await open(t, `${NEW}&strategy=${encodeURIComponent(JSON.stringify(STRATEGY))}`, { "/backtests": start });
    await backtests.runIt.focus();
    await backtests.page.keyboard.press("Enter");
    await backtests.page.getByText("the database does not answer").waitFor();
    await backtests.page.getByRole("button", { name: "Try again" }).click();
    await backtests.page.getByRole("heading", { name: "Put spread 7" }).waitFor();
    assert.deepEqual(sent.map(({ body }) => body), [STRATEGY, STRATEGY]);
    assert.ok(sent[0].key.length > 10 && sent[0].key === sent[1].key);
    assert.equal(new URL(backtests.page.url()).searchParams.get("run"), "7");
  });

  test("what the service refuses is said with the field, and a key is asked for", async (t) => {
    let tries = 0;
    const start = ({ headers }) => {
      tries += 1;
      if (headers.authorization !== "Bearer secret") return problem(401, "unauthenticated", "this needs the scope backtest");
      const refused = problem(422, "invalid_fields", "a field cannot be so");
      refused.body.errors = [{ field: "start_date", value: "2030-01-01", rule: "a date that is not in the future" }];
      return refused;
    };
    const backtests = await open(t, NEW, { "/backtests": start });
    await backtests.runIt.click();
    await backtests.page.getByLabel("API key").fill("secret");
    await backtests.page.getByRole("button", { name: "Use this key" }).click();
    await backtests.page.getByText("a date that is not in the future").waitFor();
    assert.equal(tries, 2);
  });

  test("runs show how far they are until they have ended", async (t) => {
    let fraction = 0.25;
    const list = () => ok({ data: [fraction < 1 ? running(9, fraction) : run(9), run(7)], next_cursor: null });
    const backtests = await open(t, "/app/backtests", { "/backtests": list });
    const bar = backtests.page.getByRole("progressbar", { name: "Progress of run 9" });
    await bar.waitFor();
    assert.equal(await bar.getAttribute("value"), "0.25");
    fraction = 0.75;
    await backtests.page.waitForFunction(() => document.querySelector("progress")?.value === 0.75);
    fraction = 1;
    await bar.waitFor({ state: "detached" });
    assert.match(await backtests.page.getByRole("row", { name: /Put spread 9/ }).textContent(), /succeeded.*\+4\.00%.*1\.50.*-10\.00%/);
    const asked = () => backtests.page.server.asked.length;
    const before = asked();
    await backtests.page.waitForTimeout(2_500);
    assert.equal(asked(), before, "what has ended is not asked for again");
  });

  test("a run is cancelled, run again, and deleted after a question", async (t) => {
    const done = [];
    const note = (id, what) => ({ method }) => { done.push([method, id, what]); return what === "rerun" ? accepted(11) : ok(run(id, { status: "cancelled", report: null })); };
    const backtests = await open(t, "/app/backtests", {
      "/backtests": ok({ data: [running(9, 0.5), run(7)], next_cursor: null }),
      "/backtests/9/cancel": note(9, "cancel"), "/backtests/7/rerun": note(7, "rerun"),
      "/backtests/7": ({ method }) => { done.push([method, 7, "delete"]); return { status: 204 }; },
    });
    const { page } = backtests;
    await page.getByRole("button", { name: "Cancel run 9" }).click();
    await page.getByRole("button", { name: "Rerun run 7" }).click();
    await page.getByRole("button", { name: "Delete run 7" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Delete run 7" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.waitForFunction(() => !document.querySelector("[role=alertdialog]"));
    await page.waitForTimeout(200);
    assert.deepEqual(done, [["POST", 9, "cancel"], ["POST", 7, "rerun"], ["DELETE", 7, "delete"]]);
  });

  test("a run is cloned into a draft of the same strategy", async (t) => {
    const backtests = await open(t, "/app/backtests");
    await backtests.page.getByRole("link", { name: "Clone run 7" }).click();
    await backtests.payoff.waitFor();
    assert.deepEqual(backtests.draft(), STRATEGY);
  });

  test("a result shows figures, months, the deepest fall and the causes", async (t) => {
    const backtests = await open(t, "/app/backtests?run=7");
    const { page } = backtests;
    await page.getByRole("heading", { name: "Data quality" }).waitFor();
    assert.deepEqual(
      await Promise.all(["Final equity", "Total return", "CAGR", "Win rate"].map((name) => backtests.figure(name).textContent())),
      ["104,000.00", "+4.00%", "–", "50.00%"],
    );
    // December: 100 000 → 99 000; January: 99 000 → 104 000.
    const months = page.getByRole("region", { name: /Returns of the equity/ });
    assert.match(await months.getByRole("row", { name: /2024/ }).textContent(), /-1\.00%/);
    assert.match(await months.getByRole("row", { name: /2025/ }).textContent(), /\+5\.05%/);
    await page.getByRole("button", { name: "Drawdown", exact: true }).and(page.locator("[aria-pressed]")).click();
    const chart = page.getByRole("slider", { name: "Drawdown by session" });
    await chart.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.match(await chart.getAttribute("aria-valuetext"), /Dec 24, 2024: Drawdown -10\.00%/);
    assert.match(await page.getByRole("row", { name: /Not opened: no expiration/ }).textContent(), /3/);
    await page.getByText("Without a chain: Dec 26, 2024").waitFor();
    const causes = page.getByRole("slider", { name: /Profit by cause/ });
    await causes.focus();
    await page.keyboard.press("Home");
    assert.match(await causes.getAttribute("aria-valuetext"), /Delta: Profit 300\.00/);
  });

  test("the benchmark of a run is drawn beside its equity", async (t) => {
    const backtests = await open(t, "/app/backtests?run=7", { "/backtests/7": ok(run(7, { parameters: { ...STRATEGY, benchmark: "SPY" } })) });
    const chart = backtests.page.getByRole("slider", { name: "Equity by session" });
    await chart.focus();
    await backtests.page.keyboard.press("End");
    await backtests.page.waitForFunction(() => /SPY/.test(document.querySelector('[role=slider][aria-label="Equity by session"]').getAttribute("aria-valuetext")));
    await backtests.page.getByRole("button", { name: "Drawdown", exact: true }).first().click();
    await backtests.page.getByRole("slider", { name: "Drawdown by session" }).waitFor();
    const asked = backtests.page.server.asked.map(({ url }) => url).find((url) => url.startsWith("/benchmark_data"));
    assert.match(asked, /ticker=SPY&start_date=/);
  });

  test("entries and exits are marked along the underlying", async (t) => {
    const { page } = await open(t, "/app/backtests?run=7");
    const chart = page.getByRole("slider", { name: /^The underlying by session/ });
    await page.locator(".plot .begin").first().waitFor();
    assert.deepEqual([await page.locator(".plot .begin").count(), await page.locator(".plot .end").count()], [2, 2]);
    await chart.focus();
    await page.keyboard.press("Home");
    assert.match(await chart.getAttribute("aria-valuetext"), /Dec 20, 2024: Underlying 100\.00, In #1 -1p95@2025-01-17\|\+1p90@2025-01-17/);
    await page.keyboard.press("ArrowRight");
    assert.match(await chart.getAttribute("aria-valuetext"), /Out #1 profit_target, 480\.00/);
  });

  test("trades are filtered by outcome and reason, and show their legs with quotes", async (t) => {
    const backtests = await open(t, "/app/backtests?run=7"), { page, trades } = backtests;
    await trades.waitFor();
    assert.equal(await trades.getByRole("row").count(), 3);
    await page.getByRole("button", { name: "Losers" }).click();
    assert.match(await trades.getByRole("row").nth(1).textContent(), /expiration.*-320\.00.*settled at earlier price/);
    assert.equal(await trades.getByRole("row").count(), 2);
    await page.getByRole("combobox", { name: "Exit reason" }).selectOption("profit_target");
    await page.getByText("No trade fits.").waitFor();
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.getByRole("button", { name: "Legs of trade 1" }).click();
    const legs = page.getByRole("region", { name: "Legs of trade 1" });
    assert.match(await legs.getByRole("row").nth(1).textContent(), /sold put.*95\.00.*1\.50.*2\.50.*2\.00/);
  });

  test("a result is taken along as the service's own files", async (t) => {
    const file = (name) => ({ ...ok(`the bytes of ${name}`) });
    const backtests = await open(t, "/app/backtests?run=7", {
      "/backtests/7/report.xlsx": file("the report"), "/backtests/7/results.parquet?table=equity": file("the equity"), "/backtests/7/trades?format=csv": file("the trades"),
    });
    const head = backtests.page.locator("section.panel", { has: backtests.page.getByRole("heading", { name: "Put spread 7" }) });
    for (const [entry, name, content] of [["Report (Excel)", "backtest-7.xlsx", "the report"], ["Equity (Parquet)", "backtest-7-equity.parquet", "the equity"], ["Trades (CSV)", "backtest-7-trades.csv", "the trades"]]) {
      const saved = await backtests.download(head, entry);
      assert.equal(saved.suggestedFilename(), name);
      assert.match(readFileSync(await saved.path(), "utf8"), new RegExp(content));
    }
  });

  test("a run is shared by a link that reads it without a key, and withdrawn", async (t) => {
    const done = [];
    const share = ({ method }) => { done.push(method); return method === "POST" ? { status: 201, body: { id: 7, token: "tok", url: "/backtests/7?share=tok" } } : { status: 204 }; };
    const { page } = await open(t, "/app/backtests?run=7", { "/backtests/7/share": share });
    await page.getByRole("button", { name: "Share by a link" }).click();
    const link = await page.locator(".secret code").textContent();
    assert.equal(link, `${page.server.url}/app/backtests?run=7&share=tok`);
    await page.getByRole("button", { name: "Withdraw the link" }).click();
    await page.getByRole("button", { name: "Share by a link" }).waitFor();
    assert.deepEqual(done, ["POST", "DELETE"]);
    await page.goto(link);
    await page.getByRole("heading", { name: "Data quality" }).waitFor();
    const asked = page.server.asked.filter(({ url }) => /^\/backtests\/7/.test(url)).slice(-3).map(({ url }) => url).sort();
    assert.deepEqual(asked, ["/backtests/7/equity?share=tok", "/backtests/7/trades?share=tok", "/backtests/7?share=tok"]);
    assert.equal(await page.getByRole("button", { name: "Rerun" }).count(), 0);
  });

  test("a run that failed says why, and one that goes on shows its result when it is there", async (t) => {
    let now = running(7, 0.5);
    const { page } = await open(t, "/app/backtests?run=7", { "/backtests/7": () => ok(now), "/backtests/6": ok(run(6, { status: "failed", report: null, error: { code: "no_session", message: "the range holds no session" } })) });
    await page.getByText("running: 50%, at Dec 23, 2024, equity 110,000.00").waitFor();
    now = run(7);
    await page.getByRole("heading", { name: "Data quality" }).waitFor();
    await page.goto(`${page.server.url}/app/backtests?run=6`);
    await page.getByRole("alert").getByText("the range holds no session").waitFor();
  });

  test("a result is run again and found to be the same", async (t) => {
    const hashes = { engine_version: "1", parameters: "aa", data: "bb", results: "cc" };
    const { page } = await open(t, "/app/backtests?run=7", { "/backtests/7/reproduce": ok({ id: 7, reproduced: true, data_is_current: false, sessions: 4, expected: hashes, found: hashes }) });
    await page.getByRole("button", { name: "Run it again and compare" }).click();
    await page.getByText("The same again, to the last bit; the chains held today are others.").waitFor();
  });

  test("two runs are compared in one chart, by statistic and by what differs", async (t) => {
    const list = ok({ data: [run(8), run(7)], next_cursor: null });
    const { page } = await open(t, "/app/backtests", { "/backtests": list });
    await page.getByRole("checkbox", { name: "Compare run 7" }).check();
    assert.ok(await page.getByRole("button", { name: "Compare 1" }).isDisabled());
    await page.getByRole("checkbox", { name: "Compare run 8" }).check();
    await page.getByRole("button", { name: "Compare 2" }).click();
    await page.waitForURL(/compare=7,8/);
    const statistics = page.getByRole("region", { name: "Statistics of the runs" });
    assert.match(await statistics.getByRole("row", { name: /Total return/ }).textContent(), /\+4\.00%-2\.00%/);
    const different = page.getByRole("region", { name: "Parameters that differ" });
    assert.equal(await different.getByRole("row").count(), 2);
    assert.match(await different.getByRole("row").nth(1).textContent(), /exit\.profit_target_pct5075/);
    assert.equal(await page.locator(".plot path.line").count(), 2);
  });

  test("parameters are varied, and the sweep is a heat map of the statistic chosen", async (t) => {
    const sent = [];
    const { page, runIt } = await open(t, NEW, { "/sweeps": ({ method, body }) => { if (method === "GET") return BACKTEST_ANSWERS["/sweeps"]; sent.push(JSON.parse(body)); return { status: 202, body: SWEEP.body.sweep }; } });
    await page.getByText("Vary parameters").click();
    for (const [label, text] of [["First field", "exit.profit_target_pct"], ["Its values", "25, 50"], ["Second field", "legs[0].select.target"], ["Values of the second", "0.1, 0.2"]]) {
      await page.getByLabel(label).fill(text);
      await page.keyboard.press("Tab");
    }
    assert.equal(await runIt.textContent(), "Run all 4");
    await runIt.click();
    const heat = page.getByRole("region", { name: /^Total return of every run/ });
    await heat.waitFor();
    assert.deepEqual(sent[0].grid, { "exit.profit_target_pct": [25, 50], "legs[0].select.target": [0.1, 0.2] });
    assert.deepEqual(await heat.getByRole("columnheader").allTextContents(), ["", "25", "50"]);
    assert.deepEqual(await heat.getByRole("row", { name: /^0\.1/ }).getByRole("cell").allTextContents(), ["-1.00%", "+1.00%"]);
    await page.getByRole("combobox", { name: "Statistic" }).selectOption("Sharpe ratio");
    const sharpe = page.getByRole("region", { name: /^Sharpe ratio of every run/ });
    assert.deepEqual(await sharpe.getByRole("row", { name: /^0\.2/ }).getByRole("cell").allTextContents(), ["21.00", "23.00"]);
  });

  test("a result is compared with chance when asked, and the address keeps that", async (t) => {
    const { page } = await open(t, "/app/backtests?run=7", { "/backtests/7/confidence": CONFIDENCE });
    await page.getByRole("button", { name: "Compare with chance" }).click();
    const intervals = page.getByRole("region", { name: /^Where each statistic lies/ });
    assert.match(await intervals.getByRole("row", { name: /Sharpe/ }).textContent(), /-2\.251\.505\.50/);
    assert.match(await intervals.getByRole("row", { name: /^Total return/ }).textContent(), /-12\.00%4\.00%21\.00%/);
    await page.getByText("25.00%").first().waitFor();
    await page.reload();
    await intervals.waitFor();
  });

  test("other fills of a run are a sweep", async (t) => {
    const { page } = await open(t, "/app/backtests?run=7", { "/backtests/7/fill-sensitivity": { status: 202, body: SWEEP.body.sweep } });
    await page.getByRole("button", { name: "Try other fills" }).click();
    await page.waitForURL(/sweep=4/);
    await page.getByRole("region", { name: /^Total return of every run/ }).waitFor();
  });

  test("a sweep says what choosing its best run is worth", async (t) => {
    const { page } = await open(t, "/app/backtests?sweep=4", { "/sweeps/4/evidence": EVIDENCE });
    await page.getByRole("button", { name: "Compare with luck" }).click();
    await page.getByText("3 runs over 60 sessions; 1 without a result do not count.").waitFor();
    const walk = page.getByRole("region", { name: /^Walk forward/ });
    assert.match(await walk.getByRole("row").nth(1).textContent(), /23exit\.profit_target_pct = 502\.001\.00/);
    assert.ok(await page.getByText("75.00%").isVisible());
  });
});
