//! The index against reference results and against its own promises, over SQLite in memory with the real migrations.

mod combinations;
mod future;
mod known;
mod plain;
mod reference;
mod repairs;
mod standing;
mod weights;

use domain::index::{IndexDefinition, PlanError, Rebalance, ReturnType, ShareClasses, Weighting, plan_build};
use domain::market::{DailyBar, Dividend, ReportedCap, Security, SharesCount, Split};
use domain::ports::{Built, IndexStore, MarketStore, Origin};
use domain::units::{Day, DayRange, Ticker, UnixMillis};
use pollster::block_on;

use super::read::SessionRow;
use super::{D1IndexStore, IndexRow, MemberRow, Move, SessionFindings};
use crate::stores::d1::D1;
use crate::stores::d1::market::D1MarketStore;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn ticker(text: &str) -> Ticker {
    text.parse().unwrap()
}

fn range(first: &str, last: &str) -> DayRange {
    DayRange::new(day(first), day(last)).unwrap()
}

#[derive(Default)]
struct Market {
    securities: Vec<Security>,
    bars: Vec<DailyBar>,
    caps: Vec<ReportedCap>,
    shares: Vec<SharesCount>,
    splits: Vec<Split>,
    dividends: Vec<Dividend>,
}

impl Market {
    fn bar(&mut self, symbol: &str, on: &str, close: f64, cap: f64) {
        self.bars.push(DailyBar {
            ticker: ticker(symbol),
            day: day(on),
            open: None,
            high: None,
            low: None,
            close,
            adj_close: None,
            volume: Some(1000.0),
        });
        self.caps.push(ReportedCap { ticker: ticker(symbol), day: day(on), cap });
    }

    fn store(&self, db: &D1) {
        let store = D1MarketStore::new(db);
        block_on(async {
            let batch = store.open_batch(Origin::Import, 1, "files", NOW).await?;
            store.stage_securities(batch, &self.securities).await?;
            store.stage_bars(batch, &self.bars).await?;
            store.stage_caps(batch, &self.caps).await?;
            store.stage_shares(batch, &self.shares).await?;
            store.stage_splits(batch, &self.splits).await?;
            store.stage_dividends(batch, &self.dividends).await?;
            store.publish(batch, NOW).await
        })
        .unwrap();
    }
}

fn try_build(db: &D1, definition: &IndexDefinition, range: DayRange) -> Result<Built, PlanError> {
    let store = D1IndexStore::new(db);
    block_on(async {
        let index = store.define(definition, "local", 1000, NOW).await.unwrap();
        let held = store.rankable_sessions(definition, range).await.unwrap();
        let plan = plan_build(definition, range, &held.days, false)?;
        Ok(store.build(index, definition, range, &plan, held.market_version, NOW).await.unwrap())
    })
}

fn build(db: &D1, definition: &IndexDefinition, range: DayRange) -> Built {
    try_build(db, definition, range).unwrap()
}

fn index(db: &D1, definition: &IndexDefinition) -> IndexRow {
    block_on(D1IndexStore::new(db).find(&definition.slug())).unwrap().unwrap()
}

fn sessions(db: &D1, definition: &IndexDefinition) -> Vec<SessionRow> {
    block_on(D1IndexStore::new(db).sessions(&index(db, definition), None, None, None)).unwrap().sessions
}

fn members(db: &D1, definition: &IndexDefinition, on: &str) -> Vec<MemberRow> {
    block_on(D1IndexStore::new(db).members(&index(db, definition), range(on, on))).unwrap().rows
}

fn changes(db: &D1, definition: &IndexDefinition) -> Vec<Move> {
    block_on(D1IndexStore::new(db).changes(&index(db, definition), None, None)).unwrap().rows
}

/// Everything stored of the index, for comparing two databases or two moments.
fn everything(db: &D1, definition: &IndexDefinition) -> Vec<String> {
    let mut all: Vec<String> = sessions(db, definition)
        .iter()
        .map(|s| format!("{} {:?} {} {} {}", s.day, s.return_value, s.turnover, s.constituents, s.inputs_hash))
        .collect();
    all.extend(changes(db, definition).iter().map(|c| format!("{} {} {} {:?}", c.day, c.action, c.ticker, c.rank)));
    if let Some(built) = index(db, definition).built {
        let rows = block_on(D1IndexStore::new(db).members(&index(db, definition), built)).unwrap().rows;
        all.extend(rows.iter().map(|m| format!("{} {} {} {} {}", m.day, m.rank, m.ticker, m.weight, m.price)));
    }
    all
}

