// `make key SCOPES="read build" NAME=…`: makes an API key for the local state, running or not, and prints it once.
// Only its SHA-256 is kept.
import { createHash, randomBytes } from "node:crypto";
import { command } from "./server/control.mjs";
import { running } from "./server/guard.mjs";
import { settings } from "./server/settings.mjs";

const SCOPES = ["read", "ingest", "build", "stream", "backtest", "admin"];
try {
  const scopes = (process.env.SCOPES ?? "").split(/[\s,]+/).filter(Boolean);
  const unknown = scopes.filter((scope) => !SCOPES.includes(scope));
  if (scopes.length === 0 || unknown.length > 0) throw new Error(`give SCOPES as some of ${SCOPES.join(", ")}`);
  const { state } = settings();
  const key = `eqp_${randomBytes(32).toString("base64url")}`;
  const row = [createHash("sha256").update(key).digest("hex"), process.env.OWNER || "local", process.env.NAME || "make key", scopes.join(" "), Date.now()];
  const sql = "insert into api_keys (hash, owner, name, scopes, created_at) values (?, ?, ?, ?, ?)";
  if (process.env.REMOTE === "1") {
    // For a deployed service: the statement to run with `wrangler d1 execute equipoise --remote --command`.
    const quoted = row.map((value) => (typeof value === "number" ? value : `'${value.replaceAll("'", "''")}'`)).join(", ");
    console.error(`insert into api_keys (hash, owner, name, scopes, created_at) values (${quoted})`);
  } else if (running(state)?.url) {
    await command(state, "sql", { sql, bind: row });
  } else {
    const { withState } = await import("./server/state.mjs");
    await withState(state, (db) => db.prepare(sql).bind(...row).run());
  }
  console.log(key);
} catch (error) {
  console.error(`key: ${error.message}`);
  process.exit(1);
}
