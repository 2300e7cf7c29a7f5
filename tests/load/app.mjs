// The app in a real browser: what its first load weighs, when the chart is there, how fast it answers, and its workbook.
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { addIngestion, follow } from "../../scripts/server/jobs.mjs";
import { openBrowser } from "../browser/harness.mjs";
import { openEdge } from "./edge.mjs";
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { decimals, whole } from "./table.mjs";

/** Five years of sessions of a market just large enough for an index of 100. */
const RANGE = { start_date: "2020-01-02", end_date: "2024-12-31" };
const COMPANIES = 150;
/** What POST /export-data makes with every sheet. */
const SHORT_RANGE = { start_date: "2024-01-02", end_date: "2024-12-31" };
const SLOW_NETWORK = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };
const RUNS = 5;

/** Notes in the page when the chart's line is drawn, how long each task and each interaction takes, and what the menu says. */
function watch() {
  window.watched = { chart: null, tasks: [], events: [], said: [] };
  new MutationObserver(() => {
    if (window.watched.chart === null && document.querySelector(".plot path.line")) window.watched.chart = performance.now();
    const text = [...document.querySelectorAll(".said")].map((of) => of.textContent).join("");
    const last = window.watched.said.at(-1);
    if (text !== "" && last?.text !== text) window.watched.said.push({ text, at: performance.now() });
  }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
  new PerformanceObserver((list) => window.watched.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration })))).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => window.watched.events.push(...list.getEntries().map(({ name, startTime, duration }) => ({ name, startTime, duration })))).observe({ type: "event", durationThreshold: 16, buffered: true });
}

async function openPage(browser, { slow }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  await page.addInitScript(watch);
  if (slow) {
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", SLOW_NETWORK);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  return { page, close: () => context.close() };
}

const watched = (page) => page.evaluate(() => window.watched);
const largest = (numbers) => Math.max(0, ...numbers);

export async function measureApp(table, { folder }) {
  const server = await Server.start(path.join(folder, "app"), { SAMPLE_COMPANIES: COMPANIES });
  const browser = await openBrowser(), edge = await openEdge(server.url);
  try {
    await follow(server.state, await addIngestion(server.state, "sample", { from: RANGE.start_date, to: RANGE.end_date }), () => {});
    for (let year = 2020; year <= 2024; year++) await server.post("/build-index", { start_date: `${year}-01-02`, end_date: `${year}-12-31` });
    await measureFirstLoad(table, browser, edge);
    await measureSlow(table, browser, edge);
    await measureWorkbook(table, browser, edge, { folder, server });
  } finally {
    await browser.close();
    edge.close();
    await server.stop();
  }
}

async function measureFirstLoad(table, browser, edge) {
  const { page, close } = await openPage(browser, { slow: false });
  await page.goto(edge.url);
  await page.locator(".plot path.line").first().waitFor({ state: "attached" });
  await page.waitForLoadState("networkidle");
  await close();
  const sizes = await Promise.all(edge.sent.map(async ({ url, best }) => ({ url, bytes: (await best()).length })));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const modules = sizes.filter(({ url }) => url.endsWith(".wasm"));
  const module = modules.reduce((sum, { bytes }) => sum + bytes, 0);
  table.add("first load, brotli 11", total / 1000, { most: 450, show: decimals(0, "KB"), how: `${sizes.length} files and answers, the module alone ${decimals(0, "KB")(module / 1000)}` });
  if (sizes.some(({ url }) => url.includes("export_worker"))) table.fail("first load", "it loads the workbook code");
  if (modules.length !== 1) table.fail("first load", `it loads ${modules.length} modules: parts of other pages`);
}

async function measureSlow(table, browser, edge) {
  const charts = [], interactions = [];
  for (let run = 0; run < RUNS; run++) {
    const { page, close } = await openPage(browser, { slow: true });
    await page.goto(edge.url);
    await page.waitForFunction(() => window.watched.chart !== null);
    charts.push((await watched(page)).chart / 1000);
    await page.waitForLoadState("networkidle");
    const since = await page.evaluate(() => performance.now());
    for (const name of ["1Y", "Return", "Max", "Drawdown", "Level", "Log"]) {
      await page.locator(".segmented").getByRole("button", { name, exact: true }).click();
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))));
    }
    const { events } = await watched(page);
    interactions.push(largest(events.filter(({ startTime }) => startTime >= since).map(({ duration }) => duration)));
    await close();
  }
  const how = `median of ${RUNS}; 4× slower CPU, 10 Mbit/s, 40 ms`;
  table.add("chart visible after navigation", median(charts), { most: 2.5, show: decimals(2, "s"), how });
  table.add("slowest interaction with five years shown", median(interactions), { most: 100, show: decimals(0, "ms"), how });
}

async function measureWorkbook(table, browser, edge, { folder, server }) {
  const all = [], writing = [], tasks = [];
  let bytes = 0;
  const downloads = path.join(folder, "downloads");
  mkdirSync(downloads, { recursive: true });
  const save = async (page, name) => {
    await page.locator(".plot path.line").first().waitFor({ state: "attached" });
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Export", exact: true }).first().click();
    const began = await page.evaluate(() => performance.now());
    const [file] = await Promise.all([page.waitForEvent("download", { timeout: 120_000 }), page.getByRole("button", { name: "Index workbook (Excel)" }).click()]);
    await file.saveAs(path.join(downloads, name));
    const { said, tasks: long } = await watched(page);
    const at = (text) => said.findLast((of) => of.text.includes(text))?.at;
    return { began, done: at("done"), writing: at("writing"), longest: largest(long.filter(({ startTime }) => startTime >= began).map(({ duration }) => duration)) };
  };
  for (let run = 0; run < RUNS; run++) {
    const { page, close } = await openPage(browser, { slow: false });
    await page.goto(edge.url);
    const times = await save(page, "five-years.xlsx");
    all.push((times.done - times.began) / 1000);
    writing.push((times.done - times.writing) / 1000);
    tasks.push(times.longest);
    bytes = readFileSync(path.join(downloads, "five-years.xlsx")).length;
    await close();
  }
  const how = `median of ${RUNS}, ${whole("KB")(bytes / 1000)}`;
  table.add("workbook of five years in the browser", median(writing), { most: 3, show: decimals(2, "s"), how });
  table.add("the same with fetching", median(all), { most: 5, show: decimals(2, "s"), how });
  table.add("longest task of the page meanwhile", largest(tasks), { most: 50, show: decimals(0, "ms"), how: `of ${RUNS} exports` });

  const { page, close } = await openPage(browser, { slow: false });
  await page.goto(`${edge.url}/?from=${SHORT_RANGE.start_date}&to=${SHORT_RANGE.end_date}`);
  await save(page, "one-year.xlsx");
  await close();
  const { body } = await server.post("/export-data", SHORT_RANGE);
  const isSame = body.equals(readFileSync(path.join(downloads, "one-year.xlsx")));
  table.add("bytes by which the browser's workbook of a year differs from the service's", isSame ? 0 : body.length, { most: 0, show: whole("B") });
}
