// Every page of the app: where it is, what it asks first, what shows that it is ready, and what its empty state says.
import { BACKTEST_ANSWERS } from "./backtests.mjs";
import { BARS, SLUG, ok } from "./market.mjs";
import { RESEARCH_ANSWERS } from "./research.mjs";
import { SYMBOLS, stats } from "./streams.mjs";

const NOTHING_BUILT = { status: 404, answer: "no_data", says: "No index yet" };

export const PAGES = [
  { name: "overview", path: "/", asks: "/index-performance", ready: (page) => page.getByRole("slider", { name: /^Level of/ }), empty: NOTHING_BUILT },
  { name: "composition", path: "/app/composition", asks: "/index-composition", ready: (page) => page.getByRole("rowheader", { name: "BOLT" }), empty: NOTHING_BUILT },
  { name: "changes", path: "/app/changes", asks: "/composition-changes", ready: (page) => page.getByRole("heading", { name: "All changes" }), empty: NOTHING_BUILT },
  { name: "explain", path: "/app/explain", asks: "/index-explain", ready: (page) => page.getByRole("heading", { name: "Member returns" }), empty: NOTHING_BUILT },
  { name: "statistics", path: "/app/statistics", asks: "/index-statistics", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("slider", { name: /^How many daily returns/ }), empty: NOTHING_BUILT },
  { name: "attribution", path: "/app/research", asks: "/index-attribution", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("slider", { name: /^What each sector added/ }), empty: NOTHING_BUILT },
  { name: "index comparison", path: "/app/research?part=comparison&with=SPY", asks: "/index-compare", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: "Statistics of both" }), empty: NOTHING_BUILT },
  { name: "trades", path: "/app/research?part=trades", asks: "/index-trades", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: "The rebalances of the range" }), empty: NOTHING_BUILT },
  { name: "data quality", path: "/app/research?part=quality", asks: "/index-quality", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: "What is suspicious" }), empty: NOTHING_BUILT },
  { name: "what if", path: "/app/research?part=what-if&exclude=TIRFEX", asks: "/what-if", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: "Statistics of both" }), empty: NOTHING_BUILT },
  { name: "saved questions", path: "/app/research?part=saved&first=calm", asks: "/definitions/calm/compare", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: "Weights of both at the last session" }), empty: null },
  { name: "known when", path: "/app/research?part=known", asks: "/index-membership", answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: /^Members at the close of/ }), empty: { ...NOTHING_BUILT, says: "Nothing was known of it" } },
  { name: "look-ahead check", path: "/app/research?part=look-ahead&checked=1", asks: `/indices/${SLUG}/look-ahead-check`, answers: RESEARCH_ANSWERS, ready: (page) => page.getByRole("region", { name: "Sessions tried" }), empty: NOTHING_BUILT },
  {
    name: "data", path: "/app/data", asks: "/coverage", ready: (page) => page.getByRole("slider", { name: /Sessions by how many bars/ }),
    empty: { answer: ok({ first_session: null, last_session: null, synthetic: false, sessions: [], gaps: [] }), says: "No prices yet" },
  },
  {
    name: "providers", path: "/app/data?part=sources", asks: "/providers", ready: (page) => page.getByText("ready, asked by the schedule"),
    empty: { answer: ok({ data: [] }), says: "Nothing to show." },
  },
  {
    name: "ingestion runs", path: "/app/data?part=runs", asks: "/ingestions", ready: (page) => page.getByRole("cell", { name: "succeeded" }),
    empty: { answer: ok({ data: [], next_cursor: null }), says: "Nothing has been ingested yet" },
  },
  {
    name: "imports", path: "/app/data?part=imports", asks: "/imports", ready: (page) => page.getByRole("cell", { name: "committed" }),
    empty: { answer: ok({ data: [], next_cursor: null }), says: "No file has been imported yet." },
  },
  {
    name: "prices", path: "/app/data?part=prices&ticker=ACME", asks: "/v2/aggs/ticker/ACME/range/1/day/2023-12-27/2024-12-27",
    answers: { "/v2/aggs/ticker/ACME/range/1/day/2023-12-27/2024-12-27": BARS }, ready: (page) => page.getByRole("slider", { name: /Prices of ACME/ }),
    empty: { status: 404, answer: "no_data", says: "No bars" },
  },
  { name: "build", path: "/app/build", asks: "/coverage", ready: (page) => page.getByRole("button", { name: "Build", exact: true }) },
  {
    name: "streams", path: "/app/streams", asks: "/symbols", answers: { "/symbols": SYMBOLS }, ready: (page) => page.getByRole("rowheader", { name: "ETH" }),
    empty: { answer: ok({ data: [], next_cursor: null }), says: "No stream yet" },
  },
  {
    name: "stream", path: "/app/streams?symbol=BTC%2FUSD", asks: "/stats/all", answers: { "/symbols": SYMBOLS, "/stats/all": ok(stats(250)) },
    ready: (page) => page.getByRole("slider", { name: /^Ranges of the eight windows/ }),
    empty: { status: 404, answer: "not_found", says: "Nothing in this stream yet" },
  },
  {
    name: "backtests", path: "/app/backtests", asks: "/backtests", answers: BACKTEST_ANSWERS, ready: (page) => page.getByRole("cell", { name: "Put spread 7" }),
    empty: { answer: ok({ data: [], next_cursor: null }), says: "No run yet" },
  },
  { name: "strategy builder", path: "/app/backtests?part=new", asks: "/chains", answers: BACKTEST_ANSWERS, ready: (page) => page.getByRole("slider", { name: /^Profit by the price/ }), empty: { answer: ok({ data: [], next_cursor: null }), says: "No chain of SPX is held" } },
  {
    name: "backtest", path: "/app/backtests?run=7&trade=1", asks: "/backtests/7", answers: BACKTEST_ANSWERS, ready: (page) => page.getByRole("heading", { name: "Legs of trade 1" }),
    empty: { status: 404, answer: "not_found", says: "There is no such run" },
  },
  { name: "comparison", path: "/app/backtests?compare=7,8", asks: "/backtests/8", answers: BACKTEST_ANSWERS, ready: (page) => page.getByRole("region", { name: "Parameters that differ" }) },
  {
    name: "sweeps", path: "/app/backtests?part=sweeps", asks: "/sweeps", answers: BACKTEST_ANSWERS, ready: (page) => page.getByRole("cell", { name: "Targets" }),
    empty: { answer: ok({ data: [], next_cursor: null }), says: "No sweep yet" },
  },
  {
    name: "sweep", path: "/app/backtests?sweep=4", asks: "/sweeps/4", answers: BACKTEST_ANSWERS, ready: (page) => page.getByRole("region", { name: /^Total return of every run/ }),
    empty: { status: 404, answer: "not_found", says: "There is no such sweep" },
  },
  { name: "account", path: "/app/account", asks: "/sign-in", ready: (page) => page.getByRole("heading", { name: "You are not signed in" }) },
];
