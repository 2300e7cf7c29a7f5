//! Random strategies over random markets: the money adds up, nothing looks ahead, and a run resumes anywhere.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]
#![allow(dead_code, reason = "the market is shared with other tests")]

mod options_market;

use domain::backtest::{Dividend, Events, Plan, Run, Split};
use domain::options::strategy::Strategy;
use options_market::{Chance, Snapshot, day, market, run_with};
use proptest::prelude::*;
use serde_json::{Value, json};

const SESSIONS: usize = 45;

/// A strategy by chance: every field that it may have has some chance.
fn strategy(seed: u64) -> Value {
    let mut chance = Chance(seed);
    let mut one_of = |choices: &[Value]| choices[chance.below(choices.len())].clone();
    let n_legs = one_of(&[json!(1), json!(2), json!(2), json!(3), json!(4)]).as_u64().unwrap();
    let mut legs = Vec::new();
    for place in 0..n_legs {
        if place > 0 && one_of(&[json!(true), json!(false), json!(false), json!(false)]) == json!(true) {
            legs.push(json!({"side": one_of(&[json!("buy"), json!("sell")]), "type": "s"}));
            continue;
        }
        let mut selects = vec![
            json!({"by": "delta", "target": 0.3}),
            json!({"by": "delta", "target": 0.1, "max_distance": 0.2}),
            json!({"by": "otm_pct", "target": 0.03}),
            json!({"by": "atm"}),
            json!({"by": "premium", "target": 1.0}),
            json!({"by": "strike", "target": 97}),
        ];
        if place > 0 {
            selects.push(json!({"by": "width", "ref_leg": 0, "offset": 6}));
            selects.push(json!({"by": "strike_offset", "ref_leg": 0, "offset": -3}));
            selects.push(json!({"by": "same_strike", "ref_leg": 0}));
        }
        let mut leg = json!({
            "side": one_of(&[json!("buy"), json!("sell")]), "type": one_of(&[json!("c"), json!("p")]),
            "select": one_of(&selects), "ratio": one_of(&[json!(1), json!(1), json!(2)]),
        });
        if one_of(&[json!(true), json!(false), json!(false)]) == json!(true) {
            leg["dte"] = json!({"target": 25, "min": 15, "max": 35});
        }
        legs.push(leg);
    }
    let (leg_exits, wheel) = (one_of(&[json!(true), json!(false)]), one_of(&[json!(true), json!(false), json!(false)]));
    let mut body = json!({
        "underlying": one_of(&[json!("SPX"), json!("SPY")]), "legs": legs, "capital": one_of(&[json!(5000), json!(100000)]),
        "conventions": one_of(&[json!("strict"), json!("strict"), json!("reference")]),
        "dte": one_of(&[json!({"target": 7, "min": 0, "max": 14}), json!({"target": 20, "min": 10, "max": 35})]),
        "entry": one_of(&[
            json!({"when": "daily", "max_open": 3}), json!({"when": "every_n_days", "n": 3}), json!({"when": "when_flat"}),
            json!({"when": "weekday", "weekdays": ["mon", "thu"], "min_open_interest": 100}),
            json!({"when": "daily", "max_open": 4, "signals": [{"by": "sma", "n": 4, "above": -0.01},
                {"by": "volatility", "n": 5, "below": 0.6}]}),
        ]),
        "exit": one_of(&[
            json!({}), json!({"profit_target_pct": 40, "stop_loss_pct": 80, "dte": 2, "roll_on": ["dte", "profit_target"]}),
            json!({"trailing_stop_pct": 30, "missing_quote": "use_last", "max_age_days": 3}),
            json!({"max_hold_days": 4, "missing_quote": "intrinsic"}),
            json!({"dte": 5, "missing_quote": "skip"}),
            json!({"short_delta_above": 0.6, "net_delta_above": 0.9, "trigger_price": "mid"}),
            json!({"signals": [{"by": "rsi", "n": 5, "above": 80}, {"by": "change", "n": 3, "below": -0.03}], "roll_on": ["signal"]}),
        ]),
        "fill": one_of(&[
            json!({"model": "mid"}), json!({"model": "natural", "tick": 0.05, "tick_above": 0.1}), json!({"model": "leg_count"}),
            json!({"model": "liquidity", "fill_at": "next"}), json!({"model": "mid_slip", "slippage": 0.3, "fill_at": "next"}),
        ]),
        "fees": one_of(&[
            json!({}), json!({"per_contract": 0.65, "base": 1, "min": 2, "exchange_per_contract": 0.1, "per_share": 0.005}),
            json!({"per_contract": 1, "free_close_at": 0.05, "exercise_per_contract": 5}),
        ]),
        "sizing": one_of(&[
            json!(null), json!({"by": "pct_equity", "pct": 20}), json!({"by": "risk", "pct": 2}),
            json!({"by": "kelly", "pct": 30, "min_trades": 3}), json!({"by": "vol_target", "pct": 10, "max_quantity": 50}),
            json!({"by": "pct_buying_power", "pct": 50}),
        ]),
        "margin": one_of(&[json!({}), json!({"model": "cash"}), json!({"model": "none"}), json!({"on_call": "note"})]),
        "settlement": one_of(&[json!({}), json!({"time": "am"}), json!({"delivery": "physical", "style": "american"})]),
        "hedge": one_of(&[json!(null), json!(null), json!({"band_shares": 20, "every_n_days": 2})]),
        "risk_free_rate": 0.02,
    });
    let simple = body["conventions"] == "strict" && body["fill"]["fill_at"] != "next";
    if simple && leg_exits == true {
        for leg in body["legs"].as_array_mut().unwrap().iter_mut().filter(|leg| leg["type"] != "s") {
            leg["exit"] = json!({"profit_target_pct": 30, "stop_loss_pct": 60});
        }
    }
    if simple && wheel == true {
        body["legs"] = json!([{"side": "sell", "type": "p", "select": {"by": "otm_pct", "target": 0.005}}]);
        body["wheel"] = json!({"select": {"by": "otm_pct", "target": 0.01}});
        body["settlement"] = json!({"delivery": "physical", "style": "american"});
    }
    body
}

