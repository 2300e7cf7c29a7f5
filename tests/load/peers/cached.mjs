// The peer of cached reports, served exactly as ours is: the same runtime, the same options, a socket of its own.
import { readFileSync } from "node:fs";
import path from "node:path";
import { claim, release } from "../../../scripts/server/guard.mjs";
import { root, settings } from "../../../scripts/server/settings.mjs";
import { config, openDoor } from "../../../scripts/server/worker.mjs";

const options = settings();
claim(options.state);
const miniflare = openDoor(options, {
  name: "peer",
  modules: [{ type: "ESModule", path: "cached_worker.mjs", contents: readFileSync(path.join(root, "tests/load/peers/cached_worker.mjs"), "utf8") }],
  compatibilityDate: config.compatibility_date,
});
await miniflare.ready;
const { port } = await miniflare.unsafeGetDirectURL("door");
process.stdin.on("end", async () => {
  await miniflare.dispose();
  release(options.state);
  process.exit(0);
}).resume();
console.log(`listening on http://${options.host}:${port}, state in ${options.state}`);
