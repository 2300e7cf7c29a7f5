//! What is asked of a stream's object, as the address of the request that asks it.
//!
//! Written and read here alone, so it needs no parser of addresses: `https://stream/verb?symbol&id&argument…`.

use std::fmt::Write;

use domain::stream::{Length, Symbol};

/// Before every address.
const HOST: &str = "https://stream/";

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamRequest {
    /// Whose stream it is: an object does not know its own name.
    pub(crate) symbol: Symbol,
    /// The id of the client's request where the answer is sent to the client as it is; else empty.
    pub(crate) request_id: String,
    pub(crate) wanted: Wanted,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// Append the body's points. `sequence` is the total before them, as the client knows it.
    Append { sequence: Option<u64> },
    /// The statistics of one window; `strict` refuses one that is not complete.
    Window { length: Length, strict: bool, full: bool },
    /// The statistics of several windows; of the eight exponents where none is named.
    Windows { lengths: Vec<Length>, full: bool },
    /// At most `count` points, from a position on or the newest.
    Values { from: Option<u64>, count: u64 },
    /// How many points there have ever been.
    Total,
    /// A WebSocket that tells the windows.
    Live,
    /// Forget every point.
    Forget,
}

impl StreamRequest {
    /// The address that asks it.
    pub(crate) fn to_url(&self) -> String {
        let mut url = String::with_capacity(128);
        let (symbol, id) = (&self.symbol, &self.request_id);
        // Writing into a string does not fail.
        let _ = match &self.wanted {
            Wanted::Append { sequence } => write!(url, "{HOST}append?{symbol}&{id}&{}", Maybe(*sequence)),
            Wanted::Window { length, strict, full } => {
                let (strict, full) = (u8::from(*strict), u8::from(*full));
                write!(url, "{HOST}window?{symbol}&{id}&{}&{strict}&{full}", length.points())
            }
            Wanted::Windows { lengths, full } => {
                let lengths: Vec<String> = lengths.iter().map(|length| length.points().to_string()).collect();
                write!(url, "{HOST}windows?{symbol}&{id}&{}&{}", lengths.join(","), u8::from(*full))
            }
            Wanted::Values { from, count } => write!(url, "{HOST}values?{symbol}&{id}&{}&{count}", Maybe(*from)),
            Wanted::Total => write!(url, "{HOST}total?{symbol}&{id}"),
            Wanted::Live => write!(url, "{HOST}live?{symbol}&{id}"),
            Wanted::Forget => write!(url, "{HOST}forget?{symbol}&{id}"),
        };
        url
    }

    /// Reads an address; `None` for one that is not as [`StreamRequest::to_url`] writes it.
    pub(crate) fn from_url(url: &str) -> Option<Self> {
        let (verb, query) = url.strip_prefix(HOST)?.split_once('?')?;
        let mut parts = query.split('&');
        let symbol = Symbol::new(parts.next()?).ok()?;
        let request_id = parts.next()?.to_owned();
        let mut part = || parts.next();
        let wanted = match verb {
            "append" => Wanted::Append { sequence: maybe(part()?)? },
            "window" => Wanted::Window { length: length(part()?)?, strict: flag(part()?)?, full: flag(part()?)? },
            "windows" => Wanted::Windows { lengths: lengths(part()?)?, full: flag(part()?)? },
            "values" => Wanted::Values { from: maybe(part()?)?, count: part()?.parse().ok()? },
            "total" => Wanted::Total,
            "live" => Wanted::Live,
            "forget" => Wanted::Forget,
            _ => return None,
        };
        Some(Self { symbol, request_id, wanted })
    }
}

/// A number or nothing.
struct Maybe(Option<u64>);

impl std::fmt::Display for Maybe {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |number| number.fmt(formatter))
    }
}

fn maybe(text: &str) -> Option<Option<u64>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

fn length(text: &str) -> Option<Length> {
    Length::new(text.parse().ok()?)
}

fn lengths(list: &str) -> Option<Vec<Length>> {
    if list.is_empty() { Some(Vec::new()) } else { list.split(',').map(length).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_asked_is_understood() {
        let length = |points| Length::new(points).unwrap();
        let all = [
            Wanted::Append { sequence: None },
            Wanted::Append { sequence: Some(0) },
            Wanted::Window { length: length(100_000_000), strict: true, full: false },
            Wanted::Windows { lengths: vec![], full: true },
            Wanted::Windows { lengths: vec![length(1), length(250)], full: false },
            Wanted::Values { from: None, count: 5 },
            Wanted::Values { from: Some(7), count: 100_000 },
            Wanted::Total,
            Wanted::Live,
            Wanted::Forget,
        ];
        for wanted in all {
            let symbol = Symbol::new("a.b_c:d/e-F9").unwrap();
            let request = StreamRequest { symbol, request_id: "0123456789ab-f".into(), wanted };
            assert_eq!(StreamRequest::from_url(&request.to_url()), Some(request));
        }
    }

    #[test]
    fn other_addresses_are_none() {
        for url in [
            "https://stream/",
            "https://stream/total",
            "https://stream/total?a",
            "https://stream/total?a b&",
            "https://stream/window?A&&0&0&0",
            "https://stream/window?A&&10&2&0",
            "https://stream/windows?A&&1,,2&0",
            "https://stream/more?A&",
            "https://other/total?A&",
        ] {
            assert_eq!(StreamRequest::from_url(url), None, "{url}");
        }
    }
}
