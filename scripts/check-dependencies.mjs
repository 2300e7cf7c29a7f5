// Bans, licences and sources of every crate in Cargo.lock, from the rules in deny.toml. It does what `cargo deny check bans
// licenses sources` does with the part of that file used here, without the minutes that installing cargo-deny takes
// (docs/decisions/0003-dependency-check.md); `cargo deny` reads the same file.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const rules = readFileSync("deny.toml", "utf8");
const list = (key) => {
  const match = new RegExp(`^${key} = \\[([^\\]]*)\\]`, "m").exec(rules);
  if (!match) throw new Error(`deny.toml has no ${key}`);
  return [...match[1].replace(/#.*/g, "").matchAll(/"([^"]+)"/g)].map(([, text]) => text);
};
const licences = new Set(list("allow"));
const banned = new Set(list("deny"));
const registries = new Set(list("allow-registry"));

/** Whether an SPDX expression can be satisfied by allowed licences alone. */
function allowed(expression) {
  const tokens = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g);
  const any = () => {
    let result = every();
    while (tokens[0] === "OR") { tokens.shift(); result = every() || result; }
    return result;
  };
  const every = () => {
    let result = one();
    while (tokens[0] === "AND") { tokens.shift(); result = one() && result; }
    return result;
  };
  const one = () => {
    const token = tokens.shift();
    if (token === "(") { const result = any(); tokens.shift(); return result; }
    const name = tokens[0] === "WITH" ? `${token} ${tokens.splice(0, 2).join(" ")}` : token;
    return licences.has(name);
  };
  return any();
}

// Only what is compiled for the platforms we build for counts, as in deny.toml's [graph].
const targets = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"].flatMap((target) => ["--filter-platform", target]);
const metadata = JSON.parse(execFileSync("cargo", ["metadata", "--format-version=1", "--locked", "--all-features", ...targets], { maxBuffer: 1 << 28 }));
const used = new Set(metadata.resolve.nodes.map((node) => node.id));
const problems = [];
for (const crate of metadata.packages.filter(({ id, source }) => source && used.has(id))) {
  const name = `${crate.name} ${crate.version}`;
  if (!allowed(crate.license ?? "")) problems.push(`${name}: licence "${crate.license}" is not allowed`);
  if (banned.has(crate.name)) problems.push(`${name}: banned`);
  if (!registries.has(crate.source.replace(/^registry\+/, ""))) problems.push(`${name}: comes from ${crate.source}`);
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`dependencies: ${used.size} crates, nothing banned, licences and sources allowed`);
