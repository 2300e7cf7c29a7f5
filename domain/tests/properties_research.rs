//! What holds for every weighting, attribution, trade list and share count, whatever the market.

use std::collections::BTreeMap;

use domain::index::Weighting;
use domain::research::{
    Bar, Candidate, Check, Contribution, Costs, Covariance, Growth, Ledger, Limits, Line, Panel, Sizing, Target,
    brinson_fachler, check_line, contributions, equal_risk, minimum_variance, weights,
};
use domain::research::{BrinsonEffect, SectorSlice};
use domain::units::Day;
use proptest::prelude::*;

/// Series of daily returns with a common factor, of one length.
fn market() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (2..14_usize, 126..200_usize).prop_flat_map(|(n, length)| {
        let factor = prop::collection::vec(-0.02..0.02_f64, length);
        let own = prop::collection::vec(prop::collection::vec(-0.03..0.03_f64, length), n);
        (factor, own).prop_map(|(factor, own)| {
            own.into_iter().map(|series| series.iter().zip(&factor).map(|(x, f)| x + f).collect()).collect()
        })
    })
}

fn slices(series: &[Vec<f64>]) -> Vec<&[f64]> {
    series.iter().map(Vec::as_slice).collect()
}

/// Members of an index before a session: weight and return of each, the weights summing to 1.
fn sessions() -> impl Strategy<Value = Vec<Vec<(f64, f64)>>> {
    let member = (0.01..1.0_f64, -0.5..0.5_f64);
    let session = prop::collection::vec(member, 12).prop_map(|members| {
        let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
        members.into_iter().map(|(weight, value)| (weight / sum, value)).collect()
    });
    prop::collection::vec(session, 1..60)
}

fn sector(line: usize) -> String {
    ["Energy", "Health", "Tools"][line % 3].to_owned()
}

