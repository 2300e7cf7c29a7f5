//! The rules of docs/methods/options.md, each on a market of a few quotes whose result can be reckoned by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]
#![allow(dead_code, reason = "the market is shared with other tests")]

mod options_market;

use domain::backtest::{Dividend, Events, ExitReason, PriceSource, Rejection, SettlementPrice, Split, TradeFlag};
use domain::options::Right::{Call, Put};
use domain::options::presets;
use options_market::{Outcome, Row, Snapshot, close, day, leg, market, plan, row, run, run_with, snapshot};
use serde_json::{Value, json};

fn reasons(outcome: &Outcome) -> Vec<ExitReason> {
    outcome.trades.iter().map(|trade| trade.exit_reason).collect()
}

/// A session's day, the underlying's price, and bid and ask where there is a quote.
type Session<'a> = (&'a str, f64, Option<(f64, f64)>);

/// A package of one leg at 100, opened on Monday 2019-03-04 at `price`, expiring on Friday.
fn week(right: domain::options::Right, quotes: &[Session<'_>]) -> Vec<Snapshot> {
    let of = |(text, spot, quote): &Session<'_>| {
        let rows: Vec<Row> = quote.iter().map(|(bid, ask)| row("2019-03-08", right, 100.0, *bid, *ask)).collect();
        snapshot(text, *spot, &rows)
    };
    quotes.iter().map(of).collect()
}

#[test]
fn expiry_by_right_side_moneyness_delivery_and_time() {
    for right in [Call, Put] {
        for (side, sign) in [("buy", 1.0), ("sell", -1.0)] {
            // Just short of a cent in the money is not exercised, a cent is, exactly at the money is not.
            for (moneyness, exercised) in [(5.0, true), (0.01, true), (0.009, false), (0.0, false), (-5.0, false)] {
                for time in ["am", "pm"] {
                    for delivery in ["cash", "physical"] {
                        let away = if right == Call { moneyness } else { -moneyness };
                        let (settle, other) = (100.0 + away, 97.0);
                        let (open, spot) = if time == "am" { (settle, other) } else { (other, settle) };
                        let kind = if right == Call { "c" } else { "p" };
                        let plan = plan(&json!({
                            "legs": [leg(side, kind, 100.0)], "margin": {"model": "none"},
                            "settlement": {"time": time, "delivery": delivery, "style": "european"},
                            "fees": {"per_contract": 1.0, "exercise_per_contract": 7.0},
                        }));
                        let mut sessions = week(
                            right,
                            &[
                                ("2019-03-04", 100.0, Some((1.9, 2.1))),
                                ("2019-03-08", spot, None),
                                ("2019-03-11", 97.0, None),
                            ],
                        );
                        sessions[1].open = Some(open);
                        let outcome = run(&plan, &sessions);
                        let trade = &outcome.trades[0];
                        let worth = if exercised { moneyness } else { 0.0 };
                        let fees = 1.0 + if exercised { 7.0 } else { 0.0 };
                        close(trade.pnl, sign * 100.0 * (worth - 2.0) - fees);
                        assert_eq!((trade.exit_reason, trade.exit_date), (ExitReason::Expiration, day("2019-03-08")));
                        let delivered = trade.flags.contains(&TradeFlag::Delivered);
                        assert_eq!(delivered, exercised && delivery == "physical");
                    }
                }
            }
        }
    }
}

#[test]
fn a_published_settlement_price_goes_before_any_other_and_an_unknown_opening_is_told() {
    let body = json!({"legs": [leg("buy", "c", 100.0)], "settlement": {"time": "am"}});
    let sessions = week(
        Call,
        &[("2019-03-04", 100.0, Some((1.9, 2.1))), ("2019-03-07", 103.0, None), ("2019-03-08", 109.0, None)],
    );
    let settlements = vec![SettlementPrice { root: String::new(), expiration: day("2019-03-08"), price: 106.0 }];
    let known = run_with(&plan(&body), Events { settlements, ..Events::default() }, &sessions);
    close(known.trades[0].exit_net, 6.0);
    let unknown = run(&plan(&body), &sessions);
    close(unknown.trades[0].exit_net, 3.0);
    assert_eq!(unknown.trades[0].flags, [TradeFlag::OpeningUnknown]);
}

