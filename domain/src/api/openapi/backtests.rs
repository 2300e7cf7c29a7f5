//! The routes of backtests.

use super::access::Access;
use super::operation::{Answer, Body, Operation, Shape};
use super::parameters::{CURSOR, Kind, LIMIT, Parameter};
use crate::api::{
    Backtest, BacktestConfidence, BacktestEquity, BacktestList, BacktestLookAheadCheck, BacktestLookAheadReport,
    BacktestPortfolio, BacktestTrades, BenchmarkData, FillSensitivity, QueuedBacktest, Reproduction, SharedBacktest,
    StartSweep, StartedBacktest, Sweep, SweepEvidence, SweepList, SweepRuns,
};
use crate::options::strategy::{FoundingBacktest, Strategy};

const ID: Parameter = Parameter::path("id", Kind::Whole(1, (1 << 53) - 1, None), "The run's number.");
const SHARE: Parameter =
    Parameter::query("share", Kind::Text(""), "The token of a link that the owner gave out; instead of a credential.");
const FORMAT: Parameter = Parameter::query("format", Kind::Choice(&["json", "csv"], true), "How the table comes.");
const UNKNOWN: &str = "`not_found`: no such run, or another owner's.";
const NO_RESULTS: &str = "`no_results`: the run has not succeeded.";
const STRATEGY: &str = r#"{"name": "Short put", "underlying": "SPX", "start_date": "2019-04-25", "end_date": "2019-07-22",
    "dte": {"target": 14, "min": 7, "max": 21}, "legs": [{"side": "sell", "type": "p", "select": {"by": "delta",
    "target": 0.16}}], "entry": {"when": "when_flat"}, "exit": {}}"#;
const RUN: &str = r#"{"id": 7, "status": "running", "name": "Short put", "underlying": "SPX", "tags": [], "progress":
    {"fraction": 0.5, "current_date": "2019-06-05", "sessions_done": 28, "sessions": 56, "equity": 100412.3,
    "seconds_left": 1.8},
    "start_date": "2019-04-25", "end_date": "2019-07-22", "parameters": {}, "report": null, "error": null, "sweep_id": null,
    "varied": null, "shared": false, "callback_status": null, "created_at": 1795226400000, "started_at": 1795226400100,
    "finished_at": null}"#;
const SWEEP: &str = r#"{"id": 3, "name": "deltas", "grid": {"legs[0].select.target": [0.1, 0.16, 0.3]}, "runs": 3, "ended": 1,
    "created_at": 1795226400000}"#;
const HASHES: &str = r#"{"id": 7, "reproduced": true, "data_is_current": true, "sessions": 56, "expected": {"engine_version":
    "1", "parameters": "9c1e", "data": "51ab", "results": "0d2f"}, "found": {"engine_version": "1", "parameters": "9c1e",
    "data": "51ab", "results": "0d2f"}}"#;
const LOOK_AHEAD: &str = r#"{"id": 7, "seed": 1, "passed": true, "checked_sessions": 1, "sessions": [{"perturbed_from":
    "2019-06-05", "sessions_before": 27, "trades_before": 6, "perturbation_felt": true, "moved": []}]}"#;
const SEED: Parameter = Parameter::query(
    "seed",
    Kind::Whole(0, (1 << 53) - 1, Some(1)),
    "Draws other samples; the same seed draws the same.",
);
const BLOCK: Parameter = Parameter::query(
    "block",
    Kind::Whole(1, 252, Some(5)),
    "The mean length of a block of sessions that are drawn together, so that what follows what is kept.",
);
const CONFIDENCE: &str = r#"{"id": 7, "sessions": 61, "trades": 5, "samples": 1000, "block": 5, "seed": 1, "intervals":
    [{"statistic": "sharpe", "value": 1.32, "low": -1.9, "high": 5.1}], "mean_return_p_value": 0.24, "trade_sign_p_value": 0.19,
    "probabilistic_sharpe": 0.74, "minimum_sessions": 391.2}"#;