fn panel() -> Panel {
    Panel { lines: (0..12).map(|at| Line { sector: Some(sector(at)), ..Line::default() }).collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn weights_sum_to_one_and_none_is_below_zero(
        series in market(),
        caps in prop::collection::vec(1e6..1e13_f64, 14),
        newcomer in 0..14_usize,
        limit in 0.01..1.0_f64,
    ) {
        let candidates: Vec<Candidate<'_>> = series
            .iter()
            .enumerate()
            .map(|(at, returns)| Candidate {
                cap: caps[at],
                sector: (at % 4 > 0).then_some(["a", "b", "c"][at % 3]),
                returns: if at == newcomer { &returns[..20] } else { returns },
            })
            .collect();
        for name in Weighting::NAMES {
            let found = weights(Weighting::from_name(name).unwrap(), &candidates, limit);
            let sum: f64 = found.iter().sum();
            prop_assert!(found.len() == candidates.len() && (sum - 1.0).abs() <= 1e-12, "{name}: {sum}");
            prop_assert!(found.iter().all(|weight| *weight >= 0.0 && weight.is_finite()), "{name}: {found:?}");
        }
    }

    #[test]
    fn weights_by_risk_are_optimal_and_do_not_depend_on_the_order_of_members(series in market()) {
        let risk = Covariance::shrunk(&slices(&series)).unwrap();
        let (even, least) = (equal_risk(&risk), minimum_variance(&risk));
        let n = f64::from(u32::try_from(series.len()).unwrap());
        let (of_even, of_least) = (risk.of_portfolio(&even), risk.of_portfolio(&least));
        for at in 0..series.len() {
            prop_assert!((even[at] * risk.with_portfolio(at, &even) / of_even - 1.0 / n).abs() < 1e-12);
            // Nobody held could give way, and nobody left out would lower the variance.
            let with = risk.with_portfolio(at, &least) / of_least;
            prop_assert!(if least[at] > 0.0 { (with - 1.0).abs() < 1e-9 } else { with > 1.0 - 1e-9 }, "{with}");
        }
        let reversed: Vec<Vec<f64>> = series.iter().rev().cloned().collect();
        let other = Covariance::shrunk(&slices(&reversed)).unwrap();
        for (found, other) in [(even, equal_risk(&other)), (least, minimum_variance(&other))] {
            for (weight, same) in found.iter().zip(other.iter().rev()) {
                prop_assert!((weight - same).abs() < 1e-9, "{weight} and {same}");
            }
        }
    }

    #[test]
    fn contributions_sum_to_the_return_whatever_happened(sessions in sessions()) {
        let added: Vec<(Day, Vec<Contribution>)> = (20_000..)
            .zip(&sessions)
            .map(|(day, members)| {
                let part = |(line, (weight, value)): (usize, &(f64, f64))| Contribution { line, weight: *weight, value: *value };
                (Day::from_number(day), members.iter().enumerate().map(part).collect())
            })
            .collect();
        let (members, sectors, total) = contributions(&panel(), &added);
        let level = sessions.iter().fold(1.0, |level: f64, members| {
            level * (1.0 + members.iter().map(|(weight, value)| weight * value).sum::<f64>())
        });
        let tolerance = 1e-12 * (1.0 + total.abs());
        prop_assert!((total - (level - 1.0)).abs() <= tolerance);
        prop_assert!((members.iter().map(|one| one.contribution).sum::<f64>() - total).abs() <= tolerance);
        prop_assert!((sectors.iter().map(|one| one.contribution).sum::<f64>() - total).abs() <= tolerance);
        prop_assert!((members.iter().map(|one| one.mean_weight).sum::<f64>() - 1.0).abs() <= 1e-12);
    }

    #[test]
    fn effects_of_sectors_sum_to_the_difference(own in sessions(), other in sessions()) {
        let slices: Vec<Vec<SectorSlice>> = own
            .iter()
            .zip(&other)
            .map(|(own, other)| {
                let mut found: BTreeMap<String, SectorSlice> = BTreeMap::new();
                for (line, ((weight, value), (benchmark, _))) in own.iter().zip(other).enumerate() {
                    let slice = found.entry(sector(line)).or_insert_with(|| SectorSlice {
                        sector: Some(sector(line)),
                        weight: 0.0,
                        added: 0.0,
                        benchmark_weight: 0.0,
                        benchmark_added: 0.0,
                    });
                    slice.weight += weight;
                    slice.added += weight * value;
                    slice.benchmark_weight += benchmark;
                    slice.benchmark_added += benchmark * value;
                }
                found.into_values().collect()
            })
            .collect();
        let (effects, difference) = brinson_fachler(&slices);
        let growth = |added: fn(&SectorSlice) -> f64| {
            slices.iter().fold(1.0, |level: f64, session| level * (1.0 + session.iter().map(added).sum::<f64>()))
        };
        let expected = growth(|slice| slice.added) - growth(|slice| slice.benchmark_added);
        let scale = growth(|slice| slice.added).max(growth(|slice| slice.benchmark_added)).max(1.0);
        prop_assert!((difference - expected).abs() <= 1e-12 * scale, "{difference} and {expected}");
        prop_assert!((effects.iter().map(BrinsonEffect::total).sum::<f64>() - difference).abs() <= 1e-12 * scale);
    }

    #[test]
    fn orders_added_to_the_holdings_are_the_next_holdings_to_the_bit(
        rounds in prop::collection::vec(prop::collection::vec((0.0..1.0_f64, 50.0..100.0_f64, 0..12_u8), 15), 1..20),
        lot in 0..50_u32,
    ) {
        let sizing = if lot == 0 { Sizing::Fractional } else { Sizing::Whole { lot } };
        let mut ledger = Ledger::new(1e7, sizing, Costs::default());
        let mut replayed: BTreeMap<usize, f64> = BTreeMap::new();
        for members in rounds {
            // Every twelfth splits two for one.
            let growth = |line: usize, _: f64| {
                let (_, price, chance) = members[line];
                let split_ratio = if chance == 0 { 2.0 } else { 1.0 };
                Growth { factor: 1.0, split_ratio, price, dividend: 0.0, is_stale: false }
            };
            ledger.carry(growth, 0.0);
            for (line, shares) in &mut replayed {
                *shares *= if members[*line].2 == 0 { 2.0 } else { 1.0 };
            }
            let sum: f64 = members.iter().map(|(weight, ..)| if *weight < 0.3 { 0.0 } else { *weight }).sum();
            let target = |(line, (weight, price, _)): (usize, &(f64, f64, u8))| Target {
                line,
                weight: if *weight < 0.3 || sum == 0.0 { 0.0 } else { weight / sum },
                price: *price,
                value_traded: Some(1e12),
                volatility: Some(0.02),
            };
            let targets: Vec<Target> = members.iter().enumerate().map(target).collect();
            let done = ledger.rebalance(&targets).unwrap();
            for order in &done.orders {
                let held = replayed.entry(order.line).or_default();
                prop_assert_eq!(held.to_bits(), order.before.to_bits());
                *held += order.shares;
                prop_assert_eq!(held.to_bits(), order.after.to_bits());
            }
            replayed.retain(|_, shares| *shares != 0.0);
            let held: BTreeMap<usize, f64> = ledger.positions().map(|(line, shares, _)| (line, shares)).collect();
            prop_assert_eq!(&held, &replayed);
            let paid = done.value_before - done.costs.total();
            prop_assert!((done.value_after - paid).abs() <= 1e-9 * done.value_before);
        }
    }

    #[test]
    fn a_session_is_judged_the_same_wherever_the_history_begins(
        closes in prop::collection::vec(1.0..100.0_f64, 60),
        wrong in prop::collection::vec((20..60_usize, 0.01..50.0_f64), 0..8),
        missing in prop::collection::vec(0..60_usize, 0..20),
        split in 0..60_usize,
        start in 0..40_usize,
    ) {
        // Sessions lie one to three days apart.
        let day = |at: usize| Day::from_number(20_000 + i32::try_from(at + at / 4 * 2).unwrap());
        let mut caps: Vec<(Day, f64)> = closes.iter().enumerate().map(|(at, close)| {
            (day(at), close * if at < split { 100.0 } else { 200.0 })
        }).collect();
        wrong.iter().for_each(|(at, factor)| caps[*at].1 *= factor);
        let is_there = |at: &usize| !missing.contains(at);
        let line = |from: usize| Line {
            bars: (from..60).filter(is_there).map(|at| Bar { day: day(at), close: closes[at], volume: None }).collect(),
            splits: vec![(day(split), 2.0)],
            ..Line::default()
        };
        let sessions: Vec<Day> = (0..60).map(day).collect();
        let found = |from: usize| {
            let since = day(start).plus(domain::research::QUALITY_LOOK_BACK_DAYS);
            let mut defects = check_line(&line(from), 0, &caps[from..], &sessions[from..], &Limits::default());
            defects.retain(|defect| defect.day >= since);
            defects.retain(|defect| matches!(defect.check, Check::CapJump | Check::CapNearSplit | Check::MissingCap));
            defects
        };
        prop_assert_eq!(found(0), found(start));
    }
}
