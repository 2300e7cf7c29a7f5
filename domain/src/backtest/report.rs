//! The result of a run, put together from the sessions and trades that its driver kept.

use serde::{Deserialize, Serialize};

use super::plan::{Plan, hexadecimal};
use super::quality::DataQuality;
use super::records::{Attribution, DayRecord, Rejections, Trade};
use super::run::Run;
use super::trade_statistics::{TradeStatistics, daily_returns, trade_statistics};
use crate::calendar;
use crate::stats::{Series, Statistics, Unit, definitions, statistics};
use crate::units::{Day, iso_day};

/// A statistic of the daily returns with its definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedStatistic {
    /// Its name in answers.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// Its value; null where undefined.
    pub value: Option<f64>,
    /// `fraction` or `ratio`.
    pub unit: String,
    /// Its formula.
    pub formula: String,
}

impl NamedStatistic {
    /// Every statistic of a series by its definition, in the order in which they are shown; undefined ones without a series.
    #[must_use]
    pub fn all(series: Option<&Statistics>) -> Vec<Self> {
        let named = definitions().iter().map(|definition| Self {
            name: definition.name.to_owned(),
            title: definition.title.to_owned(),
            value: series.and_then(definition.value),
            unit: match definition.unit {
                Unit::Fraction => "fraction".to_owned(),
                Unit::Ratio => "ratio".to_owned(),
            },
            formula: definition.formula.to_owned(),
        });
        named.collect()
    }
}

/// What a result depends on, and the result itself, as hashes: the same first three give the same fourth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hashes {
    /// The engine's version.
    pub engine_version: String,
    /// SHA-256 of the strategy and the events.
    pub parameters: String,
    /// A digest of every chain, number by number.
    pub data: String,
    /// SHA-256 over all sessions and trades in order.
    pub results: String,
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// The first session; null where there was none.
    #[serde(with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub start_date: Option<Day>,
    /// The last session.
    #[serde(with = "iso_day::optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
    pub end_date: Option<Day>,
    /// The balance at the start.
    pub capital: f64,
    /// Statistics of account and trades.
    pub statistics: TradeStatistics,
    /// Statistics of the daily returns by their definitions.
    pub series: Vec<NamedStatistic>,
    /// What the hedge made, fees and dividends included.
    pub hedge_profit: f64,
    /// What the profit came from.
    pub attribution: Attribution,
    /// Why packages that were due were not opened.
    pub rejections: Rejections,
    /// What the data was like.
    pub data_quality: DataQuality,
    /// What makes it reproducible.
    pub hashes: Hashes,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

impl Run {
    /// Puts the result together.
    ///
    /// *Inputs*: the plan; all sessions and trades that the run's steps gave, in order; the benchmark's closes by day,
    /// ascending, from a session before the first on if there is one. *Returns*: the report.
    #[must_use]
    pub fn finish(
        &self,
        plan: &Plan,
        days: &[DayRecord],
        trades: &[Trade],
        benchmark: Option<&[(Day, f64)]>,
    ) -> Report {
        let capital = plan.strategy().capital;
        let returns = daily_returns(capital, days.iter().map(|day| day.equity));
        let (start, last) = (days.first().map(|day| day.date), days.last().map(|day| day.date));
        let benchmark = benchmark.map(|closes| benchmark_returns(closes, days));
        let series = start.zip(last).map(|(start, last)| {
            let before = calendar::previous_session(start).unwrap_or(start);
            statistics(&Series { benchmark: benchmark.as_deref(), ..Series::daily(&returns, before, last) })
        });
        Report {
            start_date: start,
            end_date: last,
            capital,
            statistics: trade_statistics(capital, days, trades),
            series: NamedStatistic::all(series.as_ref()),
            hedge_profit: self.before.map_or(0.0, |(_, spot)| self.hedge.profit(spot)),
            attribution: self.attribution,
            rejections: self.rejections.clone(),
            data_quality: self.quality.clone(),
            hashes: Hashes {
                engine_version: self.engine_version.clone(),
                parameters: self.plan_hash.clone(),
                data: self.data.text(),
                results: hexadecimal(&self.results),
            },
            warnings: self.warnings(days, trades),
        }
    }

    fn warnings(&self, days: &[DayRecord], trades: &[Trade]) -> Vec<String> {
        let mut warnings = Vec::new();
        if days.iter().any(|day| day.equity <= 0.0) {
            warnings.push("the equity fell to nothing or below; returns after that mean little".to_owned());
        }
        if trades.is_empty() {
            let said: Vec<String> =
                self.rejections.0.iter().map(|(reason, n)| format!("{reason:?} on {n} sessions")).collect();
            let why = if said.is_empty() { "no session was due".to_owned() } else { said.join(", ") };
            warnings.push(format!("no package was opened: {why}"));
        }
        let quality = &self.quality;
        if quality.missing_sessions > 0 {
            warnings.push(format!("{} sessions of the calendar have no chain", quality.missing_sessions));
        }
        if quality.crossed > 0 {
            warnings.push(format!("{} quotes are crossed; nothing trades at them", quality.crossed));
        }
        if quality.stale_marks > 0 {
            let (marks, days) = (quality.stale_marks, quality.oldest_mark_days);
            warnings.push(format!("{marks} marks were carried on for want of a quote, for up to {days} days"));
        }
        warnings
    }
}

/// The benchmark's returns over the run's sessions, each against the close on or before the session before; 0 where there is
/// no earlier close.
fn benchmark_returns(closes: &[(Day, f64)], days: &[DayRecord]) -> Vec<f64> {
    let close_at = |day: Day, included: bool| {
        let place = closes.partition_point(|(of, _)| if included { *of <= day } else { *of < day });
        place.checked_sub(1).map(|place| closes[place].1)
    };
    let mut before = days.first().and_then(|day| close_at(day.date, false));
    days.iter()
        .map(|day| {
            let close = close_at(day.date, true);
            let change = before.zip(close).map_or(0.0, |(before, close)| close / before - 1.0);
            before = close;
            if change.is_finite() { change } else { 0.0 }
        })
        .collect()
}
