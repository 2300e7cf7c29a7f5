// The index over five years of real prices: time against the reference script, rows of the database, memory.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { SERVER_CORE, median, pythonProgram, run } from "./machine.mjs";
import { RANGE, SESSIONS } from "./shared.mjs";
import { decimals, mebibytes, whole } from "./table.mjs";

const WASM_MEMORY = 64 * 2 ** 20;
const TOP_N = 100;

/** Runs the reference and a build of nothing built in turn, then what else the built range is asked. */
export async function measureBuild(table, { folder, data, server, runs }) {
  const out = path.join(folder, "reference");
  mkdirSync(out, { recursive: true });
  const reference = [], build = [];
  let first;
  for (let n = 0; n < runs; n += 1) {
    reference.push((await run(SERVER_CORE, pythonProgram("python", "python"), data.reference, data.market, "--out", out)).seconds);
    await forgetIndex(server);
    first = await timedBuild(server, RANGE);
    build.push(first.seconds);
  }
  if (first.sessions !== SESSIONS) throw new Error(`expected ${SESSIONS} sessions, were ${first.sessions}`);
  const times = `${decimals(2, "s")(median(build))} (${decimals(2, "s")(first.cpuSeconds)} CPU) against ${decimals(2, "s")(median(reference))}, both on one core`;
  table.add("cold build of five years ÷ reference script", median(build) / median(reference), { most: 0.5, show: decimals(2, "×"), how: times });
  rows(table, first);
  table.add("wasm_memory_bytes after import and build", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "same isolate" });
  await rebuild(table, server);
  await exported(table, server);
}

function rows(table, { cost, sessions }) {
  table.add("database rows read per built session", cost.rows_read / sessions, { most: 1_500, show: decimals(0), how: `505 companies, ${cost.statements} statements` });
  table.add("database rows written per built session", cost.rows_written / sessions, { most: TOP_N + 10, show: decimals(1), how: `${TOP_N} members` });
}

/** Nothing changed: no member may be written again. A written row is at least a row of the bill. */
async function rebuild(table, server) {
  const again = await timedBuild(server, RANGE);
  table.add("database rows written by a rebuild, per session", again.cost.rows_written / again.sessions, { most: 10, show: decimals(2), how: `${decimals(2, "s")(again.seconds)}; a member row would be ${TOP_N}` });
  const { cost } = await timedBuild(server, { start_date: RANGE.end_date });
  table.add("database rows read by a rebuild of one session alone", cost.rows_read, { most: 1_500, show: decimals(0), how: `${cost.statements} statements` });
}

/** A workbook with the members of 300 sessions, the most that the service makes. */
async function exported(table, server) {
  const days = await server.sql("select date(day * 86400, 'unixepoch') as day from index_sessions group by day order by day desc limit 300");
  const began = performance.now();
  const { body } = await server.post("/export-data", { start_date: days.at(-1).day, end_date: RANGE.end_date });
  const seconds = (performance.now() - began) / 1000;
  table.add("wasm_memory_bytes after import, build and export", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: `300 sessions, ${whole("KB")(body.length / 1000)} in ${decimals(1, "s")(seconds)}` });
}

/** Takes away what was built, so that the next build is the first. */
async function forgetIndex(server) {
  for (const table of ["index_members", "index_sessions", "indices"]) await server.sql(`delete from ${table}`);
}

/** A build with the seconds from the request to the answer, and those of CPU. */
export async function timedBuild(server, range) {
  const began = performance.now(), cpuBefore = server.cpuSeconds();
  const answer = (await server.post("/build-index", range)).json();
  return { ...answer, seconds: (performance.now() - began) / 1000, cpuSeconds: server.cpuSeconds() - cpuBefore };
}