#[test]
fn saturdays_and_holidays_settle_at_the_session_before() {
    // 2014-11-22 is a Saturday; 2019-04-19 is Good Friday.
    for (entry, expiration, settles, after) in [
        ("2014-11-17", "2014-11-22", "2014-11-21", "2014-11-24"),
        ("2019-04-15", "2019-04-19", "2019-04-18", "2019-04-22"),
    ] {
        let rows = [row(expiration, Put, 100.0, 1.0, 1.2)];
        let sessions = [snapshot(entry, 101.0, &rows), snapshot(settles, 96.0, &[]), snapshot(after, 90.0, &[])];
        let outcome = run(&plan(&json!({"legs": [leg("buy", "p", 100.0)]})), &sessions);
        let trade = &outcome.trades[0];
        assert_eq!((trade.exit_date, trade.exit_reason), (day(settles), ExitReason::Expiration));
        close(trade.pnl, 100.0 * (4.0 - 1.1));
        // Without that session, the price of the last one before it.
        let gap = [snapshot(entry, 101.0, &rows), snapshot(after, 90.0, &[])];
        let outcome = run(&plan(&json!({"legs": [leg("buy", "p", 100.0)]})), &gap);
        assert_eq!(outcome.trades[0].flags, [TradeFlag::SettledAtEarlierPrice]);
        close(outcome.trades[0].exit_net, 0.0);
    }
}

#[test]
fn an_exit_without_a_quote_follows_its_policy() {
    // Due on Wednesday (two days held), when there is no quote; Thursday has one again.
    let sessions = week(
        Put,
        &[
            ("2019-03-04", 100.0, Some((2.0, 2.2))),
            ("2019-03-05", 99.0, Some((2.4, 2.6))),
            ("2019-03-06", 97.5, None),
            ("2019-03-07", 98.0, Some((2.9, 3.1))),
            ("2019-03-08", 99.0, None),
        ],
    );
    for (policy, date, price, source, flag) in [
        ("wait", "2019-03-07", 3.0, PriceSource::Quote, TradeFlag::ExitWaited),
        ("skip", "2019-03-07", 3.0, PriceSource::Quote, TradeFlag::ExitSkipped),
        ("use_last", "2019-03-06", 2.5, PriceSource::LastQuote, TradeFlag::ExitAtLastQuote),
        ("intrinsic", "2019-03-06", 2.5, PriceSource::Intrinsic, TradeFlag::ExitAtIntrinsic),
    ] {
        let exit = json!({"max_hold_days": 2, "missing_quote": policy});
        let outcome = run(&plan(&json!({"legs": [leg("buy", "p", 100.0)], "exit": exit})), &sessions);
        let trade = &outcome.trades[0];
        assert_eq!((trade.exit_date, trade.exit_reason), (day(date), ExitReason::MaxHold), "{policy}");
        assert_eq!((trade.legs[0].exit.source, &trade.flags[..]), (source, &[flag][..]), "{policy}");
        close(trade.exit_net, price);
        assert_eq!(outcome.days[2].stale_marks, 1);
    }
    // The last quote is a day old, which is too old here.
    let exit = json!({"max_hold_days": 2, "missing_quote": "use_last", "max_age_days": 0});
    let outcome = run(&plan(&json!({"legs": [leg("buy", "p", 100.0)], "exit": exit})), &sessions);
    assert_eq!(outcome.trades[0].exit_date, day("2019-03-07"));
}

#[test]
fn nothing_is_opened_without_a_bid_at_a_crossed_quote_or_half() {
    let sessions = |bid: f64, ask: f64| {
        let rows = [row("2019-03-08", Put, 95.0, 0.5, 0.6), row("2019-03-08", Put, 100.0, bid, ask)];
        [snapshot("2019-03-04", 100.0, &rows), snapshot("2019-03-05", 100.0, &rows)]
    };
    let plan = plan(&json!({"legs": [leg("buy", "p", 95.0), leg("sell", "p", 100.0)]}));
    for (bid, ask) in [(0.0, 2.0), (2.0, 1.0), (f64::NAN, 2.0), (-1.0, 2.0)] {
        let outcome = run(&plan, &sessions(bid, ask));
        assert!(outcome.trades.is_empty());
        // The row that is no quote is passed over; what is nearest then is the other leg.
        assert_eq!(outcome.report.rejections.0, [(Rejection::Degenerate, 1)], "{bid} {ask}");
    }
    assert_eq!(run(&plan, &sessions(1.9, 2.1)).trades.len(), 1);
}

