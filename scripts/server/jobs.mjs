// Job rows as the Worker's own stores write them, and the wait for what comes of them. A row first, a tick second: the
// row is the job, the tick only wakes it, so nothing is lost if this process or the server ends in between.
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./control.mjs";

/**
 * Adds an ingestion job unless the very same is open already, wakes it and returns its number. `asked` holds `from` and `to`
 * (`YYYY-MM-DD`) or `keep_sessions`; the row is the one that worker/src/jobs/ingest/state.rs writes and reads.
 */
export async function addIngestion(state, provider, asked) {
  const key = asked.from ? `${provider}:${asked.from}:${asked.to}` : `${provider}:last-${asked.keep_sessions}`;
  return addJob(state, "ingest", key, { provider, ...asked });
}

/**
 * The same for bars within sessions. `asked` holds `from`, `to`, `interval` and perhaps `tickers`; the row is the one that
 * worker/src/jobs/ingest_bars/state.rs reads.
 */
export async function addBarIngestion(state, provider, asked) {
  const key = [provider, asked.interval, asked.from, asked.to, ...(asked.tickers ?? [])].join(":");
  return addJob(state, "ingest_bars", key, { provider, ...asked });
}

async function addJob(state, kind, key, spec) {
  const [job] = await command(state, "sql", {
    sql: `insert into jobs (kind, key, spec, created_at, updated_at) values (?1, ?2, ?3, ?4, ?4)
      on conflict (kind, key) where status = 'open' do update set updated_at = excluded.updated_at returning id`,
    bind: [kind, key, JSON.stringify(spec), Date.now()],
  });
  await command(state, "tick");
  return job.id;
}

/**
 * Likewise for option chains. `asked` holds `from`, `to` and perhaps `underlyings`; the row is the one that
 * worker/src/jobs/ingest_chains.rs reads.
 */
export async function addChains(state, provider, asked) {
  const key = [provider, asked.from, asked.to, (asked.underlyings ?? []).join(",")].join(":");
  return addJob(state, "ingest_chains", key, { provider, ...asked });
}

/** Waits until a job is done, calling `progress` with its run log whenever that changed, and returns the last log. */
export async function follow(state, id, progress) {
  for (let shown = ""; ; await sleep(500)) {
    const [run] = await command(state, "sql", {
      sql: `select jobs.id, jobs.status as job, coalesce(runs.error, jobs.error) as error, jobs.next_at, runs.id as run, runs.provider,
          runs.requests, runs.inserted, runs.changed, runs.unchanged, runs.rejected, runs.data_version,
          runs.first_day, runs.last_day
        from jobs left join ingestion_runs runs on runs.job_id = jobs.id
        where jobs.id = ?1`,
      bind: [id],
    });
    const line = JSON.stringify(run);
    if (line !== shown) progress(run);
    shown = line;
    if (run.job !== "open") return run;
  }
}

/** One line about one run. */
export function summary(run) {
  const counts = ["inserted", "changed", "unchanged", "rejected"].map((name) => `${run[name] ?? 0} ${name}`).join(", ");
  const waits = run.job === "open" && run.error ? `, waits after: ${run.error}` : run.error ? `: ${run.error}` : "";
  return `job ${run.id} ${run.job}: ${run.requests ?? 0} requests, rows ${counts}${waits}`;
}
