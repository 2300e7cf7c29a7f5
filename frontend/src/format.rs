//! Numbers as a person reads them.

/// What stands where a number is undefined.
pub(crate) const UNDEFINED: &str = "–";

/// A level with two decimals and a space between thousands: `1 234.50`.
pub(crate) fn level(value: f64) -> String {
    let digits = format!("{:.2}", value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, "00"));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    format!("{sign}{grouped}.{fraction}")
}

/// A fraction as a signed percentage with two decimals: `+1.23 %`. What rounds to nothing has no sign.
pub(crate) fn signed_percent(fraction: Option<f64>) -> String {
    let Some(fraction) = fraction else { return UNDEFINED.to_owned() };
    let digits = format!("{:.2}", (fraction * 100.0).abs());
    let sign = match fraction {
        _ if digits == "0.00" => "",
        negative if negative < 0.0 => "\u{2212}",
        _ => "+",
    };
    format!("{sign}{digits}\u{202f}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_groups_thousands() {
        assert_eq!(level(987.654), "987.65");
        assert_eq!(level(1234.5), "1\u{202f}234.50");
        assert_eq!(level(1_234_567.0), "1\u{202f}234\u{202f}567.00");
        assert_eq!(level(-1234.5), "\u{2212}1\u{202f}234.50");
    }

    #[test]
    fn a_return_shows_its_sign_unless_it_rounds_to_nothing() {
        assert_eq!(signed_percent(Some(0.012_34)), "+1.23\u{202f}%");
        assert_eq!(signed_percent(Some(-0.2)), "\u{2212}20.00\u{202f}%");
        assert_eq!(signed_percent(Some(-0.000_01)), "0.00\u{202f}%");
        assert_eq!(signed_percent(None), UNDEFINED);
    }
}
