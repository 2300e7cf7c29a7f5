// Filling streams over HTTP and asking them, as a client does.
import { readdirSync, statSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { median } from "./machine.mjs";
import { randomFrom } from "./stream_oracle.mjs";

export const BATCH = 10_000;
/** Those that send batches. */
export const CONNECTIONS = 4;
export const BINARY = "application/octet-stream", JSON_TYPE = "application/json";

/** Appends so many values in binary batches over four connections. */
export async function fill(server, symbol, count) {
  const client = new Client(server.url, CONNECTIONS), began = performance.now(), cpuBefore = server.cpuSeconds();
  const bodies = Array.from({ length: 16 }, (_, seed) => doubles(Math.min(BATCH, count), seed));
  let next = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (next * BATCH < count) await client.post(`/add_batch/?symbol=${symbol}`, BINARY, bodies[next++ % bodies.length]);
  }));
  client.close();
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: server.cpuSeconds() - cpuBefore };
}

export function prices(count, seed) {
  const random = randomFrom(seed + 100);
  return Array.from({ length: count }, () => 65_000 + random(1_000_000) / 10_000);
}

export function doubles(count, seed) {
  return Buffer.from(new Float64Array(prices(count, seed)).buffer);
}

/** Everything in the folder of the streams' objects. */
export function bytesOfStreams(state) {
  const files = readdirSync(path.join(state, "v3/do"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

/** The median microseconds of a read of k=8 that follows a batch of 7 values. */
export async function changing(server, symbol, reads = 2_000) {
  const client = new Client(server.url, 1), micros = [];
  for (let n = 0; n < reads; n += 1) {
    await client.post(`/add_batch/?symbol=${symbol}`, BINARY, doubles(7, n));
    const began = performance.now();
    await client.get(`/stats/?symbol=${symbol}&k=8`);
    micros.push((performance.now() - began) * 1000);
  }
  client.close();
  return median(micros);
}

/** Requests over connections that are kept open. */
export class Client {
  constructor(url, connections) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: connections });
    this.url = url;
  }

  close() {
    this.agent.destroy();
  }

  get(target) {
    return this.#ask(target, { method: "GET" });
  }

  post(target, type, body) {
    return this.#ask(target, { method: "POST", headers: { "content-type": type, "content-length": Buffer.byteLength(body) } }, body);
  }

  #ask(target, options, body) {
    return new Promise((resolve, reject) => {
      const request = http.request(this.url + target, { ...options, agent: this.agent }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk)).on("error", reject).on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${target} answered ${response.statusCode}: ${text.slice(0, 500)}`));
        });
      });
      request.on("error", reject).end(body);
    });
  }
}
