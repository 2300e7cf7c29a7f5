//! The user's files under the contract of every source: what was imported is asked as a provider would be.

use domain::market::{DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split};
use domain::ports::{DailyMarket, Delivered, MarketData, OptionChains, ProviderError, QuoteRows, Rejection, RowKind};
use domain::testing::market_data_contract::{Case, every_promise};
use domain::units::{BarInterval, Day, DayRange, Ticker};
use pollster::block_on;

use super::reader::CsvReader;
use super::{ABOUT, FileRules, Piece};

const SECURITIES: &str =
    "ticker,name,sector,type,list_date\nACME,Acme Corp,Tools,CS,2001-01-02\nBOLT,Bolt Inc,Energy,CS,2010-05-03\n";
const BARS: &str = "date,ticker,open,high,low,close,volume,market_cap\n\
    2026-06-10,ACME,100,103,99,102,1000,204000\n\
    2026-06-11,ACME,102,104,101,101.5,1100,203000\n\
    2026-06-11,BOLT,50,51,49,50.5,900,\n\
    2026-06-11,BOLT,50,51,49,50.5,900,\n\
    2026-06-12,ACME,101,102,0,101,800,\n\
    2026-06-15,ACME,50.2,51,49.9,50.7,2000,\n";
const HOURS: &str = "ticker,timestamp_et,open,high,low,close,volume\n\
    ACME,2026-06-11T09:00:00,102,104,101,103,300\n\
    ACME,2026-06-11T15:00:00,103,103,101,101.4,800\n\
    ACME,2026-06-13T10:00:00,1,1,1,1,1\n";
const SHARES: &str = "ticker,shares_outstanding,as_of\nACME,2000,2026-01-05\n";
const SPLITS: &str = "ticker,date,ratio\nACME,2026-06-15,2\n";
const DIVIDENDS: &str = "ticker,ex_date,amount\nACME,2026-06-12,0.25\nACME,2026-06-12,-1\n";
const CHAINS: &str = "quote_date,underlying,underlying_price,expiration,strike,type,bid,ask,iv\n\
    2026-06-11,ACME,101.5,2026-06-19,100,c,2.1,2.2,0.31\n\
    2026-06-11,ACME,101.5,2026-06-19,100,p,0.6,0.5,\n\
    2026-06-12,ACME,101,2026-06-19,100,c,1.9,2,0.3\n\
    2026-06-11,ACME,101.5,2026-06-10,100,c,1,2,\n";

/// Files as a source.
struct Files;

/// The pieces of a file, and what was turned away.
fn read(kind: RowKind, file: &str) -> (Vec<Piece>, Vec<Rejection>) {
    let today = "2026-11-20".parse().unwrap();
    let mut reader = CsvReader::new(FileRules { kind, today, interval: Some(BarInterval::HOUR) });
    let mut pieces = reader.push(file.as_bytes()).unwrap();
    let (last, summary) = reader.finish().unwrap();
    pieces.extend(last);
    (pieces, summary.rejections)
}

/// The rows of one kind out of a file.
fn rows<T>(kind: RowKind, file: &str, of_piece: impl Fn(Piece) -> Vec<T>, wanted: impl Fn(&T) -> bool) -> Delivered<T> {
    let (pieces, rejected) = read(kind, file);
    Delivered { rows: pieces.into_iter().flat_map(of_piece).filter(wanted).collect(), rejected }
}

fn bars(wanted: impl Fn(&DailyBar) -> bool) -> Delivered<DailyBar> {
    let of_piece = |piece| if let Piece::Bars(rows) = piece { rows.to_bars() } else { Vec::new() };
    rows(RowKind::DailyBars, BARS, of_piece, wanted)
}

/// Writes a function that picks one kind of piece.
macro_rules! only {
    ($variant:ident) => {
        |piece| if let Piece::$variant(rows) = piece { rows } else { Vec::new() }
    };
}

