//! What holds for every series of returns.

use domain::stats::{
    DatedReturn, Moments, ROUNDING, Series, Sorted, Statistics, beta, deepest_drawdowns, definitions, max_drawdown,
    monthly_returns, omega, sharpe, statistics, tail_ratio, total_return, value_at_risk_95, volatility,
};
use domain::units::Day;
use proptest::prelude::*;

/// Ordinary daily returns, −20 % to +20 %.
fn returns() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-0.2..0.2_f64, 2..120)
}

/// Anything a caller may hand over: total losses, zeros, overflows, impossible numbers.
fn anything() -> impl Strategy<Value = Vec<f64>> {
    let one = prop_oneof![
        4 => -0.2..0.2_f64,
        1 => prop::sample::select(vec![0.0, -0.0, -1.0, 1e-300, 1e-17, 1e308, -2.0, f64::NAN, f64::INFINITY]),
    ];
    prop::collection::vec(one, 0..40)
}

fn dated(values: &[f64]) -> Vec<DatedReturn> {
    (20_001..).zip(values).map(|(number, value)| DatedReturn { day: Day::from_number(number), value: *value }).collect()
}

fn is_close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #[test]
    fn no_statistic_is_ever_nan_or_infinite(returns in anything(), benchmark in anything(), days in -5..5_i32) {
        let start = Day::from_number(20_000);
        let series = Series::daily(&returns, start, start.plus(days));
        let found: [Statistics; 2] = [statistics(&series.against(&benchmark)), statistics(&series.against(&returns))];
        for definition in definitions() {
            for statistics in &found {
                prop_assert!((definition.value)(statistics).is_none_or(f64::is_finite), "{}", definition.name);
            }
        }
    }

    #[test]
    fn max_drawdown_lies_between_minus_one_and_the_worst_return(returns in returns()) {
        let depth = max_drawdown(&returns).unwrap();
        let worst = returns.iter().copied().fold(0.0, f64::min);
        prop_assert!((-1.0..=0.0).contains(&depth));
        // One return below its own start is a drawdown of at least that size, up to the rounding of 1 + r.
        prop_assert!(depth <= worst + ROUNDING);
    }

    #[test]
    fn the_deepest_drawdown_of_the_table_is_the_maximum_drawdown(returns in returns()) {
        let table = deepest_drawdowns(Day::from_number(20_000), &dated(&returns), usize::MAX);
        let deepest = table.first().map_or(0.0, |fall| fall.depth);
        prop_assert!((max_drawdown(&returns).unwrap() - deepest).abs() <= ROUNDING);
        for fall in &table {
            prop_assert!(fall.peak < fall.trough && fall.recovery.is_none_or(|day| fall.trough < day));
        }
        prop_assert!(table.windows(2).all(|pair| pair[0].depth <= pair[1].depth));
        prop_assert!(table.iter().filter(|fall| fall.recovery.is_none()).count() <= 1);
    }

    #[test]
    fn total_return_is_the_product_of_its_parts(returns in returns(), cut in 0..120_usize) {
        let (early, late) = returns.split_at(cut.min(returns.len()));
        let part = |values: &[f64]| 1.0 + total_return(values).unwrap_or(0.0);
        // Up to 120 factors, each rounded once, and 1 + R may itself be small: 1e-12 of the larger of it and 1.
        prop_assert!(is_close(1.0 + total_return(&returns).unwrap(), part(early) * part(late), 1e-12));
        let months: f64 = monthly_returns(&dated(&returns)).iter().map(|month| 1.0 + month.value.unwrap()).product();
        prop_assert!(is_close(1.0 + total_return(&returns).unwrap(), months, 1e-12));
    }

    #[test]
    fn volatility_does_not_change_when_every_return_shifts(returns in returns(), shift in -0.5..0.5_f64) {
        let shifted: Vec<f64> = returns.iter().map(|value| value + shift).collect();
        let (own, other) = (Moments::of(&returns), Moments::of(&shifted));
        // Adding the shift rounds each return by 1e-16 at most, annualised about 2e-15.
        prop_assert!(is_close(volatility(&own, 252.0).unwrap(), volatility(&other, 252.0).unwrap(), 1e-13));
    }

    #[test]
    fn ratios_do_not_change_when_every_return_scales(returns in returns(), scale in 0.1..4.0_f64) {
        let scaled: Vec<f64> = returns.iter().map(|value| value * scale).collect();
        let ratios = |values: &[f64]| {
            [sharpe(&Moments::of(values), 0.0, 252.0), omega(values), tail_ratio(&Sorted::of(values))]
        };
        for (own, other) in ratios(&returns).into_iter().zip(ratios(&scaled)) {
            if let (Some(own), Some(other)) = (own, other) {
                // The percentiles and the mean may cancel to near zero; 1e-9 leaves room for that.
                prop_assert!(is_close(own, other, 1e-9), "{own} and {other}");
            }
        }
    }

    #[test]
    fn order_does_not_matter_to_what_is_not_a_path(returns in returns()) {
        let mut reversed = returns.clone();
        reversed.reverse();
        prop_assert_eq!(value_at_risk_95(&Sorted::of(&returns)), value_at_risk_95(&Sorted::of(&reversed)));
        let deviations = [Moments::of(&returns), Moments::of(&reversed)].map(|moments| moments.deviation().unwrap());
        prop_assert!(is_close(deviations[0], deviations[1], 1e-13));
    }

    #[test]
    fn a_series_has_a_beta_of_one_against_itself(returns in returns()) {
        if let Some(beta) = beta(&returns, &returns) {
            prop_assert!(is_close(beta, 1.0, 1e-12));
        }
    }
}
