// `make bench`: each number that the service promises, measured in one run on one machine, against its target.
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { measureApp } from "./app.mjs";
import { measureBacktests } from "./backtests.mjs";
import { measureBars } from "./bars.mjs";
import { measureBuild } from "./build.mjs";
import { measureCost } from "./cost.mjs";
import { measureCrowd } from "./crowd.mjs";
import { writeDocument } from "./document.mjs";
import { measureGrowth } from "./growth.mjs";
import { measureImport } from "./import.mjs";
import { pinSelf } from "./machine.mjs";
import { measureModule } from "./module.mjs";
import { measurePeers } from "./peers.mjs";
import { measureReads } from "./reads.mjs";
import { measureResearch } from "./research.mjs";
import { measureSample } from "./sample.mjs";
import { stopAll } from "./started.mjs";
import { realData } from "./shared.mjs";
import { measureStreams } from "./streams.mjs";
import { Table } from "./table.mjs";
import { measureWorkbook } from "./workbook.mjs";

const PARTS = ["module", "workbook", "import", "build", "reads", "research", "peers", "sample", "bars", "app", "backtests", "streams", "growth", "cost", "crowd"];

const chosen = process.argv.slice(2);
const unknown = chosen.find((part) => !PARTS.includes(part));
if (unknown) {
  console.error(`bench: expected parts out of ${PARTS.join(", ")}, was "${unknown}"`);
  process.exit(2);
}
const wants = (part) => chosen.length === 0 || chosen.includes(part);
const folder = mkdtempSync(path.join(os.tmpdir(), "equipoise-bench-"));
const table = new Table();

/** What needs real prices. The last import leaves the state that the index is built on, and that is then read. */
async function onRealPrices() {
  const data = realData();
  if (!data) return table.skip("import, build, reads", "no real prices: set EQUIPOISE_SHARED to the folder that holds data/us_2013_2018");
  const server = await measureImport(table, { folder, data, runs: wants("import") ? 5 : 1 });
  await measureBuild(table, { folder, data, server, runs: wants("build") ? 5 : 1 });
  await server.stop();
  if (wants("reads")) await measureReads(table, { state: server.state });
}

/** The same prices on a state of their own. */
async function alone(name, measure) {
  const data = realData();
  if (!data) return table.skip(name, "no real prices: set EQUIPOISE_SHARED to the folder that holds data/us_2013_2018");
  await measure(table, { folder, data });
}

/** Measures one part; what goes wrong in it is told in the table, and the others are still measured. */
async function part(name, measure) {
  try {
    await measure();
  } catch (error) {
    table.fail(name, error.message.split("\n")[0]);
    console.error(error);
  }
}

const began = Date.now();
try {
  pinSelf();
  if (wants("module")) await part("module", () => measureModule(table, { folder }));
  if (wants("workbook")) await part("workbook", () => measureWorkbook(table));
  if (["import", "build", "reads"].some(wants)) await part("import, build, reads", onRealPrices);
  if (wants("research")) await part("research", () => alone("research", measureResearch));
  if (wants("peers")) await part("peers", () => alone("peers", measurePeers));
  if (wants("app")) await part("app", () => measureApp(table, { folder }));
  if (wants("sample")) await part("sample", () => measureSample(table, { folder }));
  if (wants("bars")) await part("bars", () => measureBars(table, { folder }));
  if (wants("growth")) await part("growth", () => measureGrowth(table, { folder }));
  if (wants("crowd")) await part("crowd", () => measureCrowd(table, { folder }));
  if (wants("cost")) await part("cost", () => measureCost(table, { folder }));
  if (wants("backtests")) await part("backtests", () => measureBacktests(table, { folder }));
  if (wants("streams")) await part("streams", () => measureStreams(table, { folder }));
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
if (process.env.WRITE) writeDocument(table, { parts: chosen, seconds: (Date.now() - began) / 1000 });
console.log(`\n${table}\n\n${Math.round((Date.now() - began) / 1000)} s in all`);
process.exit(table.missed ? 1 : 0);
