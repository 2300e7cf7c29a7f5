// How cost grows: each curve with its slope on doubly logarithmic paper, 1 for "twice as much takes twice as long".
import { writeFileSync } from "node:fs";
import path from "node:path";
import { timedBuild } from "./build.mjs";
import { median } from "./machine.mjs";
import { Server } from "./server.mjs";
import { decimals, whole } from "./table.mjs";

const RUNS = 3;
const FIRST_SESSION = Date.UTC(2019, 0, 2), DAY_MS = 86_400_000;

export async function measureGrowth(table, { folder }) {
  await bySessions(table, folder);
  await byCompanies(table, folder);
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
  add(table, "first build, by sessions (150 companies)", curve, decimals(3, "s"), "s");
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
  add(table, "import of 31 sessions, by companies", imports, decimals(2, "s"), "s");
  add(table, "first build of 30 sessions, by companies", builds, decimals(3, "s"), "s");
  add(table, "rows read per session of it, by companies", rows, whole(), "rows");
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

/** Adds a curve of [size, cost] and its slope to the table. */
export function add(table, what, curve, show, unit) {
  table.chart(what, unit, curve);
  const points = curve.map(([size, cost]) => `${whole()(size)}: ${show(cost)}`).join(", ");
  table.add(`${what}: slope`, slope(curve), { show: decimals(2), how: points });
}

/** The least-squares slope of log cost over log size. */
export function slope(curve) {
  const logs = curve.map((point) => point.map(Math.log));
  const mean = (place) => logs.reduce((sum, log) => sum + log[place], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of) => logs.reduce((total, log) => total + of(log), 0);
  return sum(([a, b]) => (a - x) * (b - y)) / sum(([a]) => (a - x) ** 2);
}

/** Imports a market whose prices follow from company and day; returns its sessions. */
async function filled(server, folder, { companies, sessions }, tell = () => {}) {
  const shares = ["ticker,shares_outstanding,as_of,name,sector"];
  // The hundred largest are the same companies in every market.
  for (let n = 0; n < companies; n += 1) shares.push(`${ticker(n)},${n < 130 ? 4_000_000 - n * 20_000 : 1_000},2010-01-04,Company ${n},Growth`);
  const bars = ["date,ticker,close"], days = [];
  for (let time = FIRST_SESSION; days.length < sessions; time += DAY_MS) {
    const date = new Date(time).toISOString().slice(0, 10);
    if (!isSession(new Date(time), date)) continue;
    days.push(date);
    for (let n = 0; n < companies; n += 1) bars.push(`${date},${ticker(n)},${(50 + 10 * Math.sin(days.length * 0.7 + n * 1.3) + (n % 17)).toFixed(2)}`);
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

/** The exchange's closures from 2019 to 2024, besides weekends. */
const CLOSED = new Set(
  "2019-01-01 2019-01-21 2019-02-18 2019-04-19 2019-05-27 2019-07-04 2019-09-02 2019-11-28 2019-12-25 2020-01-01 2020-01-20 2020-02-17 2020-04-10 2020-05-25 2020-07-03 2020-09-07 2020-11-26 2020-12-25 2021-01-01 2021-01-18 2021-02-15 2021-04-02 2021-05-31 2021-07-05 2021-09-06 2021-11-25 2021-12-24 2022-01-17 2022-02-21 2022-04-15 2022-05-30 2022-06-20 2022-07-04 2022-09-05 2022-11-24 2022-12-26 2023-01-02 2023-01-16 2023-02-20 2023-04-07 2023-05-29 2023-06-19 2023-07-04 2023-09-04 2023-11-23 2023-12-25 2024-01-01 2024-01-15 2024-02-19 2024-03-29".split(" "),
);
const isSession = (day, date) => day.getUTCDay() % 6 !== 0 && !CLOSED.has(date);
