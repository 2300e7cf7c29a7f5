// Streams: the engine natively, then over HTTP beside a Worker in JavaScript whose Durable Objects do nothing or only store.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SERVER_CORE, build, median, run } from "./machine.mjs";
import { Server } from "./server.mjs";
import { BATCH, BINARY, CONNECTIONS, Client, JSON_TYPE, bytesOfStreams, changing, doubles, fill, prices } from "./stream_client.mjs";
import { Oracle, randomFrom } from "./stream_oracle.mjs";
import { decimals, mebibytes, percent, whole } from "./table.mjs";
import { load } from "./wrk.mjs";

const RUNS = 5;
const SECONDS = 2;
const LARGE = 100_000_000, SMALL = 1_000;
const CHECKED_READS = 100_000;
const SYMBOLS = 8;
const WASM_MEMORY = 32 * 2 ** 20;
const vars = { RATE_LIMIT_PER_MINUTE: "0" };

export async function measureStreams(table, { folder }) {
  await measureEngine(table);
  await checkReads(table, folder);
  const peer = await Server.start(path.join(folder, "stream-peer"), {}, "streams");
  try {
    await measureReads(table, { folder, peer });
    await measureBatches(table, { folder, peer });
  } finally {
    await peer.stop();
  }
}

/** The engine without a platform: `domain/benches/streams.rs`. */
async function measureEngine(table) {
  await build("cargo", "bench", "--locked", "--quiet", "--no-run", "-p", "equipoise-domain", "--bench", "streams");
  const { stdout } = await run(SERVER_CORE, "cargo", "bench", "--locked", "--quiet", "-p", "equipoise-domain", "--bench", "streams");
  const number = (pattern) => {
    const found = pattern.exec(stdout);
    if (!found) throw new Error(`the engine's benchmark did not say ${pattern}:\n${stdout}`);
    return Number(found[1]);
  };
  const append = number(/^append, .*: (\d+) million values\/s$/m);
  table.add("engine: append in batches of 10 000", append, { least: 100, show: whole("M values/s"), how: "native, cargo bench" });
  table.add("engine: k=8 read at 10^8 points", number(/^read k=8 .*: ([\d.]+) µs, 1 block read$/m), { most: 50, show: decimals(1, "µs"), how: "native, with one block read" });
  table.add("engine: rebuild from 10^8 points", number(/^rebuild .*: ([\d.]+) ms$/m) / 1000, { most: 1, show: decimals(4, "s"), how: "native, from the stored summaries" });
}

/** Batches and reads of several symbols at once, each symbol's in turn; every answer is compared with the oracle. */
async function checkReads(table, folder) {
  const server = await Server.start(path.join(folder, "streams-checked"), vars);
  const began = performance.now();
  let reads = 0, batches = 0;
  const faults = [];
  const client = new Client(server.url, SYMBOLS);
  await Promise.all(Array.from({ length: SYMBOLS }, async (_, at) => {
    const symbol = `CHECK/${at}`, oracle = new Oracle(), random = randomFrom(at + 1);
    for (let mine = 0; mine < CHECKED_READS / SYMBOLS; mine += 1) {
      if (oracle.total === 0 || random(3) === 0) {
        const values = oracle.next(random(100) === 0 ? BATCH : 1 + random(40), random);
        const { total } = await client.post("/add_batch/", JSON_TYPE, JSON.stringify({ symbol, values }));
        if (total !== oracle.total) faults.push(`the total is ${total} and not ${oracle.total}`);
        batches += 1;
      }
      const k = 1 + random(8);
      const fault = oracle.fault(symbol, k, await client.get(`/stats/?symbol=${symbol}&k=${k}`));
      if (fault) faults.push(fault);
      reads += 1;
    }
  }));
  client.close();
  const cpuSeconds = server.cpuSeconds();
  await server.stop();
  for (const fault of faults.slice(0, 5)) console.error(`bench: ${fault}`);
  const seconds = (performance.now() - began) / 1000;
  const how = `${whole()(reads)} reads among ${whole()(batches)} batches of 8 symbols over HTTP, ${whole("s")(seconds)}, of which ${whole("s")(cpuSeconds)} CPU of the server`;
  table.add("reads that agree with an exact oracle", 1 - faults.length / reads, { least: 1, show: percent, how });
}

