//! `/chains`: which option chains are held, and one session of one underlying.

use domain::api::{ChainOfDay, ChainQuote, HeldChains, HeldChainsList};
use domain::options::OptionQuote;
use domain::ports::ChainCatalogue;
use domain::units::{Day, DayRange, Ticker};

use super::indices::csv_text;
use super::page::Page;
use super::request::Call;
use super::respond::{Answer, Reply};
use crate::chains::{COLUMNS, read_session};
use crate::error::Problem;
use crate::providers::sample;
use crate::stores::d1::chains::{D1Chains, HeldChain};
use crate::stores::r2_files::R2Files;
use crate::wiring;

/// Sessions named where a day is not held.
const NAMED_SESSIONS: usize = 2;

/// `GET /chains`: the underlyings of which chains are held, by name.
pub(super) async fn list(call: &Call) -> Answer {
    let query = call.query(Page::PARAMETERS)?;
    let limit = usize::try_from(query.integer("limit", 1, 1_000)?.unwrap_or(100)).unwrap_or(100);
    let held = D1Chains(call.db()?).held(query.text("cursor").unwrap_or_default(), limit + 1).await?;
    let more = held.len() > limit;
    let data: Vec<HeldChains> = held.into_iter().take(limit).map(held_chains).collect::<Result<_, _>>()?;
    let next_cursor = data.last().filter(|_| more).map(|last| last.underlying.clone());
    Reply::json(&HeldChainsList { data, next_cursor })
}

/// What is held of an underlying as it is shown.
pub(crate) fn held_chains(held: HeldChain) -> Result<HeldChains, Problem> {
    let sources: Vec<String> = serde_json::from_str(&held.sources).map_err(Problem::internal)?;
    Ok(HeldChains {
        underlying: held.underlying,
        first_date: Day::from_number(held.first_day),
        last_date: Day::from_number(held.last_day),
        sessions: held.session_count,
        months: held.months,
        rows: held.row_count,
        bytes: held.bytes,
        synthetic: sources.iter().any(|source| source == sample::ABOUT.name),
        sources,
        crossed: held.crossed,
        locked: held.locked,
        without_bid: held.unbid,
        data_version: held.version,
    })
}

/// `GET /chains/{underlying}?date=`: one session's quotes; without a date the last one held.
pub(super) async fn day(call: &Call) -> Answer {
    let query = call.query(&["date", "format"])?;
    let csv = query.choice("format", &[("json", false), ("csv", true)])?.unwrap_or(false);
    let (objects, catalogue) = (wiring::files(&call.env)?, D1Chains(call.db()?));
    let (underlying, date, quotes) = read(&objects, &catalogue, call.param("underlying"), query.day("date")?).await?;
    if csv {
        return Ok(Reply::of("text/csv; charset=utf-8", csv_of(&underlying, &quotes).into_bytes()));
    }
    Reply::json(&shown(&underlying, date, &quotes))
}

/// One session's quotes; without a date those of the last one held.
pub(crate) async fn load_day(
    objects: &R2Files,
    catalogue: &D1Chains<'_>,
    name: &str,
    date: Option<Day>,
) -> Result<ChainOfDay, Problem> {
    let (underlying, date, quotes) = read(objects, catalogue, name, date).await?;
    Ok(shown(&underlying, date, &quotes))
}

fn shown(underlying: &Ticker, date: Day, quotes: &[OptionQuote]) -> ChainOfDay {
    ChainOfDay { underlying: underlying.to_string(), date, quotes: quotes.iter().map(chain_quote).collect() }
}

async fn read(
    objects: &R2Files,
    catalogue: &D1Chains<'_>,
    name: &str,
    asked: Option<Day>,
) -> Result<(Ticker, Day, Vec<OptionQuote>), Problem> {
    let unknown = || Problem::unknown("option chain", name);
    let underlying: Ticker = name.parse().map_err(|_| unknown())?;
    let date = match asked {
        Some(date) => date,
        None => held_days(catalogue, &underlying).await?.last().copied().ok_or_else(unknown)?,
    };
    if let Some(quotes) = read_session(objects, catalogue, &underlying, date).await? {
        return Ok((underlying, date, quotes));
    }
    let days = held_days(catalogue, &underlying).await?;
    if days.is_empty() {
        return Err(unknown());
    }
    Err(Problem::no_data(format!("no chain of {underlying} is held for {date}"), nearest(&days, date)))
}

async fn held_days(catalogue: &D1Chains<'_>, underlying: &Ticker) -> Result<Vec<Day>, Problem> {
    let months = catalogue.months(underlying, DayRange::ALL).await?;
    Ok(months.iter().flat_map(|month| month.object.sessions.iter().map(|session| session.day)).collect())
}

fn nearest(days: &[Day], date: Day) -> Vec<Day> {
    let after = days.partition_point(|day| *day < date);
    days.iter().skip(after.saturating_sub(1)).take(NAMED_SESSIONS).copied().collect()
}

fn chain_quote(quote: &OptionQuote) -> ChainQuote {
    ChainQuote {
        expiration: quote.expiration,
        root: quote.root.map(|root| root.as_str().to_owned()),
        kind: quote.right.letter().to_string(),
        strike: quote.strike,
        bid: quote.bid,
        ask: quote.ask,
        iv: quote.iv,
        delta: quote.delta,
        gamma: quote.gamma,
        theta: quote.theta,
        vega: quote.vega,
        volume: quote.volume,
        open_interest: quote.open_interest,
        underlying_price: quote.underlying_price,
    }
}

/// The file that `POST /imports?kind=chains` reads back; a name that a spreadsheet would take for a formula is marked as a text.
fn csv_of(underlying: &Ticker, quotes: &[OptionQuote]) -> String {
    let mut text = COLUMNS.join(",") + "\n";
    for quote in quotes {
        let optional = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
        let fields = [
            quote.day.to_string(),
            csv_text(underlying.as_str()),
            quote.underlying_price.to_string(),
            quote.expiration.to_string(),
            quote.strike.to_string(),
            quote.right.letter().to_string(),
            quote.bid.to_string(),
            quote.ask.to_string(),
            optional(quote.iv),
            optional(quote.delta),
            optional(quote.gamma),
            optional(quote.theta),
            optional(quote.vega),
            optional(quote.volume),
            optional(quote.open_interest),
            quote.root.map_or_else(String::new, |root| csv_text(root.as_str())),
        ];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sessions_around_a_day_are_named() {
        let days: Vec<Day> = [10, 11, 20].map(Day::from_number).to_vec();
        let near = |day| nearest(&days, Day::from_number(day)).iter().map(|day| day.number()).collect::<Vec<_>>();
        assert_eq!((near(15), near(5), near(30)), (vec![11, 20], vec![10, 11], vec![20]));
    }
}
