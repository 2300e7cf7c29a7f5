// Research as the API answers it: the examples of its own description, on the market of the other tests.
import { readFileSync } from "node:fs";
import { SLUG, ok } from "./market.mjs";

const example = (name) => JSON.parse(readFileSync(new URL(`../../domain/src/api/openapi/examples/${name}.json`, import.meta.url), "utf8"));

export const STATISTICS = example("index_statistics");
export const ATTRIBUTION = example("index_attribution");
export const COMPARISON = example("index_comparison");
export const TRADES = example("index_trades");
export const WHAT_IF = example("what_if_result");
export const LOOK_AHEAD = example("look_ahead_report");
export const MEMBERSHIP = example("membership");
export const SHARES = example("shares_history");
export const KEPT = example("saved_definitions");
export const KEPT_COMPARISON = example("definition_comparison");

const finding = (ticker, check, date, more) => ({ check, date, last_date: date, ticker, found: 3, verdict: "flagged", repair: null, ...more });
export const QUALITY = {
  ...example("index_quality"),
  counts: { cap_jump: 1, missing_session: 1, stale_price: 0 },
  findings: [
    finding("ACME", "cap_jump", "2024-02-05", { found: 20.5, repair: { market_cap: 1.5e12, shares: 1e9, shares_from: "2024-02-02", price: 1500 } }),
    finding(null, "missing_session", "2024-02-06", { found: 1 }),
  ],
};

export const RESEARCH_ANSWERS = {
  "/index-statistics": ok(STATISTICS), "/index-attribution": ok(ATTRIBUTION), "/index-compare": ok(COMPARISON), "/index-trades": ok(TRADES),
  "/index-quality": ok(QUALITY), "/what-if": ok(WHAT_IF), [`/indices/${SLUG}/look-ahead-check`]: ok(LOOK_AHEAD),
  "/index-membership": ok(MEMBERSHIP), "/shares": ok(SHARES),
  "/definitions": ok(KEPT), "/definitions/calm/compare": ok(KEPT_COMPARISON),
};
