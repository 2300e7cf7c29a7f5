//! The body of the founding service's `/start_backtest`, read as a strategy: one sold put at a time, held to expiry.

use serde::{Deserialize, Deserializer, Serialize, de};

use super::problem::Problems;
use super::{
    DteWindow, Entry, EntryWhen, Exit, Fill, FillModel, Leg, LegType, Select, SelectBy, Side, Strategy, StrategyError,
};
use crate::units::Day;

/// By what the founding service chose a strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FoundingChoice {
    /// `strategy_unit` percent below the underlying.
    #[serde(rename = "Percentage Under")]
    PercentageUnder,
    /// The put whose premium is nearest to `strategy_unit`, per share.
    #[serde(rename = "Desired Premium")]
    DesiredPremium,
}

/// The founding service's body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FoundingBacktest {
    /// The first month, `YYYY-MM`.
    pub start_date: String,
    /// The last month, `YYYY-MM`.
    pub end_date: String,
    /// How the strike is chosen.
    pub strategy: FoundingChoice,
    /// Percent or premium per share, a number or its text.
    #[serde(deserialize_with = "number")]
    pub strategy_unit: f64,
    /// The share of half the spread that a fill costs: 0 is the mid, 1 the far side; from above 1 to 100 percent of it.
    #[serde(default, deserialize_with = "number")]
    pub spread: f64,
    /// The balance at the start.
    #[serde(deserialize_with = "number")]
    pub initial_balance: f64,
    /// The underlying; that of the service where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub underlying: Option<String>,
}

/// A number, or the text of one as forms send it.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(number) => Ok(number),
        Written::Text(text) => text.trim().parse().map_err(|_| de::Error::custom("expected a number")),
    }
}

/// The first day of a month and the last.
fn month(text: &str) -> Option<(Day, Day)> {
    let first: Day = format!("{text}-01").parse().ok()?;
    let later = first.plus(31);
    let last = Day::from_ymd(later.year(), later.month(), 1)?.plus(-1);
    Some((first, last))
}

impl FoundingBacktest {
    /// The strategy that the body means.
    ///
    /// # Errors
    /// [`StrategyError`] naming the fields of this body that are impossible.
    ///
    /// ```
    /// use domain::options::strategy::FoundingBacktest;
    /// let body: FoundingBacktest = serde_json::from_str(r#"{"start_date": "2019-04", "end_date": "2019-06",
    ///     "strategy": "Percentage Under", "strategy_unit": 5, "spread": 50, "initial_balance": 100000}"#).unwrap();
    /// let strategy = body.to_strategy("SPX").unwrap();
    /// assert_eq!(strategy.legs[0].select.unwrap().target, Some(0.05));
    /// assert_eq!(strategy.end_date.unwrap().to_string(), "2019-06-30");
    /// assert_eq!(strategy.fill.slippage, Some(0.5));
    /// ```
    pub fn to_strategy(&self, underlying: &str) -> Result<Strategy, StrategyError> {
        let mut problems = Problems::default();
        let (start, end) = (month(&self.start_date), month(&self.end_date));
        problems.expect(start.is_some(), "start_date", &self.start_date, "expected a month as YYYY-MM");
        problems.expect(end.is_some(), "end_date", &self.end_date, "expected a month as YYYY-MM");
        if let (Some((start, _)), Some((_, end))) = (start, end) {
            problems.expect(start <= end, "end_date", &self.end_date, "expected a month not before start_date");
        }
        let most = if self.strategy == FoundingChoice::PercentageUnder { 99.0 } else { 1e6 };
        problems.within(self.strategy_unit, 0.0, most, "strategy_unit");
        problems.within(self.spread, 0.0, 100.0, "spread");
        problems.within(self.initial_balance, 1.0, 1e15, "initial_balance");
        problems.verdict()?;
        let (by, target) = match self.strategy {
            FoundingChoice::PercentageUnder => (SelectBy::OtmPct, self.strategy_unit / 100.0),
            FoundingChoice::DesiredPremium => (SelectBy::Premium, self.strategy_unit),
        };
        let select = Select { by, target: Some(target), ref_leg: None, offset: None, max_distance: None };
        let slippage = if self.spread > 1.0 { self.spread / 100.0 } else { self.spread };
        let entry = Entry {
            when: EntryWhen::WhenFlat,
            n: None,
            weekdays: Vec::new(),
            signals: Vec::new(),
            max_open: None,
            min_credit: None,
            max_debit: None,
            min_volume: None,
            min_open_interest: None,
        };
        let legs =
            vec![Leg { side: Side::Sell, kind: LegType::Put, select: Some(select), ratio: 1, dte: None, exit: None }];
        let underlying = self.underlying.clone().unwrap_or_else(|| underlying.to_owned());
        let strategy = Strategy {
            start_date: start.map(|(first, _)| first),
            end_date: end.map(|(_, last)| last),
            capital: self.initial_balance,
            dte: Some(DteWindow { target: 30, min: 7, max: 45 }),
            fill: Fill { model: FillModel::MidSlip, slippage: Some(slippage), ..Fill::default() },
            exit: Exit::default(),
            ..Strategy::new(underlying, legs, entry)
        };
        strategy.check()?;
        Ok(strategy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> FoundingBacktest {
        FoundingBacktest {
            start_date: "2019-04".to_owned(),
            end_date: "2019-04".to_owned(),
            strategy: FoundingChoice::DesiredPremium,
            strategy_unit: 12.5,
            spread: 1.0,
            initial_balance: 5e4,
            underlying: None,
        }
    }

    #[test]
    fn a_desired_premium_is_a_premium_per_share() {
        let strategy = body().to_strategy("SPY").unwrap();
        let select = strategy.legs[0].select.unwrap();
        assert_eq!((select.by, select.target, strategy.capital), (SelectBy::Premium, Some(12.5), 5e4));
        assert_eq!((strategy.underlying.as_str(), strategy.fill.slippage), ("SPY", Some(1.0)));
        let days = (strategy.start_date.unwrap().to_string(), strategy.end_date.unwrap().to_string());
        assert_eq!(days, ("2019-04-01".to_owned(), "2019-04-30".to_owned()));
    }

    #[test]
    fn texts_of_numbers_are_numbers() {
        let text = r#"{"start_date": "2019-04", "end_date": "2019-04", "strategy": "Desired Premium",
            "strategy_unit": "12.5", "spread": "1", "initial_balance": "50000"}"#;
        assert_eq!(serde_json::from_str::<FoundingBacktest>(text).unwrap(), body());
        assert!(serde_json::from_str::<FoundingBacktest>(&text.replace("12.5", "much")).is_err());
        assert!(serde_json::from_str::<FoundingBacktest>(&text.replace("Desired Premium", "Luck")).is_err());
    }

    #[test]
    fn impossible_fields_are_named_as_the_body_names_them() {
        let reversed = FoundingBacktest { start_date: "2019-05".to_owned(), strategy_unit: -1.0, ..body() };
        let error = reversed.to_strategy("SPX").unwrap_err();
        let fields: Vec<_> = error.problems().iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["end_date", "strategy_unit"]);
        let month = FoundingBacktest { end_date: "2019-13".to_owned(), ..body() };
        assert_eq!(month.to_strategy("SPX").unwrap_err().problems()[0].field, "end_date");
    }
}
