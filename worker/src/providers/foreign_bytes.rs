//! Whatever a vendor answers, an adapter delivers rows that can be, or says what was wrong. `make fuzz` tries a million
//! damaged answers of each.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use domain::testing::{Edit, edited};
use domain::units::{BarInterval, Day, DayRange, Ticker};
use proptest::prelude::*;

use super::http::fake::{FakeBudget, FakeTransport, answer, network, unlimited};
use super::{MarketData, ProviderError, open};

/// Every recorded answer of a provider's folder but what describes the recording.
fn answers(provider: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers").join(provider).join("test_data");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name != "metadata.json"));
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn is_price(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn is_quote(quote: &domain::options::OptionQuote) -> bool {
    let further = [quote.iv, quote.delta, quote.gamma, quote.theta, quote.vega, quote.volume, quote.open_interest];
    is_price(quote.strike)
        && is_price(quote.underlying_price)
        && [quote.bid, quote.ask].into_iter().all(|price| price.is_finite() && price >= 0.0)
        && further.into_iter().flatten().all(f64::is_finite)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// What came is refused in words that hold neither the key nor a page of the answer, or it is passed on.
fn accepted<T>(outcome: Result<T, ProviderError>) -> Option<T> {
    match outcome {
        Ok(delivered) => Some(delivered),
        Err(error) => {
            let words = error.to_string();
            assert!(!words.contains("k3y") && words.len() < 1_000, "{words}");
            None
        }
    }
}

/// Asks for everything; each request is answered with these bytes.
fn ask_everything(provider: &str, status: u16, body: &[u8]) {
    let (transport, budget) = (FakeTransport::new(|_| Ok(answer(status, body))), FakeBudget::free());
    let settings = unlimited(provider);
    let source = open(provider, &settings, network(&transport, &budget)).unwrap_or_else(|error| panic!("{error}"));
    let ticker: Ticker = "ACME".parse().unwrap();
    let range = DayRange::new(day("2026-06-01"), day("2026-06-30")).unwrap();
    pollster::block_on(async {
        if let Some(market) = accepted(source.daily_market(day("2026-06-12")).await) {
            assert!(market.bars.rows.iter().all(|bar| is_price(bar.close)), "{market:?}");
            assert!(market.caps.iter().all(|cap| is_price(cap.cap)), "{market:?}");
        }
        if let Some(bars) = accepted(source.daily_bars(&ticker, range).await) {
            assert!(bars.rows.iter().all(|bar| is_price(bar.close) && bar.ticker == ticker), "{bars:?}");
        }
        if let Some(bars) = accepted(source.intraday_bars(&ticker, BarInterval::HOUR, range).await) {
            let holds =
                |bar: &domain::market::IntradayBar| [bar.open, bar.high, bar.low, bar.close].into_iter().all(is_price);
            assert!(bars.rows.iter().all(holds), "{bars:?}");
        }
        if let Some(shares) = accepted(source.shares(std::slice::from_ref(&ticker), day("2026-06-12")).await) {
            assert!(shares.rows.iter().all(|count| is_price(count.shares)), "{shares:?}");
        }
        if let Some(splits) = accepted(source.splits(range).await) {
            assert!(splits.rows.iter().all(|split| is_price(split.ratio)), "{splits:?}");
        }
        if let Some(dividends) = accepted(source.dividends(range).await) {
            assert!(dividends.rows.iter().all(|dividend| is_price(dividend.amount)), "{dividends:?}");
        }
        drop(accepted(source.securities(day("2026-06-12")).await));
        if let Some(chains) = accepted(source.option_chains(Some(&ticker), day("2026-06-12")).await) {
            assert!(chains.quotes.rows.iter().all(|row| is_quote(&row.quote)), "{chains:?}");
        }
    });
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec(any::<Edit>(), 1..6)
}

fn damaged(provider: &'static str, answers: &'static LazyLock<Vec<Vec<u8>>>, which: usize, edits: &[Edit]) {
    ask_everything(provider, 200, &edited(&answers[which % answers.len()], edits));
}

static MASSIVE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| answers("massive"));
static FMP: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| answers("fmp"));
static TIINGO: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| answers("tiingo"));

proptest! {
    #[test]
    fn a_damaged_answer_of_massive_is_rows_or_words(which in any::<usize>(), edits in edits()) {
        damaged("massive", &MASSIVE, which, &edits);
    }

    #[test]
    fn a_damaged_answer_of_fmp_is_rows_or_words(which in any::<usize>(), edits in edits()) {
        damaged("fmp", &FMP, which, &edits);
    }

    #[test]
    fn a_damaged_answer_of_tiingo_is_rows_or_words(which in any::<usize>(), edits in edits()) {
        damaged("tiingo", &TIINGO, which, &edits);
    }

    #[test]
    fn any_status_with_any_bytes_is_rows_or_words(
        status in 100_u16..600,
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for provider in ["massive", "fmp", "tiingo"] {
            ask_everything(provider, status, &body);
        }
    }
}
