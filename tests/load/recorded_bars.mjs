// A local provider in place of Massive for the benchmark of bars: it answers what was recorded before, and counts its calls.
import http from "node:http";

const PATH = /^\/v2\/aggs\/ticker\/([^/]+)\/range\/1\/hour\/(\d{4}-\d{2}-\d{2})\/(\d{4}-\d{2}-\d{2})$/;

/** Starts it on recorded bars by ticker; `calls` counts the requests, `close` ends it. */
export async function startRecordedBars(byTicker) {
  const world = { calls: 0 };
  // New York's day of a bar, so that an answer is a matter of comparing texts.
  const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York" });
  const dated = new Map([...byTicker].map(([ticker, bars]) => [ticker, bars.map((bar) => ({ day: dayOf.format(bar.t), bar }))]));
  const server = http.createServer((request, response) => {
    world.calls += 1;
    const [, ticker, from, to] = PATH.exec(new URL(request.url, "http://recorded").pathname) ?? [];
    const all = dated.get(decodeURIComponent(ticker ?? ""));
    if (!all) return response.writeHead(404, { "content-type": "application/json" }).end('{"status":"NOT_FOUND","request_id":"recorded","message":"not recorded"}');
    const results = all.filter(({ day }) => from <= day && day <= to).map(({ bar }) => bar);
    const body = { ticker, queryCount: results.length, resultsCount: results.length, adjusted: false, results, status: "OK", request_id: "recorded", count: results.length };
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(world, {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => { server.closeAllConnections(); server.close(); },
  });
}
