// `make import KIND= FILE=`: sends a CSV (gzip or not) or Parquet file to the running local server, streamed from the disk.
// KEY= where the service asks for a key with scope `ingest`; URL= for a server elsewhere.
import { createReadStream, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { running } from "./server/guard.mjs";
import { settings } from "./server/settings.mjs";

const KINDS = ["securities", "daily_bars", "intraday_bars", "market_caps", "shares", "splits", "dividends", "ticker_changes", "chains"];
const { KIND: kind, FILE: file, KEY: key, INTERVAL: interval } = process.env;

function headersOf(file) {
  const headers = { "content-type": /\.parquet$/i.test(file) ? "application/vnd.apache.parquet" : "text/csv", "content-length": statSync(file).size };
  if (/\.gz$/i.test(file)) headers["content-encoding"] = "gzip";
  if (key) headers.authorization = `Bearer ${key}`;
  return headers;
}

async function send(base) {
  const url = new URL(`/imports?${new URLSearchParams({ kind, ...(interval && { interval }) })}`, base);
  const { request } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const upload = request(url, { method: "POST", headers: headersOf(file) }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, text });
    });
    upload.on("error", reject);
    createReadStream(file).on("error", reject).pipe(upload);
  });
}

try {
  if (!KINDS.includes(kind)) throw new Error(`give KIND as one of ${KINDS.join(", ")}`);
  if (!file) throw new Error("give FILE");
  const { state } = settings();
  const base = process.env.URL || running(state)?.url;
  if (!base) throw new Error(`no server runs on ${state}: start one with \`make run\` or \`make serve\``);
  const { status, text } = await send(base);
  console.log(text);
  process.exit(status < 300 ? 0 : 1);
} catch (error) {
  console.error(`import: ${error.message}`);
  process.exit(1);
}
