#!/usr/bin/env node
// Writes the interactive page of the API and the description it shows into dist/. `/docs` is docs.html: with a folder's
// index.html the platform would redirect to `/docs/`, and a trailing slash makes no difference here.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

const viewer = "node_modules/swagger-ui-dist";
const folder = "dist/docs";
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const file of ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "LICENSE", "NOTICE"]) {
  copyFileSync(path.join(viewer, file), path.join(folder, file));
}
copyFileSync("scripts/docs/start.mjs", path.join(folder, "start.mjs"));
copyFileSync("scripts/docs/page.html", "dist/docs.html");
copyFileSync("docs/openapi.json", "dist/openapi.json");
copyFileSync("docs/postman.json", path.join(folder, "postman.json"));
console.log("docs: docs.html, openapi.json, docs/postman.json");
