// `make serve`: the built Worker on a state folder. HOST, PORT, STATE, VARS="NAME=value …", CRON=0; see docs/operations.md.
// SIGUSR2 fires the tick of every minute at once; SIGTERM and SIGINT end it, and with UNTIL_EOF=1 the end of its input does,
// so that a server never outlives the test which started it.
import { start } from "./server/index.mjs";
import { settings } from "./server/settings.mjs";

const options = settings();
try {
  const { url, stop } = await start(options);
  if (process.env.UNTIL_EOF === "1") process.stdin.on("end", () => { stop().finally(() => process.exit(0)); }).resume();
  console.log(`listening on ${url}, state in ${options.state}`);
} catch (error) {
  console.error(`serve: ${error.message}`);
  process.exit(1);
}
