// Applies the numbered migrations to a local state, with the same book-keeping as `wrangler d1 migrations apply`.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unstable_splitSqlQuery as statementsOf } from "wrangler";
import { root } from "./settings.mjs";
import { config, openState } from "./worker.mjs";

const BOOK = `create table if not exists d1_migrations (
  id integer primary key autoincrement, name text unique, applied_at timestamp default current_timestamp not null)`;

/** Applies what is missing, each file in one transaction, and returns the names applied. */
export async function migrate(miniflare) {
  const applied = [];
  for (const { binding, migrations_dir: folder } of config.d1_databases) {
    const db = await miniflare.getD1Database(binding, config.name);
    await db.prepare(BOOK).run();
    const { results } = await db.prepare("select name from d1_migrations").all();
    const done = new Set(results.map((row) => row.name));
    for (const name of filesOf(folder).filter((file) => !done.has(file))) {
      const statements = statementsOf(readFileSync(path.join(root, folder, name), "utf8")).map((sql) => db.prepare(sql));
      await db.batch([...statements, db.prepare("insert into d1_migrations (name) values (?)").bind(name)]);
      applied.push(name);
    }
  }
  return applied;
}

/**
 * The door opens together with the Worker, so nobody may meet it half migrated: what is missing is applied with nothing
 * listening. A list beside the data says what has been applied, so that a start with nothing to do skips this.
 */
export async function migrateBeforeOpening(state) {
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

function allMigrations() {
  return config.d1_databases.flatMap(({ binding, migrations_dir: folder }) => filesOf(folder).map((name) => `${binding}/${name}`));
}

function filesOf(folder) {
  return readdirSync(path.join(root, folder ?? "migrations")).filter((name) => name.endsWith(".sql")).sort();
}
