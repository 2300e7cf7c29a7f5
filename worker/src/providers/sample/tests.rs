#![expect(clippy::cast_precision_loss, reason = "counts of a few hundred thousand")]

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::calendar;
use domain::market::DailyBar;
use domain::ports::MarketData;
use domain::testing::market_data_contract::{Case, every_promise};
use domain::units::{Day, DayRange};
use pollster::block_on;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn range(first: &str, last: &str) -> DayRange {
    DayRange::new(day(first), day(last)).unwrap()
}

fn both(companies: u32) -> (Rc<SampleMarket>, Sample) {
    let market = Rc::new(SampleMarket::new(companies));
    (market.clone(), Sample(market))
}

/// Bars of a range by ticker, with the cap of each day.
fn history(market: &SampleMarket, range: DayRange) -> HashMap<Ticker, BTreeMap<Day, (DailyBar, f64)>> {
    let mut history: HashMap<Ticker, BTreeMap<Day, (DailyBar, f64)>> = HashMap::new();
    for session in calendar::sessions(range) {
        let DailyMarket { bars, caps } = market.market_on(session);
        assert!(bars.rejected.is_empty() && bars.rows.len() == caps.len());
        for (bar, cap) in bars.rows.into_iter().zip(caps) {
            assert_eq!((&bar.ticker, bar.day), (&cap.ticker, cap.day));
            history.entry(bar.ticker.clone()).or_default().insert(session, (bar, cap.cap));
        }
    }
    history
}

#[test]
fn every_number_is_the_same_on_every_platform() {
    // Recorded natively on x86-64; integer arithmetic, correctly rounded operations and `libm` alone make them.
    let market = SampleMarket::new(600);
    let mut digest = 0_u64;
    for date in ["2000-01-03", "2008-10-10", "2024-06-03", "2026-11-20", "2090-01-03"] {
        let DailyMarket { bars, caps } = market.market_on(day(date));
        for (bar, cap) in bars.rows.iter().zip(&caps) {
            for value in [bar.open, bar.high, bar.low, Some(bar.close), bar.volume, Some(cap.cap)] {
                digest = digest.rotate_left(7) ^ value.unwrap().to_bits();
            }
        }
    }
    assert_eq!(format!("{digest:016x}"), "bb417edd8fa6ea37");
}

#[test]
fn a_company_is_the_same_whatever_the_order_and_the_number_of_companies() {
    let (few, many) = (SampleMarket::new(150), SampleMarket::new(700));
    let forwards: Vec<_> = calendar::sessions(range("2025-01-02", "2025-03-31")).into_iter().collect();
    let ahead: Vec<DailyMarket> = forwards.iter().map(|session| few.market_on(*session)).collect();
    for (session, market) in forwards.iter().zip(&ahead).rev() {
        let again = many.market_on(*session);
        let shared = market.bars.rows.len();
        assert!(again.bars.rows.len() > shared);
        assert_eq!(again.bars.rows[..shared], market.bars.rows[..]);
        assert_eq!(again.caps[..shared], market.caps[..]);
    }
}

#[test]
fn only_sessions_of_the_market_have_bars() {
    let market = SampleMarket::new(150);
    for date in ["1999-12-31", "2024-06-08", "2024-12-25"] {
        assert!(market.market_on(day(date)).bars.rows.is_empty(), "{date}");
    }
    for date in ["2000-01-03", "2024-06-07", "2199-12-31"] {
        assert!(market.market_on(day(date)).bars.rows.len() >= 118, "{date}");
    }
}

