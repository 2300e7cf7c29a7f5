//! A made-up market, the same for everyone: `sample`.
//!
//! Every price is a pure function of company and day, bit for bit the same natively and in WebAssembly, so any day can be
//! asked for at any time and in any order. Company number *i* is the same whatever the number of companies. It is marked
//! synthetic, its names and symbols cannot be taken for real ones, and it does no I/O. Quirks: prices go on over holidays
//! (the next session opens where they have come to), and nobody comes, goes or splits after 2060.

mod chain;
mod company;
mod corporate;
mod intraday;
mod life;
mod names;
mod price;
mod random;
mod walk;
mod weekday;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use domain::calendar;
use domain::market::{DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split};
use domain::ports::{Capabilities, DailyMarket, Delivered, MarketData, OptionChains, ProviderError};
use domain::units::{BarInterval, Day, DayRange, Ticker};

use crate::providers::http::{Budget, Network, Transport};
use crate::providers::{About, OpenError, ProviderSettings, Setting};
use company::Company;
use corporate::{ReviewDays, Splits};
use price::{FactorClose, FactorDay};
use random::Series;

const COMPANIES_SETTING: &str = "SAMPLE_COMPANIES";

pub(crate) const ABOUT: About = About {
    name: "sample",
    aliases: &[],
    summary: "a made-up market with fictional companies, the same for everyone; nothing in it is real",
    capabilities: Capabilities {
        securities: true,
        daily_market: true,
        ticker_bars: true,
        intraday: &[BarInterval::HOUR],
        reported_caps: true,
        shares: true,
        splits: true,
        dividends: true,
        chains: true,
        synthetic: true,
    },
    limits: "none; sessions from 2000-01-03 on",
    settings: &[Setting { name: COMPANIES_SETTING, required: false, secret: false }],
};

/// How many companies it may have: below, an index of 100 would have nobody to choose from.
const COMPANIES: std::ops::RangeInclusive<u32> = 150..=8_000;
const DEFAULT_COMPANIES: u32 = 600;

const VOLUME: u32 = 20;

/// The sample market as a source.
pub(crate) struct Sample(Rc<SampleMarket>);

/// Opens it from its settings; it needs no network.
pub(crate) fn open<T: Transport, B: Budget>(
    settings: &ProviderSettings,
    _network: Network<T, B>,
) -> Result<Sample, OpenError> {
    Sample::from_settings(settings)
}

impl Sample {
    /// The market with as many companies as the settings say.
    ///
    /// # Errors
    /// [`OpenError::InvalidSetting`] for a number outside [`COMPANIES`].
    pub(crate) fn from_settings(settings: &ProviderSettings) -> Result<Self, OpenError> {
        let companies = settings.number(COMPANIES_SETTING, DEFAULT_COMPANIES, *COMPANIES.end())?;
        if companies < *COMPANIES.start() {
            let expected = format!("a whole number from {} to {}", COMPANIES.start(), COMPANIES.end());
            return Err(OpenError::InvalidSetting { name: COMPANIES_SETTING, expected });
        }
        Ok(Self(SampleMarket::shared(companies)))
    }

    /// The days of a range on which a ticker trades.
    fn courses(&self, ticker: &Ticker, range: DayRange) -> impl Iterator<Item = (DailyBar, [f64; walk::POINTS - 1])> {
        let listing = self.0.by_ticker.get(ticker).map(|at| &self.0.listings[*at]);
        let days = (range.first().number()..=range.last().number()).map(Day::from_number);
        listing.into_iter().flat_map(move |listing| days.clone().filter_map(|day| listing.course(day)))
    }
}

/// The companies and what follows from their numbers.
struct SampleMarket {
    listings: Vec<Listing>,
    by_ticker: HashMap<Ticker, usize>,
}

/// A company with what follows from its course.
struct Listing {
    company: Company,
    /// See [`price::origin`].
    origin: f64,
    splits: Splits,
    volume: Series,
}

thread_local! {
    // Building 8 000 companies takes tens of milliseconds and they never change, so an isolate keeps them.
    static BUILT: RefCell<Option<Rc<SampleMarket>>> = const { RefCell::new(None) };
}

