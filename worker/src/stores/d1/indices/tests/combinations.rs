//! Every combination of settings, against the index computed a second time, within the bounds of the platform.

use domain::calendar::sessions as sessions_of;

use super::plain::{Plain, PlainSession};
use super::*;

/// Sixteen lines from the last session of 2023 to the middle of April 2024, of which two companies have two each, with whatever
/// happens to shares: splits, dividends, halts, and leaving with and without worth. `without` names sessions that are not held.
pub(super) fn eventful_market(without: &[&str]) -> Market {
    let mut market = Market::default();
    for on in sessions_of(range("2023-12-29", "2024-04-12")) {
        let on_text = on.to_string();
        if without.contains(&on_text.as_str()) {
            continue;
        }
        for company in 0..16_u32 {
            let symbol = format!("C{company:02}");
            // C03 leaves in the middle of February for 7 dollars, C05 in March for nothing; C04 does not trade for a week.
            let gone = match company {
                3 => on_text.as_str() >= "2024-02-14",
                5 => on_text.as_str() >= "2024-03-06",
                4 => ("2024-01-08".."2024-01-16").contains(&on_text.as_str()),
                _ => false,
            };
            if gone {
                continue;
            }
            let wave = (f64::from(on.number()) * 0.7 + f64::from(company) * 1.9).sin();
            let mut close = ((40.0 + f64::from(company)) * (1.0 + 0.2 * wave) * 100.0).round() / 100.0;
            let shares = 1000.0 + f64::from(company % 3);
            let mut cap = close * shares;
            // C06 splits four for one.
            if company == 6 && on_text.as_str() >= "2024-02-22" {
                close /= 4.0;
            }
            // C08 and C09 are lines of one company, each with its own shares; C10 and C11 each report the whole of theirs.
            if company == 11 {
                cap = market.caps.last().unwrap().cap * 1.001;
            }
            market.bar(&symbol, &on_text, close, cap);
            market.bars.last_mut().unwrap().volume =
                Some(1000.0 + (f64::from(on.number()) * (1.0 + f64::from(company))) % 700.0);
        }
    }
    for (symbol, issuer) in [("C08", "P"), ("C09", "P"), ("C10", "Q"), ("C11", "Q")] {
        market.securities.push(Security { issuer: Some(issuer.into()), ..Security::named(ticker(symbol)) });
    }
    for (symbol, left, price) in [("C03", "2024-02-14", 7.0), ("C05", "2024-03-06", 0.0)] {
        let (delist_day, delisting_price) = (Some(day(left)), Some(price));
        market.securities.push(Security { delist_day, delisting_price, ..Security::named(ticker(symbol)) });
    }
    market.splits.push(Split { ticker: ticker("C06"), ex_day: day("2024-02-22"), ratio: 4.0 });
    for (symbol, ex_day, amount) in
        [("C00", "2024-01-17", 0.5), ("C01", "2024-03-05", 0.8), ("C12", "2024-02-01", 0.3), ("C15", "2024-04-02", 1.1)]
    {
        market.dividends.push(Dividend { ticker: ticker(symbol), ex_day: day(ex_day), amount });
    }
    market
}

fn definitions() -> Vec<IndexDefinition> {
    let universe: Vec<Ticker> =
        (0..16).filter(|company| company % 5 != 1).map(|c| ticker(&format!("C{c:02}"))).collect();
    let mut all = Vec::new();
    for weighting in [Weighting::Equal, Weighting::Cap] {
        for rebalance in [Rebalance::Daily, Rebalance::Weekly, Rebalance::Monthly, Rebalance::Quarterly] {
            for return_type in [ReturnType::Price, ReturnType::Total, ReturnType::Net] {
                for share_classes in [ShareClasses::Line, ShareClasses::Company] {
                    for buffer in [0, 5] {
                        for universe in [None, Some(universe.clone())] {
                            let settings = (weighting, rebalance, return_type, share_classes);
                            let (weighting, rebalance, return_type, share_classes) = settings;
                            all.push(IndexDefinition {
                                top_n: 5,
                                weighting,
                                rebalance,
                                return_type,
                                share_classes,
                                buffer,
                                universe,
                                repairs_caps: false,
                            });
                        }
                    }
                }
            }
        }
    }
    all
}

fn build_bridged(db: &D1, definition: &IndexDefinition, range: DayRange, bridge: bool) -> Result<Built, PlanError> {
    let store = D1IndexStore::new(db);
    block_on(async {
        let index = store.define(definition, "local", 1000, NOW).await.unwrap();
        let held = store.rankable_sessions(definition, range).await.unwrap();
        let plan = plan_build(definition, range, &held.days, bridge)?;
        let built = store.build(index, definition, range, &plan, held.market_version, NOW).await;
        Ok(built.unwrap_or_else(|error| panic!("{}: {error}", definition.slug())))
    })
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-11 * right.abs().max(1.0)
}