/** A stream as long as they get, filled over HTTP; its memory, storage and restart, and reads beside those of a short one. */
async function measureReads(table, { folder, peer }) {
  const state = path.join(folder, "streams-long");
  let server = await Server.start(state, vars);
  const { seconds, cpuSeconds } = await fill(server, "LONG", LARGE);
  await fill(server, "SHORT", SMALL);
  table.add(`${whole()(LARGE)} values stored over HTTP, binary`, LARGE / seconds / 1e6, { show: decimals(1, "M values/s"), how: `${CONNECTIONS} connections, ${decimals(1, "s")(seconds)}, of which ${decimals(1, "s")(cpuSeconds)} CPU` });
  table.add("wasm_memory_bytes at 10^8 points", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "isolate that took them in" });
  const target = "/stats/?symbol=LONG&k=8";
  const before = (await server.ask(target)).body;
  await server.stop();
  const bytes = bytesOfStreams(state);
  table.add("storage", bytes / LARGE, { most: 8.5, show: decimals(2, "B/value"), how: `${whole("MB")(bytes / 2 ** 20)} in its SQLite` });
  server = await Server.start(state, vars);
  await server.ask("/health");
  const began = performance.now();
  const after = (await server.ask(target)).body;
  const restored = (performance.now() - began) / 1000;
  if (!after.equals(before) || JSON.parse(after).count !== LARGE) throw new Error(`after the restart ${target} answered ${after} and not ${before}`);
  table.add("first read of 10^8 points after a restart", restored, { most: 1, show: decimals(2, "s"), how: "over HTTP, summaries read from SQLite; the answer is the same to the byte" });
  table.add("wasm_memory_bytes after that restart", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "isolate that restored them" });

  const kinds = {
    empty: [peer, ["GET /empty?symbol=LONG - -"]],
    short: [server, ["GET /stats/?symbol=SHORT&k=8 - -"]],
    long: [server, [`GET ${target} - -`]],
  };
  const rates = await inTurn(kinds, folder, 16);
  const rate = (name) => whole("/s")(median(rates[name]));
  table.add("GET /stats/?k=8 at 10^8 points against 10^3, time", ratioOf(rates.short, rates.long), { most: 1.3, show: decimals(2, "×"), how: `${rate("long")} of ${rate("short")}, wrk -t1 -c16` });
  table.add("the same ÷ an empty Durable Object call in JavaScript", ratioOf(rates.long, rates.empty), { least: 0.6, show: percent, how: `${rate("long")} of ${rate("empty")}` });
  const slow = { short: await changing(server, "SHORT"), long: await changing(server, "LONG") };
  table.add("a read after every batch, at 10^8 points against 10^3", slow.long / slow.short, { most: 1.3, show: decimals(2, "×"), how: `${decimals(0, "µs")(slow.long)} of ${decimals(0, "µs")(slow.short)}, one connection; nothing of the answer is kept` });
  await server.stop();
}

