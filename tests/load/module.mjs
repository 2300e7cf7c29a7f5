// The built module: how large it is to send, how long it takes to start. Both as wrangler sees them.
import { rmSync } from "node:fs";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
import { SERVER_CORE, median, run } from "./machine.mjs";
import { decimals, whole } from "./table.mjs";

const wrangler = path.join(root, "node_modules/.bin/wrangler");
const GZIP_BYTES = 1_400_000;
const START_MS = 100;

/** Bundles the Worker as a deployment would and profiles its start, five times. */
export async function measureModule(table, { folder }) {
  process.chdir(root);
  const outfile = path.join(folder, "startup.cpuprofile");
  const starts = [];
  for (let n = 0; n < 5; n += 1) starts.push(read((await run(SERVER_CORE, wrangler, "check", "startup", "--outfile", outfile)).stdout));
  rmSync(outfile, { force: true });
  const active = starts.map((start) => start.activeMs);
  table.add("module, gzip", starts[0].gzipBytes, { most: GZIP_BYTES, show: whole("B"), how: `\`wrangler check startup\`; ${whole("B")(starts[0].bytes)} unpacked` });
  table.add("start-up, CPU", median(active), { most: START_MS, show: decimals(1, "ms"), how: `active time of its profile, ${active.map((one) => one.toFixed(0)).join(" ")} ms` });
}

function read(text) {
  const bundle = /Bundle: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(text);
  const active = /Active: ([\d.]+) ms/.exec(text);
  if (!bundle || !active) throw new Error(`wrangler check startup said something else:\n${text}`);
  return { bytes: bundle[1] * 1024, gzipBytes: bundle[2] * 1024, activeMs: Number(active[1]) };
}
