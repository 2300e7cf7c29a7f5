//! Market data in memory: what is published, and what is staged.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::calendar::wall_time;
use crate::market::{DailyBar, Dividend, IntradayBar, ReportedCap, Security, SharesCount, Split, TickerChange};
use crate::ports::{MarketStore, Origin, Published, StoreError};
use crate::testing::Faults;
use crate::units::{BarInterval, Day, DayRange, Ticker, UnixMillis};

/// Everything that is visible, by its natural key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptMarket {
    /// Securities by symbol; of one that was never described only the symbol is known.
    pub securities: BTreeMap<Ticker, Security>,
    /// Bars by session and symbol.
    pub bars: BTreeMap<(Day, Ticker), DailyBar>,
    /// Bars within a session by symbol, minutes and start; every source writes the same ones.
    pub intraday: BTreeMap<(Ticker, u32, i64), IntradayBar>,
    /// Published market caps by session and symbol.
    pub caps: BTreeMap<(Day, Ticker), ReportedCap>,
    /// Share counts by the day from which they were known, and symbol.
    pub shares: BTreeMap<(Day, Ticker), SharesCount>,
    /// Splits by ex-date and symbol.
    pub splits: BTreeMap<(Day, Ticker), Split>,
    /// Dividends by ex-date and symbol.
    pub dividends: BTreeMap<(Day, Ticker), Dividend>,
    /// Changes of symbols by day and older symbol; what is kept under a symbol stays under it.
    pub ticker_changes: BTreeMap<(Day, Ticker), TickerChange>,
}

/// What waits under a batch.
#[derive(Clone, Debug, Default)]
struct Staged {
    securities: Vec<Security>,
    bars: Vec<DailyBar>,
    intraday: Vec<IntradayBar>,
    caps: Vec<ReportedCap>,
    shares: Vec<SharesCount>,
    splits: Vec<Split>,
    dividends: Vec<Dividend>,
    ticker_changes: Vec<TickerChange>,
}

#[derive(Debug, Default)]
struct Inner {
    kept: KeptMarket,
    replaced: u64,
    data_version: i64,
    staged: BTreeMap<i64, Staged>,
    batches: i64,
}

/// Market data in memory, with a fault switch.
#[derive(Debug, Default)]
pub struct MemoryMarketStore {
    inner: RefCell<Inner>,
    faults: Faults,
}

impl MemoryMarketStore {
    /// An empty store that breaks as the switch says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { inner: RefCell::default(), faults }
    }

    /// Everything that is visible.
    #[must_use]
    pub fn kept(&self) -> KeptMarket {
        self.inner.borrow().kept.clone()
    }

    /// How many values a later publication has replaced; each of them is kept.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.inner.borrow().replaced
    }

    /// The version of the last publication that changed something.
    #[must_use]
    pub fn data_version(&self) -> i64 {
        self.inner.borrow().data_version
    }

    fn stage(&self, batch: i64, add: impl FnOnce(&mut Staged)) -> Result<(), StoreError> {
        self.faults.around(|| {
            let mut inner = self.inner.borrow_mut();
            let staged = inner.staged.get_mut(&batch);
            add(staged.ok_or_else(|| StoreError::Conflict(format!("no batch {batch} is open")))?);
            Ok(())
        })
    }
}

impl MarketStore for MemoryMarketStore {
    async fn open_batch(&self, _: Origin, _: i64, _: &str, _: UnixMillis) -> Result<i64, StoreError> {
        self.faults.around(|| {
            let mut inner = self.inner.borrow_mut();
            inner.batches += 1;
            let batch = inner.batches;
            inner.staged.insert(batch, Staged::default());
            Ok(batch)
        })
    }

