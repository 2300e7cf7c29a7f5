// A state folder while nothing serves it: claimed, migrated, used, released.
import { claim, release } from "./guard.mjs";
import { migrateBeforeOpening } from "./migrations.mjs";
import { config, openState } from "./worker.mjs";

/** Runs `task` with the database of a state that no server holds. */
export async function withState(state, task) {
  claim(state);
  try {
    await migrateBeforeOpening(state);
    const miniflare = openState(state);
    try {
      return await task(await miniflare.getD1Database(config.d1_databases[0].binding, config.name));
    } finally {
      await miniflare.dispose();
    }
  } finally {
    release(state);
  }
}
