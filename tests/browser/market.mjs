// A small market as the API answers it: four sessions of an index of three. The numbers are round, so that a test can say what
// a page must show.
export const SLUG = "top100-equal-daily-price-line";
const DAYS = ["2024-12-20", "2024-12-23", "2024-12-24", "2024-12-26"];
const LEVELS = [1000, 1100, 1000, 1100];
const ok = (body) => ({ status: 200, body });

const point = (date, at) => ({
  date, level: LEVELS[at], daily_return: at === 0 ? null : LEVELS[at] / LEVELS[at - 1] - 1, cumulative_return: LEVELS[at] / 1000 - 1,
  turnover: at === 0 ? 0 : 0.02, constituents: 3, stale_prices: 0,
});

export const PERFORMANCE = ok({
  index: SLUG, start_date: DAYS[0], end_date: DAYS[3], base_value: 1000, synthetic: true, outdated: false, warnings: [], bridged_sessions: [],
  data: DAYS.map(point), statistics: {},
});

export const INDICES = ok({
  data: [{
    slug: SLUG, top_n: 100, weighting: "equal", rebalance: "daily", return_type: "price", share_classes: "line", buffer: 0, universe: null,
    auto_build: true, first_session: DAYS[0], last_session: DAYS[3], sessions: 4, outdated_sessions: 0,
  }],
  next_cursor: null,
});

export const ANSWERS = { "/indices": INDICES, "/index-performance": PERFORMANCE, "/ingestions": ok({ data: [], next_cursor: null }) };
