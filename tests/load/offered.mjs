// Requests at a rate that does not wait for the answers, as independent clients send them: what a queue costs is in the times.
import http from "node:http";

/**
 * Sends `rate` requests a second for `seconds` to `base`, the targets in turn, and returns the median and the 99th percentile of
 * the times from when a request was due to the end of its answer, ms. `body` makes a target the body of a POST to /graphql.
 */
export async function offer(base, targets, { rate, seconds, graphql = false }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const count = Math.round(rate * seconds), began = performance.now();
  const one = (n) => new Promise((resolve, reject) => {
    const due = began + (n * 1_000) / rate, target = targets[n % targets.length];
    setTimeout(() => {
      const options = graphql ? { method: "POST", headers: { "content-type": "application/json" } } : {};
      const request = http.request(base + (graphql ? "/graphql" : target), { agent, ...options }, (response) => {
        response.on("data", () => {}).on("end", () => {
          if (response.statusCode !== 200) return reject(new Error(`${target} answered ${response.statusCode}`));
          return resolve(performance.now() - due);
        }).on("error", reject);
      });
      request.on("error", reject);
      request.end(graphql ? target : undefined);
    }, Math.max(0, due - performance.now()));
  });
  const times = await Promise.all(Array.from({ length: count }, (_, n) => one(n)));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(part * times.length))];
  return { p50_ms: at(0.5), p99_ms: at(0.99) };
}
