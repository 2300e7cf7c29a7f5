// Hourly bars: 20 tickers × a year ingested from a source, then 500 of them queried against a peer of the common kind.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addBarIngestion, addIngestion, follow } from "../../scripts/server/jobs.mjs";
import { root } from "../../scripts/server/settings.mjs";
import { offer } from "./offered.mjs";
import { startRecordedBars } from "./recorded_bars.mjs";
import { median, pythonProgram } from "./machine.mjs";
import { PeerProcess } from "./peer_process.mjs";
import { Server } from "./server.mjs";
import { decimals, whole } from "./table.mjs";
import { load } from "./wrk.mjs";

const TICKERS = 20;
const BARS = 500;
const RUNS = 5;
const SECONDS = 2;
const MONTHS = 12;
const YEAR = { from: "2025-07-01", to: "2026-06-30" };
/** Distinct ranges of one timed run: more than it can ask for, so that no answer of it is in a cache. */
const RANGES = 4_000;
/** Those that the other measurements ask for. */
const OTHERS = 3_000;

export async function measureBars(table, { folder }) {
  const recorded = await record(folder);
  const provider = await startRecordedBars(recorded);
  const settings = { PROVIDER: "massive", MASSIVE_BASE_URL: provider.url, MASSIVE_API_KEY: "recorded", MASSIVE_REQUESTS_PER_MINUTE: "0", RATE_LIMIT_PER_MINUTE: "0" };
  const server = await Server.start(path.join(folder, "bars"), settings);
  try {
    await ingested(table, server, provider, [...recorded.keys()]);
  } finally {
    provider.close();
  }
  const rows = [...recorded].flatMap(([ticker, bars]) => bars.map((bar) => ({ ticker, ...bar })));
  const targets = distinctTargets(rows);
  await rowsRead(table, server, targets.slice(-10));
  await graphqlCost(table, server, targets.slice(-510, -10));
  if (!existsSync(pythonProgram("python", "gunicorn"))) {
    await server.stop();
    return table.skip("500 hourly bars against Flask", "no gunicorn: scripts/setup.sh python installs it");
  }
  const peer = await startPeer(folder, rows);
  try {
    await compare(table, server, peer, { folder, targets });
  } finally {
    await peer.stop();
    await server.stop();
  }
}

/** A year of hours of the sample market's largest companies, as this service answers them in Massive's own shape. */
async function record(folder) {
  const server = await Server.start(path.join(folder, "recording"), { SAMPLE_COMPANIES: 150, RATE_LIMIT_PER_MINUTE: "0" });
  await follow(server.state, await addIngestion(server.state, "sample", { from: "2026-06-30", to: "2026-06-30" }), () => {});
  const largest = await server.sql("select ticker from market_caps where day = (select max(day) from sessions) order by cap desc limit ?1", TICKERS);
  const recorded = new Map();
  for (const { ticker } of largest) {
    const answer = await server.ask(`/v2/aggs/ticker/${encodeURIComponent(ticker)}/range/1/hour/${YEAR.from}/${YEAR.to}?adjusted=false&limit=50000&mode=passthrough&provider=sample`);
    recorded.set(ticker, answer.json().results.flatMap(withExtendedHours));
  }
  await server.stop();
  return recorded;
}

/** A source with extended hours has sixteen a day: the sample market has the regular ones, whose first and last are repeated before and after. */
function withExtendedHours(bar, at, bars) {
  const hour = 3_600_000, isApart = (a, b) => b === undefined || Math.abs(a.t - b.t) > hour;
  const moved = (hours) => hours.map((by) => ({ ...bar, t: bar.t + by * hour }));
  const before = isApart(bar, bars[at - 1]) ? moved([-5, -4, -3, -2, -1]) : [], after = isApart(bar, bars[at + 1]) ? moved([1, 2, 3, 4]) : [];
  return [...before, bar, ...after];
}

