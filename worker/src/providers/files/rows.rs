//! Checks one row of cells and makes it a record of the domain. CSV and Parquet both come through here.

use std::collections::BTreeMap;

use domain::calendar::{EXTENDED_CLOSE_MINUTE, EXTENDED_OPEN_MINUTE, WallTime, new_york_instant, wall_time};
use domain::market::{BarRow, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split, TickerChange};
use domain::options::OptionQuote;
use domain::ports::{Rejection, RowKind};
use domain::units::{BarInterval, Day, Ticker, UnixMillis};

use super::cell::{Cell, Refused};
use super::columns::MOST_COLUMNS;
use super::error::FileError;
use super::keys::{SeenKeys, SeenMinutes, TickerTable};
use super::pieces::{Piece, Pieces};
use super::sessions::Sessions;

/// Rejections that are shown; all are counted.
pub(crate) const SHOWN_REJECTIONS: usize = 100;
/// How far ahead a corporate action may be announced, days.
const ANNOUNCED_AHEAD: i32 = 366;

/// A row's cells in the order of its kind's table.
pub(super) type Cells<'a> = [Cell<'a>; MOST_COLUMNS];

/// What decides whether a row is good, besides the row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileRules {
    /// What the file holds.
    pub(crate) kind: RowKind,
    /// The exchange's civil day; a price of a later one is refused.
    pub(crate) today: Day,
    /// How long the bars of a file of intraday bars are, where its rows do not say.
    pub(crate) interval: Option<BarInterval>,
}

/// The state of a file being read: what it named, which keys it held, what passed and what did not.
pub(super) struct RowCheck {
    rules: FileRules,
    sessions: Sessions,
    tickers: TickerTable,
    seen: SeenKeys,
    seen_minutes: SeenMinutes,
    pieces: Pieces,
    /// Of a shares file, the latest name and sector of each ticker.
    described: BTreeMap<u32, (Day, Security)>,
    accepted: u64,
    rejected: u64,
    rejections: Vec<Rejection>,
}

/// What ends a row, or the file.
enum Fault<'a> {
    Row(Refused<'a>),
    File(FileError),
}

impl<'a> From<Refused<'a>> for Fault<'a> {
    fn from(refused: Refused<'a>) -> Self {
        Self::Row(refused)
    }
}

impl From<FileError> for Fault<'_> {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

type Checked<'a, T> = Result<T, Fault<'a>>;

const fn refused<'a>(column: &'static str, rule: &'static str, value: Cell<'a>) -> Fault<'a> {
    Fault::Row(Refused { column, rule, value })
}

