// A backup of a state folder: every database as SQLite's own online copy, then every object file, in one .tar.gz.
//
// The databases come first and the objects second, so an object that a row names is in the archive. Cached answers (KV) are
// left out: they are made again from the databases on the first read.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, backup as copyDatabase } from "node:sqlite";
import { claim, release } from "./guard.mjs";
import { config, dataFolder } from "./worker.mjs";

const LEFT_OUT = new Set(["kv", "cache"]);
const isDatabase = (file) => file.endsWith(".sqlite");
const isJournal = (file) => /\.sqlite-(wal|shm|journal)$/.test(file);

/** Writes the archive; the state may be served meanwhile. */
export async function save(state, archive) {
  const from = dataFolder(state);
  if (!versionsOf(from)) throw new Error(`${state} holds no database`);
  const work = mkdtempSync(`${path.resolve(archive)}.partial-`);
  try {
    const files = filesOf(from).filter((file) => !LEFT_OUT.has(file.split(path.sep)[0]) && !isJournal(file));
    for (const file of [...files.filter(isDatabase), ...files.filter((name) => !isDatabase(name))]) {
      const [source, target] = [path.join(from, file), path.join(work, "v3", file)];
      mkdirSync(path.dirname(target), { recursive: true });
      if (isDatabase(file)) await copyOf(source, target); else copyFileSync(source, target);
    }
    const manifest = { product: config.name, format: 1, made_at: Date.now(), files: Object.fromEntries(filesOf(path.join(work, "v3")).map((file) => [file, sha256(path.join(work, "v3", file))])) };
    writeFileSync(path.join(work, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
    execFileSync("tar", ["-czf", `${archive}.partial`, "-C", work, "manifest.json", "v3"]);
    renameSync(`${archive}.partial`, archive);
    return Object.keys(manifest.files).length;
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(`${archive}.partial`, { force: true });
  }
}

/** Puts an archive in the place of a state that nothing serves; what was there is kept beside it. Returns that folder's path, or null. */
export function load(state, archive) {
  claim(state);
  const work = mkdtempSync(path.join(state, "restore-"));
  try {
    execFileSync("tar", ["-xzf", path.resolve(archive), "-C", work]);
    verify(work);
    carryVersion(state, work);
    const data = dataFolder(state);
    const aside = existsSync(data) ? `${data}.before-restore-${Date.now()}` : null;
    if (aside) renameSync(data, aside);
    renameSync(path.join(work, "v3"), data);
    // The archive may come from an older schema: the next start looks again.
    rmSync(path.join(state, "migrations.json"), { force: true });
    return aside;
  } finally {
    rmSync(work, { recursive: true, force: true });
    release(state);
  }
}

function verify(work) {
  const manifest = JSON.parse(readFileSync(path.join(work, "manifest.json"), "utf8"));
  if (manifest.product !== config.name || manifest.format !== 1) throw new Error("this is not a backup of this product");
  const names = filesOf(path.join(work, "v3"));
  const missing = Object.keys(manifest.files).filter((file) => !names.includes(file));
  if (missing.length > 0) throw new Error(`the archive lacks ${missing.join(", ")}`);
  for (const file of names) {
    if (manifest.files[file] !== sha256(path.join(work, "v3", file))) throw new Error(`${file} is damaged`);
    if (isDatabase(file)) withDatabase(path.join(work, "v3", file), (db) => {
      const { integrity_check: answer } = db.prepare("pragma integrity_check").get();
      if (answer !== "ok") throw new Error(`${file}: ${answer}`);
    });
  }
}

/**
 * Data versions never run backwards, or a client (or a cache) that saw version N before the restore would take it for the
 * different version N that the next publication makes. What is restored keeps its versions; only the counter moves on.
 */
function carryVersion(state, work) {
  const [before, restored] = [versionsOf(dataFolder(state)), versionsOf(path.join(work, "v3"))];
  if (!restored) throw new Error("the archive holds no database with versions");
  if (!before) return;
  const all = "from data_versions where scope = 'all'";
  const { version } = withDatabase(before, (db) => db.prepare(`select version ${all}`).get());
  withDatabase(restored, (db) => db.prepare("update data_versions set version = max(version, ?) where scope = 'all'").run(version));
}

/** The database file that holds the versions, or null. */
function versionsOf(data) {
  if (!existsSync(path.join(data, "d1"))) return null;
  const has = (db) => db.prepare("select 1 from sqlite_schema where name = 'data_versions'").get() !== undefined;
  const file = filesOf(path.join(data, "d1")).map((name) => path.join(data, "d1", name)).filter(isDatabase).find((name) => withDatabase(name, has));
  return file ?? null;
}

async function copyOf(source, target) {
  const db = new DatabaseSync(source, { readOnly: true });
  try {
    await copyDatabase(db, target);
  } finally {
    db.close();
  }
}

function withDatabase(file, task) {
  const db = new DatabaseSync(file);
  try {
    return task(db);
  } finally {
    db.close();
  }
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true }).filter((file) => statSync(path.join(folder, file)).isFile());
}

function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
