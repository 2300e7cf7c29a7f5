// `make ingest PROVIDER= FROM= TO=` (`KIND=chains`: option chains): runs the ingestion job for a range on the running local server and shows what came of it.
// With INTERVAL= (1min, 5min, 15min, 30min, 1hour) bars within sessions are brought, of TICKERS= (separated by commas) or of
// the largest companies; with KIND=chains TICKERS= names the underlyings.
import { settings } from "./server/settings.mjs";
import { addBarIngestion, addChains, addIngestion, follow, summary } from "./server/jobs.mjs";

const from = process.env.FROM, to = process.env.TO || from, provider = process.env.PROVIDER || "sample";
const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
try {
  if (!isDay(from) || !isDay(to)) throw new Error("give FROM and TO as YYYY-MM-DD");
  if (from > to) throw new Error(`FROM ${from} lies after TO ${to}`);
  const { state } = settings();
  const { INTERVAL: interval, TICKERS: tickers } = process.env;
  const chains = process.env.KIND === "chains";
  if (tickers && !interval && !chains) throw new Error("TICKERS goes with INTERVAL or KIND=chains: a day is brought for the whole market");
  // make hands an unset TICKERS on as an empty one.
  const named = tickers ? tickers.split(/[\s,]+/).filter(Boolean) : undefined;
  const bars = { from, to, interval, ...(named && { tickers: named }) };
  const job = interval ? await addBarIngestion(state, provider, bars) : chains ? await addChains(state, provider, { from, to, ...(named && { underlyings: named }) }) : await addIngestion(state, provider, { from, to });
  const run = await follow(state, job, (now) => console.log(summary(now)));
  process.exit(run.job === "done" ? 0 : 1);
} catch (error) {
  console.error(`ingest: ${error.message}`);
  process.exit(1);
}
