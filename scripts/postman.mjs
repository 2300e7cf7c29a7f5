// Writes docs/postman.json, the Postman collection, from docs/openapi.json. `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import converter from "openapi-to-postmanv2";

const file = "docs/postman.json";
const options = { folderStrategy: "Tags", requestNameSource: "URL", parametersResolution: "Example", schemaFaker: true, optimizeConversion: false, enableOptionalParameters: false };

/** Leaves out random identities, which say nothing, sample answers, which openapi.json has, and made-up values of parameters
 * that are switched off. */
function settled(value) {
  if (Array.isArray(value)) return value.map(settled);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([name, item]) => !["_postman_id", "response"].includes(name) && !(name === "id" && typeof item === "string"));
  const blank = value.disabled === true && "key" in value;
  return Object.fromEntries(kept.map(([name, item]) => [name, blank && name === "value" ? "" : settled(item)]));
}

const description = JSON.parse(readFileSync("docs/openapi.json", "utf8"));
const convert = promisify(converter.convertV2.bind(converter));
const { result, reason, output } = await convert({ type: "json", data: description }, options);
if (!result) throw new Error(`postman: ${reason}`);
const collection = settled(output[0].data);
collection.variable.find(({ key }) => key === "baseUrl").value = "http://127.0.0.1:8787";
const text = `${JSON.stringify(collection, null, 2)}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error(`${file} is not what docs/openapi.json makes: run \`make docs\``);
  process.exit(1);
}
