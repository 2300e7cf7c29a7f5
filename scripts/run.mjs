// `make run`: serves the local state, and where no index has been built in it brings the sample market in and builds one.
// A state that has an index is served as it is.
import { command } from "./server/control.mjs";
import { start } from "./server/index.mjs";
import { addIngestion, follow } from "./server/jobs.mjs";
import { settings } from "./server/settings.mjs";

/** Two years of 252 sessions. */
const SESSIONS = 504;
const DAY_MS = 86_400_000;

const options = settings();
const say = (text) => console.log(`run: ${text}`);
const isoDay = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);

async function seed(url) {
  const provider = process.env.PROVIDER || "sample";
  say(`bringing in the last ${SESSIONS} sessions of the ${provider} provider`);
  let shown = 0;
  const run = await follow(options.state, await addIngestion(options.state, provider, { keep_sessions: SESSIONS }), (now) => {
    if (Date.now() - shown < 2_000 && now.job === "open") return;
    shown = Date.now();
    say(`${now.inserted ?? 0} rows${now.error && now.job === "open" ? `, waits after: ${now.error}` : ""}`);
  });
  if (run.job !== "done") throw new Error(`the ingestion failed: ${run.error}`);
  const [start_date, end_date] = [isoDay(run.first_day), isoDay(run.last_day)];
  say(`building the index from ${start_date} to ${end_date}`);
  const response = await fetch(`${url}/build-index`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ start_date, end_date }) });
  const body = await response.json();
  if (!response.ok) throw new Error(`the index was not built: ${body.detail ?? body.title}`);
  say(`${body.sessions} sessions built`);
}

try {
  const { url } = await start(options);
  const [{ built }] = await command(options.state, "sql", { sql: "select exists (select 1 from index_sessions) as built" });
  // What is there is served whatever becomes of the sample: a failure here is told, and tried again at the next start.
  if (!built) await seed(url).catch((error) => console.error(`run: ${error.message}`));
  console.log(`listening on ${url}, state in ${options.state}`);
} catch (error) {
  console.error(`run: ${error.message}`);
  process.exit(1);
}