/** Batches of 10 000 in both forms and into eight symbols, beside an object that only stores. */
async function measureBatches(table, { folder, peer }) {
  const server = await Server.start(path.join(folder, "streams-batches"), vars);
  const bodies = path.join(folder, "bodies");
  mkdirSync(bodies, { recursive: true });
  const file = (name, body) => {
    writeFileSync(path.join(bodies, name), body);
    return path.join(bodies, name);
  };
  const symbols = Array.from({ length: SYMBOLS }, (_, at) => `S${at}`);
  const asJson = (symbol, seed) => `POST /add_batch/ ${JSON_TYPE} ${file(`${symbol}-${seed}.json`, JSON.stringify({ symbol, values: prices(BATCH, seed) }))}`;
  const binary = (path_, symbol, seed) => `POST ${path_}?symbol=${symbol} ${BINARY} ${file(`${seed}.f64`, doubles(BATCH, seed))}`;
  const kinds = {
    json: [server, symbols.map((_, seed) => asJson("JSON", seed))],
    eight: [server, symbols.map(asJson)],
    binary: [server, symbols.map((_, seed) => binary("/add_batch/", "BINARY", seed))],
    eightBinary: [server, symbols.map((symbol, seed) => binary("/add_batch/", `B${symbol}`, seed))],
    store: [peer, symbols.map((_, seed) => binary("/store", "STORE", seed))],
  };
  const sent = {};
  const rates = await inTurn(kinds, folder, CONNECTIONS, sent);
  for (const [name, streams] of Object.entries({ json: ["JSON"], binary: ["BINARY"], eight: symbols })) {
    let total = 0;
    for (const symbol of streams) total += (await server.ask(`/stats/?symbol=${symbol}&k=8`)).json().total;
    // A run of wrk ends with requests on their way, at most one a connection.
    if (total < sent[name] * BATCH || total > (sent[name] + (RUNS + 1) * CONNECTIONS) * BATCH) throw new Error(`${sent[name]} batches were acknowledged, and ${total} values are there`);
  }
  await server.stop();
  const millions = (name) => (median(rates[name]) * BATCH) / 1e6, show = decimals(1, "M values/s");
  table.add("POST /add_batch/ of 10 000 values, JSON", millions("json"), { least: 4, show, how: `one symbol, ${whole("B")(statSync(path.join(bodies, "JSON-0.json")).size)} a body, wrk -t1 -c${CONNECTIONS}` });
  table.add("the same, binary", millions("binary"), { show, how: "one symbol, 80 000 B a body" });
  table.add("binary ÷ a JavaScript object that only stores", ratioOf(rates.binary, rates.store), { least: 0.6, show: percent, how: `${show(millions("binary"))} of ${show(millions("store"))}, one symbol` });
  table.add("eight symbols ÷ one, JSON", ratioOf(rates.eight, rates.json), { least: 0.9, show: percent, how: `${show(millions("eight"))} of ${show(millions("json"))}` });
  table.add("eight symbols ÷ one, binary", ratioOf(rates.eightBinary, rates.binary), { least: 0.9, show: percent, how: `${show(millions("eightBinary"))} of ${show(millions("binary"))}` });
}

/** Requests a second of each kind, the kinds one after the other in every run. */
async function inTurn(kinds, folder, connections, sent = {}) {
  const rates = Object.fromEntries(Object.keys(kinds).map((name) => [name, []])), cpu = {};
  for (let n = -1; n < RUNS; n += 1) {
    for (const [name, [server, requests]] of Object.entries(kinds)) {
      const list = path.join(folder, `${name}.requests`);
      writeFileSync(list, requests.join("\n") + "\n");
      const cpuBefore = server.cpuSeconds();
      const result = await load(server.url, { seconds: SECONDS, connections, script: "streams.lua", environment: { REQUESTS: list } });
      sent[name] = (sent[name] ?? 0) + result.requests;
      // The first round warms up.
      if (n < 0) continue;
      rates[name].push(result.rate);
      (cpu[name] ??= []).push(((server.cpuSeconds() - cpuBefore) / result.requests) * 1e6);
    }
  }
  const micros = Object.entries(cpu).map(([name, all]) => `${name} ${whole()(median(all))}`);
  console.log(`bench: CPU of workerd in µs a request: ${micros.join(", ")}`);
  return rates;
}

const ratioOf = (ours, theirs) => median(ours.map((rate, n) => rate / theirs[n]));
