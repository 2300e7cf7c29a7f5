// Hourly bars: 20 tickers × a year ingested from a source, then 500 of them queried against a peer of the common kind.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { addBarIngestion, addIngestion, follow } from "../../scripts/server/jobs.mjs";
import { root } from "../../scripts/server/settings.mjs";
import { LOAD_CORE, SERVER_CORE, median, run } from "./machine.mjs";
import { Server } from "./server.mjs";
import { decimals, whole } from "./table.mjs";

const TICKERS = 20;
const BARS = 500;
const RUNS = 5;
const SECONDS = 2;
const YEAR = { from: "2025-07-01", to: "2026-06-30" };
/** Distinct ranges of one timed run: more than it can ask for, so that no answer of it is in a cache. */
const RANGES = 4_000;
const python = path.join(process.env.EQUIPOISE_TOOLS || path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "equipoise"), "python/bin");

export async function measureBars(table, { folder }) {
  const server = await Server.start(path.join(folder, "bars"), { SAMPLE_COMPANIES: 150, RATE_LIMIT_PER_MINUTE: "0" });
  const tickers = await ingested(table, server);
  if (!existsSync(path.join(python, "gunicorn"))) {
    await server.stop();
    return table.skip("500 hourly bars against Flask", "no gunicorn: scripts/setup.sh python installs it");
  }
  const rows = [];
  for (const ticker of tickers) rows.push(...(await server.sql("select x.ticker, b.t, b.open, b.high, b.low, b.close, b.volume, b.vwap, b.trades from bar_series q join securities x on x.id = q.security_id join intraday_bars b on b.series_id = q.id where x.ticker = ?1 order by b.t", ticker)));
  const peer = await Peer.start(folder, rows);
  try {
    await compare(table, server, peer, { folder, rows });
  } finally {
    peer.stop();
    await server.stop();
  }
}

/** A year of hours of the largest companies, by the job as `make ingest` runs it. */
async function ingested(table, server) {
  await follow(server.state, await addIngestion(server.state, "sample", { from: "2026-06-30", to: "2026-06-30" }), () => {});
  const largest = await server.sql("select ticker from market_caps where day = (select max(day) from sessions) order by cap desc limit ?1", TICKERS);
  const tickers = largest.map((row) => row.ticker);
  const job = await addBarIngestion(server.state, "sample", { ...YEAR, interval: "1hour", tickers });
  const done = await follow(server.state, job, () => {});
  if (done.job !== "done") throw new Error(`the ingestion failed: ${done.error}`);
  const [{ slice, ms }] = await server.sql("select slice, updated_at - created_at as ms from jobs where id = ?1", job);
  table.add(`${TICKERS} tickers × a year of hours ingested`, ms / 1000, { most: 10, show: decimals(1, "s"), how: `${whole("bars")(done.inserted)}, ${slice + 1} slices, from the sample source` });
  return tickers;
}

/** The peer as a process of its own on the server's core. */
class Peer {
  static async start(folder, rows) {
    const peer = new Peer(), database = path.join(folder, "peer.sqlite");
    const fill = `import json, sqlite3, sys
rows = json.load(sys.stdin)
db = sqlite3.connect(sys.argv[1])
db.execute("create table bars (ticker text, t integer, open real, high real, low real, close real, volume real, vwap real, trades real, primary key (ticker, t))")
db.executemany("insert into bars values (?,?,?,?,?,?,?,?,?)", rows)
db.commit()`;
    const filling = spawn(path.join(python, "python"), ["-c", fill, database], { stdio: ["pipe", "inherit", "inherit"] });
    filling.stdin.end(JSON.stringify(rows.map((row) => [row.ticker, row.t, row.open, row.high, row.low, row.close, row.volume, row.vwap, row.trades])));
    await new Promise((resolve, reject) => filling.on("exit", (code) => (code === 0 ? resolve() : reject(new Error("the peer's rows were not written")))));
    const env = { ...process.env, BARS_DATABASE: database };
    const port = 20_000 + (process.pid % 10_000);
    peer.url = `http://127.0.0.1:${port}`;
    peer.process = spawn("taskset", ["-c", String(SERVER_CORE), path.join(python, "gunicorn"), "--workers", "1", "--bind", `127.0.0.1:${port}`, "--log-level", "error", "bars:app"], { env, cwd: path.join(root, "tests/load/peers"), stdio: "inherit" });
    for (let tries = 0; ; tries += 1) {
      try {
        await fetch(`${peer.url}/`);
        return peer;
      } catch (error) {
        if (tries === 100) throw error;
        await sleep(100);
      }
    }
  }