fn events() -> Events {
    Events {
        dividends: vec![
            Dividend { ex_date: day("2019-01-15"), amount: 0.8 },
            Dividend { ex_date: day("2019-02-12"), amount: 2.5 },
        ],
        splits: vec![Split { ex_date: day("2019-02-01"), ratio: 2.0 }],
        settlements: Vec::new(),
    }
}

/// The market with the split in it, so that prices halve on its day.
fn split_market(seed: u64) -> Vec<Snapshot> {
    let mut sessions = market(seed, SESSIONS);
    for session in sessions.iter_mut().filter(|session| session.day >= day("2019-02-01")) {
        session.spot /= 2.0;
        session.open = session.open.map(|open| open / 2.0);
        for row in &mut session.rows {
            row.strike /= 2.0;
            row.bid /= 2.0;
            row.ask /= 2.0;
        }
    }
    sessions
}

fn plan_of(seed: u64) -> Plan {
    Plan::of(&Strategy::from_value(&strategy(seed)).unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

fn close(is: f64, should: f64) -> bool {
    (is - should).abs() <= 1e-7 * should.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A step that did not add up would be an error, on which `run_with` panics; the rest is reckoned again from outside.
    #[test]
    fn the_money_adds_up_every_session(strategy_seed: u64, market_seed: u64) {
        let plan = plan_of(strategy_seed);
        let outcome = run_with(&plan, events(), &split_market(market_seed));
        let mut before = plan.strategy().capital;
        for day in &outcome.days {
            prop_assert!(close(day.cash + day.positions_value, day.equity));
            let parts = day.attribution;
            let sum = parts.delta + parts.gamma + parts.theta + parts.vega + parts.fees + parts.slippage + parts.residual;
            prop_assert!(close(before + sum, day.equity), "{day:?}");
            prop_assert!(day.drawdown.is_none_or(|fall| fall <= 0.0));
            before = day.equity;
        }
        let last = outcome.days.last().unwrap();
        prop_assert_eq!(last.open_positions, 0, "everything is closed on the last session");
        let closed: f64 = outcome.trades.iter().map(|trade| trade.pnl).sum();
        prop_assert!(close(plan.strategy().capital + closed + outcome.report.hedge_profit, last.equity));
        let opened: u32 = outcome.days.iter().map(|day| day.opened).sum();
        prop_assert_eq!(usize::try_from(opened).unwrap(), outcome.trades.len(), "no trade is lost");
        for trade in &outcome.trades {
            let scale = f64::from(trade.quantity) * trade.multiplier;
            let pnl = (trade.exit_net - trade.entry_net) * scale - trade.commissions + trade.dividends;
            prop_assert!(close(trade.pnl, pnl), "{trade:?}");
            prop_assert!(trade.max_adverse <= trade.max_favourable);
        }
    }

    /// Nothing that was decided up to a session depends on anything after it.
    #[test]
    fn quotes_after_a_session_change_nothing_up_to_it(strategy_seed: u64, market_seed: u64, cut in 1..SESSIONS - 1) {
        let plan = plan_of(strategy_seed).with_events(events());
        let sessions = split_market(market_seed);
        let mut changed = sessions.clone();
        for session in &mut changed[cut..] {
            session.spot *= 1.1;
            for row in &mut session.rows {
                (row.bid, row.ask, row.delta) = (row.ask * 0.7, row.ask * 1.9, -row.delta * 0.5);
            }
        }
        let steps = |sessions: &[Snapshot]| {
            let mut run = Run::start(&plan);
            let steps: Vec<_> = sessions[..cut]
                .iter()
                .map(|session| session.with_chain(|chain| run.step(&plan, chain, false)).unwrap())
                .collect();
            (steps, run.checkpoint())
        };
        prop_assert_eq!(steps(&sessions), steps(&changed));
    }

    /// The same bytes, whether a run was cut at every session or at none.
    #[test]
    fn a_run_resumes_from_any_checkpoint_exactly(strategy_seed: u64, market_seed: u64) {
        let plan = plan_of(strategy_seed).with_events(events());
        let sessions = split_market(market_seed);
        let whole = run_with(&plan, events(), &sessions);
        let mut checkpoint = Run::start(&plan).checkpoint();
        let (mut days, mut trades) = (Vec::new(), Vec::new());
        for (place, session) in sessions.iter().enumerate() {
            let mut run = Run::resume(&plan, &checkpoint).unwrap();
            prop_assert_eq!(&run.checkpoint(), &checkpoint);
            let step = session.with_chain(|chain| run.step(&plan, chain, place + 1 == SESSIONS)).unwrap();
            days.push(step.day);
            trades.extend(step.trades);
            checkpoint = run.checkpoint();
        }
        let report = Run::resume(&plan, &checkpoint).unwrap().finish(&plan, &days, &trades, None);
        prop_assert_eq!(&report, &whole.report);
        let text = |report| serde_json::to_string(report).unwrap();
        prop_assert_eq!(text(&report), text(&whole.report));
        prop_assert_eq!((days, trades), (whole.days, whole.trades));
    }

    /// Bytes that are no checkpoint are refused and never panic.
    #[test]
    fn damaged_checkpoints_are_refused(cut in 0_usize..200, flip in 0_usize..200) {
        let plan = plan_of(7);
        let mut bytes = Run::start(&plan).checkpoint();
        let place = flip % bytes.len();
        bytes[place] ^= 0x55;
        let _ = Run::resume(&plan, &bytes);
        prop_assert!(Run::resume(&plan, &bytes[..cut.min(bytes.len() - 1)]).is_err());
    }
}

#[test]
fn random_strategies_do_trade() {
    // Otherwise the properties above would say little.
    let traded = (0..60_u64).filter(|seed| {
        let outcome = run_with(&plan_of(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)), events(), &split_market(*seed));
        !outcome.trades.is_empty()
    });
    let traded = traded.count();
    assert!(traded >= 30, "{traded} of 60 traded");
}