#[test]
fn an_order_for_the_next_session_fills_at_its_quotes() {
    let quotes = [
        ("2019-03-04", 100.0, Some((2.0, 2.2))),
        ("2019-03-05", 99.0, Some((2.4, 2.6))),
        ("2019-03-06", 97.0, Some((3.4, 3.6))),
        ("2019-03-07", 98.0, Some((2.9, 3.1))),
        ("2019-03-08", 99.0, None),
    ];
    let body = json!({
        "legs": [leg("buy", "p", 100.0)], "fill": {"model": "natural", "fill_at": "next"},
        "exit": {"profit_target_pct": 20, "trigger_price": "mid"},
    });
    let outcome = run(&plan(&body), &week(Put, &quotes));
    let trade = &outcome.trades[0];
    // Bought at Tuesday's ask; at Wednesday's mid the profit is 0.9 of 2.6; sold at Thursday's bid.
    assert_eq!((trade.entry_date, trade.exit_date), (day("2019-03-05"), day("2019-03-07")));
    close(trade.entry_net, 2.6);
    close(trade.exit_net, 2.9);
    // No quote at the next session: no entry.
    let mut gap = week(Put, &quotes);
    gap[1].rows.clear();
    let outcome = run(&plan(&body), &gap);
    assert_eq!(outcome.report.rejections.0, [(Rejection::Unfilled, 1)]);
}

#[test]
fn stop_goes_before_target_before_time_and_expiry_before_all() {
    let exits = |quotes: &[Session<'_>], exit: Value| {
        reasons(&run(&plan(&json!({"legs": [leg("buy", "p", 100.0)], "exit": exit})), &week(Put, quotes)))
    };
    let start = ("2019-03-04", 100.0, Some((2.0, 2.0)));
    let fall = [start, ("2019-03-05", 101.0, Some((0.9, 0.9))), ("2019-03-08", 101.0, None)];
    let all = json!({"stop_loss_pct": 50, "profit_target_pct": 50, "max_hold_days": 1, "dte": 4});
    assert_eq!(exits(&fall, all.clone()), [ExitReason::StopLoss]);
    let rise = [start, ("2019-03-05", 97.0, Some((3.0, 3.0))), ("2019-03-08", 101.0, None)];
    assert_eq!(exits(&rise, all.clone()), [ExitReason::ProfitTarget]);
    let still = [start, ("2019-03-05", 100.0, Some((2.0, 2.0))), ("2019-03-08", 101.0, None)];
    assert_eq!(exits(&still, all.clone()), [ExitReason::Dte]);
    let expired = [start, ("2019-03-08", 90.0, Some((9.9, 10.1))), ("2019-03-11", 90.0, None)];
    assert_eq!(exits(&expired, all), [ExitReason::Expiration]);
    // Up to 1.0 of profit, then 0.6 below that; the trailing stop is 25 % of 2.
    let trail = [
        start,
        ("2019-03-05", 98.0, Some((3.0, 3.0))),
        ("2019-03-06", 99.0, Some((2.4, 2.4))),
        ("2019-03-08", 99.0, None),
    ];
    assert_eq!(exits(&trail, json!({"trailing_stop_pct": 25, "trailing_start_pct": 40})), [ExitReason::TrailingStop]);
    assert_eq!(exits(&trail, json!({"trailing_stop_pct": 25, "trailing_start_pct": 60})), [ExitReason::Expiration]);
}

#[test]
fn a_stop_fills_at_the_quote_and_not_at_its_level() {
    let quotes =
        [("2019-03-04", 100.0, Some((2.0, 2.0))), ("2019-03-05", 80.0, Some((20.0, 21.0))), ("2019-03-08", 80.0, None)];
    let body = json!({
        "legs": [leg("sell", "p", 100.0)], "fill": {"model": "natural"}, "exit": {"stop_loss_pct": 100},
        "margin": {"model": "none"},
    });
    let trade = &run(&plan(&body), &week(Put, &quotes)).trades[0];
    // At the level the loss would be 200.
    close(trade.pnl, 100.0 * (2.0 - 21.0));
    close(trade.max_adverse, -1_900.0);
}

fn dividend(ex_date: &str, amount: f64) -> Events {
    Events { dividends: vec![Dividend { ex_date: day(ex_date), amount }], ..Events::default() }
}

