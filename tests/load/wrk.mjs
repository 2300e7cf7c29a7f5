// Runs of wrk: as many requests as its connections get answered, on the load's core.
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
import { LOAD_CORE, run } from "./machine.mjs";

/**
 * Asks a URL for some seconds, or the targets of a file in turn. Returns the requests, how many of them a second, and the bytes of
 * an answer; throws where one failed. `script` is one of this folder, `environment` is what it reads.
 */
export async function load(url, { seconds, connections = 16, headers = [], script = "wrk.lua", environment = {} }) {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, ...headers.flatMap((header) => ["-H", header])];
  const { stdout } = await run(LOAD_CORE, "env", ...variables, "wrk", ...options, "-s", path.join(root, "tests/load", script), url);
  const { requests, us, bytes, errors } = JSON.parse(stdout.trim().split("\n").at(-1));
  if (errors > 0) throw new Error(`${errors} of ${requests} requests to ${url} failed`);
  return { requests, rate: requests / (us / 1e6), bytes: bytes / requests };
}
