//! `GET /benchmark_data`: closes to compare a run with.

use domain::api::{BenchmarkClose, BenchmarkData};
use domain::ports::BacktestStore;
use domain::units::{DayRange, Ticker};

use super::query::day_range;
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::error::Problem;
use crate::stores::d1::backtests::D1Backtests;

const DEFAULT_TICKER: &str = "SPY";

/// `GET /benchmark_data?ticker=&start_date=&end_date=`.
pub(super) async fn closes(call: &Call) -> Answer {
    let query = call.query(&["ticker", "start_date", "end_date"])?;
    let (start, end) = (query.required_day("start_date")?, query.required_day("end_date")?);
    let range: DayRange = day_range(start, end)?;
    let name = query.text("ticker").unwrap_or(DEFAULT_TICKER);
    let ticker: Ticker = name.parse().map_err(|_| Problem::unknown("security", name))?;
    let closes = D1Backtests(call.db()?).closes(&ticker, range).await?;
    if closes.is_empty() {
        let detail = format!(
            "no closes of {ticker} are held from {start} to {end}; bring them with POST /imports?kind=daily_bars"
        );
        return Err(Problem::no_data(detail, Vec::new()));
    }
    let data = closes.into_iter().map(|(date, close)| BenchmarkClose { date, close }).collect();
    Reply::json(&BenchmarkData { ticker: ticker.to_string(), data })
}
