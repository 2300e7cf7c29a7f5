// The index service beside what one would write otherwise: a Worker in JavaScript that serves the same bytes, pandas over SQLite.
import os from "node:os";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
import { LOAD_CORE, SERVER_CORE, median, run } from "./machine.mjs";
import { Server } from "./server.mjs";
import { LAST_YEAR, RANGE, SESSIONS } from "./shared.mjs";
import { decimals, percent, whole } from "./table.mjs";

const RUNS = 5;
const SECONDS = 2;
const report = `/index-performance?${new URLSearchParams(LAST_YEAR)}`;
const python = path.join(process.env.EQUIPOISE_TOOLS || path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "equipoise"), "python/bin/python");

export async function measurePeers(table, { folder, data }) {
  const server = await Server.start(path.join(folder, "peers"), { RATE_LIMIT_PER_MINUTE: "0" });
  await server.send("shares", data.shares);
  await server.send("daily_bars", data.bars);
  await builds(table, { folder, data, server });
  await cachedReads(table, { folder, server });
  await server.stop();
}

/** A cold build of ours and one of theirs, in turn; both must come to the same level. */
async function builds(table, { folder, data, server }) {
  const database = path.join(folder, "peer.sqlite"), script = path.join(root, "tests/load/peers/build.py");
  await run(SERVER_CORE, python, script, "fill", database, data.market);
  const own = [], peer = [];
  for (let n = 0; n < RUNS; n += 1) {
    for (const name of ["index_members", "index_sessions", "indices"]) await server.sql(`delete from ${name}`);
    const began = performance.now();
    const built = (await server.post("/build-index", RANGE)).json();
    own.push((performance.now() - began) / 1000);
    const theirs = JSON.parse((await run(SERVER_CORE, python, script, "build", database)).stdout);
    peer.push(theirs.seconds);
    if (built.sessions !== SESSIONS || theirs.sessions !== SESSIONS) throw new Error(`expected ${SESSIONS} sessions, were ${built.sessions} and ${theirs.sessions}`);
    const apart = Math.abs(built.performance.level / theirs.level - 1);
    if (apart > 1e-9) throw new Error(`levels lie ${apart} apart`);
  }
  const how = `${decimals(2, "s")(median(own))} against ${decimals(2, "s")(median(peer))}, both on one core, the import of pandas not counted`;
  table.add("cold build of five years ÷ pandas over SQLite", median(own) / median(peer), { most: 1 / 3, show: decimals(2, "×"), how });
}

/** The same bytes from ours and from a Worker that does nothing else, in turn. */
async function cachedReads(table, { folder, server }) {
  const peer = await Server.start(path.join(folder, "cached-peer"), {}, "tests/load/peers/cached.mjs");
  await server.ask(report);
  const { headers, body } = await server.ask(report);
  if (headers.get("x-cache") !== "hit") throw new Error(`expected a hit, was ${headers.get("x-cache")}`);
  const etag = headers.get("etag");
  await peer.ask(report, { method: "PUT", headers: { "x-etag": etag }, body, expect: 204 });
  for (const { name, args } of [{ name: `cached report (${whole("B")(body.length)})`, args: [] }, { name: "304 of it", args: ["-H", `If-None-Match: ${etag}`] }]) {
    const rates = { own: [], peer: [] };
    for (let n = 0; n < RUNS; n += 1) for (const [who, at] of [["own", server], ["peer", peer]]) rates[who].push(await load(at.url + report, args));
    const ratio = median(rates.own.map((rate, n) => rate / rates.peer[n]));
    table.add(`${name} ÷ a Worker in JavaScript`, ratio, { least: 0.6, show: percent, how: `${whole()(median(rates.own))} of ${whole("/s")(median(rates.peer))}, wrk -t1 -c16` });
  }
  await peer.stop();
}

async function load(url, args) {
  const script = path.join(root, "tests/load/wrk.lua");
  const { stdout } = await run(LOAD_CORE, "wrk", "-t1", "-c16", `-d${SECONDS}s`, ...args, "-s", script, url);
  const result = JSON.parse(stdout.trim().split("\n").at(-1));
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} requests to ${url} failed`);
  return result.requests / (result.us / 1e6);
}
