// Backtests as the API answers them: a small run with round numbers, made up here.
import { ok } from "./market.mjs";

export const STRATEGY = {
  name: "Put spread", underlying: "ACME", dte: { target: 30, min: 20, max: 45 }, capital: 100000,
  legs: [
    { side: "sell", type: "p", ratio: 1, select: { by: "delta", target: 0.3 } },
    { side: "buy", type: "p", ratio: 1, select: { by: "width", ref_leg: 0, offset: 5 } },
  ],
  entry: { when: "when_flat" }, exit: { profit_target_pct: 50 }, fill: { model: "natural", fill_at: "same" },
};

const DATES = ["2024-12-20", "2024-12-23", "2024-12-24", "2025-01-02"];
const EQUITY = [100000, 110000, 99000, 104000];
const no_cause = { delta: 0, gamma: 0, theta: 0, vega: 0, fees: 0, slippage: 0, residual: 0 };

export const EQUITY_OF_RUN = ok({
  id: 7,
  data: DATES.map((date, at) => ({
    date, spot: 100 + at, cash: EQUITY[at] - 500, positions_value: 500, equity: EQUITY[at], drawdown: EQUITY[at] / Math.max(100000, ...EQUITY.slice(0, at + 1)) - 1,
    open_positions: 1, opened: at === 0 ? 1 : 0, closed: at === 3 ? 1 : 0, realised: 0, fees: 1, margin: 400 + at, buying_power: 99000, hedge_shares: 0, stale_marks: 0,
    greeks: at === 2 ? null : { delta: 10 + at, gamma: 0.5, theta: 3, vega: -7 }, attribution: no_cause,
  })),
});

const fill = (date, price, quote = {}) => ({ date, price, source: "quote", bid: price - 0.5, ask: price + 0.5, iv: 0.2, delta: -0.3, ...quote });
const leg = (sign, strike, entry, exit) => ({ sign, ratio: 1, type: "p", strike, expiration: "2025-01-17", root: "ACME", contracts: 1, entry, exit });
const trade = (trade_id, more) => ({
  trade_id, entry_date: DATES[0], exit_date: DATES[1], exit_reason: "profit_target", days_held: 3, entry_spot: 100, exit_spot: 101, quantity: 1, multiplier: 100,
  legs: [leg(-1, 95, fill(DATES[0], 2), fill(DATES[1], 1)), leg(1, 90, fill(DATES[0], 1), fill(DATES[1], 0.5))], entry_net: -1, exit_net: -0.5, commissions: 2, dividends: 0,
  pnl: 480, slippage: 10, entry_margin: 400, return_on_margin: 1.2, max_favourable: 500, max_adverse: -50, flags: [], ...more,
});
export const TRADES_OF_RUN = ok({
  id: 7,
  trades: [
    trade(1, {}),
    trade(2, { entry_date: DATES[2], exit_date: DATES[3], exit_reason: "expiration", pnl: -320, flags: ["settled_at_earlier_price"], legs: [leg(-1, 96, fill(DATES[2], 3), fill(DATES[3], 6, { source: "settlement", bid: null, ask: null }))] }),
  ],
});

const STATISTICS = {
  trading_days: 4, final_equity: 104000, total_return: 0.04, cagr: null, annual_volatility: 0.3, sharpe: 1.5, sortino: 2.5, max_drawdown: -0.1, calmar: null, trades: 2, wins: 1,
  losses: 1, win_rate: 0.5, avg_win: 480, avg_loss: -320, profit_factor: 1.5, avg_trade: 80, expectancy: 80, total_pnl: 160, total_commissions: 4, total_slippage: 20,
  avg_days_held: 6, avg_return_on_margin: 0.2, most_wins_in_a_row: 1, most_losses_in_a_row: 1, exit_reasons: { expiration: 1, profit_target: 1 },
};
const REPORT = {
  start_date: DATES[0], end_date: DATES[3], capital: 100000, statistics: STATISTICS,
  series: [{ name: "skew", title: "Skewness", value: -0.25, unit: "ratio", formula: "m₃/m₂^1.5" }, { name: "beta", title: "Beta", value: null, unit: "ratio", formula: "cov/var" }],
  hedge_profit: 0, attribution: { delta: 300, gamma: -50, theta: 120, vega: -180, fees: -4, slippage: -20, residual: -6 }, rejections: [["no_expiration", 3]],
  data_quality: { sessions: 4, quotes: 400, missing: 1, no_bid: 20, locked: 0, crossed: 2, negative: 0, stale_marks: 0, oldest_mark_days: 0, missing_sessions: 1, missing_session_dates: ["2024-12-26"] },
  hashes: { engine_version: "1", parameters: "aa", data: "bb", results: "cc" }, warnings: ["1 session of the calendar has no chain"],
};

