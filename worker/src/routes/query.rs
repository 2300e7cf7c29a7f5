//! Query parameters: each is known, given once, and read as what it should be, or the problem says which rule it broke.

use domain::units::{Day, DayError, DayRange};

use crate::error::Problem;

/// The decoded parameters of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Query(Vec<(String, String)>);

impl FromIterator<(String, String)> for Query {
    /// Parameters that are known and decoded.
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Query {
    /// Reads the part of the URL after `?`; parameters not in `known` are refused.
    ///
    /// # Errors
    /// 400 for broken percent-encoding, an unknown parameter, or one given twice.
    pub(crate) fn parse(raw: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in raw.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name, true).ok_or_else(Problem::malformed_url)?;
            let value = decode(value, true).ok_or_else(Problem::malformed_url)?;
            if !known.contains(&name.as_str()) {
                return Err(Problem::unknown_parameter(&name, known));
            }
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(Problem::repeated_parameter(&name));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Parameters that are known and decoded.
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The text of a parameter. An empty value counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(other, _)| other == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The text of a parameter that must be there.
    ///
    /// # Errors
    /// 400 when it is absent.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| Problem::missing_parameter(name))
    }

    /// A day.
    ///
    /// # Errors
    /// 400 for a text of another form, 422 for a day that no calendar has.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        self.text(name).map(|text| parse_day(name, text)).transpose()
    }

    /// A day that must be there.
    ///
    /// # Errors
    /// As [`Query::day`], and 400 when it is absent.
    pub(crate) fn required_day(&self, name: &str) -> Result<Day, Problem> {
        parse_day(name, self.required(name)?)
    }

    /// A whole number within bounds, both included.
    ///
    /// # Errors
    /// 400 for a text that is not a whole number, 422 for one out of bounds.
    pub(crate) fn integer(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::malformed_parameter(name, text, "expected a whole number"));
        }
        // All digits and yet no i64: beyond every bound.
        match text.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(Problem::impossible(name, text, format!("a whole number from {least} to {most}"))),
        }
    }

    /// A number within bounds, both included.
    ///
    /// # Errors
    /// 400 for a text that is not a number, 422 for one out of bounds.
    pub(crate) fn decimal(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".-+eE".contains(&byte));
        match text.parse::<f64>().ok().filter(|_| plain) {
            None => Err(Problem::malformed_parameter(name, text, "expected a number")),
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(_) => Err(Problem::impossible(name, text, format!("a number from {least} to {most}"))),
        }
    }

    /// One of a few named values.
    ///
    /// # Errors
    /// 422 naming the allowed values.
    pub(crate) fn choice<T: Copy>(&self, name: &str, allowed: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        if let Some((_, value)) = allowed.iter().find(|(allowed, _)| *allowed == text) {
            return Ok(Some(*value));
        }
        let names: Vec<_> = allowed.iter().map(|(name, _)| *name).collect();
        Err(Problem::impossible(name, text, format!("one of {}", names.join(", "))))
    }
}

/// Reads a day that was sent as `name`.
///
/// # Errors
/// 400 for a text of another form, 422 for a day that no calendar has.
pub(crate) fn parse_day(name: &str, text: &str) -> Result<Day, Problem> {
    text.parse().map_err(|error| match error {
        DayError::Malformed(_) => Problem::malformed_parameter(name, text, "expected a date as YYYY-MM-DD"),
        DayError::Impossible(_) => Problem::impossible(name, text, "a day of the calendar between 1900 and 2199"),
    })
}

/// The range between two days that were sent as `start_date` and `end_date`.
///
/// # Errors
/// 422 when the end is before the start.
pub(crate) fn day_range(start: Day, end: Day) -> Result<DayRange, Problem> {
    DayRange::new(start, end).ok_or_else(|| {
        Problem::impossible("end_date", &end.to_string(), format!("a date not before start_date ({start})"))
    })
}

/// Undoes percent-encoding; `None` when it is broken or not UTF-8. In a query `+` is a space.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> Option<String> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(text.to_owned());
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_digit(bytes.next()?)? * 16 + hex_digit(bytes.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["date", "n", "kind", "on"];

    fn query(raw: &str) -> Query {
        Query::parse(raw, KNOWN).unwrap()
    }

    fn status<T: std::fmt::Debug>(result: Result<T, Problem>) -> (u16, String) {
        let problem = result.unwrap_err();
        (problem.status(), problem.code().to_owned())
    }

    #[test]
    fn parameters_are_decoded() {
        let query = Query::parse("date=%32021-01-04&kind=a+b%2Bc&&on", KNOWN).unwrap();
        assert_eq!(query.text("date"), Some("2021-01-04"));
        assert_eq!(query.text("kind"), Some("a b+c"));
        assert_eq!(query.text("on"), None);
    }

    #[test]
    fn unknown_repeated_and_broken_parameters_are_refused() {
        assert_eq!(status(Query::parse("dat=1", KNOWN)), (400, "unknown_parameter".into()));
        assert_eq!(status(Query::parse("n=1&n=1", KNOWN)), (400, "repeated_parameter".into()));
        for broken in ["n=%", "n=%zz", "n=%ff", "%f=1"] {
            assert_eq!(status(Query::parse(broken, KNOWN)), (400, "malformed_url".into()), "{broken}");
        }
    }

    #[test]
    fn days_are_malformed_or_impossible() {
        assert_eq!(query("date=2021-02-26").day("date").unwrap().map(Day::number), Some(18_684));
        assert_eq!(query("").day("date").unwrap(), None);
        assert_eq!(status(query("date=2021-2-26").day("date")).0, 400);
        assert_eq!(status(query("date=2021-02-30").day("date")).0, 422);
        assert_eq!(status(query("").required_day("date")), (400, "missing_parameter".into()));
        let (a, b) = (Day::from_number(1), Day::from_number(2));
        assert_eq!(status(day_range(b, a)).0, 422);
    }

    #[test]
    fn numbers_are_whole_and_within_bounds() {
        assert_eq!(query("n=7").integer("n", 1, 8).unwrap(), Some(7));
        for malformed in ["a", "1.5", "-", "1e3", "０"] {
            assert_eq!(status(query(&format!("n={malformed}")).integer("n", 1, 8)).0, 400, "{malformed}");
        }
        for outside in ["0", "9", "-1", "99999999999999999999999"] {
            assert_eq!(status(query(&format!("n={outside}")).integer("n", 1, 8)).0, 422, "{outside}");
        }
    }

    #[test]
    fn decimals_are_finite_and_within_bounds() {
        assert_eq!(query("n=2.5").decimal("n", 0.0, 10.0).unwrap(), Some(2.5));
        for malformed in ["a", "1,5", "-", "NaN", "inf", "0x1"] {
            assert_eq!(status(query(&format!("n={malformed}")).decimal("n", 0.0, 10.0)).0, 400, "{malformed}");
        }
        for outside in ["-1", "10.1", "1e999"] {
            assert_eq!(status(query(&format!("n={outside}")).decimal("n", 0.0, 10.0)).0, 422, "{outside}");
        }
    }

    #[test]
    fn choices_name_what_is_allowed() {
        let problem = query("kind=c").choice("kind", &[("a", 1), ("b", 2)]).unwrap_err();
        assert_eq!(problem.status(), 422);
        assert!(problem.body().errors[0].rule.contains("one of a, b"));
        assert_eq!(query("kind=b").choice("kind", &[("a", 1), ("b", 2)]).unwrap(), Some(2));
    }
}
