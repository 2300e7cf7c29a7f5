// Index research over five years of real prices: each request cold, as nobody has asked it before, and what the isolate then holds.
import path from "node:path";
import { Server } from "./server.mjs";
import { RANGE, SESSIONS } from "./shared.mjs";
import { decimals, mebibytes } from "./table.mjs";

const SECONDS = 3;
const WASM_MEMORY = 64 * 2 ** 20;
const range = new URLSearchParams(RANGE);
const READS = [
  "/index-statistics?benchmark=AAPL&",
  "/index-attribution?",
  "/index-trades?",
  "/index-compare?benchmark=AAPL&",
  "/index-quality?",
];
const QUESTIONS = [{ weighting: "cap" }, { exclude: ["AAPL"] }, { weighting: "erc", rebalance: "monthly" }, { weighting: "min_variance", rebalance: "monthly" }];
// Whose choice takes more than one close or line, and what looks back on returns, as known today.
const KNOWN = ["top100-equal-daily-price-line", "top100-equal-daily-price-line-b20", "top100-equal-daily-price-company", "top100-equal-daily-price-line-repaired", "top100-erc-daily-price-line"];
const DEFINED = [{ buffer: 20 }, { share_classes: "company" }];
const SHEETS = { sheets: ["contributions", "rebalances", "quality", "comparison", "what_if", "membership"], benchmark: "AAPL", what_if: { exclude: ["AAPL"] } };
const BUILDS = [{ weighting: "capped" }, { weighting: "sector_equal" }, { weighting: "inverse_volatility" }, { weighting: "erc" }, { weighting: "min_variance" }, { quality: "repair" }];

/** Imports the prices, builds the index, and asks each thing of it once. */
export async function measureResearch(table, { folder, data }) {
  const server = await Server.start(path.join(folder, "research"), { RATE_LIMIT_PER_MINUTE: "0" });
  await server.send("shares", data.shares);
  await server.send("daily_bars", data.bars);
  const built = (await server.post("/build-index", RANGE)).json();
  if (built.sessions !== SESSIONS) throw new Error(`expected ${SESSIONS} sessions, were ${built.sessions}`);
  for (const target of READS) await timed(table, server, `GET ${target.split("?")[0]}`, () => server.ask(`${target}${range}`));
  for (const question of QUESTIONS) await timed(table, server, `what if ${Object.values(question).flat().join(" ")}`, () => server.post("/what-if", { ...RANGE, ...question }));
  for (const definition of BUILDS) await timed(table, server, `build, ${Object.values(definition)[0]}`, () => server.post("/build-index", { ...RANGE, ...definition }));
  for (const definition of DEFINED) await server.post("/build-index", { ...RANGE, ...definition });
  const known = `date=${RANGE.end_date}&known_on=${new Date().toISOString().slice(0, 10)}`;
  for (const index of KNOWN) await timed(table, server, `members as known, ${index.slice("top100-".length)}`, () => server.ask(`/index-membership?index=${index}&${known}`));
  await timed(table, server, "look-ahead check of 5 sessions", () => server.post("/indices/top100-equal-daily-price-line/look-ahead-check", {}));
  await timed(table, server, "workbook of six sheets", () => server.post("/export-data", { ...RANGE, ...SHEETS }));
  await server.stop();
}

/** One request from its first byte to its answer, with the CPU that it took. */
async function timed(table, server, what, ask) {
  const began = performance.now(), cpuBefore = server.cpuSeconds();
  const { body } = await ask();
  const seconds = (performance.now() - began) / 1000, cpu = server.cpuSeconds() - cpuBefore;
  const how = `cold, ${SESSIONS} sessions of 100 members, ${decimals(2, "s")(cpu)} CPU, ${body.length} B`;
  table.add(`research: ${what}`, seconds, { most: SECONDS, show: decimals(2, "s"), how });
  table.add(`wasm_memory_bytes after ${what}`, await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: "same isolate" });
}
