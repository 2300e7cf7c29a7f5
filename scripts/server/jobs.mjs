// Job rows as the Worker's own stores write them, and the wait for what comes of them. A row first, a tick second: the
// row is the job, the tick only wakes it, so nothing is lost if this process or the server ends in between.
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./control.mjs";

/** Adds an ingestion job unless the very same is open already, wakes it and returns its number. */
export async function addIngestion(state, { provider, from, to }) {
  const spec = JSON.stringify({ provider, from, to });
  const [job] = await command(state, "sql", {
    sql: `insert into jobs (kind, key, spec, created_at, updated_at) values ('ingest', ?1, ?2, ?3, ?3)
      on conflict (kind, key) where status = 'open' do update set updated_at = excluded.updated_at returning id`,
    bind: [`${provider}:${from}:${to}`, spec, Date.now()],
  });
  await command(state, "tick");
  return job.id;
}

/** Waits until the jobs are done, calling `progress` with their run log whenever it changed, and returns the last log. */
export async function follow(state, ids, progress) {
  for (let shown = ""; ; await sleep(500)) {
    const runs = await command(state, "sql", {
      sql: `select jobs.id, jobs.status as job, coalesce(runs.error, jobs.error) as error, jobs.next_at, runs.id as run, runs.provider,
          runs.requests, runs.inserted, runs.changed, runs.unchanged, runs.rejected, runs.data_version
        from jobs left join ingestion_runs runs on runs.job_id = jobs.id
        where jobs.id in (select value from json_each(?1)) order by jobs.id`,
      bind: [JSON.stringify(ids)],
    });
    const line = JSON.stringify(runs);
    if (line !== shown) progress?.(runs);
    shown = line;
    if (runs.every((run) => run.job !== "open")) return runs;
  }
}

/** The open jobs of a kind. */
export async function openJobs(state, kind) {
  const rows = await command(state, "sql", { sql: "select id from jobs where kind = ?1 and status = 'open'", bind: [kind] });
  return rows.map((row) => row.id);
}

/** One line about one run. */
export function summary(run) {
  const counts = ["inserted", "changed", "unchanged", "rejected"].map((name) => `${run[name] ?? 0} ${name}`).join(", ");
  const waits = run.job === "open" && run.error ? `, waits after: ${run.error}` : run.error ? `: ${run.error}` : "";
  return `job ${run.id} ${run.job}: ${run.requests ?? 0} requests, rows ${counts}${waits}`;
}
