// A year of a chain of 5 000 quotes a day: its import, a backtest over it from the request to the result, and the engine alone,
// natively and in WebAssembly; then whole runs over a recorded chain beside other simulators.
import { existsSync, openSync, readSync, closeSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/server/settings.mjs";
import { writeChain } from "./chain.mjs";
import { SERVER_CORE, build, median, pythonProgram, run } from "./machine.mjs";
import { Server } from "./server.mjs";
import { sessionsFrom } from "./sessions.mjs";
import { decimals, mebibytes, percent, whole } from "./table.mjs";
import { openEngine } from "./wasm_engine.mjs";

const WASM_MEMORY = 64 * 2 ** 20;

export async function measureBacktests(table, { folder, runs = 5 }) {
  const file = path.join(folder, "chain.csv.gz");
  const rows = await writeChain(file, sessionsFrom("2024-01-02"));
  const server = await Server.start(path.join(folder, "backtests"));
  const done = await server.send("chains", file);
  if (done.rows.accepted !== rows) throw new Error(`expected ${rows} accepted quotes, was ${JSON.stringify(done.rows)}`);
  table.add("import of a year of 5 000 quotes a day (gzip CSV)", rows / done.seconds, { show: whole("rows/s"), how: `${decimals(1, "s")(done.seconds)}, of which ${decimals(1, "s")(done.cpuSeconds)} CPU` });
  table.add("wasm_memory_bytes after that import", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "isolate that did it" });
  await server.stop();
  const reader = await Server.start(server.state);
  const seconds = [];
  for (let run = 0; run < runs; run += 1) seconds.push(await timedRun(reader));
  const each = seconds.map((one) => one.toFixed(2)).join(" ");
  table.add("backtest over that year, submitted to succeeded", median(seconds), { most: 5, show: decimals(2, "s"), how: `${each} s; ${whole("quotes/s")(rows / median(seconds))}` });
  table.add("wasm_memory_bytes after those runs", await reader.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "isolate that did them" });
  await reader.stop();
  await measureEngine(table, { folder, files: warehouseFiles(server.state), rows });
  await measureOthers(table, { folder });
}

const STRATEGY = {
  underlying: "LOAD", dte: { target: 30, min: 14, max: 60 }, entry: { when: "every_n_days", n: 5 }, exit: { profit_target_pct: 50, stop_loss_pct: 200 },
  legs: [{ side: "sell", type: "p", select: { by: "delta", target: 0.2 } }, { side: "sell", type: "c", select: { by: "delta", target: 0.2 } }],
};

const built = process.env.CARGO_TARGET_DIR || path.join(root, "target");
const native = (name) => path.join(built, "release/examples", name);

/** The warehouse's files as they lie on the disk of the local server: what was imported once, nothing replaced. */
function warehouseFiles(state) {
  const isParquet = (file) => {
    const [handle, mark] = [openSync(file), Buffer.alloc(4)];
    readSync(handle, mark, 0, 4, 0);
    closeSync(handle);
    return mark.toString() === "PAR1";
  };
  const all = readdirSync(path.join(state, "v3"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return all.map((entry) => path.join(entry.parentPath, entry.name)).filter(isParquet);
}

/** The same run over the same Parquet in memory: natively, and in WebAssembly on workerd, in turn. */
async function measureEngine(table, { folder, files, rows, rounds = 5, times = 4 }) {
  await build("scripts/build-bench");
  const strategy = path.join(folder, "strategy.json");
  writeFileSync(strategy, JSON.stringify(STRATEGY));
  const engine = await openEngine(path.join(built, "bench-wasm"), files);
  const [natively, wasm] = [[], []];
  let results;
  try {
    await engine.run(JSON.stringify(STRATEGY), 1);
    for (let round = 0; round < rounds; round += 1) {
      const outcome = JSON.parse((await run(SERVER_CORE, native("backtest_parquet"), strategy, String(times), ...files)).stdout);
      const [one, many] = [await engine.run(JSON.stringify(STRATEGY), 1), await engine.run(JSON.stringify(STRATEGY), 1 + times)];
      if (outcome.rows !== rows || outcome.results !== many.answer.results) throw new Error("the two runs differ");
      natively.push(outcome.seconds);
      wasm.push((many.seconds - one.seconds) / times);
      results = outcome;
    }
  } finally {
    await engine.close();
  }
  const each = (seconds) => seconds.map((one) => one.toFixed(3)).join(" ");
  table.add("engine over Parquet in memory, native", rows / median(natively), { least: 10e6, show: whole("quotes/s"), how: `best of ${times}, median of ${each(natively)} s; ${results.trades} trades` });
  table.add("the same in WebAssembly on workerd ÷ native", median(natively) / median(wasm), { least: 0.4, show: percent, how: `${whole("quotes/s")(rows / median(wasm))}; ${each(wasm)} s; the same results to the bit` });
}

/** Whole runs beside other simulators over a recorded chain; what each does is said in backtests.py. */
async function measureOthers(table, { folder }) {
  const options = path.join(process.env.EQUIPOISE_SHARED || path.join(root, "../shared"), "data/options");
  const file = path.join(options, "spxw_2019_core.csv.gz");
  if (!existsSync(file)) return table.skip("whole runs beside other simulators", `${file} is not there`);
  const server = await Server.start(path.join(folder, "recorded"));
  await server.send("chains", file);
  await server.stop();
  const { stdout } = await run(SERVER_CORE, pythonProgram("load", "python3"), path.join(root, "tests/load/backtests.py"), native("backtest_csv"), native("backtest_parquet"), ...warehouseFiles(server.state));
  for (const { what, ratio, target, how } of JSON.parse(stdout)) table.add(what, ratio, { least: target, show: decimals(1, "×"), how });
}

/** Seconds from a run's submission to its result. */
export async function timedRun(server) {
  const began = performance.now();
  const reply = await server.ask("/backtests", { expect: 202, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(STRATEGY) });
  const { id } = reply.json();
  for (;;) {
    const run = (await server.ask(`/backtests/${id}`)).json();
    if (run.status === "succeeded") return (performance.now() - began) / 1000;
    if (run.status === "failed") throw new Error(`the run failed: ${run.error.code}: ${run.error.message}`);
    await sleep(20);
  }
}
