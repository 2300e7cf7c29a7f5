// Puts what was measured into docs/benchmarks.md, in the place of what was there.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";

const file = path.join(root, "docs/benchmarks.md");

/** Writes the table and the charts of a run between the marks of a whole run, or of its parts. */
export function writeDocument(table, { parts, seconds }) {
  const name = parts.length === 0 ? "all" : parts.join(" ");
  const begin = `<!-- measured: ${name} -->`, end = `<!-- end: ${name} -->`;
  const block = [begin, `${machine()} ${name === "all" ? "Every part" : `Parts: ${name}`}, ${Math.round(seconds)} s.`, "", `${table}`, "", table.charts(), end].join("\n");
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  writeFileSync(file, from < 0 ? `${text.trimEnd()}\n\n${block}\n` : text.slice(0, from) + block + text.slice(to + end.length));
}

/** What it ran on. */
function machine() {
  const version = (name) => JSON.parse(readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8")).version;
  const rust = execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim().split(" ").slice(0, 2).join(" ");
  const commit = execFileSync("git", ["-C", root, "rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const load = os.loadavg()[0].toFixed(1), memory = Math.round(os.totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}: ${os.cpus().length} × ${os.cpus()[0].model}, ${memory} GB, ${os.type()} ${os.release()}; Node ${process.versions.node}, wrangler ${version("wrangler")}, ${rust}; load average ${load} at the end.`;
}
