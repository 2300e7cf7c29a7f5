// What a person does in the app, from the outside: state in the address, the keyboard, files, building, signing in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { openBrowser, problem, visit } from "./harness.mjs";
import { ANSWERS, BARS, COMPOSITIONS, DAYS, IMPORT, PERFORMANCE, built, ok } from "./market.mjs";
import { OverviewPage } from "./overview_page.mjs";

const python = path.join(process.env.EQUIPOISE_TOOLS || path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "equipoise"), "python/bin/python");

/** The rows of each sheet of a workbook, read by openpyxl, which shares no code with what wrote it. */
function readWorkbook(file) {
  const program = "import json, sys, openpyxl\n"
    + "book = openpyxl.load_workbook(sys.argv[1], data_only=True)\n"
    + "print(json.dumps({s.title: [[str(c) if hasattr(c, 'isoformat') else c for c in row] for row in s.iter_rows(values_only=True)] for s in book}))";
  return JSON.parse(execFileSync(python, ["-c", program, file], { maxBuffer: 1 << 28 }));
}

/** Chooses an entry of an export menu and keeps the file it makes. */
async function download(t, page, section, entry) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "equipoise-download-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await section.getByRole("button", { name: "Export", exact: true }).first().click();
  const [file] = await Promise.all([page.waitForEvent("download"), section.getByRole("button", { name: entry }).first().click()]);
  const saved = path.join(folder, file.suggestedFilename());
  await file.saveAs(saved);
  return saved;
}

const panel = (page, heading) => page.locator("section.panel", { has: page.getByRole("heading", { name: heading, exact: true }) });
const parameter = (page, name) => new URL(page.url()).searchParams.get(name);

