// Two cores: one for the server and whatever it is compared with, one for whoever asks.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const execute = promisify(execFile);

const allowed = coresOf(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
if (allowed.length < 2) throw new Error("the benchmarks need two cores: one for the server, one for the load");

/** The core of the server, and of the programs it is compared with. */
export const SERVER_CORE = allowed[0];
/** The core of the load generators. */
export const LOAD_CORE = allowed[1];

/** "0-2,5" as numbers. */
function coresOf(list) {
  return list.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

/** Keeps this process, which sends and times, off the server's core. */
export function pinSelf() {
  execFileSync("taskset", ["-acp", String(LOAD_CORE), String(process.pid)], { stdio: "ignore" });
}

/** Runs a program on a core to its end; returns its output and its wall time. Throws with its words when it fails. */
export async function run(core, program, ...args) {
  const began = performance.now();
  const { stdout } = await execute("taskset", ["-c", String(core), program, ...args], { maxBuffer: 1 << 26 });
  return { stdout, seconds: (performance.now() - began) / 1000 };
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
