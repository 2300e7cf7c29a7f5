// `make serve`: the built Worker on a state folder. HOST, PORT, STATE, VARS="NAME=value …", CRON=0; see docs/operations.md.
// SIGUSR2 fires the tick of every minute at once; SIGTERM and SIGINT end it.
import { start } from "./server/index.mjs";
import { settings } from "./server/settings.mjs";

const options = settings();
try {
  const { url } = await start(options);
  console.log(`listening on ${url}, state in ${options.state}`);
} catch (error) {
  console.error(`serve: ${error.message}`);
  process.exit(1);
}