#[test]
fn a_split_moves_price_and_shares_the_same_day_and_leaves_the_market_cap() {
    let (market, source) = both(600);
    let span = range("2024-01-02", "2026-01-30");
    let history = history(&market, span);
    let splits = block_on(source.splits(span)).unwrap().rows;
    let (forward, reverse) =
        (splits.iter().filter(|s| s.ratio > 1.0).count(), splits.iter().filter(|s| s.ratio < 1.0).count());
    assert!(forward >= 5 && reverse >= 1, "{forward} forward, {reverse} reverse");
    for split in splits {
        assert!(calendar::is_session(split.ex_day), "{split:?}");
        let days = &history[&split.ticker];
        let Some((_, (before, cap_before))) = days.range(..split.ex_day).next_back() else { continue };
        let Some((after, cap_after)) = days.get(&split.ex_day) else { continue };
        let restated = after.close * split.ratio / before.close;
        assert!((0.7..1.4).contains(&restated), "{split:?}: {} to {}", before.close, after.close);
        assert!((cap_after / cap_before / restated - 1.0).abs() < 0.01 + 0.1, "{split:?}: {cap_before} to {cap_after}");
        assert!((0.7..1.4).contains(&(cap_after / cap_before)), "{split:?}");
    }
}

#[test]
fn returns_look_like_a_stock_market() {
    let (market, source) = both(600);
    let span = range("2024-01-02", "2026-01-30");
    let splits = block_on(source.splits(span)).unwrap().rows;
    let on_new_basis: HashSet<(Ticker, Day)> = splits.into_iter().map(|s| (s.ticker, s.ex_day)).collect();
    let (mut returns, mut by_day) = (Vec::new(), BTreeMap::<Day, Vec<f64>>::new());
    for (ticker, days) in &history(&market, span) {
        for ((_, (before, _)), (session, (bar, _))) in days.iter().zip(days.iter().skip(1)) {
            assert!(bar.close > 0.0 && bar.volume.unwrap() >= 0.0);
            let (high, low, open) = (bar.high.unwrap(), bar.low.unwrap(), bar.open.unwrap());
            assert!(low <= open.min(bar.close) && high >= open.max(bar.close), "{bar:?}");
            if !on_new_basis.contains(&(ticker.clone(), *session)) {
                returns.push(bar.close / before.close - 1.0);
                by_day.entry(*session).or_default().push(bar.close / before.close - 1.0);
            }
        }
    }
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let deviation = (returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert!(mean.abs() < 0.002, "mean {mean}");
    assert!((0.010..0.030).contains(&deviation), "deviation {deviation}");
    assert!(returns.iter().all(|r| (-0.5..0.5).contains(r)));
    // The fourth moment of a bell is 3: results and storms make the tails fatter.
    let kurtosis = returns.iter().map(|r| ((r - mean) / deviation).powi(4)).sum::<f64>() / n;
    assert!((3.3..12.0).contains(&kurtosis), "kurtosis {kurtosis}");
    // Companies move together: the mean of a day varies far more than 600 independent ones would let it.
    let means: Vec<f64> = by_day.values().map(|day| day.iter().sum::<f64>() / day.len() as f64).collect();
    let of_means = (means.iter().map(|m| m * m).sum::<f64>() / means.len() as f64).sqrt();
    assert!((0.004..0.02).contains(&of_means), "market deviation {of_means}");
}

#[test]
fn caps_range_from_trillions_to_small() {
    for (date, least) in [("2000-01-03", 3.0e11), ("2024-06-03", 1.0e12), ("2026-11-20", 1.0e12)] {
        let mut caps: Vec<f64> = SampleMarket::new(600).market_on(day(date)).caps.iter().map(|cap| cap.cap).collect();
        caps.sort_by(|a, b| b.total_cmp(a));
        assert!((least..2.0e13).contains(&caps[0]), "{date}: {}", caps[0]);
        assert!(caps[99] < 0.2 * caps[0] && caps.last().unwrap() < &2.0e10, "{date}: {caps:?}");
    }
}

#[test]
fn two_years_hold_a_listing_into_the_top_a_delisting_a_halt_and_two_classes() {
    let (market, source) = both(600);
    let span = range("2024-11-15", "2026-11-20");
    let (at_first, at_last) = (
        block_on(source.securities(span.first())).unwrap().rows,
        block_on(source.securities(span.last())).unwrap().rows,
    );
    let gone: Vec<_> = at_first.iter().filter(|s| s.delist_day.is_some_and(|day| span.contains(day))).collect();
    let come: Vec<_> = at_last.iter().filter(|s| s.list_day.is_some_and(|day| span.contains(day))).collect();
    assert!(!gone.is_empty() && !come.is_empty());
    let history = history(&market, span);
    for security in gone {
        let (last, (bar, _)) = history[&security.ticker].last_key_value().unwrap();
        assert_eq!(calendar::next_session(*last), security.delist_day);
        assert!([bar.close, 0.0].contains(&security.delisting_price.unwrap()));
        assert!(!at_last.iter().any(|other| other.ticker == security.ticker));
    }
    for security in come {
        let (first, (_, cap)) = history[&security.ticker].first_key_value().unwrap();
        assert_eq!(Some(*first), security.list_day);
        assert!(market.market_on(*first).caps.iter().filter(|other| other.cap > *cap).count() < 100);
    }
    let sessions = calendar::sessions(span);
    let halted = history.values().filter(|days| {
        let within = sessions
            .iter()
            .filter(|day| **day >= *days.keys().next().unwrap() && **day <= *days.keys().last().unwrap());
        within.count() > days.len()
    });
    assert_eq!(halted.count(), 2);
    let classes = at_last.iter().filter(|security| security.share_class.is_some()).collect::<Vec<_>>();
    assert_eq!(classes.len(), 2);
    assert_eq!(classes[0].issuer, classes[1].issuer);
}

#[test]
fn dividends_go_ex_every_quarter_on_a_session() {
    let (_, source) = both(600);
    let rows = block_on(source.dividends(range("2025-01-01", "2025-12-31"))).unwrap().rows;
    let mut by_ticker: HashMap<Ticker, Vec<(Day, f64)>> = HashMap::new();
    for dividend in rows {
        assert!(calendar::is_session(dividend.ex_day) && dividend.amount > 0.0);
        by_ticker.entry(dividend.ticker).or_default().push((dividend.ex_day, dividend.amount));
    }
    assert!((200..450).contains(&by_ticker.len()), "{} payers", by_ticker.len());
    // A quarter is 65 of 261 weekdays: four payments a year, now and then five, fewer only where a listing began.
    let whole_years = by_ticker.values().filter(|paid| (4..=5).contains(&paid.len())).count();
    assert!(whole_years + 1 >= by_ticker.len(), "{whole_years} of {}", by_ticker.len());
}

#[test]
fn parts_of_a_range_hold_what_the_range_holds() {
    let (_, source) = both(300);
    let (whole, first, second) =
        (range("2023-01-01", "2024-12-31"), range("2023-01-01", "2023-11-23"), range("2023-11-24", "2024-12-31"));
    let dividends = |range| block_on(source.dividends(range)).unwrap().rows.len();
    let splits = |range| block_on(source.splits(range)).unwrap().rows.len();
    assert_eq!(dividends(whole), dividends(first) + dividends(second));
    assert_eq!(splits(whole), splits(first) + splits(second));
    assert_eq!(dividends(range("1990-01-01", "1999-12-31")), 0);
}

#[test]
fn counts_are_published_before_they_are_used_and_change_slowly() {
    let (market, source) = both(200);
    let tickers: Vec<Ticker> = market.listings.iter().map(|listing| listing.company.ticker.clone()).collect();
    let (now, later) = (day("2025-03-03"), day("2025-06-09"));
    let counts = |as_of| block_on(source.shares(&tickers, as_of)).unwrap().rows;
    for (a, b) in counts(now).into_iter().zip(counts(later)).filter(|(a, b)| a.ticker == b.ticker) {
        assert!(a.as_of <= now && b.as_of <= later && a.as_of <= b.as_of);
        let basis = |as_of: Day| {
            let listing = &market.listings[market.by_ticker[&a.ticker]];
            listing.splits.factor(weekday::number_of(as_of).unwrap())
        };
        let growth = b.shares / basis(b.as_of) / (a.shares / basis(a.as_of));
        assert!((0.97..1.2).contains(&growth), "{} {growth}", a.ticker);
    }
    let unknown: Ticker = "AAPL".parse().unwrap();
    assert!(block_on(source.shares(&[unknown], now)).unwrap().rows.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_cap_is_close_times_the_known_shares(offset in 0_i32..10_000, index in 0_usize..300) {
        let market = SampleMarket::shared(300);
        let session = calendar::next_session(day("2000-01-03").plus(offset)).unwrap();
        let listing = &market.listings[index];
        let k = weekday::number_of(session).unwrap();
        prop_assume!(listing.trades(session, k));
        let found = market.market_on(session);
        let at = found.bars.rows.iter().position(|bar| bar.ticker == listing.company.ticker).unwrap();
        let count = corporate::shares_count(&listing.company, &listing.splits, k);
        prop_assert!(count.as_of <= session);
        let since = listing.splits.factor(k) / listing.splits.factor(weekday::number_of(count.as_of).unwrap());
        let cap = found.bars.rows[at].close * count.shares * since;
        prop_assert!((found.caps[at].cap / cap - 1.0).abs() < 1e-12);
        prop_assert_eq!(found.bars.rows[at].close.to_bits(), listing.close(k).to_bits());
    }
}

#[test]
fn it_keeps_what_every_source_promises() {
    let (market, source) = both(200);
    let span = range("2024-01-02", "2025-12-31");
    let session = day("2024-01-03");
    let split = block_on(source.splits(span)).unwrap().rows.into_iter().find(|split| split.ratio > 1.0).unwrap();
    let before = calendar::previous_session(split.ex_day).unwrap();
    let bars = market.market_on(before).bars.rows;
    let raw = bars.iter().find(|bar| bar.ticker == split.ticker).unwrap().close;
    let case = Case {
        session,
        closed_day: day("2024-01-06"),
        range: span,
        listed: market.market_on(session).bars.rows[0].ticker.clone(),
        unknown: "AAPL".parse().unwrap(),
        optioned: market.chains_on(session).underlyings[0].clone(),
        raw_close: (split.ticker, before, raw),
    };
    block_on(every_promise(&source, &case));
}

#[test]
fn the_hours_of_a_session_make_up_its_bar() {
    let sample = Sample::from_settings(&ProviderSettings::default()).unwrap();
    let range = DayRange::new("2024-11-25".parse().unwrap(), "2024-12-31".parse().unwrap()).unwrap();
    let day = "2024-11-25".parse().unwrap();
    let listed = pollster::block_on(sample.securities(day)).unwrap().rows;
    let mut half_days = 0;
    for security in listed.iter().take(40) {
        let sessions = pollster::block_on(sample.daily_bars(&security.ticker, range)).unwrap().rows;
        let hours = pollster::block_on(sample.intraday_bars(&security.ticker, BarInterval::HOUR, range)).unwrap().rows;
        for session in sessions {
            let of_day = |bar: &&IntradayBar| domain::calendar::wall_time(bar.t).unwrap().day == session.day;
            let hours: Vec<&IntradayBar> = hours.iter().filter(of_day).collect();
            // The days after Thanksgiving and before Christmas close at 13:00: four hours with trades.
            let half_day = ["2024-11-29", "2024-12-24"].contains(&session.day.to_string().as_str());
            half_days += usize::from(half_day);
            assert_eq!(hours.len(), if half_day { 4 } else { 7 }, "{} {}", session.ticker, session.day);
            let fold = |pick: fn(&IntradayBar) -> f64, choose: fn(f64, f64) -> f64| {
                hours.iter().map(|bar| pick(bar)).reduce(choose)
            };
            assert_eq!(Some(hours[0].open), session.open);
            assert_eq!(hours[hours.len() - 1].close.to_bits(), session.close.to_bits());
            assert_eq!(fold(|bar| bar.high, f64::max), session.high);
            assert_eq!(fold(|bar| bar.low, f64::min), session.low);
            assert_eq!(fold(|bar| bar.volume.unwrap(), |a, b| a + b), session.volume);
            assert!(hours.windows(2).all(|pair| pair[0].close.to_bits() == pair[1].open.to_bits()));
        }
    }
    assert!(half_days > 60, "{half_days}");
}
