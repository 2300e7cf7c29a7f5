// The index's three reports from FastAPI over SQLite, with and without Redis before it, beside ours; both build first, and must agree.
import path from "node:path";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/server/settings.mjs";
import { SERVER_CORE, median, pythonProgram, run } from "./machine.mjs";
import { PeerProcess } from "./peer_process.mjs";
import { LAST_YEAR, RANGE } from "./shared.mjs";
import { decimals, whole } from "./table.mjs";
import { load } from "./wrk.mjs";

const RUNS = 5;
const SECONDS = 1;
const YEAR_SESSIONS = 250;
const TOLERANCE = 1e-9;
const SERVICE = path.join(root, "tests/load/peers");
const ask = (route, parameters) => `/${route}?${new URLSearchParams(parameters)}`;

/** The service as a process, and where it is told to the Redis server that keeps its answers. */
class IndexService {
  static async start(database, socket) {
    const service = new IndexService();
    service.redis = socket && await PeerProcess.start("redis-server", ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"], { ready: /ready to accept connections/i });
    const args = ["-m", "uvicorn", "index_service:app", "--host", "127.0.0.1", "--port", "0", "--loop", "uvloop", "--http", "httptools", "--no-access-log"];
    const env = { DATABASE: database, ...(socket ? { REDIS: socket } : {}) };
    service.process = await PeerProcess.start(pythonProgram("load", "python3"), args, { env, cwd: SERVICE, ready: /Uvicorn running on (\S+)/ });
    service.url = service.process.url;
    return service;
  }

  cpuSeconds() {
    return this.process.cpuSeconds() + (this.redis ? this.redis.cpuSeconds() : 0);
  }

  async json(target, request) {
    const response = await fetch(this.url + target, request);
    if (!response.ok) throw new Error(`the peer answered ${response.status} to ${target}: ${await response.text()}`);
    return response.json();
  }

  async build(range) {
    const body = JSON.stringify(range), began = performance.now(), cpuBefore = this.cpuSeconds();
    const built = await this.json("/build-index", { method: "POST", headers: { "content-type": "application/json" }, body });
    return { ...built, seconds: (performance.now() - began) / 1000, cpuSeconds: this.cpuSeconds() - cpuBefore };
  }

  async stop() {
    await this.process.stop();
    await this.redis?.stop();
  }
}

/** Starts the service on the same market, without a cache. */
export async function startIndexService(folder, data) {
  const database = path.join(folder, "index_service.sqlite");
  await run(SERVER_CORE, pythonProgram("load", "python3"), path.join(SERVICE, "index_build.py"), database, data.market);
  return { database, service: await IndexService.start(database) };
}

/** Compares every level, every change, and the members of every fiftieth session. */
export async function checkSameIndex(server, service) {
  const both = async (target) => [(await server.ask(target)).json(), await service.json(target)];
  const near = (what, a, b) => {
    if (a !== b && !(Math.abs(a - b) <= TOLERANCE * Math.abs(a) + 1e-15)) throw new Error(`${what} is ${a} and theirs ${b}`);
  };
  const [ours, theirs] = await both(ask("index-performance", RANGE));
  if (ours.data.length !== theirs.data.length) throw new Error(`${ours.data.length} sessions, theirs ${theirs.data.length}`);
  for (const [n, mine] of ours.data.entries()) {
    if (mine.date !== theirs.data[n].date) throw new Error(`session ${n} is ${mine.date} and theirs ${theirs.data[n].date}`);
    for (const field of ["level", "daily_return", "cumulative_return", "turnover", "constituents", "stale_prices"]) near(`${field} of ${mine.date}`, mine[field], theirs.data[n][field]);
  }
  for (const { date } of ours.data.filter((_, n) => n % 50 === 0 || n === ours.data.length - 1)) {
    const [mine, their] = await both(ask("index-composition", { date }));
    if (mine.count !== their.count) throw new Error(`${mine.count} members on ${date}, theirs ${their.count}`);
    for (const [n, member] of mine.constituents.entries()) {
      for (const field of ["rank", "ticker", "name", "sector"]) if (member[field] !== their.constituents[n][field]) throw new Error(`${field} of ${member.ticker} on ${date} differs`);
      for (const field of ["weight", "price", "market_cap", "shares", "notional"]) near(`${field} of ${member.ticker} on ${date}`, member[field], their.constituents[n][field]);
    }
  }
  const plain = ({ changes }) => changes.flatMap(({ date, entered, exited }) => [[entered, "+"], [exited, "-"]].flatMap(([list, sign]) => list.map(({ ticker, rank, previous_rank }) => `${date} ${sign}${ticker} ${rank ?? "-"} ${previous_rank ?? "-"}`))).sort();
  const [mine, their] = (await both(ask("composition-changes", RANGE))).map(plain);
  const differs = mine.findIndex((change, n) => change !== their[n]);
  if (differs >= 0 || mine.length !== their.length) throw new Error(`${mine.length} changes, theirs ${their.length}; the first that differs: ${mine[differs]}, theirs ${their[differs]}`);
  return { sessions: ours.data.map(({ date }) => date), changes: mine.length };
}

/** Reads that no cache holds, then one that isolate memory and Redis hold, then its 304, each in turn. */
export async function measureReports(table, { folder, server, service, database, sessions }) {
  const years = (route) => sessions.slice(0, -YEAR_SESSIONS).flatMap((start_date, n) => [0, 1, 2, 3].filter((more) => n + YEAR_SESSIONS + more < sessions.length).map((more) => ask(route, { start_date, end_date: sessions[n + YEAR_SESSIONS + more] })));
  const reports = {
    "performance of a year": { one: ask("index-performance", LAST_YEAR), many: years("index-performance") },
    "composition of a day": { one: ask("index-composition", { date: RANGE.end_date }), many: sessions.map((date) => ask("index-composition", { date })) },
    "changes of a year": { one: ask("composition-changes", LAST_YEAR), many: years("composition-changes") },
  };
  for (const [name, { many }] of Object.entries(reports)) await uncached(table, { name, targets: many, folder, server, service });
  const keeping = await IndexService.start(database, path.join(folder, "redis.sock"));
  try {
    for (const [name, { one }] of Object.entries(reports)) await inTurn(table, { what: `${name} from isolate memory ÷ FastAPI from Redis`, least: 1.5, target: one, server, service: keeping });
    const [ours, theirs] = await Promise.all([server.url, keeping.url].map(async (url) => (await fetch(url + reports["performance of a year"].one)).headers.get("etag")));
    await inTurn(table, { what: "304 ÷ FastAPI's from Redis", least: 2, target: reports["performance of a year"].one, server, service: keeping, headers: [`If-None-Match: ${ours}`, `If-None-Match: ${theirs}`] });
  } finally {
    await keeping.stop();
  }
}

/** Every answer is made anew: the targets are different ones, and before each run the versions move on as with a publication. */
async function uncached(table, { name, targets, folder, server, service }) {
  const file = path.join(folder, "targets.txt"), rates = { own: [], peer: [] }, micros = { own: [], peer: [] };
  for (let n = 0; n < RUNS; n += 1) {
    writeFileSync(file, targets.map((_, at) => targets[(at + n * 211) % targets.length]).join("\n") + "\n");
    await server.sql("update data_versions set version = version + 1");
    // The isolate trusts the versions that it has seen for a second.
    await sleep(1_100);
    for (const [who, at] of [["own", server], ["peer", service]]) {
      const cpuBefore = at.cpuSeconds();
      const done = await load(at.url, { seconds: SECONDS, script: "targets.lua", environment: { TARGETS: file } });
      if (who === "own" && done.requests > targets.length) throw new Error(`${done.requests} requests came round to answers that were cached`);
      rates[who].push(done.rate);
      micros[who].push(((at.cpuSeconds() - cpuBefore) / done.requests) * 1e6);
    }
  }
  add(table, `${name}, uncached ÷ FastAPI over sqlite3`, 0.8, rates, micros);
}

/** One target that both have kept; a header for each of them, where they differ. */
async function inTurn(table, { what, least, target, server, service, headers: [mine, theirs] = [] }) {
  const rates = { own: [], peer: [] }, micros = { own: [], peer: [] };
  for (let n = -1; n < RUNS; n += 1) {
    for (const [who, at, header] of [["own", server, mine], ["peer", service, theirs]]) {
      const cpuBefore = at.cpuSeconds();
      const done = await load(at.url + target, { seconds: SECONDS, headers: header ? [header] : [] });
      if (header && done.bytes > 1_000) throw new Error(`a 304 had ${done.bytes} bytes`);
      // The first run warms up.
      if (n < 0) continue;
      rates[who].push(done.rate);
      micros[who].push(((at.cpuSeconds() - cpuBefore) / done.requests) * 1e6);
    }
  }
  add(table, what, least, rates, micros);
}

function add(table, what, least, rates, micros) {
  const ratio = median(rates.own.map((rate, n) => rate / rates.peer[n]));
  const cpu = `CPU a request ${whole()(median(micros.own))} of ${whole("µs")(median(micros.peer))}`;
  table.add(what, ratio, { least, show: decimals(2, "×"), how: `${whole()(median(rates.own))} of ${whole("/s")(median(rates.peer))}, wrk -t1 -c16; ${cpu}` });
}
