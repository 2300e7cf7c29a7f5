// A browser and a server for the app's tests: the built app from dist/, with the API's answers as each test says.
import assert from "node:assert/strict";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".css": "text/css", ".wasm": "application/wasm" };

/** The policy that the Worker sends with pages, read where it is written. */
const POLICY = /PAGE_POLICY: &str = "([^"]+)"/.exec(readFileSync(path.join(root, "worker/src/routes/assets.rs"), "utf8"))[1].replaceAll(/\\\n\s*/g, "");

/** The instant that every page believes it is. */
export const NOW = new Date("2024-12-27T15:00:00Z");

export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
}

const isApp = (pathname) => pathname === "/" || pathname === "/app" || pathname.startsWith("/app/");

/**
 * Serves dist/ as the Worker does. `answers` maps a path of the API, with or without its query, to `{status, body, wait}` or to
 * a function of the request's URL, method and body that returns one; what is not in it is a 404. `asked` lists the requests, `served` the files
 * that went out.
 */
export async function serveApp(answers) {
  const asked = [], served = [];
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, "http://app"), { pathname } = url;
    const found = answers[request.url] ?? answers[pathname];
    const isFile = existsSync(path.join(dist, pathname)) && !isApp(pathname);
    if (found || !(isFile || isApp(pathname))) {
      let body = "";
      for await (const piece of request.setEncoding("utf8")) body += piece;
      asked.push({ method: request.method, url: request.url, body, headers: request.headers });
      const answer = (typeof found === "function" ? found({ url, method: request.method, body, headers: request.headers }) : found) ?? absent(pathname);
      await answer.wait;
      const type = answer.status < 400 ? "application/json" : "application/problem+json";
      return response.writeHead(answer.status, { "content-type": type, ...answer.headers }).end(answer.status === 204 ? undefined : JSON.stringify(answer.body));
    }
    const file = path.join(dist, isApp(pathname) ? "index.html" : pathname);
    served.push(path.basename(file));
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "text/plain", "content-security-policy": POLICY });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, served, close: () => { server.closeAllConnections(); server.close(); } };
}

export const absent = (what) => problem(404, "not_found", `nothing is known of ${what}`);

/** A problem as the service answers it. */
export function problem(status, code, detail) {
  return { status, body: { type: `urn:equipoise:problem:${code}`, title: "Refused", status, detail, code } };
}

/**
 * Opens a page of the app on the answers given, and fails the test on anything that the page complains about itself: an
 * exception, a message in the console, a request to another host. `socket` answers each WebSocket that the page opens; without
 * it they are open and silent.
 */
export async function visit(t, browser, link, answers, { socket, ...options } = {}) {
  const server = await serveApp(answers);
  const context = await browser.newContext({ viewport: SIZES.desktop, locale: "en-US", timezoneId: "UTC", acceptDownloads: true, ...options });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  await page.routeWebSocket(() => true, (opened) => socket?.(opened));
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  // That the service refused something is the app's to show, and each test's to expect.
  page.on("console", (message) => { if (message.type() === "error" && !/the server responded with a status of/.test(message.text())) complaints.push(message.text()); });
  page.on("request", (request) => { if (/^https?:/.test(request.url()) && !request.url().startsWith(server.url)) complaints.push(`asked ${request.url()}`); });
  t.after(async () => {
    await context.close();
    server.close();
    assert.deepEqual(complaints, []);
  });
  await page.goto(server.url + link);
  // A test that provokes a complaint takes it away again.
  return Object.assign(page, { server, complaints });
}
