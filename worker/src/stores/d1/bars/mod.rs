//! Reading bars of any length: stored ones as they are, longer ones made in SQL, restated for corporate actions, as they are
//! known now or as they were known then.
//!
//! The row of a bar is found by its key, so n stored bars read n rows and at most five more, in one text (`packed`); a ticker's
//! first query after a publication also reads what restates it (`resolved`). Everything else is read row by row (`read`).

mod many;
mod packed;
mod read;
mod resolved;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use many::ManyError;

use domain::bars::{Adjustment, Bar, BarSize, Factors, Span};
use domain::ports::StoreError;
use domain::units::{BarInterval, Day, UnixMillis};
use serde::Deserialize;

use super::data_versions::{self, Versions};
use super::{D1, Statement};

/// Which bars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BarQuery<'a> {
    /// The symbol.
    pub(crate) ticker: &'a str,
    /// How long each is.
    pub(crate) size: BarSize,
    /// From the start of the first to the end of the last; see [`BarSize::stretch`].
    pub(crate) span: Span,
    /// At most so many.
    pub(crate) limit: usize,
    /// The latest first.
    pub(crate) descending: bool,
    /// Only trades of the regular session; bars of a day or longer always are.
    pub(crate) regular_only: bool,
    /// Only from this source.
    pub(crate) source: Option<&'a str>,
    /// The source that goes before others.
    pub(crate) preferred: &'a str,
    /// What prices are restated for.
    pub(crate) adjustment: Adjustment,
    /// Actions of later days are still to come.
    pub(crate) today: Day,
    /// What was known then, instead of what is known now.
    pub(crate) as_of: Option<AsOf>,
}

/// A moment of the past: what was published by then, and nothing that came later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AsOf {
    /// The last publication by then; 0 = none.
    pub(crate) version: i64,
    /// The civil day in New York.
    pub(crate) day: Day,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BarsFound {
    /// The versions that it was read from.
    pub(crate) versions: Versions,
    /// The bars, in the order asked for.
    pub(crate) bars: Vec<Bar>,
    /// The start of the bar after the last one, where there is one more.
    pub(crate) next: Option<UnixMillis>,
    /// Where the bars come from; more than one only for sessions that several sources brought. Empty without bars.
    pub(crate) sources: Vec<String>,
    /// What is stored of them: `1hour`, `1day` …; absent without bars.
    pub(crate) stored_as: Option<&'static str>,
}

/// Bars as the text of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    /// The versions that it was read from.
    pub(crate) versions: Versions,
    /// A JSON array of [`domain::api::Aggregate`].
    pub(crate) text: String,
    /// How many there are.
    pub(crate) bars: usize,
    /// As [`BarsFound`] has them.
    pub(crate) next: Option<UnixMillis>,
    /// Likewise.
    pub(crate) sources: Vec<String>,
    /// Likewise.
    pub(crate) stored_as: Option<&'static str>,
}

/// The days on which a series has bars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeldDays {
    /// `None` for sessions.
    pub(crate) interval: Option<BarInterval>,
    /// Likewise.
    pub(crate) source: Option<String>,
    pub(crate) bars: u64,
    /// In no order.
    pub(crate) days: Vec<Day>,
}

/// The scopes whose publications can change the answer to a query.
pub(crate) const SCOPES: [&str; 1] = ["bars"];

/// Bars in D1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct D1Bars<'a>(pub(crate) &'a D1);

impl D1Bars<'_> {
    /// The days on which each series of a ticker has bars, sessions first, and whether the sample provider published here.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn held_days(&self, ticker: &str) -> Result<(Vec<HeldDays>, bool, Versions), StoreError> {
        #[derive(Deserialize)]
        struct Row {
            interval_minutes: Option<u32>,
            source: Option<String>,
            bars: u64,
            days: String,
        }
        let held = Statement::new(sql!("bars/held_days")).bind(ticker);
        let synthetic = Statement::new(sql!("market/is_synthetic"));
        let answers = self.0.batch(vec![versions_statement(), held, synthetic]).await?;
        let unreadable = |error: serde_json::Error| StoreError::Refused(format!("unreadable days: {error}"));
        let rows = answers[1].decode::<Row>()?.into_iter().filter(|row| row.bars > 0);
        let held: Result<Vec<HeldDays>, StoreError> = rows
            .map(|row| {
                let days: Vec<i32> = serde_json::from_str(&row.days).map_err(unreadable)?;
                Ok(HeldDays {
                    interval: row.interval_minutes.and_then(BarInterval::from_minutes),
                    source: row.source,
                    bars: row.bars,
                    days: days.into_iter().map(Day::from_number).collect(),
                })
            })
            .collect();
        let synthetic = answers[2].scalar::<i64>()? == Some(1);
        Ok((held?, synthetic, data_versions::decode(&answers[0], &SCOPES)?))
    }

    /// By what the prices of a query are restated, and the versions that this was read from.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn factors(&self, query: &BarQuery<'_>) -> Result<(Factors, Versions), StoreError> {
        let answers = self.0.batch(vec![versions_statement(), read::actions_statement(query)]).await?;
        Ok((read::factors(Some(&answers[1]), query)?, data_versions::decode(&answers[0], &SCOPES)?))
    }

    /// What was published before an instant, which begins the day after `day` in New York.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn as_of(&self, day: Day) -> Result<AsOf, StoreError> {
        let end = domain::calendar::new_york_instant(day.plus(1), 0);
        let found = Statement::new(sql!("bars/version_as_of")).bind(end);
        let version = self.0.run(found).await?.scalar()?.unwrap_or(0);
        Ok(AsOf { version, day })
    }
}

fn versions_statement() -> Statement {
    data_versions::select(&SCOPES)
}
