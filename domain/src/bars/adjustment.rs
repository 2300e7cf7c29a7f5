//! Prices restated for corporate actions when they are read; what is stored stays as it was traded.

use super::Bar;
use crate::units::Day;

/// What prices are restated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// Nothing: as traded.
    Raw,
    /// Splits.
    Splits,
    /// Splits and cash dividends.
    SplitsAndDividends,
}

impl Adjustment {
    /// Every adjustment, with its name in the API.
    pub const ALL: [(&'static str, Self); 3] =
        [("raw", Self::Raw), ("splits", Self::Splits), ("splits_and_dividends", Self::SplitsAndDividends)];

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, other)| *other == self).map_or("", |(name, _)| name)
    }
}

/// What happened to a share on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// New shares per old share.
    Split {
        /// The first session on the new basis.
        ex_day: Day,
        /// Above 0.
        ratio: f64,
    },
    /// Cash per share.
    Dividend {
        /// The first session without it.
        ex_day: Day,
        /// On the share basis of that day.
        amount: f64,
        /// The raw close of the session before; absent where none is held.
        close_before: Option<f64>,
    },
}

impl Action {
    /// Its day.
    #[must_use]
    pub const fn ex_day(self) -> Day {
        match self {
            Self::Split { ex_day, .. } | Self::Dividend { ex_day, .. } => ex_day,
        }
    }
}

/// By how much prices and volumes of each day are restated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factors {
    /// Ascending; each holds for the days before its own, down to the one before it.
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    before: Day,
    /// Shares of the last basis per share of these days.
    shares: f64,
    /// What dividends leave of a price.
    kept: f64,
}

impl Factors {
    /// Computes the factors of a security.
    ///
    /// *Inputs*: its actions in any order; those after `until` are left out, as they were still to come. *Returns*: factors
    /// by which every earlier price is comparable with those of `until`.
    ///
    /// *Method*: a split of ratio q divides earlier prices by q and multiplies earlier volumes by it. A dividend d multiplies
    /// earlier prices by 1 − d / P, P the close before on the share basis of the ex-date; one of which P is not known, or
    /// that is not below P, is left out.
    #[must_use]
    pub fn new(actions: &[Action], until: Day) -> Self {
        let mut actions: Vec<Action> = actions.iter().copied().filter(|action| action.ex_day() <= until).collect();
        actions.sort_by_key(|action| action.ex_day());
        let split_on = |day: Day| {
            let ratios = actions.iter().filter_map(|action| match action {
                Action::Split { ex_day, ratio } if *ex_day == day => Some(*ratio),
                _ => None,
            });
            ratios.product::<f64>()
        };
        let (mut shares, mut kept) = (1.0, 1.0);
        let mut steps: Vec<Step> = Vec::new();
        for action in actions.iter().rev() {
            match *action {
                Action::Split { ratio, .. } => shares *= ratio,
                Action::Dividend { ex_day, amount, close_before: Some(close) } => {
                    let left = 1.0 - amount * split_on(ex_day) / close;
                    kept *= if left > 0.0 { left } else { 1.0 };
                }
                Action::Dividend { close_before: None, .. } => {}
            }
            let step = Step { before: action.ex_day(), shares, kept };
            match steps.last_mut() {
                Some(last) if last.before == step.before => *last = step,
                _ => steps.push(step),
            }
        }
        steps.reverse();
        Self { steps }
    }

    /// The days from which on another factor holds, ascending: no bar is made of rows on both sides before they are restated.
    #[must_use]
    pub fn cuts(&self) -> Vec<Day> {
        self.steps.iter().map(|step| step.before).collect()
    }

    /// Restates a bar that was traded on its own `day`.
    #[must_use]
    pub fn applied(&self, bar: Bar) -> Bar {
        let Some(step) = self.steps.iter().find(|step| bar.day < step.before) else { return bar };
        let price = |price: f64| price / step.shares * step.kept;
        Bar {
            open: bar.open.map(price),
            high: bar.high.map(price),
            low: bar.low.map(price),
            close: price(bar.close),
            vwap: bar.vwap.map(price),
            volume: bar.volume.map(|volume| volume * step.shares),
            ..bar
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::UnixMillis;

    fn bar(day: i32, close: f64) -> Bar {
        Bar {
            t: UnixMillis(0),
            day: Day::from_number(day),
            open: Some(close),
            high: None,
            low: None,
            close,
            volume: Some(100.0),
            vwap: None,
            trades: Some(7.0),
            extended: false,
        }
    }

    fn split(day: i32, ratio: f64) -> Action {
        Action::Split { ex_day: Day::from_number(day), ratio }
    }

    #[test]
    fn splits_divide_earlier_prices_and_multiply_earlier_volumes() {
        let factors = Factors::new(&[split(20, 4.0), split(10, 0.5)], Day::from_number(30));
        let seen = |day| {
            let bar = factors.applied(bar(day, 80.0));
            (bar.close, bar.volume.unwrap(), bar.trades.unwrap())
        };
        // Before both: 4 · 0.5 = 2 shares of today's basis; between them 4; after them 1.
        let closes: Vec<f64> = [9, 10, 19, 20].into_iter().map(|day| seen(day).0).collect();
        assert_eq!(closes, [40.0, 20.0, 20.0, 80.0]);
        assert_eq!(seen(9), (40.0, 200.0, 7.0));
        assert_eq!(factors.cuts().iter().map(|day| day.number()).collect::<Vec<_>>(), [10, 20]);
    }

    #[test]
    fn what_is_still_to_come_changes_nothing() {
        let factors = Factors::new(&[split(20, 4.0)], Day::from_number(19));
        assert_eq!(factors.applied(bar(1, 80.0)), bar(1, 80.0));
    }

    #[test]
    fn a_dividend_leaves_its_share_of_earlier_prices() {
        let paid = |day, amount, close_before| Action::Dividend { ex_day: Day::from_number(day), amount, close_before };
        let until = Day::from_number(30);
        // 1 of 50 was paid out: 98 % are left.
        let factors = Factors::new(&[paid(20, 1.0, Some(50.0))], until);
        assert!((factors.applied(bar(19, 50.0)).close - 49.0).abs() < 1e-12);
        assert_eq!(factors.applied(bar(19, 50.0)).volume, Some(100.0));
        // On the day of a 2:1 split the amount is per new share: 1 · 2 of 100 old.
        let factors = Factors::new(&[paid(20, 1.0, Some(100.0)), split(20, 2.0)], until);
        assert!((factors.applied(bar(19, 100.0)).close - 49.0).abs() < 1e-12);
        // Nothing known before it, or more than the price: left out.
        let factors = Factors::new(&[paid(20, 1.0, None), paid(21, 60.0, Some(50.0))], until);
        assert!((factors.applied(bar(19, 50.0)).close - 50.0).abs() < 1e-12);
    }
}
