//! Many bars in little memory: what a large file is handed on in.

use crate::market::DailyBar;
use crate::units::Ticker;

/// A bar whose ticker is named by its place in [`BarRows::tickers`].
pub type BarRow = DailyBar<u32>;

/// A piece of a large delivery of bars: every ticker is named once, no (ticker, day) comes twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarRows {
    /// The symbols of this piece, each once, in the order in which they first appear.
    pub tickers: Vec<Ticker>,
    /// The bars; every `ticker` is below `tickers.len()`.
    pub rows: Vec<BarRow>,
}

impl BarRows {
    /// The same rows, each with a symbol of its own.
    ///
    /// *Inputs*: rows whose `ticker` is a place in `tickers`; a row that breaks this is left out.
    /// *Returns*: one [`DailyBar`] per row, in order.
    #[must_use]
    pub fn to_bars(&self) -> Vec<DailyBar> {
        let named = |row: &BarRow| {
            let ticker = self.tickers.get(usize::try_from(row.ticker).ok()?)?.clone();
            let BarRow { ticker: _, day, open, high, low, close, adj_close, volume } = *row;
            Some(DailyBar { ticker, day, open, high, low, close, adj_close, volume })
        };
        self.rows.iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Day;

    #[test]
    fn every_row_gets_the_symbol_at_its_place() {
        let row = |ticker, close| BarRow {
            ticker,
            day: Day::from_number(17_511),
            open: None,
            high: None,
            low: None,
            close,
            adj_close: None,
            volume: Some(3.0),
        };
        let tickers = vec!["A".parse().unwrap(), "NA".parse().unwrap()];
        let bars = BarRows { tickers, rows: vec![row(1, 2.0), row(0, 1.0), row(2, 9.0)] }.to_bars();
        let seen: Vec<_> = bars.iter().map(|bar| (bar.ticker.as_str(), bar.close, bar.volume)).collect();
        assert_eq!(seen, [("NA", 2.0, Some(3.0)), ("A", 1.0, Some(3.0))]);
    }
}
