// The commands that a server on this machine takes from the command line, over a socket in its state folder. It is how
// `make ingest` and `make key` write where the Worker reads without meeting a busy database, and how a test fires the clock.
// Whoever may open the state folder may use it, as they might open the databases themselves.
import { existsSync, rmSync, chmodSync } from "node:fs";
import http from "node:http";
import { controlPath } from "./guard.mjs";

/** Listens on the state's socket; `commands` maps a name to an async function of the JSON argument. */
export async function listen(state, commands) {
  const socket = controlPath(state);
  rmSync(socket, { force: true });
  const server = http.createServer(async (request, response) => {
    const reply = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? null));
    try {
      const command = commands[new URL(request.url, "http://control").pathname.slice(1)];
      if (!command) return reply(404, { error: "no such command" });
      let text = "";
      for await (const chunk of request) text += chunk;
      reply(200, await command(text === "" ? {} : JSON.parse(text)));
    } catch (error) {
      reply(500, { error: error.message });
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(socket, resolve));
  chmodSync(socket, 0o600);
  return { close: () => { server.close(); server.closeAllConnections(); rmSync(socket, { force: true }); } };
}

/** Sends one command to the server of the state and returns its answer. */
export function command(state, name, argument = {}) {
  const socketPath = controlPath(state);
  return new Promise((resolve, reject) => {
    if (!existsSync(socketPath)) return reject(new Error(`no server runs on ${state}: start one with \`make run\` or \`make serve\``));
    const request = http.request({ socketPath, path: `/${name}`, method: "POST" }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      const body = JSON.parse(text);
      if (response.statusCode === 200) resolve(body); else reject(new Error(body.error));
    });
    request.on("error", reject).end(JSON.stringify(argument));
  });
}