describe("journeys", () => {
  let browser;
  before(async () => { browser = await openBrowser(); });
  after(async () => { await browser.close(); });
  const open = (t, link, answers = {}, options = {}) => visit(t, browser, link, { ...ANSWERS, ...answers }, options);

  test("what is chosen survives a reload, and back undoes it", async (t) => {
    const page = await open(t, "/"), overview = new OverviewPage(page);
    await overview.chart.waitFor();
    await page.getByRole("button", { name: "Drawdown", exact: true }).click();
    await page.getByRole("heading", { name: "Drawdown", exact: true }).waitFor();
    await page.getByRole("button", { name: "1M", exact: true }).click();
    assert.deepEqual([parameter(page, "view"), parameter(page, "range")], ["drawdown", "1m"]);
    await page.reload();
    await page.getByRole("heading", { name: "Drawdown", exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: "1M", exact: true }).getAttribute("aria-pressed"), "true");
    await page.goBack();
    await page.goBack();
    await page.getByRole("heading", { name: "Index level" }).waitFor();
  });

  test("a range is selected by dragging over the chart", async (t) => {
    const page = await open(t, "/"), overview = new OverviewPage(page);
    const box = await overview.chart.boundingBox();
    await page.mouse.move(box.x + 70, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 120, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=/);
    assert.equal(parameter(page, "from"), DAYS[0]);
    await overview.shows("Level", "1,000.00");
  });

  test("a second index is laid over the first and measured against", async (t) => {
    const page = await open(t, "/");
    await page.getByLabel("Compared with").fill("top50-equal-daily-price-line");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "Beta" }).waitFor();
    assert.equal(await page.locator(".plot path.line").count(), 2);
  });

  test("a ticker is laid over the index, from the same level", async (t) => {
    const days = `/v2/aggs/ticker/ACME/range/1/day/${DAYS[0]}/${DAYS[3]}`;
    const page = await open(t, "/", { [days]: BARS }), { chart } = new OverviewPage(page);
    await page.getByLabel("Compared with").fill("acme");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "Beta" }).waitFor();
    assert.equal(parameter(page, "with"), "ACME");
    await chart.focus();
    await page.keyboard.press("Home");
    // Closes of 103, 100, 105, 102, from the index's 1000 on.
    assert.match(await chart.getAttribute("aria-valuetext"), /ACME 1,000\.00/);
    await page.keyboard.press("End");
    assert.match(await chart.getAttribute("aria-valuetext"), /ACME 990\.29/);
  });

  test("a ticker of which nothing is held is said to be so, and the index stays", async (t) => {
    const page = await open(t, "/?with=NONE", { [`/v2/aggs/ticker/NONE/range/1/day/${DAYS[0]}/${DAYS[3]}`]: ok({ ticker: "NONE", results: [] }) });
    await page.getByText("no price of NONE is held").waitFor();
    assert.equal(await page.locator(".plot path.line").count(), 1);
  });

  test("the chart is stepped through and a range selected by keyboard alone", async (t) => {
    const page = await open(t, "/"), { chart } = new OverviewPage(page);
    await chart.focus();
    await page.keyboard.press("Home");
    assert.match(await chart.getAttribute("aria-valuetext"), /Dec 20, 2024: .*1,000\.00/);
    await page.keyboard.press("ArrowRight");
    assert.match(await chart.getAttribute("aria-valuetext"), /Dec 23, 2024: .*1,100\.00/);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForURL(/from=2024-12-23/);
    assert.equal(parameter(page, "to"), "2024-12-24");
  });

  test("from one page to the next by keyboard alone", async (t) => {
    const page = await open(t, "/");
    await new OverviewPage(page).chart.waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Skip to content");
    const reach = async (name) => {
      for (let presses = 0; presses < 30; presses++) {
        if ((await page.evaluate(() => document.activeElement.textContent.trim())) === name) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`${name} is not reached by Tab`);
    };
    await reach("Changes");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "All changes" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    assert.equal(await page.title(), "Changes · Equipoise");
  });

  test("each chart has its numbers as a table", async (t) => {
    const page = await open(t, "/");
    await page.getByText("Show as table").first().click();
    const table = page.getByRole("region", { name: "Sessions of the range" });
    await table.waitFor();
    assert.equal(await table.getByRole("row").count(), 5);
    assert.match(await table.getByRole("row").nth(1).textContent(), /Dec 26, 2024.*1,100\.00.*\+10\.00%/);
  });

  test("a definition is shown on focus and hidden by Escape", async (t) => {
    const page = await open(t, "/");
    const term = page.locator(".figure").getByRole("button", { name: "Sharpe ratio" });
    await term.focus();
    const definition = page.getByRole("tooltip", { name: /Mean excess return/ }).or(page.locator("[role=tooltip]", { hasText: "Mean excess return per unit of deviation" })).first();
    assert.ok(await definition.isVisible());
    await page.keyboard.press("Escape");
    assert.ok(!(await definition.isVisible()));
  });

  test("numbers and dates follow the person's locale", async (t) => {
    const page = await open(t, "/", {}, { locale: "de-DE" }), overview = new OverviewPage(page);
    await overview.chart.waitFor();
    assert.equal(await overview.figure("Level"), "1.100,00");
    assert.equal((await overview.figure("Day")).replaceAll(/\s/g, " "), "+10,00 %");
  });

  test("the index workbook holds the numbers of the API and says that they are synthetic", async (t) => {
    const page = await open(t, "/");
    const book = readWorkbook(await download(t, page, panel(page, "Index level"), "Index workbook (Excel)"));
    assert.deepEqual(Object.keys(book), ["Summary", "Performance", "Compositions", "Changes", "Statistics", "Method"]);
    for (const [name, rows] of Object.entries(book)) assert.match(String(rows[0][0]), /Synthetic sample data/, name);
    const [, header, ...rows] = book.Performance;
    const at = (title) => header.findIndex((of) => String(of).startsWith(title));
    assert.deepEqual(rows.map((row) => [row[at("Date")].slice(0, 10), row[at("Level")]]), PERFORMANCE.body.data.map(({ date, level }) => [date, level]));
    const members = COMPOSITIONS.body.data.flatMap(({ date, constituents }) => constituents.map((of) => [date, of.rank, of.ticker, of.weight, of.price, of.market_cap, of.shares, of.notional]));
    const [, heads, ...found] = book.Compositions;
    const column = (title) => heads.findIndex((of) => of === title);
    const read = found.map((row) => [row[column("Date")].slice(0, 10), ...["Rank", "Ticker", "Weight", "Price", "Market cap", "Shares", "Notional"].map((title) => row[column(title)])]);
    assert.deepEqual(read, members);
    assert.equal(book.Changes.length, 2 + 4);
  });

  test("a table is saved as a workbook and as CSV, as it is sorted and filtered", async (t) => {
    const page = await open(t, "/app/composition?members.sort=-price");
    const members = panel(page, "Members");
    await members.getByLabel("Filter").fill("technology");
    await members.getByText("2 of 4 rows").waitFor();
    const [sheet] = Object.values(readWorkbook(await download(t, page, members, "Table (Excel)")));
    const header = sheet[1];
    const rows = sheet.slice(2).map((row) => [row[header.indexOf("Ticker")], row[header.indexOf("Price")], row[header.indexOf("Weight")]]);
    assert.deepEqual(rows, [["CALM", 102, 1 / 3], ["ACME", 101, 1 / 3]]);
    const csv = readFileSync(await download(t, page, members, "Table (CSV)"), "utf8").trimEnd().split("\r\n");
    assert.deepEqual(csv.slice(1).map((line) => line.split(",")[0]), ["CALM", "ACME"]);
  });

  test("a chart is saved as pictures that stand alone", async (t) => {
    const page = await open(t, "/");
    await new OverviewPage(page).chart.waitFor();
    const svg = readFileSync(await download(t, page, panel(page, "Index level"), "Picture (SVG)"), "utf8");
    assert.match(svg, /Synthetic: sample data/);
    assert.match(svg, /<path[^>]* stroke="rgb/);
    const png = readFileSync(await download(t, page, panel(page, "Index level"), "Picture (PNG)"));
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  });

  test("a workbook that cannot be made says why", async (t) => {
    const page = await open(t, "/", { "/index-compositions": problem(503, "unavailable", "the database does not answer") });
    const chart = panel(page, "Index level");
    await chart.getByRole("button", { name: "Export", exact: true }).first().click();
    await chart.getByRole("button", { name: "Index workbook (Excel)" }).click();
    await chart.getByText("Index workbook (Excel): the database does not answer").waitFor();
  });

  test("a workbook under way is cancelled, and another one can be made", async (t) => {
    let isSlow = true;
    const never = new Promise(() => {});
    const page = await open(t, "/", { "/index-compositions": () => (isSlow ? { ...COMPOSITIONS, wait: never } : COMPOSITIONS) });
    const chart = panel(page, "Index level");
    await chart.getByRole("button", { name: "Export", exact: true }).first().click();
    await chart.getByRole("button", { name: "Index workbook (Excel)" }).click();
    await chart.getByText(/fetching members/).waitFor();
    await chart.getByRole("button", { name: "Cancel" }).click();
    await chart.getByText("Index workbook (Excel): cancelled").waitFor();
    isSlow = false;
    const book = readWorkbook(await download(t, page, chart, "Index workbook (Excel)"));
    assert.ok(book.Compositions.length > 2);
  });

  test("a session is picked along the chart, and days without trading cannot be", async (t) => {
    const page = await open(t, "/app/composition");
    await page.getByRole("rowheader", { name: "CALM" }).waitFor();
    await page.getByRole("slider", { name: /drag or press Enter/ }).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.waitForURL(/date=2024-12-20/);
    await page.getByRole("group", { name: "Session", exact: true }).getByRole("button", { name: "Dec 20, 2024" }).click();
    const calendar = page.getByRole("dialog", { name: "Session" });
    assert.ok(await calendar.getByRole("button", { name: "Dec 25, 2024" }).isDisabled());
    assert.ok(await calendar.getByRole("button", { name: "Dec 21, 2024" }).isDisabled());
    const focused = (name) => page.waitForFunction((name) => document.activeElement.getAttribute("aria-label") === name, name);
    await focused("Dec 20, 2024");
    await page.keyboard.press("ArrowRight");
    await focused("Dec 23, 2024");
    await page.keyboard.press("Enter");
    await page.waitForURL(/date=2024-12-23/);
  });

  test("two compositions are compared", async (t) => {
    const page = await open(t, "/app/composition");
    const row = (ticker) => page.getByRole("row", { name: new RegExp(`^${ticker} `) });
    await row("CALM").getByText("new").waitFor();
    assert.match(await row("BOLT").textContent(), /▲ 1/);
    assert.match(await row("ACME").textContent(), /▼ 1/);
    assert.match(await row("DUST").textContent(), /left/);
  });

  test("a ticker's own history shows when it came and went", async (t) => {
    const page = await open(t, "/app/changes");
    await page.getByRole("button", { name: "DUST" }).first().click();
    const stays = page.getByRole("region", { name: "Times of DUST in the index" });
    await stays.waitFor();
    assert.match(await stays.getByRole("row").nth(1).textContent(), /Nov 29, 2024.*rank by market cap.*Dec 26, 2024.*delisted/);
  });

  test("an explanation shows the best and the worst and that they add up", async (t) => {
    const page = await open(t, "/app/explain");
    await page.getByText("agrees with the return").waitFor();
    const rows = page.getByRole("region", { name: /Member returns/ }).getByRole("rowheader");
    assert.deepEqual(await rows.allTextContents(), ["ACME", "BOLT", "DUST"]);
  });

  test("a dropped file is sent, and its report shows what was turned away", async (t) => {
    const page = await open(t, "/app/data?part=imports", { "/imports": ({ method }) => (method === "POST" ? { status: 201, body: IMPORT } : ANSWERS["/imports"]) });
    await page.getByText("Drop a CSV or Parquet file").waitFor();
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(["date,ticker,close\n"], "my_prices.csv", { type: "text/csv" }));
      return data;
    });
    await page.dispatchEvent(".drop", "drop", { dataTransfer: transfer });
    const report = page.getByRole("status", { name: "Validation report" });
    await report.waitFor();
    assert.match(await report.textContent(), /Accepted.*10/);
    await report.getByText(/expected a date as YYYY-MM-DD/).waitFor();
    await report.getByText("Columns that were not read: colour").waitFor();
    const sent = page.server.asked.find(({ method }) => method === "POST");
    assert.deepEqual([sent.url, sent.headers["content-type"], sent.body], ["/imports?kind=daily_bars", "text/csv", "date,ticker,close\n"]);
  });

  test("a write that needs a key asks for it, and is done with it", async (t) => {
    const asked = ({ headers, body }) => {
      if (headers.authorization !== "Bearer secret") return problem(401, "unauthenticated", "this needs a credential with the scope build");
      const { start_date, end_date } = JSON.parse(body);
      return built(start_date, end_date);
    };
    const page = await open(t, "/app/build", { "/build-index": asked });
    await page.getByRole("button", { name: "Build", exact: true }).click();
    await page.getByText("this needs a credential with the scope build").waitFor();
    await page.getByLabel("API key").fill("secret");
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("link", { name: "Open its overview" }).waitFor();
    assert.match(await page.getByRole("region", { name: "Result" }).textContent(), /Sessions.*3.*Missing.*1/);
    assert.deepEqual(await page.evaluate(() => [Object.values(sessionStorage), Object.values(localStorage), document.cookie]), [[], [], ""]);
  });

  test("a long build shows its progress and can be cancelled", async (t) => {
    let release;
    const wait = new Promise((resolve) => { release = resolve; });
    let parts = 0;
    const slow = ({ body }) => {
      parts += 1;
      const { start_date, end_date } = JSON.parse(body);
      return parts === 1 ? built(start_date, end_date) : { ...built(start_date, end_date), wait };
    };
    const page = await open(t, "/app/build?from=2022-01-03&to=2024-12-26", { "/build-index": slow });
    await page.getByRole("button", { name: "Build", exact: true }).click();
    await page.getByText(/Part 2 of 12/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled after 1 of 12 parts; what was built is kept.").waitFor();
    release();
    assert.equal(parts, 2);
  });

  test("keys are made, shown once, and revoked after a question", async (t) => {
    const revoked = [];
    const page = await open(t, "/app/account", {
      "/api-keys": ({ method, body }) => {
        if (method === "GET") return ANSWERS["/api-keys"];
        const { name, scopes } = JSON.parse(body);
        return { status: 201, body: { key: "eq_once", id: 2, owner: "local", name, scopes, created_at: 0, revoked_at: null } };
      },
      "/api-keys/1": ({ method }) => { revoked.push(method); return { status: 204 }; },
    });
    await page.getByLabel("API key").fill("admin-key");
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await page.getByLabel("A new key for").fill("nightly build");
    await page.getByRole("checkbox", { name: "build" }).check();
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByText("eq_once").waitFor();
    const made = page.server.asked.find(({ method, url }) => method === "POST" && url === "/api-keys");
    assert.deepEqual(JSON.parse(made.body), { name: "nightly build", scopes: ["read", "build"], owner: null });
    await page.getByRole("button", { name: "Revoke key 1" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
    await page.waitForFunction(() => !document.querySelector("[role=alertdialog]"));
    assert.deepEqual(revoked, ["DELETE"]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "You are not signed in" }).waitFor();
  });

  test("signing in with an organisation goes there with a challenge and comes back for the token", async (t) => {
    const tokens = [];
    const oidc = { issuer: "https://id.example", client_id: "app", audience: "equipoise", scope: "openid", authorization_url: "/authorize" };
    const page = await open(t, "/app/account", {
      "/sign-in": ok({ auth_mode: "required", public_reads: true, oidc }),
      // Stands for the identity provider, which sends the person back with a code.
      "/authorize": ({ url }) => {
        assert.deepEqual(["response_type", "client_id", "code_challenge_method"].map((name) => url.searchParams.get(name)), ["code", "app", "S256"]);
        const back = new URL(url.searchParams.get("redirect_uri"));
        back.searchParams.set("code", "the-code");
        back.searchParams.set("state", url.searchParams.get("state"));
        tokens.push(url.searchParams.get("code_challenge"));
        return { status: 302, headers: { location: back.href }, body: {} };
      },
      "/sign-in/token": ({ body }) => { tokens.push(JSON.parse(body)); return ok({ access_token: "token", expires_in: 60 }); },
    });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    const [challenge, { code, code_verifier }] = tokens;
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code_verifier));
    assert.deepEqual([code, challenge], ["the-code", Buffer.from(digest).toString("base64url")]);
    assert.deepEqual([parameter(page, "code"), parameter(page, "state")], [null, null]);
    assert.deepEqual(await page.evaluate(() => Object.values(sessionStorage)), []);
  });

  test("a return that belongs to no sign-in is refused", async (t) => {
    const page = await open(t, "/app/account?code=stolen&state=foreign");
    await page.getByText("This return belongs to no sign-in").waitFor();
    assert.ok(!page.server.asked.some(({ url }) => url === "/sign-in/token"));
  });

  test("a theme is chosen and kept", async (t) => {
    const page = await open(t, "/");
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: "Dark" }).click();
    assert.notEqual(await ground(), light);
    const dark = await ground();
    await page.reload();
    await new OverviewPage(page).chart.waitFor();
    assert.equal(await ground(), dark);
  });

  test("the candles of a ticker show what each bar was", async (t) => {
    const page = await open(t, "/app/data?part=prices", { "/v2/aggs/ticker/ACME/range/1/day/2023-12-27/2024-12-27": BARS });
    await page.getByLabel("Ticker").fill("acme");
    await page.keyboard.press("Enter");
    const chart = page.getByRole("slider", { name: /Prices of ACME/ });
    await chart.focus();
    await page.keyboard.press("Home");
    assert.match(await chart.getAttribute("aria-valuetext"), /Dec 20, 2024: Open 100\.00, High 104\.00, Low 98\.00, Close 103\.00/);
  });
});
