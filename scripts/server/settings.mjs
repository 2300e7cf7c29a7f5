// What the environment says about a server: where it listens, where its state lies, which vars it overrides.
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Reads HOST, PORT, STATE, CRON and VARS. Relative states are relative to the repository, wherever the shell stands. */
export function settings(env = process.env) {
  const port = Number(env.PORT || "8787");
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`PORT: expected 0 to 65535, was "${env.PORT}"`);
  return {
    host: env.HOST || "127.0.0.1",
    port,
    state: path.resolve(root, env.STATE || ".data"),
    crons: env.CRON !== "0",
    vars: parseVars(env.VARS ?? ""),
    env,
  };
}

/** `NAME=value OTHER=value`: a value runs to the next ` NAME=`, so it may hold spaces. */
export function parseVars(text) {
  const trimmed = text.trim();
  if (trimmed === "") return {};
  const vars = {};
  for (const part of trimmed.split(/\s+(?=[A-Z][A-Z0-9_]*=)/)) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(part);
    if (!match) throw new Error(`VARS: expected NAME=value, was "${part}"`);
    vars[match[1]] = match[2];
  }
  return vars;
}

/** The vars of `wrangler.toml` and `.dev.vars`, overridden by the environment (also by keys that are secrets), then by VARS. */
export function overridden(bindings, { env, vars }) {
  const result = { ...bindings };
  for (const name of Object.keys(env)) {
    if (env[name] !== "" && (typeof bindings[name] === "string" || /^[A-Z]+_API_KEY$/.test(name))) result[name] = env[name];
  }
  return { ...result, ...vars };
}