const EVIDENCE: &str = r#"{"id": 3, "trials": 3, "left_out": 0, "sessions": 61, "best": {"id": 8, "varied":
    {"legs[0].select.target": 0.1}, "sharpe": 1.32}, "expected_best_sharpe": 0.41, "deflated_sharpe": 0.68,
    "reality_check_p_value": 0.29, "overfitting": {"probability": 0.3, "loss_probability": 0.2, "blocks": 10, "splits": 252},
    "walk_forward": {"folds": [{"start_date": "2019-05-30", "end_date": "2019-07-22", "id": 8, "varied":
    {"legs[0].select.target": 0.1}, "sharpe_before": 1.1, "sharpe_after": 1.6}], "statistics": [], "efficiency": 1.45},
    "samples": 500, "block": 5, "seed": 1}"#;
const PORTFOLIO: &str = r#"{"capital": 200000, "runs": [{"id": 7, "name": "Short put", "underlying": "SPX", "weight": 0.5},
    {"id": 8, "name": "Condor", "underlying": "SPX", "weight": 0.5}], "data": [{"date": "2019-04-25", "equity": 200000,
    "margin": 31250, "drawdown": 0}], "statistics": [], "correlations": [[1, 0.4], [0.4, 1]]}"#;
const QUEUED: &str = r#"{"id": 7, "status": "queued"}"#;
const NO_CHOICE: &str = "`invalid_value`: a form or table that is not offered.";
const KEYED: &str = "`idempotency_mismatch`: the key came before with another body; `too_many_runs`.";
const NO_DATA: &str = "`no_data`: no chain of the underlying is held in the range; `nearest_sessions` names some.";
const NO_JSON: &str = "`unsupported_content_type`: the body is not JSON.";
const IMPOSSIBLE: &str = "`invalid_value`: a field that cannot be; each is named with its rule.";

const fn read(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    parameters: &'static [Parameter],
    answer: Answer,
    problems: &'static [(u16, &'static str)],
) -> Operation {
    Operation {
        method: "get",
        path,
        access: Access::Read,
        tag: "backtests",
        id,
        summary,
        about,
        parameters,
        body: None,
        status: 200,
        answer,
        problems,
    }
}

