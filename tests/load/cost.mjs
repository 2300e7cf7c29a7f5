// What Cloudflare would bill: measured requests, CPU and rows times the list prices, by the formula of docs/operations.md.
import path from "node:path";
import { addIngestion, follow } from "../../scripts/server/jobs.mjs";
import { Server } from "./server.mjs";
import { isoDay, sessionsFrom } from "./sessions.mjs";
import { whole } from "./table.mjs";

/** Dollars beyond what the paid plan includes, by Cloudflare's price lists as of November 2026. */
const PRICES = { requests: 0.3e-6, cpuMs: 0.02e-6, rowsRead: 0.001e-6, rowsWritten: 1e-6, objectRequests: 0.15e-6, gigabyteSeconds: 12.5e-6, queueOperations: 0.4e-6, keyReads: 0.5e-6, keyWrites: 5e-6 };
/** A Durable Object is billed for this memory while it works. */
const OBJECT_GIGABYTES = 0.128;
const COMPANIES = 8_000, REPEATS = 500, MILLION = 1e6;
const EARLIER = { start_date: "2024-01-02", end_date: "2024-03-27" }, LAST = "2024-03-28";

export async function measureCost(table, { folder }) {
  const server = await Server.start(path.join(folder, "cost"), { SAMPLE_COMPANIES: COMPANIES, RATE_LIMIT_PER_MINUTE: "0" });
  await ingested(server, EARLIER.start_date, EARLIER.end_date);
  const day = await metered(server, () => ingested(server, LAST, LAST));
  // A message wakes each slice: it is written, read and deleted.
  bill(table, `a day of ${whole()(COMPANIES)} companies ingested`, { ...day.used, requests: day.result, queueOperations: 3 * day.result });
  await server.post("/build-index", EARLIER);
  const built = await metered(server, () => server.post("/build-index", { start_date: LAST, end_date: LAST }));
  bill(table, "that day of an index built", { ...built.used, requests: 1 });
  const report = `/index-performance?${new URLSearchParams({ ...EARLIER })}`;
  await server.ask(report);
  const requests = { requests: 1 }, days = sessionsFrom(EARLIER.start_date, 59).map(isoDay);
  const ranges = days.slice(0, 25).flatMap((start_date) => days.slice(-25).map((end_date) => ({ start_date, end_date })));
  bill(table, "1 000 000 cached reports of a quarter", each(await metered(server, () => repeated(() => server.ask(report))), requests));
  const other = await metered(server, () => repeated((n) => server.ask(`/index-performance?${new URLSearchParams(ranges[n])}`)));
  bill(table, "1 000 000 reports of other ranges, uncached", each(other, requests));
  const { results } = (await server.ask(`/v3/reference/tickers?limit=${REPEATS}`)).json();
  const bars = (n) => server.ask(`/v2/aggs/ticker/${encodeURIComponent(results[n].ticker)}/range/1/day/${EARLIER.start_date}/${EARLIER.end_date}`);
  bill(table, "1 000 000 uncached reads of a quarter's bars", each(await metered(server, () => repeated(bars)), requests));
  const body = JSON.stringify({ symbol: "COST", values: Array.from({ length: 10_000 }, (_, n) => 100 + (n % 7) / 8) });
  const batch = () => server.ask("/add_batch", { method: "POST", headers: { "content-type": "application/json" }, body });
  const batches = await metered(server, () => repeated(batch));
  // The object writes a block of points and its summary.
  const objects = { objectRequests: 1, rowsWritten: 2, gigabyteSeconds: (batches.used.cpuMs / REPEATS / 1000) * OBJECT_GIGABYTES };
  bill(table, "1 000 000 batches of 10 000 points", each(batches, { ...requests, ...objects }));
  await server.stop();
}

async function ingested(server, from, to) {
  const job = await addIngestion(server.state, "sample", { from, to });
  const run = await follow(server.state, job, () => {});
  if (run.job !== "done") throw new Error(`the ingestion failed: ${run.error}`);
  const [{ slice }] = await server.sql("select slice from jobs where id = ?1", job);
  return slice + 1;
}

/** Does something and tells what it used. All of workerd's CPU counts, so it is more than the platform would bill. */
async function metered(server, work) {
  const counters = async () => ({ rowsRead: await server.metric("equipoise_d1_rows_read_total"), rowsWritten: await server.metric("equipoise_d1_rows_written_total"), keyReads: await server.metric("equipoise_kv_reads_total"), keyWrites: await server.metric("equipoise_kv_writes_total"), cpuMs: server.cpuSeconds() * 1000 });
  const before = await counters();
  const result = await work();
  const after = await counters();
  return { result, used: Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]])) };
}

async function repeated(work) {
  for (let n = 0; n < REPEATS; n += 1) await work(n);
}

/** A million times what one of the repeats used, with what each uses besides. */
function each({ used }, besides) {
  const total = Object.entries(used).map(([name, count]) => [name, (count / REPEATS) * MILLION]);
  for (const [name, count] of Object.entries(besides)) total.push([name, count * MILLION]);
  return total.reduce((sum, [name, count]) => ({ ...sum, [name]: (sum[name] ?? 0) + count }), {});
}

function bill(table, what, used) {
  const dollars = Object.entries(used).reduce((sum, [name, count]) => sum + count * PRICES[name], 0);
  const parts = Object.entries(used).filter(([name, count]) => count * PRICES[name] > 0.01 * dollars);
  const words = { requests: "requests", cpuMs: "ms CPU", rowsRead: "rows read", rowsWritten: "rows written", objectRequests: "object requests", gigabyteSeconds: "GB-s", queueOperations: "queue operations", keyReads: "KV reads", keyWrites: "KV writes" };
  const how = parts.map(([name, count]) => `${whole()(count)} ${words[name]}`).join(", ");
  table.add(`${what}: bill`, dollars, { show: (number) => `$${number.toFixed(number < 0.1 ? 4 : 2)}`, how });
}
