//! Which windows a read asks for, and their statistics.

use domain::stream::{Exponent, Length};
use futures_util::future;

use super::{asked_symbol, known_symbol, problem, streams, written};
use crate::error::Problem;
use crate::routes::query::Query;
use crate::routes::request::Call;
use crate::routes::respond::{Answer, Reply};
use crate::stores::symbol_streams::{Refusal, Wish};

/// Most windows of one answer.
const MOST_WINDOWS: usize = 32;
/// Most streams of one answer; each is a request to its own object.
const MOST_SYMBOLS: usize = 50;

/// `GET /stats/`: one window.
pub(in crate::routes) async fn stats(call: &Call) -> Answer {
    let query = call.query(&["symbol", "k", "exponent", "n", "strict", "detail"])?;
    let symbol = asked_symbol(&query)?;
    let length = one_length(&query)?;
    let wish = Wish { strict: flag(&query, "strict")?, full: detail(&query)? };
    let window = streams(call)?.window(&symbol, length, wish).await;
    window.map(written).map_err(|refusal| problem(&symbol, None, refusal))
}

/// `GET /stats/all`: the eight windows, or those asked for.
pub(in crate::routes) async fn all_stats(call: &Call) -> Answer {
    let query = call.query(&["symbol", "k", "n", "detail"])?;
    let symbol = asked_symbol(&query)?;
    let (lengths, full) = (lengths(&query)?, detail(&query)?);
    streams(call)?
        .windows(&symbol, &lengths, full)
        .await
        .map(written)
        .map_err(|refusal| problem(&symbol, None, refusal))
}

/// `GET /stats/many`: windows of several streams.
pub(in crate::routes) async fn many_stats(call: &Call) -> Answer {
    let query = call.query(&["symbols", "k", "n", "detail"])?;
    let mut symbols = Vec::new();
    for name in list(&query, "symbols", MOST_SYMBOLS)? {
        let symbol = known_symbol(name)?;
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    if symbols.is_empty() {
        return Err(Problem::missing_parameter("symbols"));
    }
    let (lengths, full) = (lengths(&query)?, detail(&query)?);
    let streams = streams(call)?;
    let asked = symbols.iter().map(async |symbol| streams.windows(symbol, &lengths, full).await?.json().await);
    let found = future::join_all(asked).await;
    let (mut data, mut unknown) = (Vec::new(), Vec::new());
    for (symbol, found) in symbols.iter().zip(found) {
        match found {
            Ok(body) => data.push(body),
            Err(Refusal::Unknown) => unknown.push(symbol.as_str()),
            Err(refusal) => return Err(problem(symbol, None, refusal)),
        }
    }
    // Each stream has written its own JSON.
    let unknown = serde_json::to_vec(&unknown).map_err(Problem::internal)?;
    let body = [b"{\"data\":[", data.join(&b',').as_slice(), b"],\"unknown\":", &unknown, b"}"].concat();
    Ok(Reply::of("application/json", body).with_header("cache-control", "no-store"))
}

/// The length that `k`, its other name `exponent`, or `n` says; one of them must be there.
pub(crate) fn one_length(query: &Query) -> Result<Length, Problem> {
    let given = ["k", "exponent", "n"].iter().filter(|name| query.text(name).is_some()).count();
    if given > 1 {
        let rule = "only one of k, exponent and n";
        return Err(Problem::malformed_parameter("k", query.text("k").unwrap_or_default(), rule));
    }
    let named = if query.text("exponent").is_some() { "exponent" } else { "k" };
    let (least, most) = Exponent::BOUNDS;
    let k = query.integer(named, i64::from(least), i64::from(most))?;
    let k = k.and_then(|k| Exponent::new(u8::try_from(k).ok()?)).map(Length::from);
    let (least, most) = Length::BOUNDS;
    let n = query.integer("n", least.cast_signed(), most.cast_signed())?;
    let n = n.and_then(|n| Length::new(n.unsigned_abs()));
    k.or(n).ok_or_else(|| Problem::missing_parameter("k"))
}

/// The lengths that the lists `k` and `n` name, shortest first; none where neither is given.
pub(crate) fn lengths(query: &Query) -> Result<Vec<Length>, Problem> {
    let mut lengths = Vec::new();
    for name in ["k", "n"] {
        for text in list(query, name, MOST_WINDOWS)? {
            let one = Query::of(&[(name, text)]);
            lengths.push(one_length(&one)?);
        }
    }
    lengths.sort_unstable();
    lengths.dedup();
    Ok(lengths)
}

/// The parts of a list separated by commas.
fn list<'a>(query: &'a Query, name: &str, most: usize) -> Result<Vec<&'a str>, Problem> {
    let Some(text) = query.text(name) else { return Ok(Vec::new()) };
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() > most {
        return Err(Problem::impossible(name, text, format!("at most {most} of them")));
    }
    if parts.contains(&"") {
        return Err(Problem::malformed_parameter(name, text, "expected a list separated by commas"));
    }
    Ok(parts)
}

fn detail(query: &Query) -> Result<bool, Problem> {
    Ok(query.choice("detail", &[("basic", false), ("full", true)])?.unwrap_or(false))
}

fn flag(query: &Query, name: &str) -> Result<bool, Problem> {
    Ok(query.choice(name, &[("true", true), ("false", false)])?.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(pairs: &[(&str, &str)]) -> Result<Vec<u64>, u16> {
        let found = lengths(&Query::of(pairs)).map_err(|problem| problem.status())?;
        Ok(found.into_iter().map(Length::points).collect())
    }

    #[test]
    fn lists_name_lengths_once_and_in_order() {
        assert_eq!(points(&[]), Ok(vec![]));
        assert_eq!(points(&[("n", "5000, 250,1000"), ("k", "3,1")]), Ok(vec![10, 250, 1_000, 5_000]));
        for (name, text, status) in [("k", "1,a", 400), ("k", "1,9", 422), ("n", "0", 422), ("n", "1,,2", 400)] {
            assert_eq!(points(&[(name, text)]), Err(status), "{name}={text}");
        }
        assert_eq!(points(&[("n", &"1,".repeat(40))]), Err(422));
    }

    #[test]
    fn one_length_has_one_name() {
        let length = |pairs: &[(&str, &str)]| one_length(&Query::of(pairs)).map_err(|problem| problem.status());
        assert_eq!(length(&[("exponent", "2")]).map(Length::points), Ok(100));
        assert_eq!(length(&[("n", "250")]).map(Length::points), Ok(250));
        assert_eq!(length(&[("k", "2"), ("n", "250")]), Err(400));
        assert_eq!(length(&[]), Err(400));
        assert_eq!(length(&[("n", "100000001")]), Err(422));
    }
}
