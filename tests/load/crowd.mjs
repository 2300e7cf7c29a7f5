// A thousand clients for three minutes: every answer is the right one or a documented refusal, and memory stays where it was.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { addIngestion, follow } from "../../scripts/server/jobs.mjs";
import { Server } from "./server.mjs";
import { decimals, mebibytes, whole } from "./table.mjs";

/** The heap of the runtime grows to what the crowd needs for about two minutes. */
const CLIENTS = 1_000, SECONDS = 180;
/** What a server that is asked for more than it can do may say. */
const OVERLOAD = new Set([429, 503]);
const WASM_MEMORY = 64 * 2 ** 20;
const RANGE = { start_date: "2024-01-02", end_date: "2024-06-28" };

export async function measureCrowd(table, { folder }) {
  const server = await Server.start(path.join(folder, "crowd"), { RATE_LIMIT_PER_MINUTE: "0" });
  const job = await addIngestion(server.state, "sample", { from: RANGE.start_date, to: RANGE.end_date });
  const run = await follow(server.state, job, () => {});
  if (run.job !== "done") throw new Error(`the ingestion failed: ${run.error}`);
  await server.post("/build-index", RANGE);
  const { results } = (await server.ask("/v3/reference/tickers?limit=20")).json();
  const starts = ["2024-01-16", "2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15"], days = ["2024-02-01", "2024-03-15", "2024-05-31"];
  const targets = [
    ...starts.map((day) => `/index-performance?start_date=${day}&end_date=${RANGE.end_date}`),
    ...days.map((date) => `/index-composition?date=${date}`),
    "/composition-changes", "/index-explain?date=2024-03-15", "/indices", "/openapi.json",
    ...results.map(({ ticker }) => `/v2/aggs/ticker/${encodeURIComponent(ticker)}/range/1/day/${RANGE.start_date}/${RANGE.end_date}`),
  ];
  const expected = new Map();
  for (const target of targets) expected.set(target, await answerOf(server, target, undefined));
  const before = residentBytes(server.state), resident = [];
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const counts = { right: 0, refused: 0, wrong: 0, failed: 0 }, latencies = [];
  const until = performance.now() + SECONDS * 1000;
  const client = async (n) => {
    for (let turn = n; performance.now() < until; turn += 1) {
      const target = targets[turn % targets.length], began = performance.now();
      const answer = await answerOf(server, target, agent);
      latencies.push(performance.now() - began);
      if (answer === expected.get(target)) counts.right += 1;
      else if (OVERLOAD.has(Number(answer.slice(0, 3)))) counts.refused += 1;
      else if (answer.startsWith("error")) counts.failed += 1;
      else counts.wrong += 1;
    }
  };
  const watch = setInterval(() => resident.push(residentBytes(server.state)), 500);
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  clearInterval(watch);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (fraction) => decimals(0, "ms")(latencies[Math.floor(latencies.length * fraction)]);
  const asked = latencies.length;
  table.add(`${whole()(CLIENTS)} clients for three minutes: wrong answers and undocumented failures`, counts.wrong + counts.failed, { most: 0, how: `${whole()(asked)} requests, ${whole()(counts.refused)} refused as overload; p50 ${at(0.5)}, p99 ${at(0.99)}` });
  table.add("wasm_memory_bytes after them", await server.metric("wasm_memory_bytes"), { most: WASM_MEMORY, show: mebibytes, how: `workerd ${mebibytes(before)} resident before, ${mebibytes(residentBytes(server.state))} after` });
  const third = Math.floor(resident.length / 3);
  const [middle, last] = [resident.slice(third, 2 * third), resident.slice(2 * third)].map((some) => Math.max(...some));
  table.add("resident memory in the last minute, to that in the second", last / middle, { most: 1.1, show: decimals(2, "×"), how: `${mebibytes(middle)} and ${mebibytes(last)} at most` });
  await server.stop();
}

/** Status and digest of an answer, or what broke. `request_id` of the vendor's shape names the content, so it is part of it. */
function answerOf(server, target, agent) {
  return new Promise((resolve) => {
    const request = http.get(server.url + target, { agent }, (response) => {
      const hash = createHash("sha256");
      response.on("data", (chunk) => hash.update(chunk)).on("end", () => resolve(`${response.statusCode} ${hash.digest("hex")}`)).on("error", (error) => resolve(`error ${error.message}`));
    });
    request.on("error", (error) => resolve(`error ${error.message}`));
  });
}

function residentBytes(state) {
  const pid = readFileSync(path.join(state, "workerd.pid"), "utf8").trim();
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
}
