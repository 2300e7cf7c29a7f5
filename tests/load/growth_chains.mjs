// A chain from a hundred thousand to ten million quotes: its import, and a backtest over all of it.
import { rmSync } from "node:fs";
import path from "node:path";
import { timedRun } from "./backtests.mjs";
import { ROWS_A_DAY, writeChain } from "./chain.mjs";
import { addCurve } from "./growth_curve.mjs";
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { sessionsFrom } from "./sessions.mjs";
import { decimals, mebibytes } from "./table.mjs";

const SESSIONS = [20, 60, 200, 600, 2_000];
/** What one file holds; its size is below what one body may have. */
const SESSIONS_A_FILE = 200;
const RUNS = 3;
const WASM_MEMORY = 64 * 2 ** 20;

export async function byChainRows(table, folder) {
  const sessions = sessionsFrom("2017-01-03", SESSIONS.at(-1)), file = path.join(folder, "growing.csv.gz");
  const server = await Server.start(path.join(folder, "growth-chains"), { RATE_LIMIT_PER_MINUTE: "0" });
  const imports = [], runs = [];
  let held = 0, seconds = 0;
  for (const size of SESSIONS) {
    while (held < size) {
      const next = sessions.slice(held, Math.min(size, held + SESSIONS_A_FILE));
      const rows = await writeChain(file, next, held + 1), done = await server.send("chains", file);
      if (done.rows.accepted !== rows) throw new Error(`expected ${rows} accepted quotes, was ${JSON.stringify(done.rows)}`);
      seconds += done.seconds;
      held += next.length;
    }
    imports.push([size * ROWS_A_DAY, seconds]);
    const each = [];
    for (let run = 0; run < RUNS; run += 1) each.push(await timedRun(server));
    runs.push([size * ROWS_A_DAY, median(each)]);
  }
  addCurve(table, "import of a chain", { of: "quotes", unit: "s", curve: imports, show: decimals(2, "s") });
  addCurve(table, "a backtest over it", { of: "quotes", unit: "s", curve: runs, show: decimals(2, "s") });
  table.add("wasm_memory_bytes after 10 million quotes", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "isolate that imported them and ran" });
  await server.stop();
  rmSync(file);
}
