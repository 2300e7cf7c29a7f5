//! Reads the JSON of a batch at the speed of its bytes, each number to the nearest double.
//!
//! It reads exactly the bodies that serde would read as an [`AddBatch`]; whatever else there is, it only says that this is
//! none, and the slow way finds the words for it.

use super::streams::AddBatch;

/// Powers of ten that are exact doubles.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Digits that a u64 always holds.
const MOST_DIGITS: usize = 19;

/// Reads a batch; `None` where the body is not the JSON of one.
///
/// ```
/// let batch = domain::api::read_batch(br#"{"symbol": "A", "values": [1, -2.5e1], "sequence": 7}"#).unwrap();
/// assert_eq!((batch.symbol.as_str(), batch.values, batch.sequence), ("A", vec![1.0, -25.0], Some(7)));
/// assert!(domain::api::read_batch(br#"{"symbol": "A", "values": [null]}"#).is_none());
/// ```
#[must_use]
pub fn read_batch(body: &[u8]) -> Option<AddBatch> {
    let mut reader = Reader { bytes: body, at: 0 };
    let (mut symbol, mut values, mut sequence) = (None, None, None);
    reader.token(b'{')?;
    loop {
        let key = reader.string()?;
        reader.token(b':')?;
        let first = match key.as_str() {
            "symbol" => symbol.replace(reader.string()?).is_none(),
            "values" => values.replace(reader.numbers()?).is_none(),
            "sequence" => sequence.replace(reader.whole_or_null()?).is_none(),
            _ => false,
        };
        if !first {
            return None;
        }
        match reader.next_token()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    reader.skip_space();
    let ended = reader.at == body.len();
    ended.then_some(AddBatch { symbol: symbol?, values: values?, sequence: sequence.flatten() })
}

/// Reads one JSON number with nothing but space around it; `None` for anything else, and for numbers beyond the doubles.
#[must_use]
pub fn read_number(text: &[u8]) -> Option<f64> {
    let mut reader = Reader { bytes: text, at: 0 };
    reader.skip_space();
    let number = reader.number()?;
    reader.skip_space();
    (reader.at == text.len()).then_some(number)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What the digits of a number add up to.
#[derive(Default)]
struct Digits {
    mantissa: u64,
    count: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn next_token(&mut self) -> Option<u8> {
        self.skip_space();
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn token(&mut self, wanted: u8) -> Option<()> {
        (self.next_token()? == wanted).then_some(())
    }

    fn string(&mut self) -> Option<String> {
        self.token(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek()? {
                b'"' => break,
                // Whatever it escapes is no end.
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        if escaped {
            return serde_json::from_slice(&self.bytes[start - 1..self.at]).ok();
        }
        std::str::from_utf8(&self.bytes[start..self.at - 1]).ok().map(str::to_owned)
    }

    fn whole_or_null(&mut self) -> Option<Option<u64>> {
        self.skip_space();
        if self.bytes[self.at..].starts_with(b"null") {
            self.at += 4;
            return Some(None);
        }
        let start = self.at;
        let mut digits = Digits::default();
        self.digits(&mut digits);
        let text = std::str::from_utf8(&self.bytes[start..self.at]).ok()?;
        let leading_zero = text.len() > 1 && text.starts_with('0');
        let whole = !leading_zero && !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        if whole { text.parse().ok().map(Some) } else { None }
    }

    fn numbers(&mut self) -> Option<Vec<f64>> {
        self.token(b'[')?;
        let mut numbers = Vec::with_capacity(((self.bytes.len() - self.at) / 8).min(crate::stream::MOST_BATCH_VALUES));
        self.skip_space();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(numbers);
        }
        loop {
            self.skip_space();
            numbers.push(self.number()?);
            match self.next_token()? {
                b',' => {}
                b']' => return Some(numbers),
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<f64> {
        let start = self.at;
        let negative = self.peek()? == b'-';
        self.at += usize::from(negative);
        let whole_at = self.at;
        let mut digits = Digits::default();
        self.digits(&mut digits);
        let whole = self.at - whole_at;
        if whole == 0 || (whole > 1 && self.bytes[whole_at] == b'0') {
            return None;
        }
        let mut decimals = 0;
        if self.peek() == Some(b'.') {
            self.at += 1;
            let decimals_at = self.at;
            self.digits(&mut digits);
            decimals = self.at - decimals_at;
            if decimals == 0 {
                return None;
            }
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.exponent()?;
        }
        // Both are exact doubles, so one rounded operation gives the nearest double to the decimal (Clinger).
        if !has_exponent && digits.count <= MOST_DIGITS && digits.mantissa < 1 << 53 && decimals < POWERS.len() {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            let magnitude = digits.mantissa as f64 / POWERS[decimals];
            return Some(if negative { -magnitude } else { magnitude });
        }
        let text = std::str::from_utf8(&self.bytes[start..self.at]).ok()?;
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Passes over digits and adds them up; the sum means nothing beyond `MOST_DIGITS`.
    fn digits(&mut self, digits: &mut Digits) {
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            digits.mantissa = digits.mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.at += 1;
        }
        digits.count += self.at - start;
    }

    fn exponent(&mut self) -> Option<()> {
        self.at += 1;
        if matches!(self.peek(), Some(b'+' | b'-')) {
            self.at += 1;
        }
        let start = self.at;
        self.digits(&mut Digits::default());
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What serde reads, with its numbers read by the standard library.
    fn slowly(body: &[u8]) -> Option<AddBatch> {
        let mut batch: AddBatch = serde_json::from_slice(body).ok()?;
        let raw: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
        assert_eq!(raw["values"].as_array()?.len(), batch.values.len());
        let text = std::str::from_utf8(body).ok()?;
        let list = text.split_once("\"values\"")?.1.split_once('[')?.1.split_once(']')?.0;
        if !batch.values.is_empty() {
            batch.values = list.split(',').map(|number| number.trim().parse().unwrap()).collect();
        }
        Some(batch)
    }

    #[test]
    fn bodies_are_read_as_serde_reads_them() {
        let good = [
            r#"{"symbol":"A","values":[]}"#,
            r#" { "values" : [ 1 , 2.50 ] , "symbol" : "B\/\u0041" , "sequence" : null } "#,
            r#"{"sequence":18446744073709551615,"symbol":"é","values":[-0,0.1,1e-3,-1.5E+2,123456789012345678901234567890]}"#,
            r#"{"symbol":"A","values":[9007199254740993,0.30000000000000004,5e-324,2.2250738585072011e-308]}"#,
        ];
        for body in good {
            assert_eq!(read_batch(body.as_bytes()), slowly(body.as_bytes()), "{body}");
            assert!(read_batch(body.as_bytes()).is_some(), "{body}");
        }
    }

    #[test]
    fn whatever_serde_refuses_is_refused() {
        let values =
            ["NaN", "01", "1.", ".5", "-", "1e", "+1", "null", "\"1\"", "1 2", "1,", ",1", "[1]", "Infinity", "0x1"];
        let bodies = values.iter().map(|value| format!("{{\"symbol\":\"A\",\"values\":[{value}]}}"));
        let others = [
            "",
            "{",
            "{}",
            "[]",
            r#"{"symbol":"A"}"#,
            r#"{"symbol":"A","values":[1]"#,
            r#"{"symbol":"A","values":[1]}}"#,
            r#"{"symbol":"A","values":[1],}"#,
            r#"{"symbol":"A","values":[1],"more":1}"#,
            r#"{"symbol":"A","values":[1],"values":[1]}"#,
            r#"{"symbol":"A","values":[1],"sequence":-1}"#,
            r#"{"symbol":"A","values":[1],"sequence":1.0}"#,
            r#"{"symbol":"A","values":[1],"sequence":01}"#,
            r#"{"symbol":"A","values":[1],"sequence":18446744073709551616}"#,
            r#"{"symbol":"A\","values":[1]}"#,
            "{\"symbol\":\"A\n\",\"values\":[1]}",
        ];
        for body in bodies.chain(others.map(str::to_owned)) {
            assert_eq!(read_batch(body.as_bytes()), None, "{body}");
            assert!(serde_json::from_str::<AddBatch>(&body).is_err(), "{body}");
        }
        assert_eq!(read_batch(br#"{"symbol":"A","values":[1e999]}"#), None);
        assert_eq!(read_batch(b"{\"symbol\":\"\xff\",\"values\":[1]}"), None);
    }

    #[test]
    fn one_number_stands_alone() {
        assert_eq!((read_number(b" -1.25\r"), read_number(b"1 2"), read_number(b"")), (Some(-1.25), None, None));
    }

    proptest! {
        #[test]
        fn every_double_is_read_back_to_the_bit(values in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO, 0..50)) {
            let body = serde_json::to_vec(&AddBatch { symbol: "A".into(), values: values.clone(), sequence: None }).unwrap();
            let read = read_batch(&body).unwrap().values;
            prop_assert_eq!(read.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), values.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
        }

        #[test]
        fn decimals_are_read_as_the_standard_library_reads_them(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?") {
            prop_assert_eq!(read_number(text.as_bytes()).map(f64::to_bits), text.parse::<f64>().ok().map(f64::to_bits));
        }

        #[test]
        fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_batch(&bytes);
        }
    }
}
