//! What a source says of a session of the whole market, of securities, splits or dividends: asked for, checked, and either
//! handed on or stored. Nothing is written by asking.

use domain::ingest::{Checked, check_bars, check_caps, check_dividends, check_securities, check_splits};
use domain::market::{DailyBar, Dividend, ReportedCap, Security, Split};
use domain::ports::{
    Capabilities, Clock, Delivered, MarketData, MarketStore, Origin, ProviderError, Published, StoreError,
};
use domain::units::{Day, DayRange};

/// What a source is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The whole market's bars of a day.
    Session(Day),
    /// Who is listed on a day.
    Securities(Day),
    /// Splits of some days.
    Splits(DayRange),
    /// Dividends of some days.
    Dividends(DayRange),
}

/// The rows that passed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rows {
    Session(Vec<DailyBar>, Vec<ReportedCap>),
    Securities(Vec<Security>),
    Splits(Vec<Split>),
    Dividends(Vec<Dividend>),
}

/// What it delivered, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FetchedReference {
    pub(crate) rows: Rows,
    /// Rows that were turned away.
    pub(crate) rejected: usize,
}

impl Wanted {
    /// Whether a source serves it.
    pub(crate) const fn is_served_by(self, can: Capabilities) -> bool {
        match self {
            Self::Session(_) => can.daily_market,
            Self::Securities(_) => can.securities,
            Self::Splits(_) => can.splits,
            Self::Dividends(_) => can.dividends,
        }
    }
}

/// Asks a source.
///
/// # Errors
/// Whatever the source reports.
pub(crate) async fn fetch(provider: &impl MarketData, wanted: Wanted) -> Result<FetchedReference, ProviderError> {
    Ok(match wanted {
        Wanted::Session(day) => {
            let market = provider.daily_market(day).await?;
            let caps = check_caps(day, market.caps);
            let (bars, rejected) = passed(market.bars, |rows| check_bars(day, rows));
            FetchedReference { rows: Rows::Session(bars, caps.rows), rejected: rejected + caps.refused.len() }
        }
        Wanted::Securities(day) => {
            let (rows, rejected) = passed(provider.securities(day).await?, check_securities);
            FetchedReference { rows: Rows::Securities(rows), rejected }
        }
        Wanted::Splits(range) => {
            let (rows, rejected) = passed(provider.splits(range).await?, |rows| check_splits(range, rows));
            FetchedReference { rows: Rows::Splits(rows), rejected }
        }
        Wanted::Dividends(range) => {
            let (rows, rejected) = passed(provider.dividends(range).await?, |rows| check_dividends(range, rows));
            FetchedReference { rows: Rows::Dividends(rows), rejected }
        }
    })
}

fn passed<T>(delivered: Delivered<T>, check: impl FnOnce(Vec<T>) -> Checked<T>) -> (Vec<T>, usize) {
    let checked = check(delivered.rows);
    (checked.rows, delivered.rejected.len() + checked.refused.len())
}

impl FetchedReference {
    /// Stores it under its source, at once or not at all.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn store(
        &self,
        source: &str,
        market: &impl MarketStore,
        clock: &impl Clock,
    ) -> Result<Published, StoreError> {
        let batch = market.open_batch(Origin::Refresh, 0, source, clock.now()).await?;
        match &self.rows {
            Rows::Session(bars, caps) => {
                market.stage_bars(batch, bars).await?;
                market.stage_caps(batch, caps).await?;
            }
            Rows::Securities(rows) => market.stage_securities(batch, rows).await?,
            Rows::Splits(rows) => market.stage_splits(batch, rows).await?,
            Rows::Dividends(rows) => market.stage_dividends(batch, rows).await?,
        }
        market.publish(batch, clock.now()).await
    }
}
