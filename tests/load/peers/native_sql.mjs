// Runs recorded batches on a copy of the database that they were recorded on, each as one transaction, with SQLite linked into
// this program and the settings that were fastest: what the statements of a build cost without the platform. Prints JSON.
//
// usage: native_sql.mjs DATABASE BATCHES.json
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const [file, recorded] = process.argv.slice(2);
const batches = JSON.parse(readFileSync(recorded, "utf8"));
const database = new DatabaseSync(file);
database.exec("pragma synchronous = off; pragma cache_size = -200000; pragma mmap_size = 1000000000; pragma temp_store = memory");
const begun = process.cpuUsage(), began = performance.now();
let rows = 0;
for (const batch of batches) {
  database.exec("begin");
  for (const { sql, params } of batch) {
    const prepared = database.prepare(sql);
    prepared.setAllowUnknownNamedParameters(true);
    rows += prepared.all(Object.fromEntries(params.map((value, at) => [`?${at + 1}`, value]))).length;
  }
  database.exec("commit");
}
const seconds = (performance.now() - began) / 1000, cpu = process.cpuUsage(begun);
const built = database.prepare("select day, inputs_hash, return_value from index_sessions order by day").all();
console.log(JSON.stringify({ seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, rows, built, sqlite: process.versions.sqlite }));
