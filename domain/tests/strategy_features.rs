//! Wheels, exits of single legs and signals, each on a market of a few quotes whose result can be reckoned by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]
#![allow(dead_code, reason = "the market is shared with other tests")]

mod options_market;

use domain::backtest::{ExitReason, Rejection, TradeFlag};
use domain::options::Right::{Call, Put};
use domain::options::strategy::Strategy;
use options_market::{Snapshot, close, day, leg, plan, row, run, snapshot};
use serde_json::{Value, json};

/// A put of 100 and then calls on what it delivers, without fees.
fn wheel() -> Value {
    json!({
        "underlying": "SPY", "legs": [leg("sell", "p", 100.0)], "margin": {"model": "cash"}, "entry": {"when": "when_flat"},
        "wheel": {"select": {"by": "strike", "target": 99}}, "settlement": {"delivery": "physical", "style": "european"},
        "exit": {"profit_target_pct": 50},
    })
}

/// Fridays: the put of the first week is exercised at 97, the call of the second expires at 98, that of the third is exercised
/// at 103.
fn three_weeks() -> Vec<Snapshot> {
    let at = |text: &str, spot: f64, call: Option<(&str, f64)>| {
        let rows = call.map(|(until, price)| row(until, Call, 99.0, price - 0.1, price + 0.1));
        snapshot(text, spot, rows.as_slice())
    };
    vec![
        snapshot("2019-03-04", 101.0, &[row("2019-03-08", Put, 100.0, 1.9, 2.1)]),
        at("2019-03-08", 97.0, Some(("2019-03-15", 1.0))),
        at("2019-03-15", 98.0, Some(("2019-03-22", 1.5))),
        at("2019-03-22", 103.0, None),
        at("2019-03-25", 104.0, None),
    ]
}

#[test]
fn a_wheel_keeps_what_it_is_put_and_sells_calls_until_it_is_called_away() {
    let outcome = run(&plan(&wheel()), &three_weeks());
    assert_eq!(outcome.trades.len(), 1);
    let trade = &outcome.trades[0];
    assert_eq!((trade.exit_date, trade.exit_reason), (day("2019-03-22"), ExitReason::Expiration));
    // Premiums of 2, 1 and 1.5; bought at 100, called away at 99.
    close(trade.pnl, 100.0 * (2.0 + 1.0 + 1.5 + 99.0 - 100.0));
    assert_eq!(trade.legs_text(), "-1p100@2019-03-08|+1s|-1c99@2019-03-15|-1c99@2019-03-22");
    assert!(trade.flags.contains(&TradeFlag::Delivered));
    close(trade.entry_net, -2.0);
    close(trade.entry_net + -trade.exit_net, -trade.pnl / 100.0);
    let equity: Vec<f64> = outcome.days.iter().map(|day| day.equity - 100_000.0).collect();
    // Marked at mids: −(2 − 2); shares at 97 bought for 100 with 2 and 1 received; at 98 with 4.5 received and the call at 1.5.
    for (is, should) in equity.iter().zip([0.0, -100.0, 100.0, 350.0, 350.0]) {
        close(*is, should);
    }
    let open: Vec<u32> = outcome.days.iter().map(|day| day.open_positions).collect();
    assert_eq!(open, [1, 1, 1, 0, 0]);
}

#[test]
fn a_wheel_without_a_call_waits_and_ends_with_the_data() {
    let mut sessions = three_weeks();
    sessions[1].rows.clear();
    sessions.truncate(3);
    let outcome = run(&plan(&wheel()), &sessions);
    let trade = &outcome.trades[0];
    assert_eq!((trade.exit_reason, trade.legs.len()), (ExitReason::EndOfData, 2));
    close(trade.pnl, 100.0 * (2.0 + 98.0 - 100.0));
    // Where the put ends worthless there is nothing to keep.
    let mut sessions = three_weeks();
    sessions[1].spot = 100.0;
    let outcome = run(&plan(&wheel()), &sessions[..2]);
    close(outcome.trades[0].pnl, 200.0);
    // In cash nothing is delivered.
    let mut body = wheel();
    body["settlement"] = json!({"style": "european"});
    body["underlying"] = json!("SPX");
    let outcome = run(&plan(&body), &three_weeks());
    assert_eq!((outcome.trades[0].exit_date, outcome.trades[0].legs.len()), (day("2019-03-08"), 1));
    close(outcome.trades[0].pnl, -100.0);
}

#[test]
fn what_a_wheel_cannot_be_is_said() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut body = wheel();
        body["dte"] = json!({"target": 7, "min": 0, "max": 30});
        change(&mut body);
        Strategy::from_value(&body).unwrap_err().to_string()
    };
    assert!(
        refused(&|body| body["legs"][0]["side"] = json!("buy")).contains("wheel: expected a package of one sold put")
    );
    assert!(refused(&|body| body["settlement"]["delivery"] = json!("cash")).starts_with("wheel: "));
    assert!(refused(&|body| body["conventions"] = json!("reference")).contains("wheel"));
    assert!(refused(&|body| body["fill"] = json!({"fill_at": "next"})).contains("wheel"));
    assert!(
        refused(&|body| body["wheel"]["select"] = json!({"by": "same_strike", "ref_leg": 0}))
            .contains("wheel.select.ref_leg")
    );
    assert!(
        refused(&|body| body["wheel"]["select"] = json!({"by": "delta", "target": 3})).contains("wheel.select.target")
    );
}

