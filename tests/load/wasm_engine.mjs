// The engine in WebAssembly on workerd: the Worker's own module with the export `bench`, asked over HTTP and timed from outside,
// since time stands still inside.
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { config } from "../../scripts/server/worker.mjs";

const DOOR = `
import { initSync, bench_hold, bench_run } from "./engine.js";
import module from "./engine_bg.wasm";
initSync({ module });
export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname === "/hold") return new Response(bench_hold(new Uint8Array(await request.arrayBuffer())));
    return new Response(bench_run(await request.text(), Number(url.searchParams.get("times"))));
  },
};`;

/** Opens an isolate with the module that scripts/build-bench built, holding these files. */
export async function openEngine(folder, files) {
  const module = (name, type) => ({ type, path: path.join(folder, name), contents: readFileSync(path.join(folder, name)) });
  // What the bindings' own code imports.
  const snippets = globSync("snippets/**/*.js", { cwd: folder });
  const engine = new Miniflare(convertV4MiniflareOptions({
    workers: [{
      name: "engine", modulesRoot: folder, compatibilityDate: config.compatibility_date,
      modules: [{ type: "ESModule", path: path.join(folder, "door.mjs"), contents: DOOR }, module("engine.js", "ESModule"), module("engine_bg.wasm", "CompiledWasm"),
        ...snippets.map((name) => module(name, "ESModule"))],
    }],
    host: "127.0.0.1", port: 0, cf: false, logRequests: false,
  }));
  const url = await engine.ready;
  for (const file of files) {
    const said = await (await fetch(new URL("/hold", url), { method: "POST", body: readFileSync(file) })).text();
    if (said) throw new Error(`${file}: ${said}`);
  }
  const run = async (strategy, times) => {
    const began = performance.now();
    const answer = await (await fetch(new URL(`/run?times=${times}`, url), { method: "POST", body: strategy })).json();
    if (answer.error) throw new Error(answer.error);
    return { answer, seconds: (performance.now() - began) / 1000 };
  };
  return { run, close: () => engine.dispose() };
}
