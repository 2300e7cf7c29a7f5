// The import of five years of real bars into an empty state.
import path from "node:path";
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { BARS } from "./shared.mjs";
import { decimals, mebibytes, whole } from "./table.mjs";

const WASM_MEMORY = 64 * 2 ** 20;

/** Imports into a new state each time, and returns the server of the last one. */
export async function measureImport(table, { folder, data, runs }) {
  const seconds = [], cpuSeconds = [];
  for (let run = 1; ; run += 1) {
    const server = await Server.start(path.join(folder, `market-${run}`));
    await server.send("shares", data.shares);
    const done = await server.send("daily_bars", data.bars);
    if (done.rows.accepted !== BARS) throw new Error(`expected ${BARS} accepted rows, was ${JSON.stringify(done.rows)}`);
    seconds.push(done.seconds);
    cpuSeconds.push(done.cpuSeconds);
    if (run < runs) {
      await server.stop();
      continue;
    }
    const each = seconds.map((one) => one.toFixed(1)).join(" ");
    table.add("import of 619 040 daily bars (gzip CSV)", BARS / median(seconds), { least: 100_000, show: whole("rows/s"), how: `client's first byte to the answer: ${each} s, of which ${decimals(1, "s")(median(cpuSeconds))} CPU` });
    table.add("wasm_memory_bytes after the import", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "isolate that did it" });
    return server;
  }
}
