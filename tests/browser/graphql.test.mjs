// GraphiQL of the real service: it loads from our own files within the policy, asks the schema, runs a query and shows the answer.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openBrowser } from "./harness.mjs";

/** A server as `make serve` starts it, on a state of its own. */
async function startService() {
  const state = mkdtempSync(path.join(os.tmpdir(), "equipoise-graphiql-"));
  const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", STATE: state, CRON: "0", UNTIL_EOF: "1", VARS: "SAMPLE_COMPANIES=150" };
  const service = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/serve.mjs"], { env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => service.on("exit", resolve));
  let log = "";
  const url = await new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`the service ended with ${code}:\n${log}`)));
    service.stdout.setEncoding("utf8").on("data", (text) => {
      log += text;
      const found = /^listening on (\S+),/m.exec(log);
      if (found) resolve(found[1]);
    });
  });
  const stop = async () => {
    service.stdin.end();
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  return { url, stop };
}

test("GraphiQL runs a query within the policy and asks nobody else", async (t) => {
  const service = await startService();
  t.after(service.stop);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints = [], asked = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  page.on("request", (request) => { asked.push(request.url()); });
  const answered = await page.goto(`${service.url}/graphql`);
  assert.match(answered.headers()["content-security-policy"], /default-src 'none'|default-src 'self'/);
  await page.getByRole("button", { name: /Execute query/ }).waitFor();

  // The query that is typed is the one that runs.
  const editor = page.locator(".graphiql-query-editor").first();
  await editor.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText("{ dataVersion providers { name synthetic } }");
  await page.getByRole("button", { name: /Execute query/ }).click();
  const result = page.locator(".result-window");
  await result.getByText('"dataVersion"').waitFor();
  const shown = await result.innerText();
  assert.match(shown.replaceAll(/\s+/g, " "), /"dataVersion": 0/);
  assert.match(shown, /"sample"/);

  // Its documentation is that of our schema.
  await page.getByRole("button", { name: /Documentation Explorer/ }).click();
  await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).first().waitFor();

  if (process.env.PICTURES) await page.screenshot({ path: path.join(process.env.PICTURES, "graphiql.png") });
  const elsewhere = asked.filter((url) => !url.startsWith(service.url) && !/^(data|blob):/.test(url));
  assert.deepEqual(elsewhere, [], "nothing is asked of another host");
  assert.deepEqual(complaints, []);
});
