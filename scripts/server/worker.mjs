// The built Worker on workerd through Miniflare: bindings from wrangler.toml, data in the state folder, and a socket of its own.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import workerd from "workerd";
import { unstable_getMiniflareWorkerOptions as optionsOf, unstable_readConfig as readConfig } from "wrangler";
import { overridden, root } from "./settings.mjs";

const configFile = path.join(root, "wrangler.toml");
export const config = readConfig({ config: configFile });

// workerd peaks at about 0.6 to 0.8 GB with it instead of 1 to 1.5 GB.
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= "--max-semi-space-size=8";
// workerd ends with this process, however this process ends.
process.env.EQUIPOISE_WORKERD ??= workerd.default;
process.env.MINIFLARE_WORKERD_PATH ??= path.join(root, "scripts/server/workerd");

/** Where the data lies: the layout that `wrangler dev --persist-to STATE` uses as well. */
export const dataFolder = (state) => path.join(state, "v3");

/** Opens the state with the built Worker listening on the given host and port. */
export function openServer(settings) {
  return openDoor(settings, built(settings));
}

/** Opens a state with any one Worker listening. */
export function openDoor(settings, worker) {
  return new Miniflare(common(settings.state, [worker, {
    // The socket of this stub names the Worker itself, so a request meets no router and no proxy in between.
    name: "door",
    modules: [{ type: "ESModule", path: "door.mjs", contents: "export default {}" }],
    compatibilityDate: config.compatibility_date,
    unsafeDirectSockets: [{ host: settings.host, port: settings.port, serviceName: worker.name }],
  }]));
}

/** Opens the state's databases alone: nothing listens, no queue and no cron runs. */
export function openState(state) {
  return new Miniflare(common(state, [{
    name: config.name,
    modules: [{ type: "ESModule", path: "state.mjs", contents: "export default {}" }],
    compatibilityDate: config.compatibility_date,
    d1Databases: optionsOf(configFile).workerOptions.d1Databases,
  }]));
}

function common(state, workers) {
  return convertV4MiniflareOptions({
    workers,
    host: "127.0.0.1",
    port: 0,
    cf: false,
    logRequests: false,
    log: new Log(LogLevel.WARN),
    resourcePersistencePath: dataFolder(state),
    handleStructuredLogs: ({ level, message }) => console.log(message.startsWith("{") ? message : JSON.stringify({ level, message })),
  });
}

/** The built Worker with its bindings. */
export function built(settings) {
  const { workerOptions: { modulesRules, ...options }, main } = optionsOf(configFile);
  if (!existsSync(main)) throw new Error(`${path.relative(root, main)} is not there: run \`make build\` first`);
  const folder = path.dirname(main);
  const files = [path.basename(main), ...readdirSync(folder).filter((name) => name.endsWith(".wasm"))];
  return {
    ...options,
    bindings: overridden(options.bindings, settings),
    name: config.name,
    modulesRoot: folder,
    modules: files.map((name) => ({ type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: path.join(folder, name) })),
  };
}
