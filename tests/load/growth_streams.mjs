// One stream from a thousand to a hundred million points: taking them in, a read, the first read after a restart, the storage.
import path from "node:path";
import { addCurve } from "./growth_curve.mjs";
import { Server } from "./server.mjs";
import { bytesOfStreams, changing, fill } from "./stream_client.mjs";
import { decimals, whole } from "./table.mjs";

const POINTS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
const SYMBOL = "GROWING", READS = 500;
const vars = { RATE_LIMIT_PER_MINUTE: "0" };

export async function byPoints(table, folder) {
  const state = path.join(folder, "growth-points"), target = `/stats/?symbol=${SYMBOL}&k=8`;
  const stored = [], reads = [], restarts = [], bytes = [];
  let seconds = 0, server = await Server.start(state, vars), held = 0;
  for (const points of POINTS) {
    seconds += (await fill(server, SYMBOL, points - held)).seconds;
    stored.push([points, seconds]);
    reads.push([points, await changing(server, SYMBOL, READS)]);
    const before = (await server.ask(target)).json();
    await server.stop();
    bytes.push([points, bytesOfStreams(state) / 2 ** 20]);
    server = await Server.start(state, vars);
    await server.ask("/health");
    const began = performance.now(), after = (await server.ask(target)).json();
    restarts.push([points, performance.now() - began]);
    if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(`after a restart at ${points} points ${target} answers otherwise`);
    held = after.total;
  }
  await server.stop();
  addCurve(table, "storing a stream", { of: "points", unit: "s", curve: stored, show: decimals(2, "s") });
  addCurve(table, "a read of k=8 after a batch", { of: "points", unit: "µs", curve: reads, show: decimals(0, "µs") });
  addCurve(table, "first read after a restart", { of: "points", unit: "ms", curve: restarts, show: decimals(1, "ms") });
  addCurve(table, "storage of a stream", { of: "points", unit: "MB", curve: bytes, show: whole("MB") });
}