/** The year ingested by the job as `make ingest` runs it. */
async function ingested(table, server, provider, tickers) {
  const cpuBefore = server.cpuSeconds();
  const job = await addBarIngestion(server.state, "massive", { ...YEAR, interval: "1hour", tickers });
  const done = await follow(server.state, job, () => {});
  if (done.job !== "done") throw new Error(`the ingestion failed: ${done.error}`);
  const [{ slice, ms }] = await server.sql("select slice, updated_at - created_at as ms from jobs where id = ?1", job);
  const cpu = decimals(1, "s of CPU")(server.cpuSeconds() - cpuBefore);
  table.add(`${TICKERS} tickers × a year of hours ingested`, ms / 1000, { most: 10, show: decimals(1, "s"), how: `${whole("bars")(done.inserted)}, ${slice + 1} slices, ${cpu}, from a local recorded provider` });
  table.add("calls of the provider for it", provider.calls, { most: TICKERS * MONTHS, show: whole(), how: "documented: one a ticker and month" });
}

/** What the database reads for a query beside its bars. */
async function rowsRead(table, server, targets) {
  const read = () => server.metric("equipoise_d1_rows_read_total");
  const first = await read(), ofMetric = (await read()) - first, more = [];
  // The isolate looks at the versions before its first query and once in a while; that is not the query's.
  await server.ask(targets[0].replace(/limit=\d+/, "limit=1"));
  for (const target of targets) {
    const before = await read();
    const { headers, json } = await server.ask(target);
    if (headers.get("x-cache") !== "miss") throw new Error(`${target} came from a cache`);
    more.push((await read()) - before - ofMetric - json().resultsCount);
  }
  table.add("database rows read for a bar query beside its bars", Math.max(...more), { most: 5, show: whole(), how: `${BARS} bars, ${more.join(" ")}` });
}

/** The same bars by GraphQL, by what workerd spends on them. */
async function graphqlCost(table, server, targets) {
  const half = targets.length / 2;
  const spent = async (targets, ask) => {
    const before = server.cpuSeconds();
    for (const target of targets) await ask(target);
    return ((server.cpuSeconds() - before) * 1_000) / targets.length;
  };
  const ask = { rest: (target) => server.ask(target), graphql: (target) => server.post("/graphql", { query: BARS_QUERY, variables: variablesOf(target) }) };
  const found = (await ask.graphql(targets[0])).json();
  const bars = (await ask.rest(targets[0])).json().results;
  const same = JSON.stringify(found.data?.bars.edges.map(({ node }) => [node.t, node.open, node.close, node.volume])) === JSON.stringify(bars.map((bar) => [bar.t, bar.o, bar.c, bar.v]));
  if (!same) throw new Error(`GraphQL does not answer the same bars: ${JSON.stringify(found.errors)}`);
  const ms = { rest: [], graphql: [] };
  for (let n = 0; n < RUNS; n += 1) {
    const part = targets.slice(1 + (n * half) / RUNS, 1 + ((n + 1) * half) / RUNS);
    ms.rest.push(await spent(part, ask.rest));
    ms.graphql.push(await spent(targets.slice(half + (n * half) / RUNS, half + ((n + 1) * half) / RUNS), ask.graphql));
  }
  const [rest, graphql] = [median(ms.rest), median(ms.graphql)];
  table.add("CPU of the same query by GraphQL ÷ REST, uncached", graphql / rest, { most: 4, show: decimals(1, "×"), how: `${decimals(1)(graphql)} of ${decimals(1, "ms")(rest)}` });
}

const BARS_QUERY = "query($ticker: String!, $from: String!, $to: String!) { bars(ticker: $ticker, from: $from, to: $to, adjustment: raw, first: 500) { edges { node { t open high low close volume vwap trades } } pageInfo { hasNextPage endCursor } } }";

function variablesOf(target) {
  const [, ticker, from, to] = /ticker\/([^/]+)\/range\/1\/hour\/(\d+)\/(\d+)/.exec(target);
  return { ticker: decodeURIComponent(ticker), from, to };
}

