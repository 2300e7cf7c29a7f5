//! The query of an address: an ordered list of names and values, each name at most once.

/// What stands after the `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=two`, with or without a leading `?`. Of a repeated name the last value counts.
    pub(crate) fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for pair in text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query = query.with(&decode(name), Some(decode(value)));
        }
        query
    }

    /// The value of a name; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The same query with this value, or without the name.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Option<String>) -> Self {
        let at = self.0.iter().position(|(other, _)| other == name);
        match (at, value) {
            (Some(at), Some(value)) => self.0[at].1 = value,
            (Some(at), None) => {
                self.0.remove(at);
            }
            (None, Some(value)) => self.0.push((name.to_owned(), value)),
            (None, None) => {}
        }
        self
    }

    /// The path with this query behind it.
    pub(crate) fn after(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        format!("{path}?{}", pairs.join("&"))
    }
}

/// A text as it may stand in a query; what is harmless there stays readable.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_written() {
        let query = Query::parse("?index=top100&date=2024-12-24&filter=a%26b+c&empty=");
        assert_eq!(
            (query.get("index"), query.get("filter"), query.get("empty")),
            (Some("top100"), Some("a&b c"), None)
        );
        let changed = query.with("date", None).with("filter", Some("é=1".into())).with("empty", None);
        assert_eq!(changed.after("/app"), "/app?index=top100&filter=%C3%A9%3D1");
        assert_eq!(Query::default().after("/app"), "/app");
    }

    #[test]
    fn a_broken_escape_stands_for_itself() {
        assert_eq!(Query::parse("a=100%&b=%zz&c=%4").get("a"), Some("100%"));
        assert_eq!(Query::parse("a=%zz").get("a"), Some("%zz"));
    }

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        assert_eq!(Query::parse("a=1&a=2").after("/"), "/?a=2");
    }
}
