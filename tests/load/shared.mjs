// Real prices, which are not part of the repository.
import { existsSync } from "node:fs";
import path from "node:path";
import { root } from "../../scripts/server/settings.mjs";

/** The files of five years of real prices and the script of the reference calculation, or null where they are absent. */
export function realData() {
  const folder = path.join(process.env.EQUIPOISE_SHARED || path.join(root, "../shared"), "data");
  const market = path.join(folder, "us_2013_2018");
  const files = { market, shares: path.join(market, "shares.csv"), bars: path.join(market, "daily_prices.csv.gz"), reference: path.join(folder, "reference_index.py") };
  return Object.values(files).every((file) => existsSync(file)) ? files : null;
}

/** The range that those prices cover, and its last year. */
export const RANGE = { start_date: "2013-02-08", end_date: "2018-02-07" };
export const LAST_YEAR = { start_date: "2017-02-08", end_date: "2018-02-07" };
/** Sessions of the range, and rows of the bars file. */
export const SESSIONS = 1259;
export const BARS = 619_040;
