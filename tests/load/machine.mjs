// Two cores: one for the server and whatever it is compared with, one for whoever asks.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/server/settings.mjs";

const execute = promisify(execFile);

const allowed = coresOf(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
if (allowed.length < 2) throw new Error("the benchmarks need two cores: one for the server, one for the load");

/** The core of the server, and of the programs it is compared with. */
export const SERVER_CORE = allowed[0];
/** The core of the load generators. */
export const LOAD_CORE = allowed[1];

/** Builds what a part measures, on every core. */
export async function build(program, ...args) {
  await execute("taskset", ["-c", allowed.join(","), program, ...args], { cwd: root, maxBuffer: 1 << 26 });
}

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

/** A program of one of the Python environments that scripts/setup.sh makes: `python` or `load`. */
export function pythonProgram(environment, name) {
  const tools = process.env.EQUIPOISE_TOOLS || path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "equipoise");
  return path.join(tools, environment, "bin", name);
}

/** The unit of /proc/‹pid›/stat, the same on every Linux. */
const TICKS_A_SECOND = 100;

/** Seconds of CPU that a process has used, in all its threads. */
export function cpuSecondsOf(pid) {
  const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(afterName[11]) + Number(afterName[12])) / TICKS_A_SECOND;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
