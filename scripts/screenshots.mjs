// `make screenshots`: a picture of each page into docs/images/, with the sample market only. STATE keeps the market between runs.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { openBrowser } from "../tests/browser/harness.mjs";
import { root } from "./server/settings.mjs";

const folder = path.join(root, "docs/images");
const kept = process.env.STATE;
const state = kept ?? mkdtempSync(path.join(os.tmpdir(), "equipoise-screenshots-"));

const PICTURES = [
  { name: "overview", link: "/" },
  { name: "overview-dark", link: "/?view=drawdown", theme: "dark" },
  { name: "overview-phone", link: "/", size: { width: 390, height: 844 } },
  { name: "composition", link: "/app/composition" },
  { name: "changes", link: "/app/changes" },
  { name: "explain", link: "/app/explain", theme: "dark" },
  { name: "data", link: "/app/data" },
  { name: "prices", link: "/app/data?part=prices", fill: "Ticker" },
  { name: "imports", link: "/app/data?part=imports" },
  { name: "build", link: "/app/build" },
  { name: "account", link: "/app/account" },
];

/** A server with the sample market, as `make run` starts it. */
function serve() {
  const server = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path.join(root, "scripts/run.mjs")], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", STATE: state, CRON: "0", PROVIDER: "sample" }, stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let log = "";
    server.stdout.setEncoding("utf8").on("data", (text) => {
      log += text;
      const url = /^listening on (\S+),/m.exec(log);
      if (url) resolve({ url: url[1], stop: () => new Promise((ended) => { server.on("exit", ended); server.kill("SIGTERM"); }) });
    });
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
}

const { url, stop } = await serve();
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const { constituents } = await (await fetch(`${url}/index-composition?date=${(await (await fetch(`${url}/indices`)).json()).data[0].last_session}`)).json();
  for (const { name, link, theme = "light", size = { width: 1280, height: 860 }, fill } of PICTURES) {
    const page = await browser.newPage({ viewport: size, colorScheme: theme, deviceScaleFactor: 1.5, locale: "en-US" });
    await page.goto(url + link);
    await page.getByRole("main").locator("h1").waitFor();
    if (fill) {
      await page.getByLabel(fill).fill(constituents[0].ticker);
      await page.keyboard.press("Enter");
    }
    await page.waitForLoadState("networkidle");
    await page.waitForFunction(() => !document.querySelector(".skeleton"));
    if (fill && (await page.getByRole("slider").count()) === 0) {
      console.log(`screenshots: ${name} has nothing to show`);
      await page.close();
      continue;
    }
    if (!(await page.getByRole("banner").getByText("Synthetic").isVisible())) throw new Error(`${name}: the data is not that of the sample market`);
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    await page.close();
    console.log(`screenshots: docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  await stop();
  if (!kept) rmSync(state, { recursive: true, force: true });
}
