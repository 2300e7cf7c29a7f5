// What a person does with streams: follow one, add to it in every way, forget it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { openBrowser, problem, visit } from "./harness.mjs";
import { ANSWERS, ok } from "./market.mjs";
import { SYMBOLS, stats, store } from "./streams.mjs";
import { StreamsPage } from "./streams_page.mjs";

const STREAM = "/app/streams?symbol=BTC%2FUSD";

describe("streams", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });

  async function open(t, link, answers = {}, options = {}) {
    const page = await visit(t, browser, link, { ...ANSWERS, "/symbols": SYMBOLS, "/stats/all": ok(stats(250)), ...answers }, options);
    return new StreamsPage(page);
  }
  const into = (stream) => ({ "/add_batch/": stream.add, "/stats/all": stream.all });

  test("a stream is opened from the list, which says how many values each has", async (t) => {
    const { page, windows } = await open(t, "/app/streams");
    assert.match(await page.getByRole("row", { name: /ETH/ }).textContent(), /7.*Dec 20, 2024/);
    await page.getByRole("button", { name: "BTC/USD" }).click();
    await windows.waitFor();
    assert.equal(new URL(page.url()).searchParams.get("symbol"), "BTC/USD");
    await page.goBack();
    await page.getByRole("rowheader", { name: "ETH" }).waitFor();
  });

  test("a name that no stream can have is refused with the rule", async (t) => {
    const { page } = await open(t, "/app/streams");
    await page.getByLabel("Symbol").fill("a b");
    await page.keyboard.press("Enter");
    await page.getByText(/expected 1 to 64/).waitFor();
    assert.equal(await page.getByLabel("Symbol").getAttribute("aria-invalid"), "true");
    await page.getByLabel("Symbol").fill("NEW");
    await page.keyboard.press("Enter");
    await page.waitForURL(/symbol=NEW/);
  });

  test("every window shows its statistics, and the deviation is the root of the variance", async (t) => {
    const streams = await open(t, STREAM);
    await streams.windows.waitFor();
    // The last ten of 1 … 250: 241 to 250, whose variance is (10² − 1)/12.
    assert.deepEqual(await streams.row("10"), ["10", "yes", "241", "250", "250", "245.5", "8.25", "2.872281323"]);
    assert.deepEqual(await streams.row("1,000"), ["250", "not yet", "1", "250", "250", "125.5", "5,208.25", "72.1682063"]);
    await streams.windows.focus();
    await streams.page.keyboard.press("Home");
    assert.match(await streams.windows.getAttribute("aria-valuetext"), /^10: Max 250, Mean 245\.5, Deviation 2\.872281323, Min 241, Values 10$/);
  });

  test("what the socket tells is shown at once", async (t) => {
    let told;
    const streams = await open(t, STREAM, {}, { socket: (socket) => { told = socket; } });
    await streams.page.getByText("live", { exact: true }).waitFor();
    assert.match(told.url(), /^ws:.*\/stats\/live\?symbol=BTC\/USD$/);
    assert.equal(await streams.figure("Values").textContent(), "250");
    told.send(JSON.stringify(stats(12345)));
    await streams.page.getByRole("cell", { name: "12,340.5" }).waitFor();
    assert.equal(await streams.figure("Values").textContent(), "12,345");
    assert.equal(await streams.figure("Last").textContent(), "12,345");
  });

  test("a socket that breaks off is replaced by questions, and comes back", async (t) => {
    let total = 250;
    const sockets = [];
    const streams = await open(t, STREAM, { "/stats/all": () => ok(stats(total)) }, { socket: (socket) => { sockets.push(socket); } });
    await streams.page.getByText("live", { exact: true }).waitFor();
    await sockets[0].close();
    await streams.page.getByText("asking every second").waitFor();
    total = 300;
    await streams.page.waitForFunction(() => document.body.textContent.includes("295.5"));
    await streams.page.getByText("live", { exact: true }).waitFor();
    assert.equal(sockets.length, 2);
  });

  test("pasted numbers are stored in numbered batches of ten thousand", async (t) => {
    const stream = store(250);
    const streams = await open(t, STREAM, into(stream));
    await streams.windows.waitFor();
    const values = Array.from({ length: 10_003 }, (_, at) => at / 4);
    await streams.paste(`price\n${values.join(", ")}`);
    await streams.page.getByText("Done: 10,003 values are stored.").waitFor();
    assert.deepEqual(stream.batches.map(({ sequence, values }) => [sequence, values.length]), [[250, 10_000], [10_250, 3]]);
    assert.deepEqual(stream.batches.flatMap(({ values }) => values), values);
  });

  test("a batch whose answer was lost is sent again under the same number", async (t) => {
    const stream = store(250);
    let lost = 0;
    const flaky = (request) => {
      const answer = stream.add(request);
      return lost++ === 0 ? problem(503, "unavailable", "the answer was lost") : answer;
    };
    const streams = await open(t, STREAM, { ...into(stream), "/add_batch/": flaky });
    await streams.windows.waitFor();
    await streams.paste("1 2 3");
    await streams.page.getByText("Done: 3 values are stored.").waitFor();
    assert.deepEqual(stream.batches, [{ values: [1, 2, 3], sequence: 250 }, { values: [1, 2, 3], sequence: 250 }]);
    assert.equal(stream.total(), 253);
  });

  test("what is no number is named with its line, and nothing is stored", async (t) => {
    const stream = store(250);
    const streams = await open(t, STREAM, into(stream));
    await streams.windows.waitFor();
    await streams.paste("1\n2\nNaN\n4");
    await streams.page.getByText("line 3: expected a finite number, was “NaN”").waitFor();
    assert.deepEqual(stream.batches, []);
  });

  test("a file of doubles is stored to the bit, and opens a new stream", async (t) => {
    const stream = store();
    const streams = await open(t, STREAM, into(stream));
    await streams.page.getByText("Nothing in this stream yet").waitFor();
    const values = [0.1, -0, 5e-324, 65_000.0001, -1.7976931348623157e308];
    await streams.drop("ticks.f64", new Uint8Array(new Float64Array(values).buffer));
    await streams.page.getByText("Done: 5 values are stored.").waitFor();
    await streams.windows.waitFor();
    assert.deepEqual(stream.batches.map(({ values }) => values), [values]);
  });

  test("a file is stored piece by piece, in order", async (t) => {
    const stream = store(250);
    const streams = await open(t, STREAM, into(stream));
    await streams.windows.waitFor();
    const values = Array.from({ length: 250_000 }, (_, at) => at + 0.5);
    await streams.drop("ticks.csv", values.join("\n"));
    await streams.page.getByText("Done: 250,000 values are stored.").waitFor();
    assert.ok(stream.batches.every(({ values }) => values.length <= 10_000));
    assert.deepEqual(stream.batches.flatMap(({ values }) => values), values);
  });

  test("a file that is cut off is not stored as if it were whole", async (t) => {
    const stream = store(250);
    const streams = await open(t, STREAM, into(stream));
    await streams.windows.waitFor();
    await streams.drop("ticks.f64", new Uint8Array(13));
    await streams.page.getByText("the file ends in the middle of a number of eight bytes").waitFor();
    assert.deepEqual(stream.batches, []);
  });

  test("the generator walks on from the last value until it is stopped", async (t) => {
    const stream = store();
    const streams = await open(t, STREAM, into(stream));
    await streams.page.getByText("Nothing in this stream yet").waitFor();
    await streams.page.getByRole("button", { name: "Start the generator" }).focus();
    await streams.page.keyboard.press("Enter");
    await streams.windows.waitFor();
    await streams.page.waitForFunction(() => /[3-9],000 values stored/.test(document.body.textContent));
    await streams.page.getByRole("button", { name: "Stop" }).click();
    await streams.page.getByText(/^Stopped: [\d,]+ values are stored\.$/).waitFor();
    // Ten thousand a second in ten batches.
    assert.deepEqual(stream.batches.map(({ sequence, values }) => [sequence, values.length]), stream.batches.map((_, at) => [at * 1_000, 1_000]));
    const walked = stream.batches.flatMap(({ values }) => values);
    const steps = walked.slice(1).map((value, at) => Math.abs(value / walked[at] - 1));
    assert.ok(Math.max(...steps) <= 0.000_200_001 && Math.max(...steps) > 0, "each step is small");
  });

  test("a write that needs a key asks for it, and is done with it", async (t) => {
    const stream = store(250);
    const guarded = (request) => (request.headers.authorization === "Bearer secret" ? stream.add(request) : problem(401, "unauthenticated", "this needs the scope stream"));
    const streams = await open(t, STREAM, { ...into(stream), "/add_batch/": guarded });
    await streams.windows.waitFor();
    await streams.paste("7");
    await streams.page.getByText("this needs the scope stream").waitFor();
    await streams.page.getByLabel("API key").fill("secret");
    await streams.page.getByRole("button", { name: "Use this key" }).click();
    await streams.page.getByText("Done: 1 values are stored.").waitFor();
    assert.deepEqual(stream.batches, [{ values: [7], sequence: 250 }]);
  });

  test("a stream is forgotten after a question", async (t) => {
    const forgotten = [];
    const streams = await open(t, STREAM, { "/symbols/BTC%2FUSD": ({ method }) => { forgotten.push(method); return { status: 204 }; } });
    await streams.page.getByRole("button", { name: "Forget this stream" }).click();
    await streams.page.getByRole("button", { name: "Keep it" }).click();
    assert.deepEqual(forgotten, []);
    await streams.page.getByRole("button", { name: "Forget this stream" }).click();
    await streams.page.getByRole("button", { name: "Forget it", exact: true }).click();
    await streams.page.getByRole("rowheader", { name: "ETH" }).waitFor();
    assert.deepEqual(forgotten, ["DELETE"]);
  });

  test("what is shown over time is chosen by keyboard and survives a reload", async (t) => {
    const { page, windows } = await open(t, STREAM);
    await windows.waitFor();
    const deviation = page.getByRole("button", { name: "Deviation", exact: true }).and(page.locator("[aria-pressed]"));
    await deviation.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Deviation of the newest 1k" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Deviation of the newest 1k" }).waitFor();
  });

  test("the statistics are saved with every digit", async (t) => {
    const streams = await open(t, STREAM);
    await streams.table.getByRole("button", { name: "Export", exact: true }).click();
    const [file] = await Promise.all([streams.page.waitForEvent("download"), streams.table.getByRole("button", { name: "Table (CSV)" }).click()]);
    const [header, first] = readFileSync(await file.path(), "utf8").split("\r\n");
    assert.equal(header, "Window,Used,Complete,Min,Max,Last,Mean,Variance,Deviation");
    assert.equal(first, `10,10,yes,241,250,250,245.5,8.25,${Math.sqrt(8.25)}`);
  });
});
