// The API's page: it shows every route of the description, within the content security policy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openBrowser, serveApp } from "./harness.mjs";

test("the API's page shows every route and breaks no policy", async (t) => {
  const description = JSON.parse(readFileSync("docs/openapi.json", "utf8"));
  const routes = Object.values(description.paths).flatMap((path) => Object.values(path)).length;
  const browser = await openBrowser(), server = await serveApp({}), page = await browser.newPage();
  t.after(async () => { await browser.close(); server.close(); });
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  await page.goto(`${server.url}/docs.html`);
  await page.locator("#operations-index-indexPerformance").waitFor();
  assert.equal(await page.locator(".opblock").count(), routes);
  await page.locator("#operations-index-indexPerformance .opblock-summary-control").click();
  await page.getByText("Re-based: the first session of the range").waitFor();
  assert.deepEqual(complaints, []);
});