impl RowCheck {
    pub(super) fn new(rules: FileRules) -> Self {
        Self {
            rules,
            sessions: Sessions::new(),
            tickers: TickerTable::default(),
            seen: SeenKeys::default(),
            seen_minutes: SeenMinutes::default(),
            pieces: Pieces::default(),
            described: BTreeMap::new(),
            accepted: 0,
            rejected: 0,
            rejections: Vec::new(),
        }
    }

    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.accepted, self.rejected)
    }

    pub(super) fn take_rejections(&mut self) -> Vec<Rejection> {
        std::mem::take(&mut self.rejections)
    }

    pub(super) fn take_full(&mut self) -> Vec<Piece> {
        self.pieces.take_full()
    }

    /// All that is left, after the last row.
    pub(super) fn take_all(&mut self) -> Vec<Piece> {
        for (_, security) in std::mem::take(&mut self.described).into_values() {
            self.pieces.security(security);
        }
        self.pieces.take_all()
    }

    /// Takes a row: it is kept, or turned away with the reason.
    pub(super) fn row(&mut self, line: u64, cells: &Cells<'_>) -> Result<(), FileError> {
        let checked = match self.rules.kind {
            RowKind::Securities => self.security(cells),
            RowKind::DailyBars => self.bar(cells),
            RowKind::IntradayBars => self.intraday(cells),
            RowKind::MarketCaps => self.cap(cells),
            RowKind::Shares => self.shares(cells),
            RowKind::Splits => self.split(cells),
            RowKind::Dividends => self.dividend(cells),
            RowKind::TickerChanges => self.ticker_change(cells),
            RowKind::Chains => self.quote(line, cells),
        };
        match checked {
            Ok(()) => self.accepted += 1,
            Err(Fault::Row(refused)) => self.reject(line, || refused.to_string()),
            Err(Fault::File(error)) => return Err(error),
        }
        Ok(())
    }

    /// Turns a row away.
    pub(super) fn reject(&mut self, line: u64, reason: impl FnOnce() -> String) {
        self.rejected += 1;
        if self.rejections.len() < SHOWN_REJECTIONS {
            self.rejections.push(Rejection { line, reason: reason() });
        }
    }

    fn session<'a>(&mut self, column: &'static str, cell: Cell<'a>) -> Checked<'a, Day> {
        let day = self.day_until(column, cell, self.rules.today)?;
        if self.sessions.contains(day) {
            Ok(day)
        } else {
            Err(refused(column, "expected a session of the exchange", cell))
        }
    }

    fn day_until<'a>(&self, column: &'static str, cell: Cell<'a>, last: Day) -> Checked<'a, Day> {
        match cell.day(column)? {
            None => Err(refused(column, "expected a date as YYYY-MM-DD", cell)),
            Some(day) if day > last => Err(refused(column, "lies in the future", cell)),
            Some(day) => Ok(day),
        }
    }

    fn announced<'a>(&self, column: &'static str, cell: Cell<'a>) -> Checked<'a, Day> {
        self.day_until(column, cell, self.rules.today.plus(ANNOUNCED_AHEAD))
    }

    /// The ticker of a row all of whose other values are good; refused when the file held the key before.
    fn once<'a>(
        &mut self,
        ticker: Cell<'a>,
        day: Day,
        column: &'static str,
        key: Cell<'a>,
    ) -> Checked<'a, (u32, Ticker)> {
        let number = self.tickers.number(ticker.ticker("ticker")?)?;
        if !self.seen.insert(number, day)? {
            return Err(refused(column, "came in an earlier line of the file for the same ticker", key));
        }
        let known = self.tickers.get(number).expect("the table has just given this number").clone();
        Ok((number, known))
    }

    fn bar<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [date, ticker, close, open, high, low, volume, adj_close, cap, ..] = *cells;
        let day = self.session("date", date)?;
        let mut row = BarRow {
            ticker: 0,
            day,
            open: open.positive("open")?,
            high: high.positive("high")?,
            low: low.positive("low")?,
            close: required("close", close, close.positive("close")?)?,
            adj_close: adj_close.positive("adj_close")?,
            volume: volume.non_negative("volume")?,
        };
        // A high below the low is kept as the source wrote it: real files hold such rows, and the close is still good.
        let cap = cap.number("market_cap")?;
        let (number, ticker) = self.once(ticker, day, "date", date)?;
        row.ticker = number;
        self.pieces.bar(row, &ticker);
        if let Some(cap) = cap {
            self.pieces.cap(ReportedCap { ticker, day, cap: cap.max(0.0) });
        }
        Ok(())
    }

    fn intraday<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [ticker, t, wall, open, high, low, close, volume, vwap, trades, length, ..] = *cells;
        let interval = self.interval(length)?;
        let (column, cell, start) = match t {
            Cell::Blank => ("timestamp_et", wall, wall.wall_time("timestamp_et")?),
            _ => ("t", t, t.instant("t")?.and_then(|instant| wall_time(UnixMillis(instant)))),
        };
        let start = start.ok_or_else(|| refused(column, "expected the start of a bar", cell))?;
        let WallTime { day, minute } = start;
        if day > self.rules.today {
            return Err(refused(column, "lies in the future", cell));
        }
        if !self.sessions.contains(day) || !(EXTENDED_OPEN_MINUTE..EXTENDED_CLOSE_MINUTE).contains(&minute) {
            return Err(refused(column, "expected a time of a session, 04:00 to 20:00 in New York", cell));
        }
        let price = |column, cell: Cell<'a>| required(column, cell, cell.positive(column)?);
        let (high_price, low_price) = (price("high", high)?, price("low", low)?);
        if high_price < low_price {
            return Err(refused("high", "expected a high of at least the low", high));
        }
        let ticker_number = self.tickers.number(ticker.ticker("ticker")?)?;
        let mut bar = IntradayBar {
            ticker: self.tickers.get(ticker_number).expect("the table has just given this number").clone(),
            interval,
            t: new_york_instant(day, minute),
            open: price("open", open)?,
            high: high_price,
            low: low_price,
            close: price("close", close)?,
            volume: None,
            vwap: vwap.positive("vwap")?,
            trades: trades.non_negative("n")?,
        };
        bar.volume = Some(required("volume", volume, volume.non_negative("volume")?)?);
        if !self.seen_minutes.insert(ticker_number, interval, start)? {
            return Err(refused(column, "came in an earlier line of the file for the same ticker", cell));
        }
        self.pieces.intraday(bar);
        Ok(())
    }

    /// The row's own length, else the file's.
    fn interval<'a>(&self, length: Cell<'a>) -> Checked<'a, BarInterval> {
        const RULE: &str = "expected one of 1min, 5min, 15min, 30min, 1hour, in the row or as the parameter interval";
        let named = length.text("interval")?.map(|text| text.parse().map_err(|_| refused("interval", RULE, length)));
        named.transpose()?.or(self.rules.interval).ok_or_else(|| refused("interval", RULE, length))
    }

    fn cap<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [date, ticker, cap, ..] = *cells;
        let day = self.session("date", date)?;
        let value = required("market_cap", cap, cap.number("market_cap")?)?;
        let (_, ticker) = self.once(ticker, day, "date", date)?;
        // Some sources write a negative number for "not eligible"; stored, that is 0.
        self.pieces.cap(ReportedCap { ticker, day, cap: value.max(0.0) });
        Ok(())
    }

    fn shares<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [ticker, shares, as_of, name, sector, ..] = *cells;
        let day = self.day_until("as_of", as_of, self.rules.today)?;
        let count = required("shares_outstanding", shares, shares.positive("shares_outstanding")?)?;
        let (name, sector) = (name.text("name")?, sector.text("sector")?);
        let (number, ticker) = self.once(ticker, day, "as_of", as_of)?;
        if name.is_some() || sector.is_some() {
            let security = Security { name, sector, ..Security::named(ticker.clone()) };
            let latest = self.described.entry(number).or_insert_with(|| (day, security.clone()));
            if latest.0 < day {
                *latest = (day, security);
            }
        }
        self.pieces.shares(SharesCount { ticker, as_of: day, shares: count });
        Ok(())
    }

    fn split<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [ticker, date, ratio, to, from, ..] = *cells;
        let ex_day = self.announced("date", date)?;
        let (to_value, from_value) = (to.positive("split_to")?, from.positive("split_from")?);
        let two = to_value.zip(from_value).map(|(to, from)| to / from);
        let ratio = required("ratio", ratio, ratio.positive("ratio")?.or(two))?;
        if !ratio.is_finite() || ratio <= 0.0 {
            return Err(refused("split_to", "expected a finite ratio above 0", to));
        }
        let (_, ticker) = self.once(ticker, ex_day, "date", date)?;
        self.pieces.split(Split { ticker, ex_day, ratio });
        Ok(())
    }

    fn dividend<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [ticker, date, amount, ..] = *cells;
        let ex_day = self.announced("ex_date", date)?;
        let value = required("amount", amount, amount.positive("amount")?)?;
        let (_, ticker) = self.once(ticker, ex_day, "ex_date", date)?;
        self.pieces.dividend(Dividend { ticker, ex_day, amount: value });
        Ok(())
    }

    fn ticker_change<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [date, ticker, new, ..] = *cells;
        let day = self.day_until("date", date, self.rules.today)?;
        let number = self.tickers.number(new.ticker("new_ticker")?)?;
        let new_ticker = self.tickers.get(number).expect("the table has just given this number").clone();
        let (_, old) = self.once(ticker, day, "date", date)?;
        if old == new_ticker {
            return Err(refused("new_ticker", "expected another symbol than the old one", new));
        }
        self.pieces.ticker_change(TickerChange { day, ticker: old, new_ticker });
        Ok(())
    }

    /// A quote of an option. One that comes twice is found when the file is merged, since its contracts do not fit into memory.
    fn quote<'a>(&mut self, line: u64, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [date, underlying, spot, expiration, strike, right, bid, ask, rest @ ..] = *cells;
        let [iv, delta, gamma, theta, vega, volume, open_interest, root] = rest;
        let day = self.session("quote_date", date)?;
        let until = match expiration.day("expiration")? {
            None => return Err(refused("expiration", "expected a date as YYYY-MM-DD", expiration)),
            Some(until) if until < day => {
                return Err(refused("expiration", "expected a day not before the quote_date", expiration));
            }
            Some(until) => until,
        };
        let quote = OptionQuote {
            day,
            expiration: until,
            right: right.option_right("type")?,
            strike: required("strike", strike, strike.positive("strike")?)?,
            root: root.option_root("root")?,
            underlying_price: required("underlying_price", spot, spot.positive("underlying_price")?)?,
            // A crossed quote and one without a bid are kept as the source wrote them: a backtest must see them.
            bid: required("bid", bid, bid.non_negative("bid")?)?,
            ask: required("ask", ask, ask.non_negative("ask")?)?,
            iv: iv.non_negative("iv")?,
            delta: delta.number("delta")?,
            gamma: gamma.number("gamma")?,
            theta: theta.number("theta")?,
            vega: vega.number("vega")?,
            volume: volume.count("volume")?,
            open_interest: open_interest.count("open_interest")?,
        };
        let number = self.tickers.number(underlying.ticker("underlying")?)?;
        let known = self.tickers.get(number).expect("the table has just given this number");
        self.pieces.quote(line, number, known, quote);
        Ok(())
    }

    fn security<'a>(&mut self, cells: &Cells<'a>) -> Checked<'a, ()> {
        let [ticker, name, sector, exchange, kind, issuer, class, list, delist, price, ..] = *cells;
        let (list_day, delist_day) = (list.day("list_date")?, delist.day("delist_date")?);
        if let (Some(first), Some(end)) = (list_day, delist_day)
            && end < first
        {
            return Err(refused("delist_date", "expected a day not before the list_date", delist));
        }
        let known = Security {
            name: name.text("name")?,
            sector: sector.text("sector")?,
            exchange: exchange.text("exchange")?,
            kind: kind.text("type")?.map(instrument_type),
            issuer: issuer.text("issuer")?,
            share_class: class.text("share_class")?,
            list_day,
            delist_day,
            delisting_price: price.non_negative("delisting_price")?,
            ticker: self.once(ticker, Day::from_number(0), "ticker", ticker)?.1,
        };
        self.pieces.security(known);
        Ok(())
    }
}

fn required<'a>(column: &'static str, cell: Cell<'a>, value: Option<f64>) -> Checked<'a, f64> {
    value.ok_or_else(|| refused(column, "expected a number", cell))
}

/// The type as stored: `CS` for common stock under any of its usual names, else the file's own word.
fn instrument_type(word: String) -> String {
    const COMMON: [&str; 5] = ["CS", "common", "common stock", "common share", "common shares"];
    if COMMON.iter().any(|name| word.eq_ignore_ascii_case(name)) { "CS".to_owned() } else { word }
}
