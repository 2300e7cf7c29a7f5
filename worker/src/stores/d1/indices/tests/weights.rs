//! Weights that the domain sets: those of the records, whatever range is built, and none written twice.

use domain::calendar::sessions as sessions_of;
use domain::research::{Candidate, DEFAULT_CAP_LIMIT, weights};

use super::*;

const SCHEMES: [Weighting; 5] = [
    Weighting::Capped,
    Weighting::InverseVolatility,
    Weighting::EqualRisk,
    Weighting::MinimumVariance,
    Weighting::SectorEqual,
];

/// Twelve companies over fourteen months, one of them listed two months before the end.
fn long_market() -> Market {
    let mut market = Market::default();
    for on in sessions_of(range("2023-01-03", "2024-02-29")) {
        for company in 0..12_u32 {
            if company == 11 && on < day("2024-01-02") {
                continue;
            }
            let t = f64::from(on.number() - 19_360);
            let own = (t * (0.37 + 0.11 * f64::from(company))).sin() * (0.02 + 0.01 * f64::from(company % 4));
            let close = (50.0 + f64::from(company)) * (1.0 + 0.05 * (t * 0.05).sin() + own);
            let close = (close * 100.0).round() / 100.0;
            market.bar(&format!("C{company:02}"), &on.to_string(), close, close * (1000.0 - f64::from(company)));
        }
    }
    for company in 0..12 {
        let sector = (company % 3 > 0).then(|| format!("S{}", company % 3));
        market.securities.push(Security { sector, ..Security::named(ticker(&format!("C{company:02}"))) });
    }
    market
}

/// The target weights of a close from the records.
fn expected(market: &Market, weighting: Weighting, on: Day, chosen: &[MemberRow]) -> Vec<f64> {
    let closes = |symbol: &str| -> Vec<f64> {
        market.bars.iter().filter(|bar| bar.ticker.as_str() == symbol && bar.day <= on).map(|bar| bar.close).collect()
    };
    let returns: Vec<Vec<f64>> = chosen
        .iter()
        .map(|member| {
            let all: Vec<f64> = closes(&member.ticker).windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
            all[all.len().saturating_sub(252)..].to_vec()
        })
        .collect();
    let candidate = |(member, returns)| {
        let (member, returns): (&MemberRow, &Vec<f64>) = (member, returns);
        Candidate { cap: member.cap, sector: member.sector.as_deref(), returns }
    };
    let candidates: Vec<Candidate<'_>> = chosen.iter().zip(&returns).map(candidate).collect();
    weights(weighting, &candidates, DEFAULT_CAP_LIMIT)
}

fn with(weighting: Weighting, rebalance: Rebalance) -> IndexDefinition {
    IndexDefinition { weighting, rebalance, ..top(8) }
}

#[test]
fn weights_are_those_of_the_records_at_every_close() {
    let market = long_market();
    let db = D1::in_memory();
    market.store(&db);
    for weighting in SCHEMES {
        for rebalance in [Rebalance::Daily, Rebalance::Monthly] {
            let definition = with(weighting, rebalance);
            build(&db, &definition, range("2023-01-31", "2024-02-29"));
            for on in ["2023-01-31", "2023-08-31", "2024-01-31", "2024-02-29"] {
                let found = members(&db, &definition, on);
                let expected = expected(&market, weighting, day(on), &found);
                let sum: f64 = found.iter().map(|member| member.weight).sum();
                assert!((sum - 1.0).abs() <= 1e-12, "{} on {on}: {sum}", definition.slug());
                for (member, expected) in found.iter().zip(expected) {
                    assert!((member.weight - expected).abs() < 1e-9, "{} on {on}: {member:?}", definition.slug());
                }
            }
        }
        // No two schemes are the same here, and none is the equal weight.
        let last = members(&db, &with(weighting, Rebalance::Monthly), "2024-02-29");
        let spread = last.iter().any(|member| (member.weight - 0.125).abs() > 1e-3);
        assert_eq!(spread, weighting != Weighting::Capped, "{weighting:?}");
    }
}

#[test]
fn parts_agree_with_the_whole_and_what_did_not_change_is_not_written() {
    for weighting in [Weighting::MinimumVariance, Weighting::SectorEqual] {
        for rebalance in [Rebalance::Daily, Rebalance::Weekly] {
            let definition = with(weighting, rebalance);
            let (whole, parts) = (D1::in_memory(), D1::in_memory());
            long_market().store(&whole);
            long_market().store(&parts);
            let first = build(&whole, &definition, range("2023-10-06", "2024-02-29"));
            assert_eq!(build(&whole, &definition, range("2023-10-06", "2024-02-29")).data_version, first.data_version);
            for (from, to) in [("2024-01-09", "2024-02-29"), ("2023-10-06", "2023-12-01"), ("2023-11-20", "2024-01-31")]
            {
                build(&parts, &definition, range(from, to));
            }
            assert_eq!(everything(&whole, &definition), everything(&parts, &definition), "{}", definition.slug());
        }
    }
}

#[test]
fn a_price_of_long_ago_outdates_what_was_weighed_by_it() {
    let db = D1::in_memory();
    long_market().store(&db);
    let (by_risk, by_cap) = (with(Weighting::EqualRisk, Rebalance::Weekly), with(Weighting::Cap, Rebalance::Weekly));
    for definition in [&by_risk, &by_cap] {
        build(&db, definition, range("2024-02-02", "2024-02-29"));
    }
    let mut change = Market::default();
    change.bar("C08", "2023-09-13", 70.0, 60_000.0);
    change.store(&db);
    let outdated = |definition| sessions(&db, definition).iter().filter(|session| session.outdated == 1).count();
    assert_eq!(outdated(&by_cap), 0);
    assert_eq!(outdated(&by_risk), sessions(&db, &by_risk).len());
    let before = everything(&db, &by_risk);
    build(&db, &by_risk, range("2024-02-02", "2024-02-29"));
    assert_ne!(before, everything(&db, &by_risk));
    assert_eq!(outdated(&by_risk), 0);
}

#[test]
fn a_build_that_begins_at_a_rebalance_holds_only_who_was_chosen_there() {
    // Incident: those in place before were carried beside them until the next rebalance.
    let db = D1::in_memory();
    long_market().store(&db);
    for weighting in [Weighting::Equal, Weighting::Cap, Weighting::EqualRisk] {
        let definition = with(weighting, Rebalance::Weekly);
        build(&db, &definition, range("2024-02-02", "2024-02-29"));
        assert!(sessions(&db, &definition).iter().all(|session| session.constituents == 8), "{weighting:?}");
        for on in ["2024-02-02", "2024-02-05", "2024-02-08"] {
            let found = members(&db, &definition, on);
            let sum: f64 = found.iter().map(|member| member.weight).sum();
            assert!(found.len() == 8 && (sum - 1.0).abs() < 1e-12, "{weighting:?} on {on}: {}", found.len());
        }
    }
}
