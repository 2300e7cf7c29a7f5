// One server, from an empty folder to the last answer.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Clock, TICK, report } from "./clock.mjs";
import { listen } from "./control.mjs";
import { claim, record, release } from "./guard.mjs";
import { allMigrations, migrate } from "./migrations.mjs";
import { config, openServer, openState } from "./worker.mjs";

/** Starts a server and returns `{url, stop}` once it answers with the schema in place. */
export async function start(settings) {
  claim(settings.state);
  await migrateBeforeOpening(settings.state);
  const miniflare = openServer(settings);
  await miniflare.ready;
  await migrate(miniflare);
  const address = await miniflare.unsafeGetDirectURL("door");
  const clock = new Clock(miniflare);
  const control = await listen(settings.state, commandsOf(miniflare, clock));
  const url = `http://${settings.host === "0.0.0.0" ? "127.0.0.1" : settings.host}:${address.port}`;
  record(settings.state, { port: Number(address.port), url });
  if (settings.crons) clock.start();
  process.on("SIGUSR2", () => { clock.fire(TICK).catch(report); });
  const stop = once(async () => {
    clock.stop();
    control.close();
    await miniflare.dispose();
    release(settings.state);
  });
  for (const signal of ["SIGTERM", "SIGINT"]) {
    // Miniflare's own handler would end the process before the runtime has closed its databases.
    process.removeAllListeners(signal);
    process.on(signal, () => { stop().finally(() => process.exit(0)); });
  }
  return { url, stop };
}

function commandsOf(miniflare, clock) {
  const database = () => miniflare.getD1Database(config.d1_databases[0].binding, config.name);
  return {
    tick: () => clock.fire(TICK),
    cron: ({ cron }) => clock.fire(cron),
    sql: async ({ sql, bind = [] }) => (await (await database()).prepare(sql).bind(...bind).all()).results,
  };
}

/**
 * The door opens together with the Worker, so nobody may meet it half migrated: what is missing is applied with nothing
 * listening. A list beside the data says what has been applied, so that a start with nothing to do skips this.
 */
async function migrateBeforeOpening(state) {
  const list = path.join(state, "migrations.json"), all = JSON.stringify(allMigrations());
  try {
    if (readFileSync(list, "utf8") === all) return;
  } catch { /* A state that has not been opened before. */ }
  const miniflare = openState(state);
  await miniflare.ready;
  const applied = await migrate(miniflare);
  await miniflare.dispose();
  writeFileSync(list, all);
  if (applied.length > 0) console.log(`applied ${applied.length} migrations`);
}

function once(task) {
  let running;
  return () => (running ??= task());
}