fn top(n: u32) -> IndexDefinition {
    IndexDefinition { top_n: n, ..IndexDefinition::default() }
}

fn close_to(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12 * right.abs().max(1.0)
}

/// Three companies, top 2: A falls behind C on the third day.
fn small_market() -> Market {
    let mut market = Market::default();
    for (on, prices) in [
        ("2024-01-02", [10.0, 20.0, 30.0]),
        ("2024-01-03", [11.0, 19.0, 30.0]),
        ("2024-01-04", [5.5, 20.9, 33.0]),
        ("2024-01-05", [5.5, 20.9, 33.0]),
    ] {
        for (symbol, (price, shares)) in ["A", "B", "C"].into_iter().zip(prices.into_iter().zip([10.0, 4.0, 2.0])) {
            market.bar(symbol, on, price, price * shares);
        }
    }
    market
}

#[test]
fn members_of_the_day_before_earn_the_return() {
    let db = D1::in_memory();
    small_market().store(&db);
    let built = build(&db, &top(2), range("2024-01-02", "2024-01-05"));
    assert_eq!((built.sessions, built.fewest_members), (4, 2));
    // Caps on 2024-01-02: A 100, B 80, C 60. Members A and B earn (11/10 − 1 + 19/20 − 1)/2 = (0.1 − 0.05)/2 = 0.025.
    // On 2024-01-03: A 110, B 76, C 60. They earn (5.5/11 − 1 + 20.9/19 − 1)/2 = (−0.5 + 0.1)/2 = −0.2.
    // On 2024-01-04: B 83.6, C 66, A 55: C enters for A; nothing moves the next day.
    let returns: Vec<_> = sessions(&db, &top(2)).iter().map(|session| session.return_value).collect();
    assert_eq!(returns[0], None);
    assert!(close_to(returns[1].unwrap(), 0.025) && close_to(returns[2].unwrap(), -0.2), "{returns:?}");
    assert_eq!(returns[3], Some(0.0));
    let moved: Vec<_> = changes(&db, &top(2))
        .iter()
        .map(|c| (Day::from_number(c.day).to_string(), c.action.clone(), c.ticker.clone(), c.rank, c.previous_rank))
        .collect();
    assert_eq!(
        moved,
        [
            ("2024-01-04".into(), "entered".into(), "C".into(), Some(2), Some(3)),
            ("2024-01-04".into(), "exited".into(), "A".into(), Some(3), Some(1)),
        ]
    );
    // Turnover on 2024-01-04: A drifted to 0.5·0.5/0.8 = 0.3125, B to 0.5·1.1/0.8 = 0.6875; targets B 0.5, C 0.5:
    // half of (0.3125 + 0.1875 + 0.5) = 0.5.
    assert!(close_to(sessions(&db, &top(2))[2].turnover, 0.5));
}

#[test]
fn ties_go_to_the_ticker_and_a_member_without_a_price_stays_in_the_mean() {
    let db = D1::in_memory();
    let mut market = Market::default();
    for symbol in ["C", "B", "A"] {
        market.bar(symbol, "2024-01-02", 10.0, 50.0);
    }
    market.bar("B", "2024-01-03", 12.0, 60.0);
    market.bar("C", "2024-01-03", 12.0, 60.0);
    market.store(&db);
    build(&db, &top(2), range("2024-01-02", "2024-01-03"));
    let first: Vec<_> = members(&db, &top(2), "2024-01-02").iter().map(|m| m.ticker.clone()).collect();
    assert_eq!(first, ["A", "B"]);
    // A has no price on the second day: 0 for A, 0.2 for B, mean 0.1, one stale price.
    let second = &sessions(&db, &top(2))[1];
    assert!(close_to(second.return_value.unwrap(), 0.1));
    assert_eq!(second.stale_prices, 1);
    let exit = changes(&db, &top(2)).into_iter().find(|change| change.action == "exited").unwrap();
    assert_eq!((exit.ticker.as_str(), exit.reason.as_str(), exit.rank), ("A", "no_price", None));
}

