//! From the snapshot of an option chain to quotes of one session. Pure.

use std::collections::HashSet;

use domain::calendar::wall_time;
use domain::options::{OptionQuote, OptionRoot, Right};
use domain::units::{Day, Ticker, UnixMillis};

use super::parse::{day as parse_day, excerpt, shown};
use super::wire::OptionSnapshot;

/// Shares of a contract that no corporate action has changed; others are worth something else than their strike says.
const STANDARD_SHARES: f64 = 100.0;
/// What comes after the root in a contract's symbol: the expiration, the right, the strike.
const SYMBOL_TAIL: usize = 15;
const NANOSECONDS_PER_MS: i64 = 1_000_000;

/// The quote of a contract at a session. A quote of another day is no quote of it, whatever day was asked for. `seen` holds
/// the symbols of the rows before it.
pub(super) fn quote(
    row: &OptionSnapshot,
    underlying: &Ticker,
    day: Day,
    seen: &mut HashSet<String>,
) -> Result<OptionQuote, String> {
    let details = row.details.as_ref().ok_or_else(|| format!("{underlying}: a contract without details"))?;
    let symbol = details.ticker.as_deref().unwrap_or_default();
    let root =
        root_of(symbol).ok_or_else(|| format!("{underlying}: expected a symbol, was \"{}\"", excerpt(symbol)))?;
    let refused = |what: String| format!("{}: {what}", excerpt(symbol));
    let right = match details.contract_type.as_deref() {
        Some("call") => Right::Call,
        Some("put") => Right::Put,
        other => {
            return Err(refused(format!("expected a call or a put, was \"{}\"", excerpt(other.unwrap_or_default()))));
        }
    };
    let shares = details.shares_per_contract.unwrap_or(STANDARD_SHARES);
    if (shares - STANDARD_SHARES).abs() > 0.0 {
        return Err(refused(format!("expected a contract of 100 shares, was {shares}")));
    }
    let expiration = parse_day(details.expiration_date.as_deref(), underlying)?;
    if expiration < day {
        return Err(refused(format!("expected an expiration not before {day}, was {expiration}")));
    }
    let last = row.last_quote.as_ref().ok_or_else(|| refused("came without a quote".to_owned()))?;
    match last.last_updated.and_then(day_of) {
        Some(quoted) if quoted == day => {}
        Some(quoted) => return Err(refused(format!("expected a quote of {day}, was of {quoted}"))),
        None => return Err(refused("expected the instant of its quote".to_owned())),
    }
    let least = |name: &str, number: Option<f64>, most_below: f64| match number {
        Some(number) if number.is_finite() && number > most_below => Ok(number),
        other => Err(refused(format!("expected a {name}, was {}", shown(other)))),
    };
    let asset = row.underlying_asset.as_ref();
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    let counted = |number: Option<f64>| finite(number).filter(|number| *number >= 0.0).map(f64::floor);
    let greek = |which: fn(&super::wire::ContractGreeks) -> Option<f64>| finite(row.greeks.as_ref().and_then(which));
    let traded = row.day.as_ref();
    let is_of_day = traded.and_then(|bar| bar.last_updated).and_then(day_of).is_some_and(|traded| traded == day);
    let quote = OptionQuote {
        day,
        expiration,
        right,
        strike: least("strike above 0", details.strike_price, 0.0)?,
        root: Some(root),
        underlying_price: least("price of the underlying", asset.and_then(|asset| asset.price.or(asset.value)), 0.0)?,
        // A crossed quote and one without a bid are kept as the source wrote them: a backtest must see them.
        bid: least("bid of at least 0", last.bid, -f64::MIN_POSITIVE)?,
        ask: least("ask of at least 0", last.ask, -f64::MIN_POSITIVE)?,
        iv: finite(row.implied_volatility).filter(|iv| *iv >= 0.0),
        delta: greek(|greeks| greeks.delta),
        gamma: greek(|greeks| greeks.gamma),
        theta: greek(|greeks| greeks.theta),
        vega: greek(|greeks| greeks.vega),
        // A bar of an earlier day says that nothing was traded on this one.
        volume: traded.and_then(|bar| if is_of_day { counted(bar.volume) } else { Some(0.0) }),
        open_interest: counted(row.open_interest),
    };
    if seen.insert(symbol.to_owned()) { Ok(quote) } else { Err(refused("was delivered twice".to_owned())) }
}

/// `SPXW` of `O:SPXW260619C05000000`.
fn root_of(symbol: &str) -> Option<OptionRoot> {
    let symbol = symbol.strip_prefix("O:")?;
    symbol.get(..symbol.len().checked_sub(SYMBOL_TAIL)?)?.parse().ok()
}

/// The civil day in New York of an instant in Unix nanoseconds.
fn day_of(nanoseconds: i64) -> Option<Day> {
    wall_time(UnixMillis(nanoseconds.div_euclid(NANOSECONDS_PER_MS))).map(|wall| wall.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_what_the_symbol_begins_with() {
        assert_eq!(root_of("O:SPXW260619C05000000").unwrap().as_str(), "SPXW");
        assert_eq!(root_of("O:A260619P00085500").unwrap().as_str(), "A");
        for symbol in ["SPXW260619C05000000", "O:260619C05000000", "O:", ""] {
            assert!(root_of(symbol).is_none(), "{symbol}");
        }
    }

    #[test]
    fn an_instant_is_of_its_day_in_new_york() {
        // 2026-06-12 20:00 in New York is the 13th in London.
        assert_eq!(day_of(1_781_308_800_000_000_000).unwrap().to_string(), "2026-06-12");
    }
}
