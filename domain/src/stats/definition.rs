//! What each statistic is called, how it is computed and what it measures: the text beside every number shown.

use super::Statistics;

/// What a statistic's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A fraction of the value: 0.05 is 5 %.
    Fraction,
    /// A number without unit.
    Ratio,
}

/// One statistic: its names, its formula and where its value lies.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The field of [`Statistics`] and of every answer.
    pub name: &'static str,
    /// The heading a reader sees.
    pub title: &'static str,
    /// The formula as text. r = returns, b = benchmark, V = value, n = their number, P = periods per year.
    pub formula: &'static str,
    /// What the number counts.
    pub unit: Unit,
    /// How to read it, and when it is undefined.
    pub note: &'static str,
    /// Reads the statistic's value out of the summary.
    pub value: fn(&Statistics) -> Option<f64>,
}

impl Definition {
    /// Whether it measures against a benchmark.
    #[must_use]
    pub fn needs_benchmark(&self) -> bool {
        matches!(self.name, "beta" | "alpha" | "up_capture" | "down_capture" | "information_ratio")
    }
}

const DEFINITIONS: [Definition; 25] = [
    super::total_return::DEFINITION,
    super::cagr::DEFINITION,
    super::cagr::CALENDAR_DEFINITION,
    super::volatility::DEFINITION,
    super::sharpe::DEFINITION,
    super::sortino::DEFINITION,
    super::max_drawdown::DEFINITION,
    super::calmar::DEFINITION,
    super::omega::DEFINITION,
    super::value_at_risk::DEFINITION,
    super::conditional_value_at_risk::DEFINITION,
    super::value_at_risk::NORMAL_DEFINITION,
    super::ulcer_index::DEFINITION,
    super::skew::DEFINITION,
    super::kurtosis::DEFINITION,
    super::win_rate::DEFINITION,
    super::payoff::DEFINITION,
    super::kelly::DEFINITION,
    super::probabilistic_sharpe::DEFINITION,
    super::tail_ratio::DEFINITION,
    super::beta::DEFINITION,
    super::alpha::DEFINITION,
    super::capture::UP_DEFINITION,
    super::capture::DOWN_DEFINITION,
    super::information_ratio::DEFINITION,
];

/// Lists every statistic in the order in which they are shown; those that need a benchmark come last.
///
/// *Returns*: one entry per number of [`Statistics`].
///
/// ```
/// use domain::stats::definitions;
/// assert_eq!(definitions()[0].name, "total_return");
/// ```
#[must_use]
pub const fn definitions() -> &'static [Definition] {
    &DEFINITIONS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_the_fields_of_statistics_each_once() {
        let fields = format!("{:?}", Statistics::default());
        let names: BTreeSet<&str> = definitions().iter().map(|definition| definition.name).collect();
        assert_eq!(names.len(), definitions().len());
        for name in &names {
            assert!(fields.contains(&format!(" {name}: None")), "{name} is not a field of {fields}");
        }
        assert_eq!(fields.matches(": None").count(), names.len(), "a field without a definition");
    }

    #[test]
    fn every_text_is_written() {
        for definition in definitions() {
            assert!(!definition.title.is_empty() && !definition.formula.is_empty(), "{}", definition.name);
            assert!(definition.note.ends_with('.'), "{}", definition.name);
        }
    }
}
