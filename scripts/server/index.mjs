// One server, from an empty folder to the last answer.
import { Clock, TICK, report } from "./clock.mjs";
import { listen } from "./control.mjs";
import { claim, record, release } from "./guard.mjs";
import { migrate, migrateBeforeOpening } from "./migrations.mjs";
import { config, openServer } from "./worker.mjs";

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
    // A message as the platform delivers it, which may be twice.
    send: async ({ body }) => { await (await miniflare.getQueueProducer(config.queues.producers[0].binding, config.name)).send(body, { contentType: "text" }); },
    sql: async ({ sql, bind = [] }) => (await (await database()).prepare(sql).bind(...bind).all()).results,
  };
}

function once(task) {
  let running;
  return () => (running ??= task());
}
