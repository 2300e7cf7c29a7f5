// A small market as the API answers it: four sessions of an index of three. The numbers are round, so that a test can say what
// a page must show.
export const SLUG = "top100-equal-daily-price-line";
export const DAYS = ["2024-12-20", "2024-12-23", "2024-12-24", "2024-12-26"];
const LEVELS = [1000, 1100, 1000, 1100];
const SECTORS = { ACME: "Technology", BOLT: "Energy", CALM: "Technology", DUST: "Energy" };
const NAMES = { ACME: "Acme Corp", BOLT: "Bolt Inc", CALM: "Calm Ltd", DUST: "Dust Co" };
export const ok = (body) => ({ status: 200, body });

const point = (date, at) => ({
  date, level: LEVELS[at], daily_return: at === 0 ? null : LEVELS[at] / LEVELS[at - 1] - 1, cumulative_return: LEVELS[at] / 1000 - 1,
  turnover: at === 0 ? 0 : 0.02, constituents: 3, stale_prices: 0,
});

export const PERFORMANCE = ok({
  index: SLUG, start_date: DAYS[0], end_date: DAYS[3], base_value: 1000, synthetic: true, outdated: false, warnings: [], bridged_sessions: [],
  data: DAYS.map(point), statistics: { total_return: 0.1, max_drawdown: -1 / 11 },
});

export const INDEX = {
  slug: SLUG, top_n: 100, weighting: "equal", rebalance: "daily", return_type: "price", share_classes: "line", buffer: 0, universe: null,
  auto_build: true, first_session: DAYS[0], last_session: DAYS[3], sessions: 4, outdated_sessions: 0,
};
export const INDICES = ok({ data: [INDEX, { ...INDEX, slug: "top50-equal-daily-price-line", top_n: 50 }], next_cursor: null });

const member = (ticker, rank, price) => ({
  rank, ticker, name: NAMES[ticker], sector: SECTORS[ticker], weight: 1 / 3, price, market_cap: 1e12 / rank, shares: 1100 / 3 / price, notional: 1100 / 3,
});
const TICKERS = { [DAYS[0]]: ["ACME", "BOLT", "DUST"], [DAYS[1]]: ["ACME", "BOLT", "DUST"], [DAYS[2]]: ["ACME", "BOLT", "DUST"], [DAYS[3]]: ["BOLT", "ACME", "CALM"] };
const members = (date) => TICKERS[date].map((ticker, at) => member(ticker, at + 1, 100 + at));

/** The members at the close that is asked for. */
export const composition = ({ url }) => {
  const date = url.searchParams.get("date");
  const at = DAYS.indexOf(date);
  return ok({
    index: SLUG, date, effective_date: DAYS[at + 1] ?? "2024-12-27", count: 3, level: LEVELS[at], synthetic: true, outdated: false, constituents: members(date),
  });
};

export const COMPOSITIONS = ok({ index: SLUG, data: DAYS.map((date, at) => ({ date, level: LEVELS[at], constituents: members(date) })) });

const change = (ticker, rank, previous_rank, reason = "rank") => ({ ticker, name: NAMES[ticker], rank, previous_rank, market_cap: 1e11, reason });
export const CHANGES = ok({
  index: SLUG, synthetic: true,
  changes: [
    { date: "2024-11-29", entered: [change("DUST", 3, 4)], exited: [change("CALM", 4, 3)], turnover: 0.33 },
    { date: DAYS[3], entered: [change("CALM", 3, 4, "eligible_again")], exited: [change("DUST", null, 3, "delisted")], turnover: 0.33 },
  ],
});

const explained = (ticker, rank, value) => ({
  rank, ticker, name: NAMES[ticker], sector: SECTORS[ticker], weight: 1 / 3, price_before: 100, price: 100 * (1 + value), split_ratio: 1, split_implied: false,
  dividend: null, return: value, contribution: value / 3, source_before: { provider: "sample", data_version: 3 }, source: { provider: "sample", data_version: 4 },
});
export const EXPLANATION = ok({
  index: SLUG, date: DAYS[3], previous_date: DAYS[2], daily_return: 0.1, sum_of_contributions: 0.1, agrees: true, outdated: false, synthetic: true,
  data_version: 4, method_version: 1, inputs_hash: "0123456789abcdef", members: [explained("ACME", 1, 0.3), explained("BOLT", 2, 0.06), explained("DUST", 3, -0.06)],
});

