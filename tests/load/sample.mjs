// The sample market at 600 and at 8 000 companies: what ingestion takes, and whether a build reads more in the larger one.
import path from "node:path";
import { addIngestion, follow } from "../../scripts/server/jobs.mjs";
import { timedBuild } from "./build.mjs";
import { Server } from "./server.mjs";
import { decimals, mebibytes, whole } from "./table.mjs";

/** 30 sessions of 2024; the first is ingested on its own. */
const RANGE = { start_date: "2024-01-02", end_date: "2024-02-13" };
const SESSIONS = 30;

export async function measureSample(table, { folder }) {
  const read = {};
  for (const companies of [600, 8_000]) {
    const server = await Server.start(path.join(folder, `sample-${companies}`), { SAMPLE_COMPANIES: companies });
    const day = await ingested(server, RANGE.start_date, RANGE.start_date);
    const all = await ingested(server, RANGE.start_date, RANGE.end_date);
    const { sessions, cost } = await timedBuild(server, RANGE);
    if (sessions !== SESSIONS) throw new Error(`expected ${SESSIONS} sessions, were ${sessions}`);
    read[companies] = cost.rows_read / sessions;
    if (companies === 8_000) {
      table.add("one day of 8 000 sample companies", day.seconds, { show: decimals(2, "s"), how: `${day.slices} slices, ${decimals(2, "s")(day.seconds / day.slices)} each, ${whole("rows")(day.rows)}` });
      table.add(`${SESSIONS} days of 8 000 sample companies`, all.seconds, { show: decimals(1, "s"), how: `${all.slices} slices, ${decimals(2, "s")(all.seconds / all.slices)} each, wasm_memory_bytes ${mebibytes(await server.metric("wasm_memory_bytes"))}` });
    }
    await server.stop();
  }
  table.add("database rows read per session, 8 000 companies", read[8_000], { most: 1_500, show: decimals(0), how: `${SESSIONS} sessions` });
  table.add("the same ÷ 600 companies", read[8_000] / read[600], { most: 1.1, show: decimals(3, "×"), how: `${decimals(0)(read[600])} with 600` });
}

/** Runs the ingestion job over a range; the time is the job's own, from its creation to its last slice. */
async function ingested(server, from, to) {
  const job = await addIngestion(server.state, "sample", { from, to });
  const run = await follow(server.state, job, () => {});
  if (run.job !== "done") throw new Error(`the ingestion failed: ${run.error}`);
  const [{ slice, ms }] = await server.sql("select slice, updated_at - created_at as ms from jobs where id = ?1", job);
  return { seconds: ms / 1000, slices: slice + 1, rows: run.inserted };
}