#[test]
fn splits_dividends_and_delistings_are_part_of_a_return() {
    let db = D1::in_memory();
    let mut market = Market::default();
    for symbol in ["A", "B", "D"] {
        market.bar(symbol, "2024-01-02", 100.0, 1000.0);
    }
    market.bar("A", "2024-01-03", 11.0, 1100.0); // 10:1 split: 110 on the old basis, +10 %
    market.bar("B", "2024-01-03", 95.0, 950.0); // 4 dollars of dividend: −5 % price, −1 % total, −2.2 % net
    market.splits.push(Split { ticker: ticker("A"), ex_day: day("2024-01-03"), ratio: 10.0 });
    market.dividends.push(Dividend { ticker: ticker("B"), ex_day: day("2024-01-03"), amount: 4.0 });
    let gone =
        Security { delist_day: Some(day("2024-01-03")), delisting_price: Some(40.0), ..Security::named(ticker("D")) };
    market.securities.push(gone); // −60 %
    market.store(&db);
    for (return_type, b) in [(ReturnType::Price, -0.05), (ReturnType::Total, -0.01), (ReturnType::Net, -0.022)] {
        let definition = IndexDefinition { return_type, ..top(3) };
        build(&db, &definition, range("2024-01-02", "2024-01-03"));
        let value = sessions(&db, &definition)[1].return_value.unwrap();
        assert!(close_to(value, (0.1 + b - 0.6) / 3.0), "{return_type:?}: {value}");
    }
    let exit = changes(&db, &top(3)).into_iter().find(|change| change.action == "exited").unwrap();
    assert_eq!((exit.ticker.as_str(), exit.reason.as_str()), ("D", "delisted"));
}

#[test]
fn a_company_counts_once_where_asked_for() {
    let db = D1::in_memory();
    let mut market = Market::default();
    for on in ["2024-01-02", "2024-01-03"] {
        market.bar("GA", on, 10.0, 500.0); // each line reports the whole company: 500, not 1000
        market.bar("GB", on, 10.0, 500.0);
        market.bar("FA", on, 10.0, 300.0); // each line its own: 300 + 250 = 550
        market.bar("FB", on, 10.0, 250.0);
        market.bar("X", on, 10.0, 510.0);
        market.bar("Y", on, 10.0, 290.0);
    }
    for (symbol, issuer) in [("GA", "G"), ("GB", "G"), ("FA", "F"), ("FB", "F")] {
        market.securities.push(Security { issuer: Some(issuer.into()), ..Security::named(ticker(symbol)) });
    }
    // FB trades more than FA, so it stands for its company.
    let volume = |bars: &mut Vec<DailyBar>| {
        for bar in bars.iter_mut().filter(|bar| bar.ticker.as_str() == "FB") {
            bar.volume = Some(9000.0);
        }
    };
    volume(&mut market.bars);
    market.store(&db);
    let companies = IndexDefinition { share_classes: ShareClasses::Company, ..top(3) };
    build(&db, &companies, range("2024-01-02", "2024-01-03"));
    let chosen: Vec<_> = members(&db, &companies, "2024-01-03").iter().map(|m| (m.ticker.clone(), m.cap)).collect();
    assert_eq!(chosen, [("FB".into(), 550.0), ("X".into(), 510.0), ("GA".into(), 500.0)]);
    build(&db, &top(3), range("2024-01-02", "2024-01-03"));
    let lines: Vec<_> = members(&db, &top(3), "2024-01-03").iter().map(|m| m.ticker.clone()).collect();
    assert_eq!(lines, ["X", "GA", "GB"]);
}