#[test]
fn a_call_worth_less_than_the_dividend_is_assigned_before_the_ex_date() {
    // Intrinsic 10, extrinsic 0.2 on the session before a dividend of 0.5.
    let quotes = [
        ("2019-03-04", 105.0, Some((6.0, 6.0))),
        ("2019-03-05", 110.0, Some((10.1, 10.3))),
        ("2019-03-06", 109.5, Some((9.5, 9.7))),
        ("2019-03-08", 109.0, None),
    ];
    let body = json!({
        "underlying": "SPY", "legs": [leg("sell", "c", 100.0)], "margin": {"model": "none"},
        "fees": {"exercise_per_contract": 5.0},
    });
    let outcome = run_with(&plan(&body), dividend("2019-03-06", 0.5), &week(Call, &quotes));
    let trade = &outcome.trades[0];
    assert_eq!((trade.exit_reason, trade.exit_date), (ExitReason::Assignment, day("2019-03-06")));
    assert_eq!(trade.legs_text(), "-1c100@2019-03-08|-1s");
    // The premium once, shares delivered at 100, bought back at 109.5, the dividend owed, the fee.
    close(trade.dividends, -50.0);
    close(trade.pnl, 600.0 + 100.0 * (100.0 - 109.5) - 50.0 - 5.0);
    // A dividend below the extrinsic value, a European option: no assignment.
    let small = run_with(&plan(&body), dividend("2019-03-06", 0.1), &week(Call, &quotes));
    assert_eq!(reasons(&small), [ExitReason::Expiration]);
    let index = json!({"legs": [leg("sell", "c", 100.0)], "margin": {"model": "none"}});
    let european = run_with(&plan(&index), dividend("2019-03-06", 0.5), &week(Call, &quotes));
    assert_eq!(reasons(&european), [ExitReason::Expiration]);
}

#[test]
fn a_split_changes_contracts_and_not_their_worth() {
    let rows = |strike: f64, price: f64| [row("2019-03-08", Put, strike, price, price)];
    let sessions = [
        snapshot("2019-03-04", 300.0, &rows(300.0, 6.0)),
        snapshot("2019-03-05", 100.0, &rows(100.0, 2.0)),
        snapshot("2019-03-08", 98.0, &[]),
    ];
    let splits = vec![Split { ex_date: day("2019-03-05"), ratio: 3.0 }];
    let plan = plan(&json!({"legs": [leg("buy", "p", 300.0)]}));
    let outcome = run_with(&plan, Events { splits, ..Events::default() }, &sessions);
    close(outcome.days[1].equity, 100_000.0);
    // 300 shares of a strike of 100.
    close(outcome.trades[0].pnl, 300.0 * (2.0 - 2.0));
    assert_eq!((outcome.trades[0].multiplier, &outcome.trades[0].flags[..]), (300.0, &[TradeFlag::Split][..]));
}

#[test]
fn what_the_account_cannot_carry_is_refused_or_closed() {
    let quotes =
        [("2019-03-04", 100.0, Some((2.0, 2.0))), ("2019-03-05", 90.0, Some((10.0, 10.0))), ("2019-03-08", 90.0, None)];
    let body = |capital: f64, margin: Value| json!({"underlying": "SPY", "capital": capital, "legs": [leg("sell", "p", 100.0)], "margin": margin});
    // 20 % of 100 a share are tied up: 2 000.
    let poor = run(&plan(&body(1_999.0, json!({}))), &week(Put, &quotes));
    assert_eq!(poor.report.rejections.0, [(Rejection::BuyingPower, 1)]);
    let called = run(&plan(&body(2_000.0, json!({}))), &week(Put, &quotes));
    // A loss of 800 leaves 1 200, and 18 a share are tied up now.
    assert_eq!((reasons(&called), called.days[0].margin), (vec![ExitReason::MarginCall], 2_200.0));
    let noted = run(&plan(&body(2_000.0, json!({"on_call": "note"}))), &week(Put, &quotes));
    assert_eq!(reasons(&noted), [ExitReason::Expiration]);
    assert!(noted.days[1].buying_power < 0.0);
    let secured = run(&plan(&body(9_000.0, json!({"model": "cash"}))), &week(Put, &quotes));
    assert_eq!(secured.report.rejections.0, [(Rejection::BuyingPower, 1)]);
}

