// `make backup FILE=`: one archive of the local state's databases and objects, taken while it is served or not.
import { save } from "./server/archive.mjs";
import { settings } from "./server/settings.mjs";

try {
  const { FILE: file } = process.env;
  if (!file) throw new Error("give FILE");
  console.log(`${file}: ${await save(settings().state, file)} files`);
  process.exit(0);
} catch (error) {
  console.error(`backup: ${error.message}`);
  process.exit(1);
}