  stop() {
    this.process.kill();
  }
}

async function compare(table, server, peer, { folder, rows }) {
  const targets = distinctTargets(rows);
  await sameAnswer(server, peer, targets[0]);
  const file = (name, lines) => {
    const path_ = path.join(folder, name);
    writeFileSync(path_, lines.join("\n") + "\n");
    return path_;
  };
  const one = file("one-target.txt", targets.slice(0, 1));
  const rates = { peer: [], server: [], cached: [] };
  for (let n = 0; n < RUNS; n += 1) {
    const fresh = file(`targets-${n}.txt`, targets.slice(n * RANGES, (n + 1) * RANGES));
    rates.peer.push(await load(peer.url, fresh));
    rates.server.push(await load(server.url, fresh, RANGES));
    rates.cached.push(await load(server.url, one));
  }
  const ratio = (name) => median(rates[name].map((run, n) => run.rate / rates.peer[n].rate));
  const how = (name) => `${whole()(median(rates[name].map((run) => run.rate)))} of ${whole("/s")(median(rates.peer.map((run) => run.rate)))}, wrk -t1 -c4`;
  table.add(`${BARS} stored hourly bars, uncached ÷ Flask and SQLAlchemy`, ratio("server"), { least: 3, show: decimals(1, "×"), how: how("server") });
  table.add("the same cached", ratio("cached"), { least: 10, show: decimals(1, "×"), how: how("cached") });
  const tail = (name) => median(rates[name].map((run) => run.p99_ms));
  table.add("p99 of the uncached query ÷ the peer's, same connections", tail("server") / tail("peer"), { most: 0.5, show: decimals(2), how: `${decimals(1)(tail("server"))} of ${decimals(1, "ms")(tail("peer"))}` });
}

/** Queries of 500 bars, each from another hour of another ticker, in an order that walks through the tickers. */
function distinctTargets(rows) {
  const byTicker = Map.groupBy(rows, (row) => row.ticker);
  const targets = [];
  for (let at = 0; ; at += 1) {
    const before = targets.length;
    for (const [ticker, bars] of byTicker) {
      if (at + BARS <= bars.length) targets.push(`/v2/aggs/ticker/${ticker}/range/1/hour/${bars[at].t}/${bars.at(-1).t}?adjusted=false&limit=${BARS}`);
    }
    if (targets.length === before) break;
  }
  if (targets.length < RUNS * RANGES) throw new Error(`expected ${RUNS * RANGES} different ranges, were ${targets.length}`);
  return targets;
}

async function sameAnswer(server, peer, target) {
  const [ours, theirs] = await Promise.all([server.url, peer.url].map(async (base) => (await fetch(base + target)).json()));
  const plain = (answer) => JSON.stringify(answer.results.map((bar) => [bar.t, bar.o, bar.h, bar.l, bar.c, bar.v, bar.vw, bar.n]));
  if (ours.results.length !== BARS || plain(ours) !== plain(theirs)) throw new Error("the two services do not answer the same bars");
}

async function load(base, targets, most = Infinity) {
  const script = path.join(root, "tests/load/bars.lua");
  const { stdout } = await run(LOAD_CORE, "env", `TARGETS=${targets}`, "wrk", "-t1", "-c4", `-d${SECONDS}s`, "-s", script, base);
  const result = JSON.parse(stdout.trim().split("\n").at(-1));
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} requests to ${base} failed`);
  if (result.requests > most) throw new Error(`${result.requests} requests came round to ranges that were cached`);
  return { rate: result.requests / (result.us / 1e6), p99_ms: result.p99_us / 1000 };
}