#[test]
fn sizes_follow_their_criterion() {
    let quotes =
        [("2019-03-04", 100.0, Some((2.0, 2.0))), ("2019-03-05", 100.0, Some((2.0, 2.0))), ("2019-03-08", 101.0, None)];
    let quantity = |sizing: Value, exit: Value| {
        let body = json!({"underlying": "SPY", "legs": [leg("sell", "p", 100.0)], "sizing": sizing, "exit": exit});
        run(&plan(&body), &week(Put, &quotes)).trades.first().map(|trade| trade.quantity)
    };
    // 2 000 a unit are tied up of 100 000.
    assert_eq!(quantity(json!({"by": "pct_equity", "pct": 50}), json!({})), Some(25));
    assert_eq!(quantity(json!({"by": "pct_buying_power", "pct": 11.9}), json!({})), Some(5));
    assert_eq!(quantity(json!({"by": "pct_equity", "pct": 1.9}), json!({})), None);
    // At the stop a unit loses 400; without one 9 800.
    assert_eq!(quantity(json!({"by": "risk", "pct": 2}), json!({"stop_loss_pct": 200})), Some(5));
    assert_eq!(quantity(json!({"by": "risk", "pct": 20}), json!({})), Some(2));
    assert_eq!(quantity(json!({"by": "kelly", "pct": 4, "max_quantity": 1}), json!({})), Some(1));
    assert_eq!(quantity(json!({"by": "vol_target", "pct": 10}), json!({})), None);
}

#[test]
fn a_hedge_takes_the_delta_away() {
    let of = |price: f64, delta: f64| Row { delta, ..row("2019-03-08", Call, 100.0, price, price) };
    let sessions = [
        snapshot("2019-03-04", 100.0, &[of(2.0, 0.5)]),
        snapshot("2019-03-05", 104.0, &[of(4.5, 0.8)]),
        snapshot("2019-03-08", 106.0, &[]),
    ];
    let body = json!({
        "legs": [leg("buy", "c", 100.0)], "hedge": {"band_shares": 5}, "fees": {"per_share": 0.01},
    });
    let outcome = run(&plan(&body), &sessions);
    let shares: Vec<f64> = outcome.days.iter().map(|day| day.hedge_shares).collect();
    assert_eq!(shares, [-50.0, -80.0, 0.0]);
    // −50·4 − 80·2, and 50 + 30 + 80 shares traded at a cent.
    close(outcome.report.hedge_profit, -360.0 - 1.6);
    close(outcome.report.statistics.final_equity, 100_000.0 + 400.0 - 361.6);
}

#[test]
fn ties_go_to_the_higher_open_interest() {
    let of = |strike: f64, open_interest: f64| Row { open_interest, ..row("2019-03-08", Put, strike, 1.0, 1.2) };
    let rows = [of(95.0, 10.0), of(105.0, 20.0)];
    let sessions = [snapshot("2019-03-04", 100.0, &rows), snapshot("2019-03-05", 100.0, &rows)];
    let legs = json!([{"side": "buy", "type": "p", "select": {"by": "atm"}}]);
    let strike = |body: &Value| run(&plan(body), &sessions).trades[0].legs[0].strike.unwrap();
    close(strike(&json!({"legs": legs})), 105.0);
    close(strike(&json!({"legs": legs, "conventions": "reference"})), 95.0);
}

#[test]
fn an_exit_can_roll_into_a_new_package() {
    let rows =
        |near: f64, far: f64| [row("2019-03-08", Put, 100.0, near, near), row("2019-03-15", Put, 100.0, far, far)];
    let sessions = [
        snapshot("2019-03-04", 100.0, &rows(2.0, 3.0)),
        snapshot("2019-03-06", 100.0, &rows(1.0, 2.5)),
        snapshot("2019-03-11", 100.0, &[]),
    ];
    let body = json!({
        "legs": [leg("sell", "p", 100.0)], "dte": {"target": 4, "min": 3, "max": 30},
        "exit": {"dte": 2, "roll_on": ["dte"]},
    });
    let outcome = run(&plan(&body), &sessions);
    let texts: Vec<String> = outcome.trades.iter().map(domain::backtest::Trade::legs_text).collect();
    assert_eq!(texts, ["-1p100@2019-03-08", "-1p100@2019-03-15"]);
    assert_eq!(outcome.trades[1].entry_date, day("2019-03-06"));
}

#[test]
fn every_preset_trades() {
    for preset in presets() {
        let strategy = preset.strategy("SPX").unwrap();
        let plan = domain::backtest::Plan::of(&strategy).unwrap();
        // Some legs of some sessions have no quote, so a session that suits is looked for in a few markets.
        let traded = (1..6_u64).map(|seed| run(&plan, &market(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), 25)));
        let trade = traded.flat_map(|outcome| outcome.trades).next();
        let trade = trade.unwrap_or_else(|| panic!("{} never trades", preset.id));
        assert_eq!(trade.legs.len(), strategy.legs.len(), "{}", preset.id);
    }
}
