// A cached report and a 304 against `/health`, which does nothing but answer.
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { LAST_YEAR } from "./shared.mjs";
import { percent, whole } from "./table.mjs";
import { load } from "./wrk.mjs";

const RUNS = 5;
const SECONDS = 2;
const LEAST_BYTES = 20_000;
const report = `/index-performance?${new URLSearchParams(LAST_YEAR)}`;

/** Reads the built index from a server that has done nothing else, each kind of request in turn. */
export async function measureReads(table, { state }) {
  const server = await Server.start(state, { RATE_LIMIT_PER_MINUTE: "0" });
  const { etag, bytes } = await warmedUp(server);
  const kinds = [
    { name: "health", url: `${server.url}/health`, headers: [] },
    { name: "report", url: server.url + report, headers: [] },
    { name: "unchanged", url: server.url + report, headers: [`If-None-Match: ${etag}`] },
  ];
  const rates = { health: [], report: [], unchanged: [] };
  for (let n = 0; n < RUNS; n += 1) for (const kind of kinds) rates[kind.name].push(await rate(kind, kind.name === "report" ? bytes : 0));
  await checkStillCached(server, etag);
  await server.stop();
  const ratio = (name) => median(rates[name].map((rate, n) => rate / rates.health[n]));
  const how = (name) => `${whole()(median(rates[name]))} of ${whole("/s")(median(rates.health))}, wrk -t1 -c16`;
  table.add(`cached report of a year (${whole("B")(bytes)}) ÷ /health`, ratio("report"), { least: 0.6, show: percent, how: how("report") });
  table.add("304 of that report ÷ /health", ratio("unchanged"), { least: 0.8, show: percent, how: how("unchanged") });
}

/** Reads until it is cached, and checks that what is measured is what was meant. */
async function warmedUp(server) {
  await server.ask(report);
  const { headers, body } = await server.ask(report);
  if (headers.get("x-cache") !== "hit") throw new Error(`expected a hit, was ${headers.get("x-cache")}`);
  if (body.length < LEAST_BYTES) throw new Error(`expected at least ${LEAST_BYTES} bytes, were ${body.length}`);
  const etag = headers.get("etag");
  await server.ask(report, { headers: { "if-none-match": etag }, expect: 304 });
  return { etag, bytes: body.length };
}

async function checkStillCached(server, etag) {
  const { headers } = await server.ask(report);
  if (headers.get("x-cache") !== "hit" || headers.get("etag") !== etag) throw new Error("the report left the cache while it was measured");
}

/** Requests per second of one run; every answer must have been a good one and, where it says, of at least that size. */
async function rate({ url, headers }, leastBytes) {
  const done = await load(url, { seconds: SECONDS, headers });
  if (done.bytes < leastBytes * 0.95) throw new Error(`answers of ${url} had ${done.bytes} bytes`);
  return done.rate;
}