export const COVERAGE = ok({
  first_session: DAYS[0], last_session: DAYS[3], synthetic: true, gaps: [DAYS[2]],
  sessions: [DAYS[0], DAYS[1], DAYS[3]].map((date, at) => ({ date, bars: 570 + at })),
});

const provider = (name, more) => ({
  name, aliases: [], summary: `The ${name} provider.`, synthetic: false, limits: "5 requests a minute", settings: [], configured: true, scheduled: false,
  serves: { securities: true, daily_bars: true, ticker_bars: true, intraday_bars: ["1hour"], market_caps: false, shares: true, splits: true, dividends: true, option_chains: false }, ...more,
});
export const PROVIDERS = ok({
  data: [
    provider("sample", { synthetic: true, scheduled: true, limits: "none" }),
    provider("massive", { configured: false, settings: [{ name: "MASSIVE_API_KEY", required: true, secret: true }] }),
  ],
});

export const INGESTIONS = ok({
  data: [{
    id: 7, provider: "sample", synthetic: true, status: "succeeded", start_date: DAYS[0], end_date: DAYS[3], requests: 4,
    rows: { inserted: 1711, changed: 2, unchanged: 0, rejected: 1 }, rejections: [{ line: 12, reason: "expected a close above 0, was -1" }], gaps: [DAYS[2]],
    data_version: 4, error: null, started_at: Date.UTC(2024, 11, 26, 22, 15), finished_at: Date.UTC(2024, 11, 26, 22, 16), duration_ms: 61000,
  }],
  next_cursor: null,
});

export const IMPORT = {
  id: 3, kind: "daily_bars", status: "committed", bytes: 2048, rows: { accepted: 10, unchanged: 2, rejected: 1 },
  rejected: [{ line: 5, reason: "expected a date as YYYY-MM-DD, was \"yesterday\"" }], unknown_columns: ["colour"], data_version: 5, error: null,
  created_at: Date.UTC(2024, 11, 26, 12), finished_at: Date.UTC(2024, 11, 26, 12, 1),
};
export const IMPORTS = ok({ data: [IMPORT], next_cursor: null });

export const BARS = ok({
  ticker: "ACME", results: DAYS.map((date, at) => ({ t: Date.parse(`${date}T05:00:00Z`), o: 100 + at, h: 104 + at, l: 98 + at, c: at % 2 ? 99 + at : 103 + at, v: 1e6 })),
});

export const SIGN_IN = ok({ auth_mode: "required", public_reads: true, oidc: null });
export const KEYS = ok({ data: [{ id: 1, owner: "local", name: "nightly", scopes: ["read", "ingest"], created_at: Date.UTC(2024, 11, 1), revoked_at: null }], next_cursor: null });

export const built = (start_date, end_date) => ok({
  index: SLUG, start_date, end_date, sessions: 3, missing_sessions: [DAYS[2]], data_version: 9, method_version: 1, inputs_hash: "ab", warnings: [],
  cost: { statements: 20, rows_read: 3200, rows_written: 303 },
  performance: { base_value: 1000, level: 1100, cumulative_return: 0.1, last_daily_return: 0.1, volatility: null, max_drawdown: null, mean_turnover: 0.01 },
});

/** Every answer that a page needs to be ready. */
export const ANSWERS = {
  "/indices": INDICES, [`/indices/${SLUG}`]: ok(INDEX), "/index-performance": PERFORMANCE, "/index-composition": composition, "/index-compositions": COMPOSITIONS,
  "/composition-changes": CHANGES, "/index-explain": EXPLANATION, "/coverage": COVERAGE, "/providers": PROVIDERS, "/ingestions": INGESTIONS, "/imports": IMPORTS,
  "/sign-in": SIGN_IN, "/api-keys": KEYS,
};
