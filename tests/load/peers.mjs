// The index service beside what one would write otherwise: FastAPI with pandas, SQLite and Redis, our own SQL without the platform,
// and a Worker in JavaScript that serves the same bytes.
import path from "node:path";
import { timedBuild } from "./build.mjs";
import { checkSameIndex, measureReports, startIndexService } from "./index_service.mjs";
import { median } from "./machine.mjs";
import { recordBuild } from "./native_sql.mjs";
import { Server } from "./server.mjs";
import { LAST_YEAR, RANGE, SESSIONS } from "./shared.mjs";
import { decimals, percent, whole } from "./table.mjs";
import { load } from "./wrk.mjs";

const RUNS = 5;
const SECONDS = 2;
const report = `/index-performance?${new URLSearchParams(LAST_YEAR)}`;

export async function measurePeers(table, { folder, data }) {
  const state = path.join(folder, "peers"), vars = { RATE_LIMIT_PER_MINUTE: "0" };
  const filling = await Server.start(state, vars);
  await filling.send("shares", data.shares);
  await filling.send("daily_bars", data.bars);
  await filling.stop();
  const runNatively = await recordBuild(folder, state);
  const { database, service } = await startIndexService(folder, data);
  const server = await Server.start(state, vars);
  await builds(table, { server, service, runNatively });
  const { sessions, changes } = await checkSameIndex(server, service);
  console.log(`bench: both have the same ${sessions.length} levels, ${changes} changes and members`);
  await measureReports(table, { folder, server, service, database, sessions });
  await service.stop();
  await cachedReads(table, { folder, server });
  await server.stop();
}

/** A first build of ours, one of theirs, and the statements of ours alone, in turn. */
async function builds(table, { server, service, runNatively }) {
  const own = [], pandas = [], native = [];
  for (let n = 0; n < RUNS; n += 1) {
    for (const name of ["index_members", "index_sessions", "indices"]) await server.sql(`delete from ${name}`);
    own.push(await timedBuild(server, RANGE));
    pandas.push(await service.build(RANGE));
    native.push(await runNatively());
    const sessions = [own[n].sessions, pandas[n].sessions, native[n].built.length];
    if (sessions.some((count) => count !== SESSIONS)) throw new Error(`expected ${SESSIONS} sessions, were ${sessions}`);
  }
  const built = await server.sql("select day, inputs_hash, return_value from index_sessions order by day");
  if (JSON.stringify(built) !== JSON.stringify(native[0].built)) throw new Error("the statements alone built another index");
  const ratio = (others) => median(own.map(({ seconds }, n) => seconds / others[n].seconds));
  const each = (runs) => `${decimals(2, "s")(median(runs.map(({ seconds }) => seconds)))} (${decimals(2)(median(runs.map(({ cpuSeconds }) => cpuSeconds)))} CPU)`;
  table.add("cold build of five years ÷ pandas from SQLite", ratio(pandas), { most: 1 / 3, show: decimals(2, "×"), how: `${each(own)} against ${each(pandas)}, both over HTTP` });
  table.add("the same ÷ its SQL run natively", ratio(native), { most: 1.5, show: decimals(2, "×"), how: `${each(own)} against ${each(native)}; ${native[0].statements} statements, SQLite ${native[0].sqlite} in Node; the same fingerprints` });
}

/** The same bytes from ours and from a Worker that does nothing else, in turn. */
async function cachedReads(table, { folder, server }) {
  const peer = await Server.start(path.join(folder, "cached-peer"), {}, "cached");
  await server.ask(report);
  const { headers, body } = await server.ask(report);
  if (headers.get("x-cache") !== "hit") throw new Error(`expected a hit, was ${headers.get("x-cache")}`);
  const etag = headers.get("etag");
  await peer.ask(report, { method: "PUT", headers: { "x-etag": etag }, body, expect: 204 });
  for (const { name, headers } of [{ name: `cached report (${whole("B")(body.length)})`, headers: [] }, { name: "304 of it", headers: [`If-None-Match: ${etag}`] }]) {
    const rates = { own: [], peer: [] };
    for (let n = 0; n < RUNS; n += 1) for (const [who, at] of [["own", server], ["peer", peer]]) rates[who].push((await load(at.url + report, { seconds: SECONDS, headers })).rate);
    const ratio = median(rates.own.map((rate, n) => rate / rates.peer[n]));
    table.add(`${name} ÷ a Worker in JavaScript`, ratio, { least: 0.6, show: percent, how: `${whole()(median(rates.own))} of ${whole("/s")(median(rates.peer))}, wrk -t1 -c16` });
  }
  await peer.stop();
}