impl SampleMarket {
    /// The market with this many companies, built once an isolate.
    fn shared(companies: u32) -> Rc<Self> {
        BUILT.with_borrow_mut(|built| match built {
            Some(market) if market.listings.len() == companies as usize => market.clone(),
            _ => built.insert(Rc::new(Self::new(companies))).clone(),
        })
    }

    fn new(companies: u32) -> Self {
        let (first, days) = (FactorClose::at(0), ReviewDays::new());
        let listings: Vec<Listing> =
            (0..companies).map(|index| Listing::new(Company::new(index), &first, &days)).collect();
        let by_ticker = listings.iter().enumerate().map(|(at, listing)| (listing.company.ticker.clone(), at)).collect();
        Self { listings, by_ticker }
    }

    /// The whole market of one day; empty where the day is not a session.
    fn market_on(&self, day: Day) -> DailyMarket {
        let mut market = DailyMarket { bars: Delivered::clean(Vec::new()), caps: Vec::new() };
        let Some(k) = weekday::number_of(day).filter(|_| calendar::is_session(day)) else { return market };
        let factors = FactorDay::at(k);
        let trading = self.listings.iter().filter(|listing| listing.trades(day, k));
        for (bar, cap) in trading.map(|listing| listing.day(&factors, day, k)) {
            market.bars.rows.push(bar);
            market.caps.push(cap);
        }
        market
    }
}

impl Listing {
    fn new(company: Company, first: &FactorClose, days: &ReviewDays) -> Self {
        let origin = price::origin(&company, first);
        let splits = Splits::decide(&company, origin, days);
        let volume = Series::new(VOLUME, company.index);
        Self { company, origin, splits, volume }
    }

    fn trades(&self, day: Day, k: u32) -> bool {
        self.company.life.is_listed(k) && !life::is_halted(self.company.index, day, k)
    }

    fn day(&self, factors: &FactorDay, day: Day, k: u32) -> (DailyBar, ReportedCap) {
        let course = price::log_course(&self.company, self.origin, factors, k);
        let spread = self.company.line_spread(k);
        let basis = self.splits.factor(k);
        let traded = |log_price: f64| in_cents(libm::exp(log_price + spread) / basis);
        let (open, close) = (traded(course[1]), traded(course[8]));
        let day_only = &course[1..];
        let highest = day_only.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let lowest = day_only.iter().copied().fold(f64::INFINITY, f64::min);
        let shares = corporate::shares_in_force(&self.company, &self.splits, k);
        let bar = DailyBar {
            ticker: self.company.ticker.clone(),
            day,
            open: Some(open),
            high: Some(traded(highest)),
            low: Some(traded(lowest)),
            close,
            adj_close: None,
            volume: Some(self.volume_on(k, shares, course[8] - course[0])),
        };
        (bar, ReportedCap { ticker: self.company.ticker.clone(), day, cap: close * shares })
    }

    /// The bar of a day and the prices that it was made from, from the open on; `None` where it does not trade.
    fn course(&self, day: Day) -> Option<(DailyBar, [f64; walk::POINTS - 1])> {
        let k = weekday::number_of(day).filter(|k| calendar::is_session(day) && self.trades(day, *k))?;
        let factors = FactorDay::at(k);
        let course = price::log_course(&self.company, self.origin, &factors, k);
        let (spread, basis) = (self.company.line_spread(k), self.splits.factor(k));
        let mut prices = [0.0; walk::POINTS - 1];
        for (price, log_price) in prices.iter_mut().zip(&course[1..]) {
            *price = in_cents(libm::exp(log_price + spread) / basis);
        }
        Some((self.day(&factors, day, k).0, prices))
    }

    /// Between 0.2 % and 0.8 % of the shares on an ordinary day, more when the price moves.
    fn volume_on(&self, k: u32, shares: f64, log_return: f64) -> f64 {
        let turnover = 0.002 + 0.006 * self.volume.uniform(0x8000_0000);
        let stir = libm::exp(0.3 * self.volume.bell(k)) * (1.0 + 25.0 * log_return.abs().min(0.1));
        (shares * turnover * stir).round()
    }

