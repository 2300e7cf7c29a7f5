// A Worker other than the product, served exactly as the product is: the same runtime, the same options, a socket of its own.
// PEER names it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { claim, release } from "../../../scripts/server/guard.mjs";
import { settings } from "../../../scripts/server/settings.mjs";
import { built, config, openDoor } from "../../../scripts/server/worker.mjs";

const options = settings();
const source = (name) => ({ type: "ESModule", path: name, contents: readFileSync(path.join(import.meta.dirname, name), "utf8") });
const worker = (name, rest = {}) => ({ name: "peer", modules: [source(name)], compatibilityDate: config.compatibility_date, ...rest });
const WORKERS = {
  cached: () => worker("cached_worker.mjs"),
  streams: () => worker("streams_worker.mjs", { durableObjects: { EMPTY: { className: "Empty", useSQLite: true }, STORE: { className: "Store", useSQLite: true } } }),
  recorder: () => {
    const ours = built(options), recorder = source("recorder_worker.mjs");
    return { ...ours, modules: [{ ...recorder, path: path.join(ours.modulesRoot, recorder.path) }, ...ours.modules] };
  },
};

claim(options.state);
const miniflare = openDoor(options, WORKERS[process.env.PEER]());
await miniflare.ready;
const { port } = await miniflare.unsafeGetDirectURL("door");
process.stdin.on("end", async () => {
  await miniflare.dispose();
  release(options.state);
  process.exit(0);
}).resume();
console.log(`listening on http://${options.host}:${port}, state in ${options.state}`);