#[test]
fn weights_by_cap_and_within_a_universe() {
    let db = D1::in_memory();
    small_market().store(&db);
    let definition = IndexDefinition {
        weighting: Weighting::Cap,
        universe: Some(vec![ticker("A"), ticker("C"), ticker("ZZZ")]),
        ..top(2)
    };
    build(&db, &definition, range("2024-01-02", "2024-01-04"));
    // Caps on 2024-01-02: A 100, C 60; weights 0.625 and 0.375; returns +10 % and 0: 0.0625.
    assert!(close_to(sessions(&db, &definition)[1].return_value.unwrap(), 0.0625));
    let weights: Vec<_> =
        members(&db, &definition, "2024-01-02").iter().map(|m| (m.ticker.clone(), m.weight)).collect();
    assert_eq!(weights, [("A".into(), 0.625), ("C".into(), 0.375)]);
}

#[test]
fn a_buffer_keeps_members_until_they_fall_out_of_it() {
    let db = D1::in_memory();
    let mut market = Market::default();
    // Top 1 with a buffer of 1: A stays while second (days 2 and 3), and goes when third (day 4).
    for (on, caps) in [
        ("2024-01-02", [30.0, 20.0, 10.0]),
        ("2024-01-03", [20.0, 30.0, 10.0]),
        ("2024-01-04", [20.0, 10.0, 30.0]),
        ("2024-01-05", [10.0, 20.0, 30.0]),
    ] {
        for (symbol, cap) in ["A", "B", "C"].into_iter().zip(caps) {
            market.bar(symbol, on, 1.0, cap);
        }
    }
    market.store(&db);
    let definition = IndexDefinition { buffer: 1, ..top(1) };
    build(&db, &definition, range("2024-01-02", "2024-01-05"));
    let chosen = |db: &D1, on: &str| members(db, &definition, on)[0].ticker.clone();
    let all: Vec<_> = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"].map(|on| chosen(&db, on)).into();
    assert_eq!(all, ["A", "A", "A", "C"]);
    // Building only the last session walks the same way.
    let other = D1::in_memory();
    market.store(&other);
    build(&other, &definition, range("2024-01-05", "2024-01-05"));
    assert_eq!(chosen(&other, "2024-01-05"), "C");
    assert_eq!(sessions(&other, &definition)[0].return_value, Some(0.0));
}

#[test]
fn weights_drift_between_two_rebalances() {
    let db = D1::in_memory();
    let mut market = Market::default();
    // 2024-01-05 is a Friday. A doubles on Monday and loses a tenth on Tuesday; B does not move; C is never chosen.
    for (on, a) in [("2024-01-05", 10.0), ("2024-01-08", 20.0), ("2024-01-09", 18.0)] {
        market.bar("A", on, a, a * 10.0);
        market.bar("B", on, 10.0, 100.0);
        market.bar("C", on, 10.0, 50.0);
    }
    market.store(&db);
    let weekly = IndexDefinition { rebalance: Rebalance::Weekly, ..top(2) };
    build(&db, &weekly, range("2024-01-05", "2024-01-09"));
    let returns: Vec<_> = sessions(&db, &weekly).iter().map(|s| s.return_value).collect();
    // Monday: half of it doubles: +50 %. Weights drift to 2/3 and 1/3; Tuesday: 2/3 · −0.1 = −0.0667.
    assert_eq!(returns[0], None);
    assert!(close_to(returns[1].unwrap(), 0.5) && close_to(returns[2].unwrap(), -0.2 / 3.0), "{returns:?}");
    let drifted: Vec<_> = members(&db, &weekly, "2024-01-08").iter().map(|m| m.weight).collect();
    assert!(close_to(drifted[0], 2.0 / 3.0) && close_to(drifted[1], 1.0 / 3.0), "{drifted:?}");
    assert!(sessions(&db, &weekly).iter().all(|session| session.turnover == 0.0));
    // A build that starts inside the week agrees with the one that covers it.
    let other = D1::in_memory();
    market.store(&other);
    build(&other, &weekly, range("2024-01-09", "2024-01-09"));
    assert_eq!(sessions(&other, &weekly)[0].return_value, returns[2]);
    assert_eq!(sessions(&other, &weekly)[0].inputs_hash, sessions(&db, &weekly)[2].inputs_hash);
}