    fn close(&self, k: u32) -> f64 {
        self.close_with(&FactorClose::at(k), k)
    }

    fn close_with(&self, factors: &FactorClose, k: u32) -> f64 {
        let log_close = price::log_close(&self.company, self.origin, factors, k);
        in_cents(libm::exp(log_close + self.company.line_spread(k)) / self.splits.factor(k))
    }

    fn security(&self) -> Security {
        self.company.security(self.company.life.until.map(|(k, _)| self.close(k.saturating_sub(1))))
    }
}

/// A price in whole cents, at least one.
fn in_cents(price: f64) -> f64 {
    (price * 100.0).round().max(1.0) / 100.0
}

impl MarketData for Sample {
    fn name(&self) -> &'static str {
        ABOUT.name
    }

    fn capabilities(&self) -> Capabilities {
        ABOUT.capabilities
    }

    async fn securities(&self, as_of: Day) -> Result<Delivered<Security>, ProviderError> {
        let Some((_, k)) = DayRange::new(weekday::day_of(0), as_of).and_then(weekday::span_of) else {
            return Ok(Delivered::clean(Vec::new()));
        };
        let listed = self.0.listings.iter().filter(|listing| listing.company.life.is_listed(k));
        Ok(Delivered::clean(listed.map(Listing::security).collect()))
    }

    async fn daily_market(&self, day: Day) -> Result<DailyMarket, ProviderError> {
        Ok(self.0.market_on(day))
    }

    async fn daily_bars(&self, ticker: &Ticker, range: DayRange) -> Result<Delivered<DailyBar>, ProviderError> {
        let bars = self.courses(ticker, range).map(|(bar, _)| bar);
        Ok(Delivered::clean(bars.collect()))
    }

    async fn intraday_bars(
        &self,
        ticker: &Ticker,
        interval: BarInterval,
        range: DayRange,
    ) -> Result<Delivered<IntradayBar>, ProviderError> {
        if interval != BarInterval::HOUR {
            return Ok(Delivered::clean(Vec::new()));
        }
        let hours = self.courses(ticker, range).flat_map(|(bar, course)| intraday::hours(&bar, &course));
        Ok(Delivered::clean(hours.collect()))
    }

    async fn shares(&self, tickers: &[Ticker], as_of: Day) -> Result<Delivered<SharesCount>, ProviderError> {
        let Some((_, k)) = DayRange::new(weekday::day_of(0), as_of).and_then(weekday::span_of) else {
            return Ok(Delivered::clean(Vec::new()));
        };
        let known = tickers.iter().filter_map(|ticker| self.0.by_ticker.get(ticker)).map(|at| &self.0.listings[*at]);
        let listed = known.filter(|listing| listing.company.life.is_listed(k));
        let counts = listed.map(|listing| corporate::shares_count(&listing.company, &listing.splits, k));
        Ok(Delivered::clean(counts.collect()))
    }

    async fn splits(&self, range: DayRange) -> Result<Delivered<Split>, ProviderError> {
        let splits = self.0.listings.iter().flat_map(|listing| listing.splits.within(&listing.company, range));
        Ok(Delivered::clean(splits.collect()))
    }

    async fn dividends(&self, range: DayRange) -> Result<Delivered<Dividend>, ProviderError> {
        let paid = |listing: &Listing| corporate::dividends(&listing.company, listing.origin, &listing.splits, range);
        Ok(Delivered::clean(self.0.listings.iter().flat_map(paid).collect()))
    }

    async fn option_chains(&self, underlying: Option<&Ticker>, day: Day) -> Result<OptionChains, ProviderError> {
        let mut quotes = self.0.chains_on(day);
        if let Some(asked) = underlying {
            let place = quotes.underlyings.iter().position(|ticker| ticker == asked);
            quotes.rows.retain(|row| usize::try_from(row.underlying).ok() == place);
        }
        Ok(OptionChains { quotes, rejected: Vec::new() })
    }
}
