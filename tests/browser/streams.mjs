// Streams as the API answers them.
import { ok } from "./market.mjs";

/** The eight windows of a stream whose values are 1, 2, … `total`. */
export function stats(total, symbol = "BTC/USD") {
  const windows = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => {
    const window = 10 ** k, count = Math.min(window, total);
    return { k, window, count, complete: count === window, min: total - count + 1, max: total, last: total, avg: total - (count - 1) / 2, var: (count * count - 1) / 12 };
  });
  return { symbol, total, windows };
}

export const SYMBOLS = ok({
  data: [{ symbol: "BTC/USD", total: 250, created_at: Date.UTC(2024, 11, 26, 12) }, { symbol: "ETH", total: 7, created_at: Date.UTC(2024, 11, 20) }],
  next_cursor: null,
});

/** Answers batches as the service does: a batch that is known already is not stored twice. `batches` lists what came in. */
export function store(total = 0) {
  const batches = [];
  return {
    batches,
    total: () => total,
    add: ({ body }) => {
      const { symbol, values, sequence } = JSON.parse(body);
      batches.push({ values, sequence });
      if (sequence === total) total += values.length;
      return ok({ symbol, added: values.length, total });
    },
    all: () => (total === 0 ? { status: 404, body: { type: "urn:equipoise:problem:not_found", title: "Not found", status: 404, detail: "no stream", code: "not_found" } } : ok(stats(total))),
  };
}
