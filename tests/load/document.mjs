// Puts what was measured into docs/benchmarks.md, each part in the place of what was there, and its charts beside it.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
import { draw } from "./chart.mjs";

const file = path.join(root, "docs/benchmarks.md");

/** Writes the parts of a run, and of a whole one what it ran on and came to. */
export function writeDocument(table, { isWhole, seconds }) {
  const parts = table.parts();
  let text = readFileSync(file, "utf8");
  for (const part of parts) text = replaced(text, part.name, `${stamp()}, ${Math.round(part.seconds)} s.\n\n${part.text}${charts(part)}`);
  if (isWhole) {
    const count = (field) => parts.reduce((sum, part) => sum + part[field], 0);
    const sum = `${count("targets")} rows meet their target, ${count("missed")} miss it; ${Math.round(seconds / 60)} minutes in all.`;
    text = replaced(text, "everything", `${machine()}\n\n${sum}`);
  }
  writeFileSync(file, text);
}

/** The text with something else between the marks of a name. */
function replaced(text, name, inside) {
  const begin = `<!-- measured: ${name} -->`, end = `<!-- end: ${name} -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no place for ${name}: ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n${inside}\n${text.slice(to)}`;
}

/** Writes the charts of a part and returns what shows them. */
function charts({ name, charts }) {
  const shown = charts.map(({ title, ...curve }) => {
    const chart = `images/${name}-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.svg`;
    writeFileSync(path.join(root, "docs", chart), draw(title, curve));
    return `![${title} by ${curve.of}](${chart})`;
  });
  return shown.length > 0 ? `\n\n${shown.join("\n")}` : "";
}

/** When and with what load a part was measured, which may be later than the others. */
function stamp() {
  const commit = execFileSync("git", ["-C", root, "rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}, load average ${os.loadavg()[2].toFixed(1)} over fifteen minutes`;
}

function machine() {
  const version = (name) => JSON.parse(readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8")).version;
  const rust = execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim().split(" ").slice(0, 2).join(" ");
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${stamp()}: ${os.cpus().length} × ${os.cpus()[0].model}, ${memory} GB, ${os.type()} ${os.release()}; Node ${process.versions.node}, wrangler ${version("wrangler")}, miniflare ${version("miniflare")}, workerd ${version("workerd")}, ${rust}.`;
}
