// `make restore FILE=`: puts a backup in the place of the local state, which nothing may be serving.
import { load } from "./server/archive.mjs";
import { settings } from "./server/settings.mjs";

try {
  const { FILE: file } = process.env;
  if (!file) throw new Error("give FILE");
  const { state } = settings();
  const aside = load(state, file);
  console.log(`restored ${state}${aside ? `; what was there is in ${aside}` : ""}`);
  process.exit(0);
} catch (error) {
  console.error(`restore: ${error.message}`);
  process.exit(1);
}