#[test]
fn a_turnover_holds_where_a_price_grows_a_thousandfold_and_where_everybody_leaves() {
    let db = D1::in_memory();
    let mut market = Market::default();
    for (on, prices, caps) in [
        ("2024-01-02", [1.0, 10.0, 1.0, 1.0], [100.0, 80.0, 10.0, 9.0]),
        ("2024-01-03", [4000.0, 5.0, 1.0, 1.0], [4000.0, 80.0, 10.0, 9.0]),
        ("2024-01-04", [4000.0, 5.0, 1.0, 1.0], [20.0, 10.0, 9000.0, 8000.0]),
    ] {
        for (symbol, (price, cap)) in ["A", "B", "C", "D"].into_iter().zip(prices.into_iter().zip(caps)) {
            market.bar(symbol, on, price, cap);
        }
    }
    market.store(&db);
    for (weighting, before, target) in [(Weighting::Equal, 0.5, 0.5), (Weighting::Cap, 100.0 / 180.0, 4000.0 / 4080.0)]
    {
        let definition = IndexDefinition { weighting, ..top(2) };
        build(&db, &definition, range("2024-01-02", "2024-01-04"));
        let turnovers: Vec<f64> = sessions(&db, &definition).iter().map(|session| session.turnover).collect();
        let drifted = before * 4000.0 / (before * 4000.0 + (1.0 - before) * 0.5);
        // What one of two members gains the other loses.
        assert!(close_to(turnovers[1], drifted - target), "{weighting:?}: {turnovers:?}");
        assert!(close_to(turnovers[2], 1.0), "{weighting:?}: {turnovers:?}");
    }
}

#[test]
fn a_rebuild_changes_nothing_until_the_data_does() {
    let db = D1::in_memory();
    small_market().store(&db);
    let whole = range("2024-01-02", "2024-01-05");
    let first = build(&db, &top(2), whole);
    let before = everything(&db, &top(2));
    assert_eq!(build(&db, &top(2), whole).data_version, first.data_version);
    assert_eq!(everything(&db, &top(2)), before);
    // C's cap on 2024-01-03 is revised upwards: it was a member that day, and earned the next day's return.
    let mut revision = Market::default();
    revision.bar("C", "2024-01-03", 30.0, 90.0);
    revision.store(&db);
    let outdated: Vec<_> = sessions(&db, &top(2)).iter().map(|session| session.outdated).collect();
    assert_eq!(outdated, [0, 1, 1, 0]);
    assert!(build(&db, &top(2), whole).data_version > first.data_version);
    let chosen: Vec<_> = members(&db, &top(2), "2024-01-03").iter().map(|m| m.ticker.clone()).collect();
    assert_eq!(chosen, ["A", "C"]);
    // −0.5 for A and +0.1 for C.
    assert!(close_to(sessions(&db, &top(2))[2].return_value.unwrap(), -0.2));
    assert!(sessions(&db, &top(2)).iter().all(|session| session.outdated == 0));
}

#[test]
fn a_stale_plan_is_refused() {
    let db = D1::in_memory();
    small_market().store(&db);
    let store = D1IndexStore::new(&db);
    let whole = range("2024-01-02", "2024-01-05");
    let definition = top(2);
    let refused = block_on(async {
        let index = store.define(&definition, "local", 50, NOW).await.unwrap();
        let held = store.rankable_sessions(&definition, whole).await.unwrap();
        let plan = plan_build(&definition, whole, &held.days, false).unwrap();
        store.build(index, &definition, whole, &plan, held.market_version - 1, NOW).await
    });
    assert!(matches!(refused, Err(domain::ports::StoreError::Conflict(_))), "{refused:?}");
    assert!(sessions(&db, &definition).is_empty());
}

#[test]
fn an_owner_has_no_more_indices_than_allowed() {
    let db = D1::in_memory();
    let store = D1IndexStore::new(&db);
    assert!(block_on(store.define(&top(1), "a", 1, NOW)).is_ok());
    assert!(block_on(store.define(&top(1), "b", 1, NOW)).is_ok(), "a definition that exists is shared");
    assert!(block_on(store.define(&top(2), "a", 1, NOW)).is_err());
}

// ---- real data -----------------------------------------------------------------------------------------------------
