// Our own SQL without the platform: what a build asks of the database is recorded once, then run natively on copies of it.
import { cpSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";
import { SERVER_CORE, run } from "./machine.mjs";
import { Server } from "./server.mjs";
import { RANGE } from "./shared.mjs";

/** Records a build of a state on which nothing is built and no server runs; what it returns runs the statements natively. */
export async function recordBuild(folder, state) {
  const recording = path.join(folder, "recorded"), copies = path.join(folder, "native");
  cpSync(state, recording, { recursive: true });
  const server = await Server.start(recording, {}, "recorder");
  const { cost } = (await server.post("/build-index", RANGE)).json();
  const recorded = (await server.ask("/recorded")).json();
  await server.stop();
  const batches = path.join(folder, "batches.json");
  writeFileSync(batches, JSON.stringify(recorded));
  return async function runNatively() {
    mkdirSync(copies, { recursive: true });
    const [file] = globSync(path.join(state, "v3/d1/*/*.sqlite")).filter((name) => !name.endsWith("metadata.sqlite"));
    const copy = path.join(copies, "database.sqlite");
    // With what has not been written back yet, and without what the last run left.
    for (const part of ["", "-wal", "-shm"]) cpSync(file + part, copy + part);
    const program = [process.execPath, "--disable-warning=ExperimentalWarning", path.join(root, "tests/load/peers/native_sql.mjs")];
    return { ...JSON.parse((await run(SERVER_CORE, ...program, copy, batches)).stdout), statements: cost.statements };
  };
}
