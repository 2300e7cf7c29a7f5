// A browser and a server for the app's tests: the built app from dist/, with the API's answers as each test says.
import { createReadStream, existsSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../dist");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".css": "text/css", ".wasm": "application/wasm" };
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'; base-uri 'none'";

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
}

/** Serves dist/ with the app's content security policy; `answers` maps a path of the API to `{status, body, wait}`. */
export async function serveApp(answers) {
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://app");
    const answer = answers[pathname];
    if (answer) {
      await answer.wait;
      const type = answer.status < 400 ? "application/json" : "application/problem+json";
      return response.writeHead(answer.status, { "content-type": type }).end(JSON.stringify(answer.body));
    }
    const file = path.join(dist, pathname === "/" ? "index.html" : pathname);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "text/plain", "content-security-policy": POLICY });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}