export const run = (id, more = {}) => ({
  id, status: "succeeded", name: `Put spread ${id}`, underlying: "ACME", tags: ["income"], progress: { fraction: 1, current_date: DATES[3], sessions_done: 4, sessions: 4, equity: 104000 },
  start_date: DATES[0], end_date: DATES[3], parameters: STRATEGY, report: REPORT, error: null, sweep_id: null, varied: null, shared: false, callback_status: null,
  created_at: Date.UTC(2024, 11, 27, 12), started_at: Date.UTC(2024, 11, 27, 12), finished_at: Date.UTC(2024, 11, 27, 12, 1), ...more,
});
export const running = (id, fraction) => run(id, { status: "running", report: null, finished_at: null, progress: { fraction, current_date: DATES[1], sessions_done: 2, sessions: 4, equity: 110000 } });
export const withStatistics = (id, more, others = {}) => run(id, { ...others, report: { ...REPORT, statistics: { ...STATISTICS, ...more } } });

export const RUNS = ok({ data: [run(7)], next_cursor: null });

export const CHAINS = ok({
  data: [{
    underlying: "ACME", first_date: DATES[0], last_date: DATES[3], sessions: 4, months: 2, rows: 400, bytes: 9000, sources: ["files"], synthetic: false, crossed: 2, locked: 0, without_bid: 20,
    data_version: 3,
  }],
  next_cursor: null,
});
const quote = (strike, iv) => ({ expiration: "2025-02-01", root: "ACME", type: "p", strike, bid: 1, ask: 1.5, iv, delta: -0.3, gamma: null, theta: null, vega: null, volume: 1, open_interest: 1, underlying_price: 250 });
export const CHAIN = ok({ underlying: "ACME", date: DATES[3], quotes: [quote(200, 0.5), quote(250, 0.3), quote(300, 0.4)] });

const GRID = { "exit.profit_target_pct": [25, 50], "legs[0].select.target": [0.1, 0.2] };
const SWEEP_RUNS = [25, 50].flatMap((target, at) => [0.1, 0.2].map((delta, down) => {
  const id = 20 + 2 * at + down;
  return withStatistics(id, { total_return: (id - 21) / 100, sharpe: id }, { sweep_id: 4, varied: { "exit.profit_target_pct": target, "legs[0].select.target": delta } });
}));
const SWEEP_ROW = { id: 4, name: "Targets", grid: GRID, runs: 4, ended: 4, created_at: Date.UTC(2024, 11, 27, 12) };
export const SWEEPS = ok({ data: [SWEEP_ROW], next_cursor: null });
export const SWEEP = ok({ sweep: SWEEP_ROW, runs: SWEEP_RUNS });

export const BENCHMARK = ok({ ticker: "SPY", data: DATES.map((date, at) => ({ date, close: 400 + 4 * at })) });

export const CONFIDENCE = ok({
  id: 7, sessions: 4, trades: 2, samples: 1000, block: 5, seed: 1,
  intervals: [{ statistic: "total_return", value: 0.04, low: -0.12, high: 0.21 }, { statistic: "sharpe", value: 1.5, low: -2.25, high: 5.5 }],
  mean_return_p_value: 0.25, trade_sign_p_value: 0.5, probabilistic_sharpe: 0.62, minimum_sessions: 391.4,
});
export const EVIDENCE = ok({
  id: 4, trials: 3, left_out: 1, sessions: 60, best: { id: 23, varied: { "exit.profit_target_pct": 50 }, sharpe: 2.5 }, expected_best_sharpe: 1.25, deflated_sharpe: 0.75,
  reality_check_p_value: 0.125, overfitting: { probability: 0.5, loss_probability: 0.25, blocks: 10, splits: 252 },
  walk_forward: { folds: [{ start_date: DATES[1], end_date: DATES[3], id: 23, varied: { "exit.profit_target_pct": 50 }, sharpe_before: 2, sharpe_after: 1 }], statistics: [], efficiency: 0.5 },
  samples: 500, block: 5, seed: 1,
});

/** Every answer that the page needs to be ready. */
export const BACKTEST_ANSWERS = {
  "/backtests": RUNS, "/backtests/7": ok(run(7)), "/backtests/7/equity": EQUITY_OF_RUN, "/backtests/7/trades": TRADES_OF_RUN, "/backtests/8": ok(withStatistics(8, { total_return: -0.02 }, { parameters: { ...STRATEGY, exit: { profit_target_pct: 75 } } })),
  "/backtests/8/equity": EQUITY_OF_RUN, "/benchmark_data": BENCHMARK, "/chains": CHAINS, "/chains/ACME": CHAIN, "/sweeps": SWEEPS, "/sweeps/4": SWEEP,
};
