// How cost grows with sessions, companies, points and quotes.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { timedBuild } from "./build.mjs";
import { byChainRows } from "./growth_chains.mjs";
import { addCurve } from "./growth_curve.mjs";
import { byPoints } from "./growth_streams.mjs";
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { isoDay, sessionsFrom } from "./sessions.mjs";
import { decimals, whole } from "./table.mjs";

const RUNS = 3;
const FIRST_SESSION = "2019-01-02";

export async function measureGrowth(table, { folder }) {
  await bySessions(table, folder);
  await byCompanies(table, folder);
  await byPoints(table, folder);
  await byChainRows(table, folder);
}

/** The first build of more and more sessions of one market. */
async function bySessions(table, folder) {
  const server = await Server.start(path.join(folder, "growth-sessions"));
  const days = await filled(server, folder, { companies: 150, sessions: 1_260 });
  const curve = [];
  for (const sessions of [30, 126, 504, 1_260]) {
    const range = { start_date: days.at(-sessions), end_date: days.at(-1) };
    curve.push([sessions, median(await repeated(() => firstBuild(server, range)))]);
  }
  await server.stop();
  addCurve(table, "first build", { of: "sessions, of 150 companies", unit: "s", curve, show: decimals(3, "s") });
}

/** The first build of thirty sessions of larger and larger markets, and the import of each. */
async function byCompanies(table, folder) {
  const builds = [], imports = [], rows = [];
  for (const companies of [150, 600, 2_400, 8_000]) {
    const server = await Server.start(path.join(folder, `growth-companies-${companies}`));
    const days = await filled(server, folder, { companies, sessions: 31 }, (seconds) => imports.push([companies, seconds]));
    const range = { start_date: days[1], end_date: days.at(-1) };
    builds.push([companies, median(await repeated(() => firstBuild(server, range)))]);
    rows.push([companies, (await firstBuildAnswer(server, range)).cost.rows_read / 30]);
    await server.stop();
  }
  addCurve(table, "import of 31 sessions", { of: "companies", unit: "s", curve: imports, show: decimals(2, "s") });
  addCurve(table, "first build of 30 sessions", { of: "companies", unit: "s", curve: builds, show: decimals(3, "s") });
  addCurve(table, "rows read a session built", { of: "companies", unit: "rows", curve: rows, show: whole() });
}

async function repeated(measure) {
  const measured = [];
  for (let run = 0; run < RUNS; run += 1) measured.push(await measure());
  return measured;
}

async function firstBuildAnswer(server, range) {
  for (const table of ["index_members", "index_sessions", "indices"]) await server.sql(`delete from ${table}`);
  return timedBuild(server, range);
}

const firstBuild = async (server, range) => (await firstBuildAnswer(server, range)).seconds;

/** Imports a market whose prices follow from company and day; returns its sessions. */
async function filled(server, folder, { companies, sessions }, tell = () => {}) {
  const shares = ["ticker,shares_outstanding,as_of,name,sector"];
  // The hundred largest are the same companies in every market.
  for (let n = 0; n < companies; n += 1) shares.push(`${ticker(n)},${n < 130 ? 4_000_000 - n * 20_000 : 1_000},2010-01-04,Company ${n},Growth`);
  const bars = ["date,ticker,close"], days = sessionsFrom(FIRST_SESSION, sessions).map(isoDay);
  for (const [at, date] of days.entries()) {
    for (let n = 0; n < companies; n += 1) bars.push(`${date},${ticker(n)},${(50 + 10 * Math.sin((at + 1) * 0.7 + n * 1.3) + (n % 17)).toFixed(2)}`);
  }
  const files = { shares: path.join(folder, "growth-shares.csv"), daily_bars: path.join(folder, "growth-bars.csv") };
  writeFileSync(files.shares, `${shares.join("\n")}\n`);
  writeFileSync(files.daily_bars, `${bars.join("\n")}\n`);
  await server.send("shares", files.shares);
  const done = await server.send("daily_bars", files.daily_bars);
  if (done.rows.accepted !== bars.length - 1) throw new Error(`expected ${bars.length - 1} bars, was ${JSON.stringify(done)}`);
  tell(done.seconds);
  return days;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ticker = (n) => `G${LETTERS[Math.floor(n / 676)]}${LETTERS[Math.floor(n / 26) % 26]}${LETTERS[n % 26]}`;