impl MarketData for Files {
    fn name(&self) -> &'static str {
        ABOUT.name
    }

    fn capabilities(&self) -> domain::ports::Capabilities {
        ABOUT.capabilities
    }

    async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError> {
        let listed = |row: &Security| row.list_day.is_none_or(|day| day <= as_of);
        Ok(rows(RowKind::Securities, SECURITIES, only!(Securities), listed))
    }

    async fn daily_market(&self, day: Day) -> Result<DailyMarket, ProviderError> {
        let mut of_day = bars(|bar| bar.day == day);
        if of_day.rows.is_empty() {
            of_day.rejected.clear();
        }
        let caps: Delivered<ReportedCap> = rows(RowKind::DailyBars, BARS, only!(Caps), |cap| cap.day == day);
        Ok(DailyMarket { bars: of_day, caps: caps.rows })
    }

    async fn daily_bars(&self, ticker: &Ticker, range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        Ok(bars(|bar| bar.ticker == *ticker && range.contains(bar.day)))
    }

    async fn intraday_bars(
        &self,
        ticker: &Ticker,
        interval: BarInterval,
        range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        let day = |bar: &IntradayBar| domain::calendar::wall_time(bar.t).map(|start| start.day);
        let wanted = |bar: &IntradayBar| {
            bar.ticker == *ticker && bar.interval == interval && day(bar).is_some_and(|day| range.contains(day))
        };
        Ok(rows(RowKind::IntradayBars, HOURS, only!(Intraday), wanted))
    }

    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        if tickers.is_empty() {
            return Ok(Delivered::clean(Vec::new()));
        }
        let wanted = |row: &SharesCount| tickers.contains(&row.ticker) && row.as_of <= as_of;
        Ok(rows(RowKind::Shares, SHARES, only!(Shares), wanted))
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        Ok(rows(RowKind::Splits, SPLITS, only!(Splits), |row| range.contains(row.ex_day)))
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        Ok(rows(RowKind::Dividends, DIVIDENDS, only!(Dividends), |row| range.contains(row.ex_day)))
    }

    async fn option_chains(&self, underlying: Option<&Ticker>, day: Day) -> Result<OptionChains, ProviderError> {
        let (pieces, rejected) = read(RowKind::Chains, CHAINS);
        let mut chains = OptionChains { quotes: QuoteRows::default(), rejected };
        for piece in pieces {
            let Piece::Quotes(QuoteRows { underlyings, rows }) = piece else { continue };
            let asked = |number: u32| underlying.is_none_or(|one| underlyings.get(number as usize) == Some(one));
            chains.quotes.rows.extend(rows.into_iter().filter(|row| row.quote.day == day && asked(row.underlying)));
            chains.quotes.underlyings = underlyings;
        }
        Ok(chains)
    }
}

#[test]
fn files_keep_every_promise_of_the_port() {
    let day = |text: &str| -> Day { text.parse().unwrap() };
    let ticker = |text: &str| -> Ticker { text.parse().unwrap() };
    let case = Case {
        session: day("2026-06-11"),
        closed_day: day("2026-06-13"),
        range: DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap(),
        listed: ticker("ACME"),
        unknown: ticker("NOPE"),
        optioned: ticker("ACME"),
        raw_close: (ticker("ACME"), day("2026-06-11"), 101.5),
    };
    block_on(every_promise(&Files, &case));
    // The rows that a source must turn away are told by their lines: a repetition, a low of 0, a closed day, a negative amount.
    let lines = |kind, file| read(kind, file).1.iter().map(|rejection| rejection.line).collect::<Vec<_>>();
    assert_eq!(lines(RowKind::DailyBars, BARS), [5, 6]);
    assert_eq!(lines(RowKind::IntradayBars, HOURS), [4]);
    assert_eq!(lines(RowKind::Dividends, DIVIDENDS), [3]);
    assert_eq!(lines(RowKind::Chains, CHAINS), [5]);
}
