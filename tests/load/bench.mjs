// `make bench`: each number that the service promises, measured in one run on one machine, against its target.
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
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
import { realData } from "./shared.mjs";
import { stopAll } from "./started.mjs";
import { measureStreams } from "./streams.mjs";
import { Table } from "./table.mjs";
import { measureWorkbook } from "./workbook.mjs";

/** The parts in the order in which they run. The first three share a server: the last import leaves what is then built and read. */
const MARKET = ["import", "build", "reads"];
const PARTS = {
  module: measureModule, workbook: measureWorkbook, import: measureMarket, build: null, reads: null, research: onRealPrices(measureResearch),
  peers: onRealPrices(measurePeers), app: measureApp, sample: measureSample, bars: measureBars, backtests: measureBacktests, streams: measureStreams,
  crowd: measureCrowd, cost: measureCost, growth: measureGrowth,
};
/** A part that takes longer hangs. */
const MOST_MINUTES = 30;

const chosen = process.argv.slice(2);
const unknown = chosen.find((part) => !(part in PARTS));
if (unknown) {
  console.error(`bench: expected parts out of ${Object.keys(PARTS).join(", ")}, was "${unknown}"`);
  process.exit(2);
}
const wants = (part) => chosen.length === 0 || chosen.includes(part);
const table = new Table();

async function measureMarket(table, { folder }) {
  const data = realData();
  if (!data) return MARKET.filter(wants).forEach((part) => table.section(part).skip("everything", NO_PRICES));
  table.section("import");
  const server = await measureImport(table, { folder, data, runs: wants("import") ? 5 : 1 });
  if (wants("build") || wants("reads")) await measureBuild(table.section("build"), { folder, data, server, runs: wants("build") ? 5 : 1 });
  await server.stop();
  if (wants("reads")) await measureReads(table.section("reads"), { state: server.state });
}

const NO_PRICES = "no real prices: set EQUIPOISE_SHARED to the folder that holds data/us_2013_2018";
function onRealPrices(measure) {
  return async (table, { folder }) => {
    const data = realData();
    return data ? measure(table, { folder, data }) : table.skip("everything", NO_PRICES);
  };
}

/** Measures one part; what goes wrong in it is told in the table, and the others are still measured. */
async function measurePart(name, measure) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "equipoise-bench-"));
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${MOST_MINUTES} minutes`)), MOST_MINUTES * 60_000);
  });
  try {
    await Promise.race([measure(table.section(name), { folder }), late]);
  } catch (error) {
    // Without this machine's own paths, as it may be written into the document.
    const reason = error.message.split("\n")[0].replaceAll("|", "/").replaceAll(`${root}/`, "").replaceAll(`${folder}/`, "");
    table.fail("the rest of this part", reason.slice(0, 200));
    console.error(error);
  } finally {
    clearTimeout(timer);
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

const began = Date.now();
pinSelf();
for (const [name, measure] of Object.entries(PARTS)) {
  const isWanted = measure === measureMarket ? MARKET.some(wants) : measure && wants(name);
  if (isWanted) await measurePart(name, measure);
}
const seconds = Math.round((Date.now() - began) / 1000);
if (process.env.WRITE) writeDocument(table, { isWhole: chosen.length === 0, seconds });
console.log(`\n${table}\n\n${seconds} s in all`);
process.exit(table.missed ? 1 : 0);