#[test]
fn a_leg_leaves_by_its_own_exit_and_the_rest_stays() {
    let mut put = leg("sell", "p", 100.0);
    put["exit"] = json!({"profit_target_pct": 50, "stop_loss_pct": 100});
    let mut call = leg("sell", "c", 105.0);
    call["exit"] = json!({"stop_loss_pct": 100});
    let body = json!({"legs": [put, call], "margin": {"model": "none"}});
    let at = |text: &str, spot: f64, put: f64, call: f64| {
        let rows = [row("2019-03-15", Put, 100.0, put, put), row("2019-03-15", Call, 105.0, call, call)];
        snapshot(text, spot, &rows)
    };
    // The put has lost half of its 2.0 on Wednesday, the call twice its 1.0 on Friday.
    let sessions = [
        at("2019-03-04", 102.0, 2.0, 1.0),
        at("2019-03-05", 102.0, 1.5, 1.2),
        at("2019-03-06", 103.0, 1.0, 1.4),
        at("2019-03-07", 104.0, 0.8, 1.9),
        at("2019-03-08", 105.0, 0.5, 2.0),
        at("2019-03-11", 105.0, 0.4, 2.2),
    ];
    let outcome = run(&plan(&body), &sessions);
    let trade = &outcome.trades[0];
    let exits: Vec<String> = trade.legs.iter().map(|leg| leg.exit.date.to_string()).collect();
    assert_eq!(exits, ["2019-03-06", "2019-03-08"]);
    assert_eq!((trade.exit_reason, trade.exit_date), (ExitReason::StopLoss, day("2019-03-08")));
    assert_eq!(trade.flags, [TradeFlag::LegClosed]);
    close(trade.pnl, 100.0 * (2.0 - 1.0 + 1.0 - 2.0));
    // Between the two the package is the call alone.
    close(outcome.days[3].positions_value, -190.0);
    let refused = |body: &Value| {
        let mut whole = body.clone();
        whole["underlying"] = json!("SPX");
        whole["dte"] = json!({"target": 7, "min": 0, "max": 30});
        whole["entry"] = json!({"when": "daily"});
        Strategy::from_value(&whole).unwrap_err().to_string()
    };
    let mut empty = body.clone();
    empty["legs"][0]["exit"] = json!({});
    assert!(refused(&empty).contains("legs[0].exit: expected a profit_target_pct or a stop_loss_pct"));
    let mut next = body;
    next["fill"] = json!({"fill_at": "next"});
    assert!(refused(&next).contains("legs[0].exit"));
}

#[test]
fn signals_open_and_close() {
    let at = |text: &str, spot: f64| snapshot(text, spot, &[row("2019-03-29", Put, 100.0, 2.0, 2.0)]);
    let sessions = [
        at("2019-03-04", 100.0),
        at("2019-03-05", 101.0),
        at("2019-03-06", 102.0),
        at("2019-03-07", 103.0),
        at("2019-03-08", 99.0),
        at("2019-03-11", 98.0),
    ];
    let body = json!({
        "legs": [leg("sell", "p", 100.0)], "margin": {"model": "none"}, "entry": {"when": "when_flat",
            "signals": [{"by": "sma", "n": 3, "above": 0}]},
        "exit": {"signals": [{"by": "change", "n": 1, "below": -0.03}]},
    });
    let outcome = run(&plan(&body), &sessions);
    // Three sessions are there on Wednesday: 102 is above (100 + 101 + 102) / 3. On Friday 99/103 − 1 = −3.9 %.
    let trade = &outcome.trades[0];
    let told = (trade.entry_date, trade.exit_date, trade.exit_reason);
    assert_eq!(told, (day("2019-03-06"), day("2019-03-08"), ExitReason::Signal));
    // Before there were three sessions, and on Friday when 99 is below its mean; the last session has no entry.
    assert_eq!(outcome.report.rejections.0, [(Rejection::Signal, 3)]);
    assert_eq!(outcome.trades.len(), 1);
    let refused = |signal: Value| {
        let mut whole = body.clone();
        whole["underlying"] = json!("SPX");
        whole["dte"] = json!({"target": 7, "min": 0, "max": 30});
        whole["entry"]["signals"] = json!([signal]);
        Strategy::from_value(&whole).unwrap_err().to_string()
    };
    assert!(refused(json!({"by": "sma", "n": 1, "above": 0})).contains("entry.signals[0].n"));
    assert!(refused(json!({"by": "sma", "n": 5})).contains("expected above, below or both"));
    assert!(refused(json!({"by": "moon", "n": 5, "above": 0})).contains("entry.signals[0].by"));
}
