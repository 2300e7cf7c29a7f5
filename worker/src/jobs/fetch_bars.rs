//! Bars of one ticker from a source: asked for, checked, and either handed on or stored. Nothing is written by asking.

use domain::bars::{Bar, BarSize, Unit};
use domain::calendar::{is_extended, new_york_instant, wall_time};
use domain::ingest::{check_intraday, check_series};
use domain::market::{DailyBar, IntradayBar};
use domain::ports::{Capabilities, Clock, MarketData, MarketStore, Origin, ProviderError, Published, StoreError};
use domain::units::{BarInterval, DayRange, Ticker};

/// What a source is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// Sessions.
    Daily,
    /// Bars within sessions.
    Intraday(BarInterval),
}

/// What it delivered, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FetchedBars {
    rows: Rows,
    /// Rows that were turned away.
    pub(crate) rejected: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Rows {
    Daily(Vec<DailyBar>),
    Intraday(Vec<IntradayBar>),
}

/// The longest bars that a source serves of which bars of this size can be made.
pub(crate) fn series_for(size: BarSize, can: Capabilities) -> Option<Series> {
    match size.parts_minutes() {
        Some(minutes) => {
            let divides = |interval: &&BarInterval| minutes % interval.minutes() == 0;
            can.intraday.iter().filter(divides).max().copied().map(Series::Intraday)
        }
        None => can.ticker_bars.then_some(Series::Daily),
    }
}

/// Asks a source.
///
/// # Errors
/// Whatever the source reports.
pub(crate) async fn fetch(
    provider: &impl MarketData,
    ticker: &Ticker,
    series: Series,
    range: DayRange,
) -> Result<FetchedBars, ProviderError> {
    Ok(match series {
        Series::Daily => {
            let delivered = provider.daily_bars(ticker, range).await?;
            let checked = check_series(ticker, range, delivered.rows);
            let mut rows = checked.rows;
            rows.sort_by_key(|bar| bar.day);
            FetchedBars { rows: Rows::Daily(rows), rejected: delivered.rejected.len() + checked.refused.len() }
        }
        Series::Intraday(interval) => {
            let delivered = provider.intraday_bars(ticker, interval, range).await?;
            let checked = check_intraday(ticker, interval, range, delivered.rows);
            let mut rows = checked.rows;
            rows.sort_by_key(|bar| bar.t);
            FetchedBars { rows: Rows::Intraday(rows), rejected: delivered.rejected.len() + checked.refused.len() }
        }
    })
}

impl FetchedBars {
    /// The bars as they are read, ascending, raw.
    pub(crate) fn into_bars(self) -> Vec<Bar> {
        match self.rows {
            Rows::Daily(rows) => rows.iter().map(of_session).collect(),
            Rows::Intraday(rows) => rows.iter().filter_map(within_session).collect(),
        }
    }

    /// Stores them under their source, at once or not at all.
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
            Rows::Daily(rows) => market.stage_bars(batch, rows).await?,
            Rows::Intraday(rows) => market.stage_intraday(batch, rows).await?,
        }
        market.publish(batch, clock.now()).await
    }
}

/// Whether bars of this size are made of sessions.
pub(crate) fn is_daily(size: BarSize) -> bool {
    size.unit() != Unit::Minutes
}

fn of_session(bar: &DailyBar) -> Bar {
    Bar {
        t: new_york_instant(bar.day, 0),
        day: bar.day,
        open: bar.open,
        high: bar.high,
        low: bar.low,
        close: bar.close,
        volume: bar.volume,
        vwap: None,
        trades: None,
        extended: false,
    }
}

fn within_session(bar: &IntradayBar) -> Option<Bar> {
    let start = wall_time(bar.t)?;
    Some(Bar {
        t: bar.t,
        day: start.day,
        open: Some(bar.open),
        high: Some(bar.high),
        low: Some(bar.low),
        close: bar.close,
        volume: bar.volume,
        vwap: bar.vwap,
        trades: bar.trades,
        extended: is_extended(start, bar.interval),
    })
}

#[cfg(test)]
mod tests {
    use domain::bars::Timespan;

    use super::*;

    #[test]
    fn the_longest_bars_that_divide_are_asked_for() {
        let can = |intraday, ticker_bars| Capabilities {
            intraday,
            ticker_bars,
            ..crate::providers::sample::ABOUT.capabilities
        };
        let size = |count, unit| BarSize::new(count, unit).unwrap();
        let all = can(&BarInterval::ALL, true);
        assert_eq!(series_for(size(4, Timespan::Hour), all), Some(Series::Intraday(BarInterval::HOUR)));
        assert_eq!(series_for(size(90, Timespan::Minute), all), Some(Series::Intraday(BarInterval::HALF_HOUR)));
        assert_eq!(series_for(size(7, Timespan::Minute), all), Some(Series::Intraday(BarInterval::MINUTE)));
        assert_eq!(series_for(size(1, Timespan::Week), all), Some(Series::Daily));
        let hours = can(&[BarInterval::HOUR], false);
        assert_eq!(series_for(size(30, Timespan::Minute), hours), None);
        assert_eq!(series_for(size(1, Timespan::Day), hours), None);
    }
}
