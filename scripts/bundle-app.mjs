// Bundles what wasm-bindgen made with the app's styles into dist/, every file named by its content, and writes the page that
// loads them. No script or style is inline, so the content security policy can forbid both.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const [work, dist] = process.argv.slice(2).map((folder) => path.resolve(folder));
const assets = path.join(dist, "assets");
rmSync(assets, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
copyFileSync("frontend/app.js", path.join(work, "main.js"));
copyFileSync("frontend/export_worker.js", path.join(work, "worker.js"));

// What fetches a part of the module names its file. An import of that file is what gives it the name by its content.
const fetcher = path.join(work, "__wasm_split.js"), parts = [];
const fetching = readFileSync(fetcher, "utf8").replaceAll(/new URL\(("\.\/\w+\.wasm"), import\.meta\.url\)/g, (_, file) => `part${parts.push(file) - 1}`);
if (parts.length === 0) throw new Error("the module was not cut into parts");
writeFileSync(fetcher, parts.map((file, at) => `import part${at} from ${file};\n`).join("") + fetching);

const { metafile } = await build({
  entryPoints: { app: path.join(work, "main.js"), export_worker: path.join(work, "worker.js"), style: "frontend/style.css" },
  outdir: assets,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".wasm": "file" },
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets/",
  metafile: true,
  logLevel: "warning",
  // wasm-bindgen names the module of each imported function, the same one for all parts.
  logOverride: { "duplicate-object-key": "silent" },
});

const named = (pattern) => {
  const file = Object.keys(metafile.outputs).map((output) => path.basename(output)).find((name) => pattern.test(name));
  if (!file) throw new Error(`esbuild made no file like ${pattern}`);
  return `/assets/${file}`;
};
const page = readFileSync("frontend/index.html", "utf8")
  .replaceAll("{{script}}", named(/^app-.*\.js$/)).replaceAll("{{style}}", named(/^style-.*\.css$/)).replaceAll("{{module}}", named(/^app_bg-.*\.wasm$/)).replaceAll("{{export_worker}}", named(/^export_worker-.*\.js$/));
writeFileSync(path.join(dist, "index.html"), page);
copyFileSync("frontend/_headers", path.join(dist, "_headers"));
copyFileSync("frontend/.assetsignore", path.join(dist, ".assetsignore"));
for (const [file, { bytes }] of Object.entries(metafile.outputs)) console.log(`app: ${path.basename(file)} ${Math.ceil(bytes / 1024)} KB`);