/** The peer over the same rows. */
async function startPeer(folder, rows) {
  const database = path.join(folder, "peer.sqlite");
  const fill = `import json, sqlite3, sys
rows = json.load(sys.stdin)
db = sqlite3.connect(sys.argv[1])
db.execute("create table bars (ticker text, t integer, open real, high real, low real, close real, volume real, vwap real, trades real, primary key (ticker, t))")
db.executemany("insert into bars values (?,?,?,?,?,?,?,?,?)", rows)
db.commit()`;
  const filling = spawn(pythonProgram("python", "python"), ["-c", fill, database], { stdio: ["pipe", "inherit", "inherit"] });
  filling.stdin.end(JSON.stringify(rows.map((row) => [row.ticker, row.t, row.o, row.h, row.l, row.c, row.v, row.vw, row.n])));
  await new Promise((resolve, reject) => filling.on("exit", (code) => (code === 0 ? resolve() : reject(new Error("the peer's rows were not written")))));
  const args = ["--workers", "1", "--bind", "127.0.0.1:0", "bars:app"];
  // It listens before its worker is there.
  const ready = /Listening at: (\S+)[^]*Booting worker/;
  return PeerProcess.start(pythonProgram("python", "gunicorn"), args, { env: { BARS_DATABASE: database }, cwd: path.join(root, "tests/load/peers"), ready });
}

async function compare(table, server, peer, { folder, targets }) {
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
    rates.peer.push(await rate(peer.url, fresh));
    rates.server.push(await rate(server.url, fresh, RANGES));
    rates.cached.push(await rate(server.url, one));
  }
  const ratio = (name) => median(rates[name].map((rate, n) => rate / rates.peer[n]));
  const how = (name) => `${whole()(median(rates[name]))} of ${whole("/s")(median(rates.peer))}, wrk -t1 -c4`;
  table.add(`${BARS} stored hourly bars, uncached ÷ Flask and SQLAlchemy`, ratio("server"), { least: 3, show: decimals(1, "×"), how: how("server") });
  table.add("the same cached", ratio("cached"), { least: 10, show: decimals(1, "×"), how: how("cached") });
  await offered(table, server, peer, { rate: median(rates.peer) / 2, targets: targets.slice(RUNS * RANGES, -510) });
}

/** Both at half of what the peer can do. */
async function offered(table, server, peer, { rate, targets }) {
  const times = { peer: [], server: [], graphql: [] }, each = Math.ceil(rate * SECONDS);
  for (let n = 0; n < RUNS; n += 1) {
    const fresh = targets.slice(n * each, (n + 1) * each);
    if (fresh.length < each) throw new Error(`expected ${each} ranges that are in no cache, were ${fresh.length}`);
    const queries = fresh.map((target) => JSON.stringify({ query: BARS_QUERY, variables: variablesOf(target) }));
    times.peer.push(await offer(peer.url, fresh, { rate, seconds: SECONDS }));
    times.server.push(await offer(server.url, fresh, { rate, seconds: SECONDS }));
    times.graphql.push(await offer(server.url, queries, { rate, seconds: SECONDS, graphql: true }));
  }
  const of = (name, part) => median(times[name].map((run) => run[part]));
  const how = (name, part) => `${decimals(1)(of(name, part))} of ${decimals(1, "ms")(of("peer", part))} at ${whole("/s")(rate)} offered to both`;
  table.add("p99 of the uncached query ÷ the peer's, equal load", of("server", "p99_ms") / of("peer", "p99_ms"), { most: 0.5, show: decimals(2), how: how("server", "p99_ms") });
  table.add("p50 of the same query by GraphQL ÷ the peer's", of("graphql", "p50_ms") / of("peer", "p50_ms"), { show: decimals(2), how: how("graphql", "p50_ms") });
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
  if (targets.length < RUNS * RANGES + OTHERS) throw new Error(`expected ${RUNS * RANGES + OTHERS} different ranges, were ${targets.length}`);
  return targets;
}

async function sameAnswer(server, peer, target) {
  const [ours, theirs] = await Promise.all([server.url, peer.url].map(async (base) => (await fetch(base + target)).json()));
  const plain = (answer) => JSON.stringify(answer.results.map((bar) => [bar.t, bar.o, bar.h, bar.l, bar.c, bar.v, bar.vw, bar.n]));
  if (ours.results.length !== BARS || plain(ours) !== plain(theirs)) throw new Error("the two services do not answer the same bars");
}

/** Requests a second. */
async function rate(base, targets, most = Infinity) {
  const done = await load(base, { seconds: SECONDS, connections: 4, script: "targets.lua", environment: { TARGETS: targets } });
  if (done.requests > most) throw new Error(`${done.requests} requests came round to ranges that were cached`);
  return done.rate;
}
