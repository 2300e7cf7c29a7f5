// A year of a chain of 5 000 quotes a day: its import, and a backtest over it from the request to the result.
import { createWriteStream } from "node:fs";
import path from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { decimals, mebibytes, whole } from "./table.mjs";

const WASM_MEMORY = 64 * 2 ** 20;
/** Expirations, strikes and two rights: 5 000 quotes a day. */
const EXPIRATIONS = 20, STRIKES = 125, YEAR = 2024;
const ROWS_A_DAY = EXPIRATIONS * STRIKES * 2;
/** The exchange's closures of that year besides weekends. */
const CLOSED = new Set(["01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"]);

export async function measureBacktests(table, { folder, runs = 5 }) {
  const file = path.join(folder, "chain.csv.gz");
  const rows = await writeChain(file);
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
}

async function timedRun(server) {
  const strategy = {
    underlying: "LOAD", dte: { target: 30, min: 14, max: 60 }, entry: { when: "every_n_days", n: 5 }, exit: { profit_target_pct: 50, stop_loss_pct: 200 },
    legs: [{ side: "sell", type: "p", select: { by: "delta", target: 0.2 } }, { side: "sell", type: "c", select: { by: "delta", target: 0.2 } }],
  };
  const began = performance.now();
  const reply = await server.ask("/backtests", { expect: 202, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(strategy) });
  const { id } = reply.json();
  for (;;) {
    const run = (await server.ask(`/backtests/${id}`)).json();
    if (run.status === "succeeded") return (performance.now() - began) / 1000;
    if (run.status === "failed") throw new Error(`the run failed: ${run.error.code}: ${run.error.message}`);
    await sleep(20);
  }
}

/** Writes a chain whose prices follow from strike, day and expiration; returns its rows. */
async function writeChain(file) {
  const gzip = createGzip({ level: 1 });
  const written = once(gzip.pipe(createWriteStream(file)), "finish");
  gzip.write("quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv,delta,volume,open_interest,root\n");
  const text = (time) => new Date(time).toISOString().slice(0, 10), day_ms = 86_400_000;
  let rows = 0, session = 0;
  for (let time = Date.UTC(YEAR, 0, 1); new Date(time).getUTCFullYear() === YEAR; time += day_ms) {
    const weekday = new Date(time).getUTCDay(), date = text(time);
    if (weekday === 0 || weekday === 6 || CLOSED.has(date.slice(5))) continue;
    session += 1;
    const spot = Math.round((4800 + 200 * Math.sin(session / 20) + 2 * session) * 100) / 100;
    const friday = time + ((12 - weekday) % 7 || 7) * day_ms;
    let lines = "";
    for (let week = 0; week < EXPIRATIONS; week += 1) {
      const expiration = friday + week * 7 * day_ms, years = (expiration - time) / day_ms / 365;
      const scale = spot * 0.16 * Math.sqrt(years), date_of = text(expiration);
      for (let place = 0; place < STRIKES; place += 1) {
        const strike = Math.round(spot / 25) * 25 + (place - STRIKES / 2 + 0.5) * 25;
        for (const right of ["c", "p"]) {
          const sign = right === "c" ? 1 : -1, z = (sign * (spot - strike)) / scale, logistic = 1 / (1 + Math.exp(-1.7 * z));
          const mid = Math.max(sign * (spot - strike), 0) + scale * 0.4 * Math.exp(-1.2 * Math.abs(z)), half = 0.05 + mid * 0.005;
          lines += `${date},LOAD,${spot},${date_of},${strike},${right},${Math.max(mid - half, 0).toFixed(2)},${(mid + half).toFixed(2)},0.16,${(sign * logistic).toFixed(4)},${place},${place * 7},LOAD\n`;
        }
      }
    }
    rows += ROWS_A_DAY;
    if (!gzip.write(lines)) await once(gzip, "drain");
  }
  gzip.end();
  await written;
  return rows;
}