fn assert_is_plain(db: &D1, definition: &IndexDefinition, expected: &[PlainSession]) {
    let slug = definition.slug();
    let built = sessions(db, definition);
    assert_eq!(built.len(), expected.len(), "{slug}");
    let whole = range(&expected[0].day.to_string(), &expected[expected.len() - 1].day.to_string());
    let members = block_on(D1IndexStore::new(db).members(&index(db, definition), whole)).unwrap().rows;
    let moves = changes(db, definition);
    for (at, (ours, theirs)) in built.iter().zip(expected).enumerate() {
        let what = format!("{slug} on {}", theirs.day);
        assert_eq!(ours.day, theirs.day.number(), "{what}");
        match (ours.bridged_return, theirs.value) {
            (Some(ours), Some(theirs)) => assert!(near(ours, theirs), "{what}: return {ours}, expected {theirs}"),
            (ours, theirs) => assert_eq!(ours, theirs, "{what}"),
        }
        let hole = at > 0 && domain::calendar::previous_session(theirs.day) != Some(expected[at - 1].day);
        assert_eq!(ours.return_value, if hole { None } else { ours.bridged_return }, "{what}");
        assert!(
            near(ours.turnover, theirs.turnover),
            "{what}: turnover {}, expected {}",
            ours.turnover,
            theirs.turnover
        );
        assert_eq!(ours.stale_prices as usize, theirs.stale, "{what}: stale");
        assert_eq!(ours.constituents as usize, theirs.members.len(), "{what}: constituents");
        let mut of_day: Vec<_> = members.iter().filter(|member| member.day == ours.day).collect();
        of_day.sort_by_key(|member| member.rank);
        let named = |list: &[&MemberRow]| list.iter().map(|m| (m.rank as usize, m.ticker.clone())).collect::<Vec<_>>();
        let wanted: Vec<_> = theirs.members.iter().map(|member| (member.rank, member.ticker.clone())).collect();
        assert_eq!(named(&of_day), wanted, "{what}");
        for (ours, theirs) in of_day.iter().zip(&theirs.members) {
            assert!(near(ours.weight, theirs.weight), "{what}: {} has weight {}", theirs.ticker, ours.weight);
            assert!(near(ours.price, theirs.price), "{what}: {} has price {}", theirs.ticker, ours.price);
        }
        let mut came_and_went: Vec<_> = moves
            .iter()
            .filter(|one| one.day == ours.day)
            .map(|one| {
                let place = |rank: Option<u32>| rank.map(|rank| rank as usize);
                (one.action.clone(), one.ticker.clone(), place(one.rank), place(one.previous_rank))
            })
            .collect();
        came_and_went.sort();
        let mut wanted: Vec<_> =
            theirs.moves.iter().map(|one| (one.0.to_owned(), one.1.clone(), one.2, one.3)).collect();
        wanted.sort();
        assert_eq!(came_and_went, wanted, "{what}");
    }
}

#[test]
fn every_combination_of_settings_equals_a_second_computation_and_agrees_with_builds_in_parts() {
    let market = eventful_market(&[]);
    let (db, parts) = (D1::in_memory(), D1::in_memory());
    market.store(&db);
    market.store(&parts);
    db.bound_depth();
    let plain = Plain::of(&market);
    let all = definitions();
    assert_eq!(all.len(), 2 * 4 * 3 * 2 * 2 * 2);
    for definition in &all {
        let whole = range("2023-12-29", "2024-04-12");
        let built = build_bridged(&db, definition, whole, false).unwrap();
        assert_is_plain(&db, definition, &plain.index(definition));
        // How returns are counted does not change how builds join.
        if definition.return_type != ReturnType::Net {
            continue;
        }
        for (first, last) in [("2024-02-20", "2024-04-12"), ("2023-12-29", "2024-02-21")] {
            build_bridged(&parts, definition, range(first, last), false).unwrap();
        }
        assert_eq!(everything(&parts, definition), everything(&db, definition));
        assert_eq!(build_bridged(&db, definition, whole, false).unwrap().data_version, built.data_version);
    }
}

#[test]
fn every_combination_of_settings_bridges_holes_as_a_second_computation_does() {
    // The last session of January and one in the middle of a week; the last of February with the two before it, so that a
    // week lacks its end as well.
    let market = eventful_market(&["2024-01-31", "2024-02-07", "2024-02-28", "2024-02-29", "2024-03-01"]);
    let db = D1::in_memory();
    market.store(&db);
    db.bound_depth();
    let plain = Plain::of(&market);
    for definition in &definitions() {
        let whole = range("2023-12-29", "2024-04-12");
        let strict = build_bridged(&db, definition, whole, false);
        match definition.rebalance {
            Rebalance::Daily | Rebalance::Quarterly => assert!(strict.is_ok(), "{}", definition.slug()),
            Rebalance::Weekly => assert_eq!(strict.unwrap_err(), PlanError::MissingRebalance(vec![day("2024-03-01")])),
            Rebalance::Monthly => {
                let ends = vec![day("2024-01-31"), day("2024-02-29")];
                assert_eq!(strict.unwrap_err(), PlanError::MissingRebalance(ends));
            }
        }
        build_bridged(&db, definition, whole, true).unwrap();
        assert_is_plain(&db, definition, &plain.index(definition));
    }
}