const fn write(
    (method, path, id): (&'static str, &'static str, &'static str),
    (summary, about): (&'static str, &'static str),
    parameters: &'static [Parameter],
    body: Option<Body>,
    (status, answer): (u16, Answer),
    problems: &'static [(u16, &'static str)],
) -> Operation {
    Operation {
        method,
        path,
        access: Access::Needs("backtest"),
        tag: "backtests",
        id,
        summary,
        about,
        parameters,
        body,
        status,
        answer,
        problems,
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    write(
        ("post", "/backtests", "createBacktest"),
        (
            "Runs a strategy over the chains that are held",
            "The run is queued; follow it under `Location`. With an `Idempotency-Key` the same request adds one run, however \
            often it comes. `callback_url` (https, public) and `callback_secret` in the body have the end told there, signed: \
            `x-equipoise-signature: sha256=` is the HMAC-SHA256 of `x-equipoise-timestamp`, a dot and the body.",
        ),
        &[],
        Some(Body::Json(Shape::of::<Strategy>(STRATEGY))),
        (202, Answer::Json(Shape::of::<QueuedBacktest>(QUEUED))),
        &[(404, NO_DATA), (409, KEYED), (415, NO_JSON), (422, IMPOSSIBLE)],
    ),
    read(
        "/backtests",
        "listBacktests",
        "The caller's runs, the latest first",
        "",
        &[
            LIMIT,
            CURSOR,
            Parameter::query(
                "status",
                Kind::Choice(&["queued", "running", "succeeded", "failed", "cancelled"], false),
                "Only runs that stand so.",
            ),
        ],
        Answer::Json(Shape::of::<BacktestList>(r#"{"data": [], "next_cursor": null}"#)),
        &[(422, "`invalid_value`: a limit out of bounds.")],
    ),
    read(
        "/backtests/{id}",
        "getBacktest",
        "One run: how far it is, and what came out",
        "",
        &[ID, SHARE],
        Answer::Json(Shape::of::<Backtest>(RUN)),
        &[(404, UNKNOWN)],
    ),
    write(
        ("delete", "/backtests/{id}", "deleteBacktest"),
        ("Forgets a run and all it left", "One that is still going ends at its next slice."),
        &[ID],
        None,
        (204, Answer::Empty),
        &[(404, UNKNOWN)],
    ),
    read(
        "/backtests/{id}/trades",
        "backtestTrades",
        "Every trade with its legs, quotes, fills and fees",
        "",
        &[ID, FORMAT, SHARE],
        Answer::JsonOrCsv(
            Shape::of::<BacktestTrades>(r#"{"id": 7, "trades": []}"#),
            "trade_id,entry_date,exit_date,exit_reason,days_held,entry_spot,exit_spot,quantity,legs,entry_prices,exit_prices,\
            entry_net,exit_net,commissions,slippage,pnl,entry_margin,max_favourable,max_adverse,flags\n",
        ),
        &[(404, UNKNOWN), (409, NO_RESULTS), (422, NO_CHOICE)],
    ),
    read(
        "/backtests/{id}/equity",
        "backtestEquity",
        "The account at every session",
        "",
        &[ID, FORMAT, SHARE],
        Answer::JsonOrCsv(
            Shape::of::<BacktestEquity>(r#"{"id": 7, "data": []}"#),
            "date,spot,cash,positions_value,equity,drawdown,open_positions,opened,closed,realised,fees,margin,buying_power,\
            hedge_shares,stale_marks,delta,gamma,theta,vega\n",
        ),
        &[(404, UNKNOWN), (409, NO_RESULTS), (422, NO_CHOICE)],
    ),
    read(
        "/backtests/{id}/report.xlsx",
        "backtestWorkbook",
        "The run as a workbook with charts",
        "",
        &[ID, SHARE],
        Answer::Workbook,
        &[(404, UNKNOWN), (409, NO_RESULTS)],
    ),
    read(
        "/backtests/{id}/results.parquet",
        "backtestParquet",
        "Trades or sessions as Parquet",
        "",
        &[ID, Parameter::query("table", Kind::Choice(&["trades", "equity"], true), "Which table."), SHARE],
        Answer::Text("application/vnd.apache.parquet", "PAR1"),
        &[(404, UNKNOWN), (409, NO_RESULTS), (422, NO_CHOICE)],
    ),
    read(
        "/backtests/{id}/reproduce",
        "reproduceBacktest",
        "Runs it again over the very objects that it read, and compares the hashes",
        "",
        &[ID, SHARE],
        Answer::Json(Shape::of::<Reproduction>(HASHES)),
        &[(404, UNKNOWN), (409, "`no_results`; `not_reproducible`: what it read is gone.")],
    ),
    read(
        "/backtests/{id}/confidence",
        "backtestConfidence",
        "What chance could have made of a run",
        "95 % intervals of the statistics from samples of the run's own sessions (stationary bootstrap), the chance of a mean return \
            or of a total profit as high without skill, and how long a record would have to be.",
        &[ID, Parameter::query("samples", Kind::Whole(100, 5_000, Some(1_000)), "Samples drawn."), BLOCK, SEED, SHARE],
        Answer::Json(Shape::of::<BacktestConfidence>(CONFIDENCE)),
        &[(404, UNKNOWN), (409, NO_RESULTS), (422, "`invalid_value`: a number out of bounds.")],
    ),
    write(
        ("post", "/backtests/{id}/fill-sensitivity", "backtestFillSensitivity"),
        (
            "The run's strategy at several fills, from the mid to the far side",
            "A sweep over `fill.slippage` with the model `mid_slip`; it is followed and read as any other.",
        ),
        &[ID],
        Some(Body::OptionalJson(Shape::of::<FillSensitivity>(r#"{"slippages": [0, 0.5, 1]}"#))),
        (202, Answer::Json(Shape::of::<Sweep>(SWEEP))),
        &[
            (404, "`not_found`; `no_data`."),
            (409, KEYED),
            (413, "`body_too_large`: more than 1 MB."),
            (415, NO_JSON),
            (422, IMPOSSIBLE),
        ],
    ),
    Operation {
        status: 101,
        ..read(
            "/backtests/{id}/live",
            "liveBacktest",
            "A run's progress and equity over a WebSocket",
            "One message at once, then whenever something has changed, until the run ends.",
            &[ID, SHARE],
            Answer::Empty,
            &[(404, UNKNOWN), (426, "`upgrade_required`: the request asked for no WebSocket.")],
        )
    },
    write(
        ("post", "/backtests/{id}/cancel", "cancelBacktest"),
        ("Ends a run at its next slice", "Again, it changes nothing."),
        &[ID],
        None,
        (200, Answer::Json(Shape::of::<Backtest>(RUN))),
        &[(404, UNKNOWN), (409, "`run_ended`: it came to an end before.")],
    ),
    write(
        ("post", "/backtests/{id}/rerun", "rerunBacktest"),
        ("The same strategy as a new run, over what is held now", ""),
        &[ID],
        None,
        (202, Answer::Json(Shape::of::<QueuedBacktest>(QUEUED))),
        &[(404, UNKNOWN), (409, KEYED)],
    ),
    Operation {
        method: "post",
        path: "/backtests/{id}/look-ahead-check",
        access: Access::Read,
        tag: "backtests",
        id: "checkBacktestForLookAhead",
        summary: "Whether anything of the future reaches what was decided before it",
        about: "Draws sessions of the run, changes every quote and price of the underlying of that session and later in copies, and \
            runs it again: all records before must be the same to the bit, and so must every trade closed and every entry made \
            before. Nothing stored is touched.",
        parameters: &[ID],
        body: Some(Body::OptionalJson(Shape::of::<BacktestLookAheadCheck>(r#"{"samples": 3, "seed": 1}"#))),
        status: 200,
        answer: Answer::Json(Shape::of::<BacktestLookAheadReport>(LOOK_AHEAD)),
        problems: &[
            (404, UNKNOWN),
            (409, "`no_results`: the run has not succeeded; `not_reproducible`: what it read is not there any more."),
            (413, "`body_too_large`: more than 1 MB."),
            (415, NO_JSON),
            (422, "`invalid_value`; `nothing_to_check`: fewer than two sessions."),
        ],
    },
    write(
        ("post", "/backtests/{id}/share", "shareBacktest"),
        ("A link with which anyone may read the run", "An earlier link no longer works."),
        &[ID],
        None,
        (
            201,
            Answer::Json(Shape::of::<SharedBacktest>(
                r#"{"id": 7, "token": "5f1e", "url": "/backtests/7?share=5f1e"}"#,
            )),
        ),
        &[(404, UNKNOWN)],
    ),
    write(
        ("delete", "/backtests/{id}/share", "unshareBacktest"),
        ("The link no longer works", ""),
        &[ID],
        None,
        (204, Answer::Empty),
        &[(404, UNKNOWN)],
    ),
    write(
        ("post", "/sweeps", "createSweep"),
        ("Runs a strategy for every combination of a grid", "At most 5 fields and 200 runs; all are added, or none."),
        &[],
        Some(Body::Json(Shape::of::<StartSweep>(
            r#"{"name": "deltas", "strategy": {"underlying": "SPX", "start_date": "2019-04-25", "end_date": "2019-07-22",
                "dte": {"target": 14, "min": 7, "max": 21}, "legs": [{"side": "sell", "type": "p", "select": {"by": "delta",
                "target": 0.16}}], "entry": {"when": "when_flat"}}, "grid": {"legs[0].select.target": [0.1, 0.16, 0.3]}}"#,
        ))),
        (202, Answer::Json(Shape::of::<Sweep>(SWEEP))),
        &[(404, NO_DATA), (409, KEYED), (415, NO_JSON), (422, IMPOSSIBLE)],
    ),
    read(
        "/sweeps",
        "listSweeps",
        "The caller's sweeps, the latest first",
        "",
        &[LIMIT, CURSOR],
        Answer::Json(Shape::of::<SweepList>(r#"{"data": [], "next_cursor": null}"#)),
        &[(422, "`invalid_value`: a limit out of bounds.")],
    ),
    read(
        "/sweeps/{id}",
        "getSweep",
        "A sweep with all its runs",
        "",
        &[Parameter::path("id", Kind::Whole(1, (1 << 53) - 1, None), "The sweep's number.")],
        Answer::Json(Shape::of::<SweepRuns>(
            r#"{"sweep": {"id": 3, "name": null, "grid": {}, "runs": 0, "ended": 0, "created_at": 1795226400000}, "runs": []}"#,
        )),
        &[(404, "`not_found`: no such sweep, or another owner's.")],
    ),
    read(
        "/sweeps/{id}/evidence",
        "sweepEvidence",
        "What choosing the best run of a sweep is worth",
        "The deflated Sharpe ratio of the best, White's reality check, the probability of overfitting by cross-validation, and an \
            anchored walk forward through the sessions. Runs that have not succeeded do not count.",
        &[
            Parameter::path("id", Kind::Whole(1, (1 << 53) - 1, None), "The sweep's number."),
            Parameter::query("folds", Kind::Whole(1, 20, Some(4)), "Stretches of the walk forward."),
            Parameter::query("blocks", Kind::Whole(2, 16, Some(10)), "Blocks of the cross-validation; an even number."),
            Parameter::query("samples", Kind::Whole(100, 2_000, Some(500)), "Samples drawn for the reality check."),
            BLOCK,
            SEED,
        ],
        Answer::Json(Shape::of::<SweepEvidence>(EVIDENCE)),
        &[
            (404, "`not_found`: no such sweep, or another owner's."),
            (409, "`no_results`: no run of it has succeeded."),
            (422, "`invalid_value`; `different_sessions`: its runs do not have the same sessions."),
        ],
    ),
    read(
        "/portfolio",
        "backtestPortfolio",
        "Several runs as one account",
        "Each run's account is scaled to its share of the capital and left alone: nothing is moved between them, and none takes up \
            what another leaves.",
        &[
            Parameter::query("runs", Kind::Text("7,8"), "Numbers of 1 to 20 runs.").required(),
            Parameter::query(
                "weights",
                Kind::Text("0.5,0.5"),
                "What of the capital each is given, together at most 1, the rest in cash; absent = as their own balances at the start.",
            ),
            Parameter::query(
                "capital",
                Kind::Whole(1, 1_000_000_000_000, None),
                "The balance at the start; absent = that of the runs together.",
            ),
        ],
        Answer::Json(Shape::of::<BacktestPortfolio>(PORTFOLIO)),
        &[(404, UNKNOWN), (409, NO_RESULTS), (422, "`invalid_value`: numbers that cannot be.")],
    ),
    write(
        ("post", "/start_backtest", "startBacktest"),
        (
            "The request of the older service",
            "A put is sold whenever nothing is open, about 30 days before it expires, and held to its end: `Percentage Under` chooses it by \
            percent under the underlying, `Desired Premium` by its premium; `spread` is the share of half the quoted spread that a \
            fill costs.",
        ),
        &[],
        Some(Body::Json(Shape::of::<FoundingBacktest>(
            r#"{"start_date": "2019-05", "end_date": "2019-06", "strategy": "Percentage Under", "strategy_unit": 5,
                "spread": 50, "initial_balance": 100000}"#,
        ))),
        (202, Answer::Json(Shape::of::<StartedBacktest>(r#"{"task_id": "7"}"#))),
        &[(404, NO_DATA), (409, KEYED), (415, NO_JSON), (422, IMPOSSIBLE)],
    ),
    read(
        "/benchmark_data",
        "benchmarkData",
        "Closes to compare a run with",
        "",
        &[
            Parameter::query("ticker", Kind::Text("SPY"), "The security; absent = `SPY`."),
            Parameter::query("start_date", Kind::Date("2019-04-25"), "The first day.").required(),
            Parameter::query("end_date", Kind::Date("2019-07-22"), "The last day.").required(),
        ],
        Answer::Json(Shape::of::<BenchmarkData>(
            r#"{"ticker": "SPY", "data": [{"date": "2019-04-25", "close": 291.98}]}"#,
        )),
        &[(404, "`no_data`: no closes are held."), (422, "`invalid_value`: a reversed range.")],
    ),
];
