#!/usr/bin/env node
// Bundles GraphiQL into dist/: graphiql.html, which `GET /graphql` shows to a browser, and its script and style. The content
// security policy forbids fonts inside a style, so the system's are used.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const folder = "dist/graphql-page";
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: ["scripts/docs/graphiql/start.mjs"],
  outdir: folder,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "linked",
  logLevel: "error",
});
const style = `${folder}/start.css`;
writeFileSync(style, readFileSync(style, "utf8").replace(/@font-face\{[^}]*\}/g, ""));
copyFileSync("scripts/docs/graphiql/page.html", "dist/graphiql.html");
console.log("docs: graphiql.html");
