// `make screenshots`: a picture of each page into docs/images/, with made-up data only. STATE keeps the market between runs.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser } from "../tests/browser/harness.mjs";
import { addChains, follow } from "./server/jobs.mjs";
import { root } from "./server/settings.mjs";

const folder = path.join(root, "docs/images");
const kept = process.env.STATE;
const state = kept ?? mkdtempSync(path.join(os.tmpdir(), "equipoise-screenshots-"));

/** `link` is told what was put into the market besides its prices; `wait` is what shows that a page is there. */
const PICTURES = [
  { name: "overview", link: () => "/" },
  { name: "overview-dark", link: () => "/?view=drawdown", theme: "dark" },
  { name: "overview-phone", link: () => "/", size: { width: 390, height: 844 } },
  { name: "composition", link: () => "/app/composition" },
  { name: "changes", link: () => "/app/changes" },
  { name: "explain", link: () => "/app/explain", theme: "dark" },
  { name: "statistics", link: () => "/app/statistics" },
  { name: "attribution", link: () => "/app/research" },
  { name: "what-if", link: ({ ticker }) => `/app/research?part=what-if&exclude=${ticker}&weighting=min_variance&rebalance=monthly`, theme: "dark" },
  { name: "comparison", link: ({ ticker }) => `/app/research?part=comparison&with=${ticker}` },
  { name: "trades", link: () => "/app/research?part=trades" },
  { name: "quality", link: () => "/app/research?part=quality", theme: "dark" },
  { name: "known", link: () => "/app/research?part=known" },
  { name: "data", link: () => "/app/data" },
  { name: "prices", link: ({ ticker }) => `/app/data?part=prices&ticker=${ticker}` },
  { name: "imports", link: () => "/app/data?part=imports" },
  { name: "build", link: () => "/app/build" },
  { name: "streams", link: () => "/app/streams?symbol=SAMPLE", isOwn: true },
  { name: "backtests", link: ({ run }) => `/app/backtests?run=${run}` },
  { name: "strategy", link: () => "/app/backtests?part=new", theme: "dark" },
  { name: "account", link: () => "/app/account" },
];

/** A server with the sample market, as `make run` starts it. */
function serve() {
  const server = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path.join(root, "scripts/run.mjs")], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", STATE: state, CRON: "0", PROVIDER: "sample" }, stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let log = "";
    server.stdout.setEncoding("utf8").on("data", (text) => {
      log += text;
      const url = /^listening on (\S+),/m.exec(log);
      if (url) resolve({ url: url[1], stop: () => new Promise((ended) => { server.on("exit", ended); server.kill("SIGTERM"); }) });
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
}

const day = (ms) => new Date(ms).toISOString().slice(0, 10);

async function send(url, body) {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return response.json();
}

/** A random walk as a stream; it is the same every time. */
function walk(count) {
  let seed = 7, at = 100;
  const next = () => ((seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31);
  return Array.from({ length: count }, () => (at += next() - 0.5));
}

/** What the pages of streams and backtests show: a stream, four months of made-up chains, and a run over them. */
async function fill(url) {
  const { data: [index] } = await (await fetch(`${url}/indices`)).json();
  const { constituents } = await (await fetch(`${url}/index-composition?date=${index.last_session}`)).json();
  await send(`${url}/add_batch`, { symbol: "SAMPLE", values: walk(10_000) });
  const last = Date.parse(index.last_session);
  await follow(state, await addChains(state, "sample", { from: day(last - 120 * 86_400_000), to: index.last_session }), () => {});
  const { data: [{ underlying }] } = await (await fetch(`${url}/chains`)).json();
  const legs = [0.25, 0.1].map((target, at) => ({ side: at === 0 ? "sell" : "buy", type: "p", select: { by: "delta", target } }));
  const { id } = await send(`${url}/backtests`, { name: "Put spread", underlying, dte: { target: 30, min: 14, max: 60 }, entry: { when: "daily", max_open: 5 }, exit: { profit_target_pct: 50, dte: 7 }, legs });
  for (let tries = 0; tries < 120; tries++) {
    const run = await (await fetch(`${url}/backtests/${id}`)).json();
    if (run.status === "succeeded") break;
    if (run.status === "failed") throw new Error(`the run failed: ${JSON.stringify(run)}`);
    await sleep(500);
  }
  return { ticker: constituents[0].ticker, run: id };
}

const { url, stop } = await serve();
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const market = await fill(url);
  for (const { name, link, theme = "light", size = { width: 1280, height: 860 }, isOwn = false } of PICTURES) {
    const page = await browser.newPage({ viewport: size, colorScheme: theme, deviceScaleFactor: 1.5, locale: "en-US" });
    await page.goto(url + link(market));
    await page.getByRole("main").locator("h1").waitFor();
    // A page that follows the service live is never without a request on its way.
    await page.waitForLoadState("networkidle", { timeout: 5_000 }).catch(() => {});
    await page.waitForFunction(() => !document.querySelector(".skeleton"));
    if (await page.getByRole("alert").count() > 0) throw new Error(`${name}: ${await page.getByRole("alert").first().textContent()}`);
    if (!isOwn && !(await page.getByRole("banner").getByText("Synthetic").isVisible())) throw new Error(`${name}: the data is not that of the sample market`);
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    await page.close();
    console.log(`screenshots: docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  await stop();
  if (!kept) rmSync(state, { recursive: true, force: true });
}
