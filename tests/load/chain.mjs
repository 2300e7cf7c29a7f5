// An option chain of a made-up underlying, LOAD: 5 000 quotes a day whose prices follow from strike, day and expiration.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createGzip } from "node:zlib";
import { DAY_MS, isoDay } from "./sessions.mjs";

/** Expirations, strikes and two rights. */
const EXPIRATIONS = 20, STRIKES = 125;
export const ROWS_A_DAY = EXPIRATIONS * STRIKES * 2;

/** Writes the chain of these sessions, the first of which is the `nth` of the chain; returns its rows. */
export async function writeChain(file, sessions, nth = 1) {
  const gzip = createGzip({ level: 1 });
  const written = once(gzip.pipe(createWriteStream(file)), "finish");
  gzip.write("quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv,delta,volume,open_interest,root\n");
  for (const [at, time] of sessions.entries()) {
    if (!gzip.write(linesOf(time, nth + at))) await once(gzip, "drain");
  }
  gzip.end();
  await written;
  return sessions.length * ROWS_A_DAY;
}

function linesOf(time, session) {
  const weekday = new Date(time).getUTCDay(), date = isoDay(time);
  const spot = Math.round((4800 + 200 * Math.sin(session / 20) + 2 * session) * 100) / 100;
  const friday = time + ((12 - weekday) % 7 || 7) * DAY_MS;
  let lines = "";
  for (let week = 0; week < EXPIRATIONS; week += 1) {
    const expiration = friday + week * 7 * DAY_MS, years = (expiration - time) / DAY_MS / 365;
    const scale = spot * 0.16 * Math.sqrt(years), expires = isoDay(expiration);
    for (let place = 0; place < STRIKES; place += 1) {
      const strike = Math.round(spot / 25) * 25 + (place - STRIKES / 2 + 0.5) * 25;
      for (const right of ["c", "p"]) {
        const sign = right === "c" ? 1 : -1, z = (sign * (spot - strike)) / scale, logistic = 1 / (1 + Math.exp(-1.7 * z));
        const mid = Math.max(sign * (spot - strike), 0) + scale * 0.4 * Math.exp(-1.2 * Math.abs(z)), half = 0.05 + mid * 0.005;
        lines += `${date},LOAD,${spot},${expires},${strike},${right},${Math.max(mid - half, 0).toFixed(2)},${(mid + half).toFixed(2)},0.16,${(sign * logistic).toFixed(4)},${place},${place * 7},LOAD\n`;
      }
    }
  }
  return lines;
}
