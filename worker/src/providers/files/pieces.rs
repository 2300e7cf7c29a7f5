//! Collects checked rows into pieces of a size that a store can take at once.

use std::collections::HashMap;

use domain::market::{BarRow, BarRows, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split, TickerChange};
use domain::options::OptionQuote;
use domain::ports::{QuoteRow, QuoteRows};
use domain::units::Ticker;

/// Most rows of a piece: about 1 MB as the store writes it.
const PIECE_ROWS: usize = 10_000;

/// Rows of one kind, ready to be staged.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// What is known of securities.
    Securities(Vec<Security>),
    /// Bars of sessions.
    Bars(BarRows),
    /// Bars within sessions.
    Intraday(Vec<IntradayBar>),
    /// Market caps.
    Caps(Vec<ReportedCap>),
    /// Share counts.
    Shares(Vec<SharesCount>),
    /// Splits.
    Splits(Vec<Split>),
    /// Dividends.
    Dividends(Vec<Dividend>),
    /// Changes of symbols.
    TickerChanges(Vec<TickerChange>),
    /// Quotes of options.
    Quotes(QuoteRows),
}

/// The open piece of each kind, and the full ones.
#[derive(Default)]
pub(super) struct Pieces {
    securities: Vec<Security>,
    bars: BarRows,
    /// For each ticker of the file, the number of the last piece of bars that names it, and its place there.
    places: Vec<(u32, u32)>,
    bar_pieces: u32,
    intraday: Vec<IntradayBar>,
    caps: Vec<ReportedCap>,
    shares: Vec<SharesCount>,
    splits: Vec<Split>,
    dividends: Vec<Dividend>,
    ticker_changes: Vec<TickerChange>,
    quotes: QuoteRows,
    /// For each underlying of the open piece of quotes, by its number in the file, its place there.
    underlyings: HashMap<u32, u32>,
    full: Vec<Piece>,
}

/// Adds a row to an open piece; a full one moves to the ready ones.
fn add<T>(open: &mut Vec<T>, full: &mut Vec<Piece>, row: T, piece: fn(Vec<T>) -> Piece) {
    open.push(row);
    if open.len() >= PIECE_ROWS {
        full.push(piece(std::mem::take(open)));
    }
}

impl Pieces {
    pub(super) fn security(&mut self, row: Security) {
        add(&mut self.securities, &mut self.full, row, Piece::Securities);
    }

    pub(super) fn intraday(&mut self, row: IntradayBar) {
        add(&mut self.intraday, &mut self.full, row, Piece::Intraday);
    }

    pub(super) fn cap(&mut self, row: ReportedCap) {
        add(&mut self.caps, &mut self.full, row, Piece::Caps);
    }

    pub(super) fn shares(&mut self, row: SharesCount) {
        add(&mut self.shares, &mut self.full, row, Piece::Shares);
    }

    pub(super) fn split(&mut self, row: Split) {
        add(&mut self.splits, &mut self.full, row, Piece::Splits);
    }

    pub(super) fn dividend(&mut self, row: Dividend) {
        add(&mut self.dividends, &mut self.full, row, Piece::Dividends);
    }

    pub(super) fn ticker_change(&mut self, row: TickerChange) {
        add(&mut self.ticker_changes, &mut self.full, row, Piece::TickerChanges);
    }

    /// Adds a quote of the underlying with this number in the file.
    pub(super) fn quote(&mut self, line: u64, of_file: u32, underlying: &Ticker, quote: OptionQuote) {
        let quotes = &mut self.quotes;
        let underlying = *self.underlyings.entry(of_file).or_insert_with(|| {
            quotes.underlyings.push(underlying.clone());
            u32::try_from(quotes.underlyings.len() - 1).expect("a piece holds at most 10 000 underlyings")
        });
        quotes.rows.push(QuoteRow { line, underlying, quote });
        if quotes.rows.len() >= PIECE_ROWS {
            self.close_quotes();
        }
    }

    fn close_quotes(&mut self) {
        self.underlyings.clear();
        self.full.push(Piece::Quotes(std::mem::take(&mut self.quotes)));
    }

    /// Adds a bar whose `ticker` is the number in the file; in the piece it becomes the place in the piece's own table.
    pub(super) fn bar(&mut self, row: BarRow, ticker: &Ticker) {
        let of_file = usize::try_from(row.ticker).unwrap_or(usize::MAX);
        if of_file >= self.places.len() {
            self.places.resize(of_file.saturating_add(1), (u32::MAX, 0));
        }
        let (piece, place) = &mut self.places[of_file];
        if *piece != self.bar_pieces {
            *piece = self.bar_pieces;
            *place = u32::try_from(self.bars.tickers.len()).expect("a piece holds at most 10 000 tickers");
            self.bars.tickers.push(ticker.clone());
        }
        self.bars.rows.push(BarRow { ticker: *place, ..row });
        if self.bars.rows.len() >= PIECE_ROWS {
            self.close_bars();
        }
    }

    fn close_bars(&mut self) {
        let rows = Vec::with_capacity(PIECE_ROWS);
        let full = std::mem::replace(&mut self.bars, BarRows { tickers: Vec::new(), rows });
        self.bar_pieces += 1;
        self.full.push(Piece::Bars(full));
    }

    /// The pieces that are full.
    pub(super) fn take_full(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.full)
    }

    /// All pieces, full or not.
    pub(super) fn take_all(&mut self) -> Vec<Piece> {
        if !self.quotes.rows.is_empty() {
            self.close_quotes();
        }
        let mut all = self.take_full();
        let mut close = |open: bool, piece: Piece| {
            if open {
                all.push(piece);
            }
        };
        // What names securities comes before what uses them.
        close(!self.securities.is_empty(), Piece::Securities(std::mem::take(&mut self.securities)));
        close(!self.bars.rows.is_empty(), Piece::Bars(std::mem::take(&mut self.bars)));
        self.bar_pieces += 1;
        close(!self.intraday.is_empty(), Piece::Intraday(std::mem::take(&mut self.intraday)));
        close(!self.caps.is_empty(), Piece::Caps(std::mem::take(&mut self.caps)));
        close(!self.shares.is_empty(), Piece::Shares(std::mem::take(&mut self.shares)));
        close(!self.splits.is_empty(), Piece::Splits(std::mem::take(&mut self.splits)));
        close(!self.dividends.is_empty(), Piece::Dividends(std::mem::take(&mut self.dividends)));
        close(!self.ticker_changes.is_empty(), Piece::TickerChanges(std::mem::take(&mut self.ticker_changes)));
        all
    }
}
