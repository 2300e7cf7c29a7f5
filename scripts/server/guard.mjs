// One server per state. server.json in the state folder says who serves it, and lets the next start clean up after a kill -9.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync, renameSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const fileOf = (state) => path.join(state, "server.json");

/** What the last server of this state wrote about itself, or null. */
export function recorded(state) {
  return JSON.parse(readOrNull(fileOf(state)) ?? "null");
}

/** The server that serves this state, or null. */
export function running(state) {
  const server = recorded(state);
  return server && isProcess(server.pid, ".mjs") ? server : null;
}

/** Refuses a state that is being served, and ends a workerd that outlived the server which started it. */
export function claim(state) {
  mkdirSync(state, { recursive: true });
  const server = running(state);
  if (server && server.pid !== process.pid) throw new Error(`${state} is already served by process ${server.pid} on port ${server.port}`);
  // server/workerd writes its number there.
  process.env.EQUIPOISE_WORKERD_PID = path.join(state, "workerd.pid");
  const orphan = Number(readOrNull(process.env.EQUIPOISE_WORKERD_PID));
  if (orphan > 1 && isProcess(orphan, "workerd")) process.kill(orphan, "SIGKILL");
  record(state, {});
}

/** Writes who serves the state. */
export function record(state, fields) {
  const temporary = `${fileOf(state)}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ pid: process.pid, ...fields }, null, 2) + "\n");
  renameSync(temporary, fileOf(state));
}

export function release(state) {
  if (recorded(state)?.pid === process.pid) rmSync(fileOf(state), { force: true });
}

/** The control socket: in the state folder where its path is short enough for a socket's name. */
export function controlPath(state) {
  const inside = path.join(state, "control.sock");
  if (Buffer.byteLength(inside) <= 100) return inside;
  return path.join(os.tmpdir(), `equipoise-${createHash("sha256").update(state).digest("hex").slice(0, 16)}.sock`);
}

function readOrNull(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whether the process lives and its command line says the name: a number alone may have been given out again. */
function isProcess(pid, name) {
  try {
    process.kill(pid, 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return command.includes(name);
  } catch (error) {
    // Without /proc the signal is all there is to go by.
    return error.code === "ENOENT" && error.syscall === "open" && process.platform !== "linux";
  }
}