    async fn stage_securities(&self, batch: i64, rows: &[Security]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.securities.extend_from_slice(rows))
    }

    async fn stage_bars(&self, batch: i64, rows: &[DailyBar]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.bars.extend_from_slice(rows))
    }

    async fn stage_caps(&self, batch: i64, rows: &[ReportedCap]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.caps.extend_from_slice(rows))
    }

    async fn stage_shares(&self, batch: i64, rows: &[SharesCount]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.shares.extend_from_slice(rows))
    }

    async fn stage_splits(&self, batch: i64, rows: &[Split]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.splits.extend_from_slice(rows))
    }

    async fn stage_dividends(&self, batch: i64, rows: &[Dividend]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.dividends.extend_from_slice(rows))
    }

    async fn stage_ticker_changes(&self, batch: i64, rows: &[TickerChange]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.ticker_changes.extend_from_slice(rows))
    }

    async fn stage_intraday(&self, batch: i64, rows: &[IntradayBar]) -> Result<(), StoreError> {
        self.stage(batch, |staged| staged.intraday.extend_from_slice(rows))
    }

    async fn publish(&self, batch: i64, _: UnixMillis) -> Result<Published, StoreError> {
        self.faults.around(|| {
            let mut inner = self.inner.borrow_mut();
            let closed = || StoreError::Conflict(format!("no batch {batch} is open"));
            let staged = inner.staged.remove(&batch).ok_or_else(closed)?;
            let mut published = inner.kept.take_in(staged);
            inner.replaced += published.changed;
            inner.data_version += i64::from(published.inserted + published.changed > 0);
            published.data_version = inner.data_version;
            Ok(published)
        })
    }

    async fn discard(&self, batch: i64) -> Result<(), StoreError> {
        self.faults.around(|| {
            self.inner.borrow_mut().staged.remove(&batch);
            Ok(())
        })
    }

    async fn common_stocks(&self, among: &[Ticker]) -> Result<Vec<Ticker>, StoreError> {
        self.faults.around(|| {
            let inner = self.inner.borrow();
            let kind =
                |ticker: &Ticker| inner.kept.securities.get(ticker).and_then(|security| security.kind.as_deref());
            Ok(among.iter().filter(|ticker| kind(ticker) == Some("CS")).cloned().collect())
        })
    }

    async fn held_intraday(
        &self,
        _: &str,
        interval: BarInterval,
        tickers: &[Ticker],
        range: DayRange,
    ) -> Result<HashSet<(Ticker, Day)>, StoreError> {
        self.faults.around(|| {
            let inner = self.inner.borrow();
            let bars = inner.kept.intraday.values().filter(|bar| bar.interval == interval);
            let days = bars.filter_map(|bar| Some((bar.ticker.clone(), wall_time(bar.t)?.day)));
            Ok(days.filter(|(ticker, day)| tickers.contains(ticker) && range.contains(*day)).collect())
        })
    }

    async fn largest(&self, count: usize) -> Result<Vec<Ticker>, StoreError> {
        self.faults.around(|| {
            let inner = self.inner.borrow();
            let Some((last, _)) = inner.kept.caps.keys().next_back().cloned() else { return Ok(Vec::new()) };
            let mut caps: Vec<&ReportedCap> = inner.kept.caps.values().filter(|cap| cap.day == last).collect();
            caps.sort_by(|a, b| b.cap.total_cmp(&a.cap));
            Ok(caps.into_iter().take(count).map(|cap| cap.ticker.clone()).collect())
        })
    }

    async fn split_days(&self, range: DayRange) -> Result<Vec<(Ticker, Day)>, StoreError> {
        self.faults.around(|| {
            let inner = self.inner.borrow();
            let splits = inner.kept.splits.values().filter(|split| range.contains(split.ex_day));
            Ok(splits.map(|split| (split.ticker.clone(), split.ex_day)).collect())
        })
    }

    async fn closes(&self, day: Day) -> Result<Vec<(Ticker, f64)>, StoreError> {
        self.faults.around(|| {
            let inner = self.inner.borrow();
            let bars = inner.kept.bars.values().filter(|bar| bar.day == day);
            Ok(bars.map(|bar| (bar.ticker.clone(), bar.close)).collect())
        })
    }

    async fn held_sessions(&self, range: DayRange) -> Result<Vec<Day>, StoreError> {
        self.faults.around(|| {
            let inner = self.inner.borrow();
            let days: BTreeSet<Day> = inner.kept.bars.keys().map(|(day, _)| *day).collect();
            Ok(days.into_iter().filter(|day| range.contains(*day)).collect())
        })
    }
}

impl KeptMarket {
    fn take_in(&mut self, staged: Staged) -> Published {
        let mut published = Published::default();
        for security in staged.securities {
            let merged = match self.securities.get(&security.ticker) {
                Some(known) => merged(known, security),
                None => security,
            };
            put(&mut self.securities, merged.ticker.clone(), merged, &mut published);
        }
        for bar in staged.bars {
            self.securities.entry(bar.ticker.clone()).or_insert_with(|| Security::named(bar.ticker.clone()));
            put(&mut self.bars, (bar.day, bar.ticker.clone()), bar, &mut published);
        }
        for bar in staged.intraday {
            self.securities.entry(bar.ticker.clone()).or_insert_with(|| Security::named(bar.ticker.clone()));
            put(&mut self.intraday, (bar.ticker.clone(), bar.interval.minutes(), bar.t.0), bar, &mut published);
        }
        for change in staged.ticker_changes {
            put(&mut self.ticker_changes, (change.day, change.ticker.clone()), change, &mut published);
        }
        for cap in staged.caps {
            put(&mut self.caps, (cap.day, cap.ticker.clone()), cap, &mut published);
        }
        for count in staged.shares {
            put(&mut self.shares, (count.as_of, count.ticker.clone()), count, &mut published);
        }
        for split in staged.splits {
            put(&mut self.splits, (split.ex_day, split.ticker.clone()), split, &mut published);
        }
        for dividend in staged.dividends {
            put(&mut self.dividends, (dividend.ex_day, dividend.ticker.clone()), dividend, &mut published);
        }
        published
    }
}

fn put<K: Ord, V: PartialEq>(table: &mut BTreeMap<K, V>, key: K, value: V, published: &mut Published) {
    match table.get(&key) {
        Some(held) if *held == value => published.unchanged += 1,
        Some(_) => {
            published.changed += 1;
            table.insert(key, value);
        }
        None => {
            published.inserted += 1;
            table.insert(key, value);
        }
    }
}

/// Absent fields leave what is known as it is.
fn merged(known: &Security, new: Security) -> Security {
    Security {
        ticker: new.ticker,
        name: new.name.or_else(|| known.name.clone()),
        sector: new.sector.or_else(|| known.sector.clone()),
        exchange: new.exchange.or_else(|| known.exchange.clone()),
        kind: new.kind.or_else(|| known.kind.clone()),
        issuer: new.issuer.or_else(|| known.issuer.clone()),
        share_class: new.share_class.or_else(|| known.share_class.clone()),
        list_day: new.list_day.or(known.list_day),
        delist_day: new.delist_day.or(known.delist_day),
        delisting_price: new.delisting_price.or(known.delisting_price),
    }
}
