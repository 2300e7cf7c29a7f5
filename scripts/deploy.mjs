// `make deploy`: migrates the remote database and deploys what `make build` built, with the identifiers of your account.
// They come from the environment or from the git-ignored file `.deploy.env` (NAME=value lines): D1_DATABASE_ID and
// KV_NAMESPACE_ID, and any var of wrangler.toml to set. A deployed service is never open: see docs/operations.md.
// DRY_RUN=1 shows what would go, without an account.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { root } from "./server/settings.mjs";

const configFile = path.join(root, "wrangler.deploy.json");
const given = { ...fileSettings(), ...process.env };
const dryRun = given.DRY_RUN === "1";

function fileSettings() {
  const file = path.join(root, ".deploy.env");
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function identifier(name) {
  if (given[name]) return given[name];
  if (dryRun) return "0".repeat(32);
  throw new Error(`give ${name} (docs/operations.md says where it comes from)`);
}

function production() {
  const { rawConfig: { build, ...config } } = readRawConfig({ config: path.join(root, "wrangler.toml") });
  config.d1_databases[0].database_id = identifier("D1_DATABASE_ID");
  config.kv_namespaces[0].id = identifier("KV_NAMESPACE_ID");
  const set = Object.keys(config.vars).filter((name) => given[name]).map((name) => [name, given[name]]);
  config.vars = { ...config.vars, ...Object.fromEntries(set), ENVIRONMENT: "production", AUTH_MODE: "required" };
  return config;
}

function wrangler(...args) {
  const { status } = spawnSync("wrangler", [...args, "--config", configFile], { stdio: "inherit", cwd: root });
  if (status !== 0) throw new Error(`wrangler ${args.join(" ")} failed`);
}

try {
  writeFileSync(configFile, JSON.stringify(production(), null, 2));
  if (!dryRun) wrangler("d1", "migrations", "apply", "DB", "--remote");
  wrangler("deploy", ...(dryRun ? ["--dry-run"] : []));
} catch (error) {
  console.error(`deploy: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(configFile, { force: true });
}
